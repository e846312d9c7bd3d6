"""The adapter to mkdocs-jupyter, which renders every page of the site.

What it does not offer as an option, and what is done here for it:

- A page is ``docs/<language>/<page>.md`` for MkDocs and for mkdocs-static-i18n, which makes
  its own objects of all files; mkdocs-jupyter renders the file that ``abs_src_path``
  names. So that is set to the page's notebook just before mkdocs-jupyter looks.
- Its notebook template can be chosen for all sites of the process (``settings``), and a
  template's filters come from nbconvert's table of default filters; ours is one filter.
- It empties its cache of what the last build did not use, and each language is a build of
  its own: so each has a cache of its own.
- nbconvert parses what a template returns, to look for pictures without alt text, by a
  parser that knows no SVG (it writes ``viewbox``) and takes longer than all else together;
  mkdocs-jupyter adds a style sheet for markup that our template does not make. So a page
  travels in an envelope: a script element, whose text no HTML parser reads.
- It reads each notebook again for a table of contents, whose anchors are not the page's:
  the template for that is empty, and the table is made from the page itself.

``tests/mkdocs/test_jupyter.py`` fails when a release of either breaks one of these.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs_jupyter.config import settings
from nbconvert.exporters.templateexporter import default_filters

from weaver.core.files import write_whole

_ENVELOPE = re.compile(
    r"(?s)\s*<script type=\"text/html\">(.*)</script>\s*(?:<style>[^<]*</style>\s*)?"
)


def set_up(templates: Path, render: Callable[[Mapping[str, Any]], str]) -> None:
    """Point mkdocs-jupyter at our templates, and give them the filter ``render_notebook``."""
    settings.templates_dir = str(templates)
    # There nbconvert reads to validate a notebook once, not after each of its steps.
    os.environ["JUPYTER_CONFIG_PATH"] = str(templates)
    default_filters["render_notebook"] = render


def use_cache(config: MkDocsConfig, folder: Path) -> None:
    """Let mkdocs-jupyter keep what it renders in a folder of the language's own."""
    config.plugins["mkdocs-jupyter"].config["cache_dir"] = str(folder)


def hand_over(page: Page, notebook: str, path: Path) -> None:
    """Write a page's notebook, and let mkdocs-jupyter render the page from it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != notebook:
        write_whole(path, notebook.encode())  # another build may be reading it
    page.file.abs_src_path = str(path)


def take_back(content: str) -> str:
    """Return what mkdocs-jupyter made of a page, out of its envelope.

    Raises
    ------
    ValueError
        If mkdocs-jupyter or nbconvert changed what they return.
    """
    match = _ENVELOPE.fullmatch(content)
    if match is None:
        raise ValueError(f"mkdocs-jupyter returned no page in an envelope: {content[:200]!r}")
    return match[1]
