"""The form of Markdown: only what is certain to be shown otherwise than it is meant."""

import re
from collections.abc import Iterator

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.prose.article import Article
from weaver.prose.markdown import parse_markdown
from weaver.site import Site

_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s")


def check_form(site: Site) -> Iterator[Problem]:
    """Find Markdown that would not be shown as it is meant."""
    for article in site.every_article():
        for line, text in [*_check_lines(article), *_check_headings(article)]:
            yield Problem(article.path, line, text)


def _check_lines(article: Article) -> Iterator[tuple[int, str]]:
    lines = read_text(article.path).splitlines()
    code: set[int] = set()
    for token in parse_markdown(article):
        if token.type == "fence" and token.map:
            first, end = token.map
            code.update(range(first, end))
            if end == first + 1 or lines[end - 1].strip().strip(token.markup[0]):
                text = _("the code block `{fence}` is never closed")
                yield first + 1, text.format(fence=token.markup)
    before = ""
    for index, line in enumerate(lines):
        if index not in code:
            yield from ((index + 1, text) for text in _check_line(line, before))
        before = line


def _check_line(line: str, before: str) -> Iterator[str]:
    if "\t" in line:
        yield _("a tab: indent with spaces")
    if line != line.rstrip():
        yield _("blanks at the end of the line")
    if re.match(r"#{1,6}[^#\s{]", line):
        yield _("a heading needs a blank after its `#`")
    if before.strip() and before != "---" and re.match(r"#{1,6}\s", line):
        yield _("a heading needs an empty line before it")
    plain = before.strip() and not before[0].isspace() and not _ITEM.match(before)
    if plain and re.match(r"[-*+]\s+\w", line):
        yield _("a list needs an empty line before it")


def _check_headings(article: Article) -> Iterator[tuple[int, str]]:
    before = 0
    tokens = parse_markdown(article)
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.map:
            level, line = int(token.tag[1]), token.map[0] + 1
            if (level == 1) != (before == 0):
                yield line, _("a page has one heading of level 1, its first")
            elif level > before + 1:
                text = _("a heading of level {level} after one of level {before}")
                yield line, text.format(level=level, before=before)
            if not inline.content.strip():
                yield line, _("a heading without words")
            before = level
