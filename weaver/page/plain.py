"""Every page as plain Markdown, its figures beside it, for any generator to take.

Values are numbers, cells are fenced code and what they gave; links between pages stay
links between Markdown files.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown.extensions.toc import slugify as usual_slugify

from weaver.core.files import write_whole
from weaver.core.slugs import slugify
from weaver.page.downloads import plain_markdown
from weaver.page.make import find_record, write_prose
from weaver.page.markup import put_in
from weaver.page.outputs import read_output, show_output
from weaver.page.weave import weave
from weaver.prose.article import Article
from weaver.site import Site

_HEADING = re.compile(r"(?m)^#{1,6} +(.+?) *$")


@dataclass(frozen=True)
class Part:
    """A part of a page: prose; or code or an output, of the cell that is named.

    A figure has the path of its file, from the page's folder, and its content.
    """

    text: str
    cell: str = ""
    code: bool = False
    path: Path | None = None
    content: bytes = b""


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
            path = Path(language, page)
            parts = list(page_parts(site, article))
            files = {path.parent / one.path: one.content for one in parts if one.path}
            text = "\n\n".join([f"---\n{_front(article)}---", *map(_with_anchors, parts)])
            files[path] = f"{text}\n".encode()
            for name, content in files.items():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                write_whole(out / name, content)
                written.append(out / name)
    return written


def page_parts(site: Site, article: Article) -> Iterator[Part]:
    """Yield the parts of a page in their order.

    Raises
    ------
    WeaverError
        If the page names what there is not, or its tutorial was never run.
    """
    name = article.tutorial
    if name is None:
        text, held = write_prose(site, article)
        yield Part(put_in(plain_markdown(text, str), held))
        return
    record = find_record(site, article)
    woven = weave(article, site.tutorial(name), site.strings(name), record, site.quoted)
    depth = 0  # of the callouts that a cell interrupts
    for cell in woven["cells"]:
        if cell["cell_type"] == "markdown":
            yield Part(plain_markdown(cell["source"], str, depth=depth))
        elif "hidden" not in cell["metadata"]["tags"]:
            about = cell["metadata"]["weaver"]
            depth = len(about["indent"]) // 4
            yield Part(f"```python\n{cell['source']}\n```", about["name"], code=True)
            yield from _outputs(cell, article, Path("figures", name))


def _front(article: Article) -> str:
    meta = {key: article.meta[key] for key in ("title", "description") if key in article.meta}
    return yaml.safe_dump(meta, allow_unicode=True, sort_keys=False, width=1000)


def _with_anchors(part: Part) -> str:
    """Return a part's text; headings whose anchor others would make otherwise have their own."""
    if part.cell:
        return part.text

    def anchor(match: re.Match[str]) -> str:
        own, usual = (slug(match[1], "-") for slug in (slugify, usual_slugify))
        return match[0] if own == usual else f'<a id="{own}"></a>\n\n{match[0]}'

    return _HEADING.sub(anchor, part.text)


def _outputs(cell: Mapping[str, Any], article: Article, figures: Path) -> Iterator[Part]:
    """Yield a cell's outputs."""
    name, alt = (cell["metadata"]["weaver"][key] for key in ("name", "alt"))
    for number, output in enumerate(cell["outputs"], 1):
        kind, content = read_output(output)
        ending = kind.ending
        path = figures / f"{name}{f'-{number}' if number > 1 else ''}.{ending}"
        if ending:
            shown = kind.download(content)
            binary = shown.encode() if ending == "svg" else base64.b64decode(content)
            yield Part(f"![{alt}]({path.as_posix()})", name, path=path, content=binary)
        elif kind.is_text:
            yield Part("```text\n" + content.strip("\n") + "\n```", name)
        else:
            yield Part(show_output(name, output, alt, article.language), name)
