"""Markdown as blocks and what is inside them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from weaver.prose.article import Article, Prose, Value

VALUE = "\ue000"  # stands for a value in Markdown without its expressions

# What may begin a mark; an underscore within a word begins none.
_MARK = re.compile(r"[&<>\"'`*\[\]\\|${}\n]|(?<![^\W_])_|_(?![^\W_])")


def escape_markdown(text: str) -> str:
    """Return Markdown that shows a text as it is, on one line, whatever signs it holds."""
    return _MARK.sub(lambda sign: f"&#{ord(sign[0])};", text)


def parse_markdown(article: Article) -> list[Token]:
    """Return the article's blocks, each value replaced by a letter and each cell by nothing.

    Lines of the tokens' ``map`` count from 0, from the start of the file.
    """
    text = "\n" * (article.parts[0].line - 1 if article.parts else 0)
    for part in article.parts:
        if isinstance(part, Prose):
            text += part.text
        elif isinstance(part, Value):
            text += VALUE + "\n" * part.expression.count("\n")
    return parse_text(text)


@lru_cache(maxsize=64)  # each check reads the same page
def parse_text(text: str) -> list[Token]:
    """Return the blocks of a text."""
    parser = MarkdownIt("commonmark").enable("table").disable("code").use(dollarmath_plugin)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # what pages link to
    parser.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)
    return parser.parse(text)


def walk(tokens: list[Token]) -> Iterator[tuple[int, Token]]:
    """Yield (line, token) of blocks and of what is inside them, depth first."""
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        yield line, token
        within = line
        for child in token.children or ():
            yield within, child
            within += child.type in {"softbreak", "hardbreak"} or child.content.count("\n")
