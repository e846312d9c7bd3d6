"""Write every page as plain Markdown, its figures beside it, for any generator to take.

Values are numbers, cells are fenced code and what they gave; links between pages stay
links between Markdown files.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from markdown.extensions.toc import slugify as usual_slugify

from weaver.core.files import write_whole
from weaver.core.slugs import slugify
from weaver.page.downloads import plain_markdown
from weaver.page.make import find_record, write_prose
from weaver.page.outputs import read_output, show_output
from weaver.page.weave import weave
from weaver.prose.article import Article
from weaver.site import Site

_HEADING = re.compile(r"(?m)^#{1,6} +(.+?) *$")


def weave_site(site: Site, out: Path) -> list[Path]:
    """Write all pages to ``<out>/<language>/<page>.md``; return the paths of all files.

    Raises
    ------
    WeaverError
        If a page names what there is not, or its tutorial was never run.
    """
    written = []
    for language, articles in site.articles.items():
        for page, article in articles.items():
            files = dict(_page_files(site, article, Path(language, page)))
            for name, content in files.items():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                write_whole(out / name, content)
                written.append(out / name)
    return written


def _page_files(site: Site, article: Article, page: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield a page's text and its figures, with their paths."""
    meta = {key: article.meta[key] for key in ("title", "description") if key in article.meta}
    front = yaml.safe_dump(meta, allow_unicode=True, sort_keys=False, width=1000)
    parts = []
    if article.tutorial is None:
        parts.append(plain_markdown(write_prose(site, article), str))
    else:
        name = article.tutorial
        woven = weave(
            article,
            site.tutorial(name),
            site.strings(name),
            find_record(site, article),
            site.quoted,
        )
        figures = Path("figures", name)
        depth = 0  # of the callouts that a cell interrupts
        for cell in woven["cells"]:
            if cell["cell_type"] == "markdown":
                parts.append(plain_markdown(cell["source"], str, depth=depth))
            elif "hidden" not in cell["metadata"]["tags"]:
                depth = len(cell["metadata"]["weaver"]["indent"]) // 4
                parts.append(f"```python\n{cell['source']}\n```")
                for path, text, content in _outputs(cell, article, figures):
                    parts.append(text)
                    if content is not None:
                        yield page.parent / path, content
    text = "\n\n".join(map(_with_anchors, parts))
    yield page, f"---\n{front}---\n\n{text}\n".encode()


def _with_anchors(text: str) -> str:
    """Give headings whose anchor other generators would make otherwise their own."""
    if text.startswith("```"):
        return text

    def anchor(match: re.Match[str]) -> str:
        own, usual = (slug(match[1], "-") for slug in (slugify, usual_slugify))
        return match[0] if own == usual else f'<a id="{own}"></a>\n\n{match[0]}'

    return _HEADING.sub(anchor, text)


def _outputs(
    cell: Mapping[str, Any], article: Article, figures: Path
) -> Iterator[tuple[Path, str, bytes | None]]:
    """Yield for each output its Markdown; for a figure, the path and content of its file."""
    name, alt = (cell["metadata"]["weaver"][key] for key in ("name", "alt"))
    for number, output in enumerate(cell["outputs"], 1):
        kind, content = read_output(output)
        ending = kind.ending
        path = figures / f"{name}{f'-{number}' if number > 1 else ''}.{ending}"
        if ending:
            shown = kind.download(content)
            binary = shown.encode() if ending == "svg" else base64.b64decode(content)
            yield path, f"![{alt}]({path.as_posix()})", binary
        elif kind.is_text:
            yield path, "```text\n" + content.strip("\n") + "\n```", None
        else:
            yield path, show_output(name, output, alt, article.language), None
