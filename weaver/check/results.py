"""Check pages by themselves: front matter, LaTeX, and no typed results."""

import re
from collections.abc import Iterator

from babel.numbers import get_group_symbol
from math_core import LatexError, LatexToMathML

from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.page.maths import say_latex
from weaver.prose.article import Article
from weaver.prose.markdown import parse_markdown, walk
from weaver.prose.parse import front_line
from weaver.site import Site

_READ_FIRST = ("title", "description")


def check_front_matter(site: Site) -> Iterator[Problem]:
    """Check that a page says what it is."""
    for article in site.every_article():
        for key in _READ_FIRST:
            if not article.meta.get(key):
                text = _("front matter has no `{key}:`").format(key=key)
                yield Problem(article.path, 1, text)


def check_latex(site: Site) -> Iterator[Problem]:
    """Check that formulas can be set."""
    latex = LatexToMathML()
    for article in site.every_article():
        for line, token in walk(parse_markdown(article)):
            if token.type in {"math_inline", "math_block", "math_inline_double"}:
                block = token.type != "math_inline"
                try:
                    latex.convert_with_local_state(token.content, displaystyle=block)
                except LatexError as error:
                    yield Problem(article.path, line, say_latex(token.content, error))


def check_results(site: Site) -> Iterator[Problem]:
    """Check that no result of a run is typed into a page that shows runs."""
    for article in site.every_article():
        if not article.woven or "untranslated" in article.meta:
            continue
        tokens = walk(parse_markdown(article))
        texts = [(line, token.content) for line, token in tokens if token.type == "text"]
        texts += [(front_line(article, key), str(article.meta.get(key))) for key in _READ_FIRST]
        for line, text in texts:
            for found in typed_results(text, article.language):
                yield typed_problem(article, line, found)


def typed_results(text: str, language: Language) -> list[str]:
    """Return the decimals, percentages and durations typed in a text."""
    # 60.000 in Turkish and 60,000 in English are whole numbers, not decimals.
    group = re.escape(get_group_symbol(language.babel))
    text = re.sub(rf"\d{{1,3}}(?:{group}\d{{3}})+(?![.,]?\d)", "N", text)
    number = r"(?:\d+(?:[.,]\d+)*|N)"
    units, before = (
        "|".join(words) for words in (language.results.units, language.results.before)
    )
    pattern = rf"%\s?{number}|{number}\s?%|\d+[.,]\d+(?:[.,]\d+)*|\b{number}\s(?:{units})\b"
    pattern += rf"|(?i:{before})\s+{number}" if before else ""
    return [match[0] for match in re.finditer(pattern, text)]


def typed_problem(article: Article, line: int, found: str) -> Problem:
    """Return the problem of a result that is typed in."""
    text = _(
        "{found!r} is typed in: let it come from the run, `{{{{ name | percent }}}}`,"
        " from docs/quoted.yml, or put code in `backticks`"
    )
    return Problem(article.path, line, text.format(found=found))
