"""Markdown as the site's renderers read it: form, links and anchors.

Only what is certain to be shown wrong, or to lead nowhere.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

from weaver.core.files import read_text
from weaver.core.problems import Problem
from weaver.prose.article import Article
from weaver.prose.markdown import parse_markdown, walk
from weaver.prose.sections import split
from weaver.site import Site

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")

_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s")

_ID = re.compile(r"""\bid=["']([^"']+)|\{[^{}]*#([\w-]+)[^{}]*\}""")


def check_form(site: Site) -> Iterator[Problem]:
    """Find Markdown that would not be shown as it is meant."""
    for article in site.every_article():
        for line, text in [*_check_lines(article.path), *_check_headings(article)]:
            yield Problem(article.path, line, text)


def check_links(site: Site) -> Iterator[Problem]:
    """Find links that lead nowhere."""
    for article in site.every_article():
        for line, text in _check_links(article):
            yield Problem(article.path, line, text)


def _check_lines(path: Path) -> Iterator[tuple[int, str]]:
    fence, opened, before = "", 0, ""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        found = _FENCE.match(line)
        if found and not fence:
            fence, opened = found[1], number
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence:
            yield from ((number, text) for text in _check_line(line, before))
        before = line
    if fence:
        yield opened, f"the code block `{fence}` is never closed"


def _check_line(line: str, before: str) -> Iterator[str]:
    if "\t" in line:
        yield "a tab: indent with spaces"
    if line != line.rstrip():
        yield "blanks at the end of the line"
    if re.match(r"#{1,6}[^#\s{]", line):
        yield "a heading needs a blank after its `#`"
    if before.strip() and before != "---" and re.match(r"#{1,6}\s", line):
        yield "a heading needs an empty line before it"
    plain = before.strip() and not before[0].isspace() and not _ITEM.match(before)
    if plain and re.match(r"[-*+]\s+\w", line):
        yield "a list needs an empty line before it"


def _check_headings(article: Article) -> Iterator[tuple[int, str]]:
    level = 0
    tokens = parse_markdown(article)
    for index, token in enumerate(tokens):
        if token.type != "heading_open" or token.map is None:
            continue
        here, line = int(token.tag[1]), token.map[0] + 1
        if (here == 1) != (level == 0):
            yield line, "a page has one heading of level 1, its first"
        elif here > level + 1:
            yield line, f"a heading of level {here} after one of level {level}"
        if not tokens[index + 1].content.strip():
            yield line, "a heading without words"
        level = here


def _check_links(article: Article) -> Iterator[tuple[int, str]]:
    for line, token in walk(parse_markdown(article)):
        if token.type == "image" and not token.content.strip():
            yield line, f"the picture {token.attrs.get('src')} has no alt text"
        address = token.attrs.get("href", token.attrs.get("src", ""))
        target, _, anchor = unquote(str(address)).partition("#")
        if token.type not in {"link_open", "image"} or re.match(r"[a-z]+:|/", target):
            continue
        path = Path(normpath(article.path.parent / target)) if target else article.path
        if not path.exists():
            yield line, f"the link to {address!r} leads nowhere: {_near(path)}"
        elif anchor and path.suffix == ".md":
            known = _read_anchors(path.read_text(encoding="utf-8", errors="replace"))
            if known and anchor not in known:
                yield line, f"{target or article.path.name} has no heading {anchor!r}"


def _near(path: Path) -> str:
    names = sorted(other.name for other in path.parent.glob("*.md"))
    return f"there is {', '.join(names) or 'none'}"


@cache
def _read_anchors(text: str) -> frozenset[str]:
    """Return the anchors of a page; none if expressions of it may make more."""
    if re.search(r"\{\{\s*\w+\(", re.sub(r"\{\{\s*(?:cell|figure)\(", "", text)):
        return frozenset()
    anchors: set[str] = set()
    for section in split(text):
        name, count = section.anchor, 0
        while name in anchors:
            count += 1
            name = f"{section.anchor}_{count}"
        anchors.add(name)
    anchors |= {first or second for first, second in _ID.findall(text)}
    return frozenset(anchors | {f"cell-{name}" for name in re.findall(r'cell\("([^"]+)"', text)})
