"""Check every contract between prose, programs and runs, without running anything."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from math_core import LatexError, LatexToMathML

from weaver.article import (
    Article,
    Value,
    evaluate,
    front_line,
    parse_markdown,
    read_article,
    read_quoted,
    walk,
)
from weaver.cards import read_highlight, shown_values
from weaver.drift import check_drift
from weaver.languages import canonical, localise
from weaver.markdown import check_markdown
from weaver.overview import overview_names
from weaver.problems import Problem, WeaverError
from weaver.project import LANGUAGES, Project
from weaver.record import Record, Shared, read_record
from weaver.tutorial import Tutorial, read_tutorial
from weaver.weave import namespace, shows_image
from weaver.wording import check_wording

CODE_WIDTH = 78  # what fits beside a table of contents, and in a printed book

_UNITS = {
    "tr": r"sn|saniye|dk|dakika|ms|milisaniye|saat",
    "en": r"s|sec|secs|seconds?|min|minutes?|ms|milliseconds?|hours?",
}
# 60.000 in Turkish and 60,000 in English are whole numbers, not decimals.
_GROUPED = {"tr": r"\d{1,3}(?:\.\d{3})+(?![.,]?\d)", "en": r"\d{1,3}(?:,\d{3})+(?![.,]?\d)"}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class _Section:
    """What one heading's section must share with the other language."""

    line: int
    level: int
    equations: tuple[tuple[int, str], ...]
    values: tuple[tuple[int, str], ...]


def check(project: Project) -> list[Problem]:
    """Return everything that is wrong with the site's sources, in order."""
    problems: list[Problem] = []

    def attempt(function, *arguments):
        try:
            return function(*arguments)
        except WeaverError as error:
            problems.extend(error.problems)
            return None

    shared = attempt(Shared.of, project)
    quoted = attempt(read_quoted, project) or {}
    tutorials, records = {}, {}
    for name in project.tutorial_names():
        tutorials[name] = attempt(read_tutorial, project.source(name))
        records[name] = attempt(read_record, project.record(name))
        if not project.record(name).exists():
            text = f"never run: `python -m weaver run {name}`"
            problems.append(Problem(project.source(name), 0, text))
    if shared is not None and None not in tutorials.values():
        problems += check_strings(tutorials, shared)
    articles: dict[str, dict[str, Article]] = {language: {} for language in LANGUAGES}
    for language in LANGUAGES:
        for path in project.article_paths(language):
            page = path.relative_to(project.docs / language).as_posix()
            article = attempt(read_article, path, language)
            if not all((project.docs / other / page).exists() for other in LANGUAGES):
                problems.append(Problem(path, 0, f"has no twin in {', '.join(LANGUAGES)}"))
            if article is None:
                continue
            articles[language][page] = article
            problems += check_prose(article)
            problems += check_markdown(article)
            name = article.tutorial
            if name is not None and name not in tutorials:
                text = f"there is no tutorials_src/{name}.py: {_known(tutorials)}"
                problems.append(Problem(path, front_line(article, "tutorial"), text))
            elif name is not None and tutorials[name] is not None:
                problems += check_article(article, tutorials[name], records[name], quoted)
            elif name is None and article.woven and None not in records.values():
                names = attempt(overview_names, project, article, records, quoted) or {}
                problems += check_values(article, names)
    problems += attempt(check_drift, project) or []
    pages = [article for by_page in articles.values() for article in by_page.values()]
    problems += attempt(check_wording, project, pages) or []
    first, second = LANGUAGES
    for page in articles[first].keys() & articles[second].keys():
        problems += check_parity(articles[first][page], articles[second][page])
    return sorted(set(problems))


def check_strings(tutorials: dict[str, Tutorial], shared: Shared) -> list[Problem]:
    """Find words that have no Turkish, and Turkish that nothing uses."""
    problems: list[Problem] = []
    used_anywhere: set[str] = set()
    for name, tutorial in tutorials.items():
        strings = shared.strings_of(name)
        used: set[str] = set()
        problems += _check_width(tutorial)
        for cell in tutorial.cells:
            if cell.hidden:
                continue
            found = localise(cell, strings)
            used |= found.used
            changed = found.source != cell.source and not cell.displays
            if changed and canonical(found.source) != canonical(cell.source):
                text = f"the translation of cell {cell.name!r} changes what it computes"
                problems.append(Problem(tutorial.path, cell.line, text))
            for line, key in found.missing:
                text = f"no Turkish for {key!r}: add it to {strings.path.name} under {name}"
                problems.append(Problem(tutorial.path, cell.line + line - 1, text))
        used_anywhere |= used
        problems += [
            Problem(strings.path, strings.lines[key], f"nothing shown in {name}.py uses {key!r}")
            for key in strings.own
            if key not in used
        ]
    for name, strings in shared.strings.items():
        if name == "common":
            unused = [key for key in strings.own if key not in used_anywhere]
            problems += [
                Problem(strings.path, strings.lines[key], f"no tutorial uses {key!r}")
                for key in unused
            ]
        elif name not in tutorials:
            line = min(strings.lines.values(), default=2) - 1
            problems.append(Problem(strings.path, line, f"there is no tutorial {name!r}"))
    return problems


def _check_width(tutorial: Tutorial) -> Iterator[Problem]:
    for cell in tutorial.cells:
        for number, line in enumerate(cell.source.splitlines(), cell.line):
            if len(line) > CODE_WIDTH and not cell.hidden:
                text = f"{len(line)} characters: a line of code has at most {CODE_WIDTH}"
                yield Problem(tutorial.path, number, text)


def check_prose(article: Article) -> list[Problem]:
    """Check what a page needs by itself: front matter, LaTeX, and no typed results."""
    problems = []
    for key in ("title", "description"):
        if not article.meta.get(key):
            problems.append(Problem(article.path, 1, f"front matter has no `{key}:`"))
        elif article.woven:
            for found in typed_results(str(article.meta[key]), article.language):
                problems.append(_typed(article, front_line(article, key), found))
    latex = LatexToMathML()
    for line, token in walk(parse_markdown(article)):
        if token.type in {"math_inline", "math_block", "math_inline_double"}:
            try:
                latex.convert_with_local_state(
                    token.content, displaystyle=token.type != "math_inline"
                )
            except LatexError as error:
                problems.append(Problem(article.path, line, say_latex(token.content, error)))
        elif token.type == "text" and article.woven:
            for found in typed_results(token.content, article.language):
                problems.append(_typed(article, line, found))
    return problems


def say_latex(latex: str, error: LatexError) -> str:
    """Return a message for LaTeX that cannot be read."""
    said = _ANSI.sub("", str(error)).strip().splitlines()[0].removeprefix("Error: ")
    return f"LaTeX ${latex.strip()}$: {said}"


def typed_results(text: str, language: str) -> list[str]:
    """Return the decimals, percentages and durations typed in a text."""
    text = re.sub(_GROUPED[language], "N", text)
    number = r"(?:\d+(?:[.,]\d+)*|N)"
    pattern = (
        rf"%\s?{number}|{number}\s?%|\d+[.,]\d+(?:[.,]\d+)*|\b{number}\s(?:{_UNITS[language]})\b"
    )
    if language == "tr":
        pattern += rf"|(?i:yüzde)\s+{number}"
    return [match[0] for match in re.finditer(pattern, text)]


def check_article(
    article: Article, tutorial: Tutorial, record: Record | None, quoted: dict[str, dict]
) -> list[Problem]:
    """Check an article against its tutorial and the tutorial's run."""
    problems = []
    order = [cell.name for cell in tutorial.cells if not cell.hidden]
    seen: dict[str, int] = {}
    latest = -1
    for shown in article.cells:
        name = shown.name
        if name not in order:
            hidden = tutorial.cell(name)
            text = f"cell {name!r} is hidden" if hidden else f"no cell {name!r}: {_known(order)}"
            problems.append(Problem(article.path, shown.line, text))
            continue
        if name in seen:
            text = f"cell {name!r} is shown already, on line {seen[name]}"
            problems.append(Problem(article.path, shown.line, text))
        elif order.index(name) < latest:
            text = f"cell {name!r} must come before {order[latest]!r}, as in {tutorial.path.name}"
            problems.append(Problem(article.path, shown.line, text))
        seen.setdefault(name, shown.line)
        latest = max(latest, order.index(name))
        if record is not None:
            outputs = record.outputs.get(name, {}).get("en", [])
            if shows_image(outputs) and not (shown.alt or "").strip():
                text = (
                    f'cell {name!r} shows a figure: say what it shows, `cell("{name}", alt="…")`'
                )
                problems.append(Problem(article.path, shown.line, text))
            elif shown.alt and not shows_image(outputs) and name in record.outputs:
                text = f"cell {name!r} shows no figure: take its alt text away"
                problems.append(Problem(article.path, shown.line, text))
    for name in order:
        if name not in seen:
            text = (
                f"cell {name!r} of {tutorial.path.name} is never shown: show it, or tag it hidden"
            )
            problems.append(Problem(article.path, 0, text))
    if record is not None:
        problems += check_values(article, namespace(record, quoted))
        problems += check_card(article, namespace(record, quoted))
    return problems


def check_values(article: Article, names: Mapping[str, object]) -> list[Problem]:
    """Check that every expression of a page has a value."""
    problems: list[Problem] = []
    for part in article.parts:
        if isinstance(part, Value):
            try:
                evaluate(article, part, names)
            except WeaverError as error:
                problems += error.problems
    return problems


def check_card(article: Article, names: Mapping[str, object]) -> list[Problem]:
    """Check that a card image shows the run's values, and none that is typed."""
    try:
        highlight = read_highlight(article, names)
    except WeaverError as error:
        return list(error.problems)
    typed = typed_results(highlight.label, article.language) if highlight else []
    return [_typed(article, front_line(article, "card"), found) for found in typed]


def check_parity(first: Article, second: Article) -> list[Problem]:
    """Say where the two languages of a page differ in what they must share."""
    problems = []
    if first.tutorial != second.tutorial:
        text = f"tutorial {second.tutorial!r}, but {first.tutorial!r} in {_short(first.path)}"
        problems.append(Problem(second.path, front_line(second, "tutorial"), text))
    if shown_values(first) != shown_values(second):
        text = f"`card` shows other values than in {_short(first.path)}"
        problems.append(Problem(second.path, front_line(second, "card"), text))
    ours, theirs = ([cell.name for cell in article.cells] for article in (first, second))
    for here, there in ((first, second), (second, first)):
        others = {cell.name for cell in there.cells}
        for cell in here.cells:
            if cell.name not in others:
                text = f"cell {cell.name!r} is not in {_short(there.path)}"
                problems.append(Problem(here.path, cell.line, text))
    if sorted(ours) == sorted(theirs) and ours != theirs:
        at = next(i for i, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1])
        text = f"shows {theirs[at]!r} where {_short(first.path)} shows {ours[at]!r}"
        problems.append(Problem(second.path, second.cells[at].line, text))
    left, right = _sections(first), _sections(second)
    for mine, other in zip(left, right, strict=False):
        if mine.level != other.level:
            text = f"heading of level {other.level}: {_short(first.path)}:{mine.line} has one"
            text += f" of level {mine.level}"
            return [*problems, Problem(second.path, other.line, text)]
        problems += _compare_sections(mine, other, first, second)
        problems += _compare_sections(other, mine, second, first)
    if len(left) != len(right):
        longer, shorter = (first, second) if len(left) > len(right) else (second, first)
        extra = max(left, right, key=len)[min(len(left), len(right))]
        counts = f"{len(left) - 1} vs {len(right) - 1} headings in {' vs '.join(LANGUAGES)}"
        text = f"{counts}: this one has no match in {_short(shorter.path)}"
        problems.append(Problem(longer.path, extra.line, text))
    return problems


def _compare_sections(
    mine: _Section, other: _Section, here: Article, there: Article
) -> Iterator[Problem]:
    """Find equations and values of a section that its twin lacks."""
    nouns = {
        "equation": (mine.equations, other.equations, "${}$"),
        "value": (mine.values, other.values, "{{{{{}}}}}"),
    }
    for noun, (ours, theirs, written) in nouns.items():
        surplus = Counter(text for _, text in ours) - Counter(text for _, text in theirs)
        for line, text in reversed(ours):
            if surplus[text] > 0:
                surplus[text] -= 1
                said = f"{noun} {written.format(text)} is not in the same section of"
                yield Problem(here.path, line, f"{said} {_short(there.path)}:{other.line}")


def _sections(article: Article) -> list[_Section]:
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
    ends = [line for line, _ in headings[1:]] + [10**9]
    return [
        _Section(
            line,
            level,
            tuple(pair for pair in equations if line <= pair[0] < end),
            tuple(pair for pair in values if line <= pair[0] < end),
        )
        for (line, level), end in zip(headings, ends, strict=True)
    ]


def _hide_words(literal: re.Match) -> str:
    """Hide a string with a blank in it: words, an alt text say."""
    return '"…"' if " " in literal[0] else literal[0]


def _same_maths(latex: str) -> str:
    """Drop from LaTeX what may differ between languages: words and decimal marks."""
    latex = re.sub(r"\\(text|textrm|mathrm|operatorname)\s*\{[^{}]*\}", r"\\\1{}", latex)
    return " ".join(re.sub(r"(?<=\d)(?:\{,\}|,)(?=\d)", ".", latex).split())


def _typed(article: Article, line: int, found: str) -> Problem:
    text = f"{found!r} is typed in: let it come from the run, `{{{{ name | percent }}}}`,"
    return Problem(article.path, line, text + " from docs/quoted.yml, or put code in `backticks`")


def _known(names) -> str:
    return f"there is {', '.join(names) or 'none'}"


def _short(path: Path) -> str:
    return "/".join(path.parts[-3:])
