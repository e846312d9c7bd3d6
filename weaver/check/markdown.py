"""Markdown as the site's renderers read it: form, links and anchors.

Only what is certain to be shown wrong, or to lead nowhere.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from weaver.core.files import read_text
from weaver.core.problems import Problem
from weaver.prose.article import Article
from weaver.prose.markdown import parse_markdown
from weaver.site import Site

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")

_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s")


def check_form(site: Site) -> Iterator[Problem]:
    """Find Markdown that would not be shown as it is meant."""
    for article in site.every_article():
        for line, text in [*_check_lines(article.path), *_check_headings(article)]:
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
