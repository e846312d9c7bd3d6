"""Compare the languages of a page: cells, headings, equations and values."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.page.highlight import shown_values
from weaver.prose.article import Article, Value
from weaver.prose.markdown import parse_markdown, walk
from weaver.prose.parse import front_line
from weaver.site import Site


@dataclass(frozen=True)
class _Shared:
    """What one heading's section must share with the other language."""

    line: int
    level: int
    equations: tuple[tuple[int, str], ...]
    values: tuple[tuple[int, str], ...]


def check_parity(site: Site) -> Iterator[Problem]:
    """Say where a page differs from the original in what its languages must share."""
    first, *others = site.project.languages
    for language in others:
        for page in site.articles[first].keys() & site.articles[language].keys():
            yield from compare_articles(site.articles[first][page], site.articles[language][page])


def compare_articles(first: Article, second: Article) -> Iterator[Problem]:
    """Say where two languages of a page differ in what they must share."""
    if first.tutorial != second.tutorial:
        text = _("tutorial {name!r}, but {other!r} in {file}")
        text = text.format(name=second.tutorial, other=first.tutorial, file=_short(first.path))
        yield Problem(second.path, front_line(second, "tutorial"), text)
    if shown_values(first) != shown_values(second):
        text = _("`card` shows other values than in {file}").format(file=_short(first.path))
        yield Problem(second.path, front_line(second, "card"), text)
    yield from _compare_cells(first, second)
    yield from _compare_headings(first, second)


def _compare_cells(first: Article, second: Article) -> Iterator[Problem]:
    ours, theirs = ([cell.name for cell in article.cells] for article in (first, second))
    for here, there, others in ((first, second, theirs), (second, first, ours)):
        for cell in here.cells:
            if cell.name not in others:
                text = _("cell {name!r} is not in {file}")
                text = text.format(name=cell.name, file=_short(there.path))
                yield Problem(here.path, cell.line, text)
    if sorted(ours) == sorted(theirs):
        for mine, cell in zip(ours, second.cells, strict=True):
            if mine != cell.name:
                text = _("shows {name!r} where {file} shows {other!r}")
                text = text.format(name=cell.name, file=_short(first.path), other=mine)
                yield Problem(second.path, cell.line, text)
                return


def _compare_headings(first: Article, second: Article) -> Iterator[Problem]:
    left, right = _sections(first), _sections(second)
    for mine, other in zip(left, right, strict=False):
        if mine.level != other.level:
            text = _("heading of level {level}: {place} has one of level {other}")
            place = f"{_short(first.path)}:{mine.line}"
            text = text.format(level=other.level, place=place, other=mine.level)
            yield Problem(second.path, other.line, text)
            return
        yield from _compare_sections(mine, other, first, second)
        yield from _compare_sections(other, mine, second, first)
    if len(left) != len(right):
        longer, shorter = (first, second) if len(left) > len(right) else (second, first)
        extra = max(left, right, key=len)[min(len(left), len(right))]
        text = _("{here} vs {there} headings in {languages}: this one has no match in {file}")
        text = text.format(
            here=len(left) - 1,
            there=len(right) - 1,
            languages=f"{first.language} vs {second.language}",
            file=_short(shorter.path),
        )
        yield Problem(longer.path, extra.line, text)


def _compare_sections(
    mine: _Shared, other: _Shared, here: Article, there: Article
) -> Iterator[Problem]:
    """Find equations and values of a section that its twin lacks."""
    equation = _("equation ${text}$ is not in the same section of {place}")
    value = _("value {{{{{text}}}}} is not in the same section of {place}")
    place = f"{_short(there.path)}:{other.line}"
    for said, ours, theirs in (
        (equation, mine.equations, other.equations),
        (value, mine.values, other.values),
    ):
        surplus = Counter(text for __, text in ours) - Counter(text for __, text in theirs)
        for line, text in reversed(ours):
            if surplus[text] > 0:
                surplus[text] -= 1
                yield Problem(here.path, line, said.format(text=text, place=place))


def _sections(article: Article) -> list[_Shared]:
    """Return the article's sections: the one before any heading, then one a heading."""
    headings = [(1, 0)]
    equations: list[tuple[int, str]] = []
    for line, token in walk(parse_markdown(article)):
        if token.type == "heading_open":
            headings.append((line, int(token.tag[1])))
        elif token.type.startswith("math_"):
            equations.append((line, _same_maths(token.content)))
    values = [
        (part.line, re.sub(r'"[^"]*"', _hide_words, f" {' '.join(part.expression.split())} "))
        for part in article.parts
        if isinstance(part, Value)
    ]
    ends = [line for line, __ in headings[1:]] + [10**9]
    return [
        _Shared(
            line,
            level,
            tuple(pair for pair in equations if line <= pair[0] < end),
            tuple(pair for pair in values if line <= pair[0] < end),
        )
        for (line, level), end in zip(headings, ends, strict=True)
    ]


def _hide_words(literal: re.Match[str]) -> str:
    """Hide a string with a blank in it: words, an alt text say."""
    return '"…"' if " " in literal[0] else literal[0]


def _same_maths(latex: str) -> str:
    """Drop from LaTeX what may differ between languages: words and decimal marks."""
    latex = re.sub(r"\\(text|textrm|mathrm|operatorname)\s*\{[^{}]*\}", r"\\\1{}", latex)
    return " ".join(re.sub(r"(?<=\d)(?:\{,\}|,)(?=\d)", ".", latex).split())


def _short(path: Path) -> str:
    return "/".join(path.parts[-3:])
