"""Check a page by itself: front matter, LaTeX, and no typed results."""

import re

from math_core import LatexError, LatexToMathML

from weaver.core.problems import Problem
from weaver.page.maths import say_latex
from weaver.prose.article import Article
from weaver.prose.markdown import parse_markdown, walk
from weaver.prose.parse import front_line

_UNITS = {
    "tr": r"sn|saniye|dk|dakika|ms|milisaniye|saat",
    "en": r"s|sec|secs|seconds?|min|minutes?|ms|milliseconds?|hours?",
}

# 60.000 in Turkish and 60,000 in English are whole numbers, not decimals.
_GROUPED = {"tr": r"\d{1,3}(?:\.\d{3})+(?![.,]?\d)", "en": r"\d{1,3}(?:,\d{3})+(?![.,]?\d)"}


def check_prose(article: Article) -> list[Problem]:
    """Check what a page needs by itself: front matter, LaTeX, and no typed results."""
    problems = []
    for key in ("title", "description"):
        if not article.meta.get(key):
            problems.append(Problem(article.path, 1, f"front matter has no `{key}:`"))
        elif article.woven:
            for found in typed_results(str(article.meta[key]), article.language):
                problems.append(typed_problem(article, front_line(article, key), found))
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
                problems.append(typed_problem(article, line, found))
    return problems


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


def typed_problem(article: Article, line: int, found: str) -> Problem:
    """Return the problem of a result that is typed in."""
    text = f"{found!r} is typed in: let it come from the run, `{{{{ name | percent }}}}`,"
    return Problem(article.path, line, text + " from docs/quoted.yml, or put code in `backticks`")
