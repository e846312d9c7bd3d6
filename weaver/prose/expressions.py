"""Evaluate ``{{ … }}``: strict, sandboxed, and only expressions."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from weaver.core.problems import fail
from weaver.language.numbers import FILTERS, format_integer
from weaver.prose.article import Article, Value

_LANGUAGE = "the page's language"  # no expression can say this name


def evaluate(article: Article, part: Value, values: Mapping[str, object]) -> str:
    """Return an expression's value as the article's language writes it.

    Raises
    ------
    WeaverError
        If a name is unknown, or a float has no filter to say how to write it.
    """
    try:
        return _compile(part.expression).render({**values, _LANGUAGE: article.language})
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        text = f"{{{{{part.expression}}}}}: {error}"
        names = [name for name in re.findall(r"[A-Za-z_]\w*", part.expression) if name in values]
        if not names:
            text += f": {article.tutorial or 'the site'} has no such value"
        raise fail(article.path, part.line, text) from None


@cache
def _compile(expression: str) -> Template:
    """Return the template of an expression, which serves both languages."""
    return make_environment().from_string("{{" + expression + "}}")


@cache
def make_environment() -> SandboxedEnvironment:
    """Return the environment of all expressions, with the filters that write numbers."""
    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        # `{#` starts an attribute list in Markdown, so comments look otherwise.
        comment_start_string="{{#",
        comment_end_string="#}}",
        finalize=_finish,
    )
    for name, function in FILTERS.items():
        environment.filters[name] = _in_language(function)
    return environment


def _in_language(function: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that writes a value as the page's language does."""

    @pass_context
    def write(context: Context, value: object, *arguments: object, **options: object) -> str:
        return function(value, *arguments, **options, language=context[_LANGUAGE])

    return write


@pass_context
def _finish(context: Context, value: object) -> object:
    """Write what has no filter: whole numbers and words only."""
    if isinstance(value, bool | list | dict):
        raise TypeError("is not a number or a word")
    if isinstance(value, float):
        raise TypeError("needs a filter: `| percent`, `| number(3)`, `| seconds`")
    if isinstance(value, int):
        return format_integer(value, language=context[_LANGUAGE])
    return value


@cache
def _parse_template(expression: str) -> None:
    make_environment().parse("{{" + expression + "}}")


def parse_expression(path: Path, line: int, expression: str) -> None:
    """Make sure that a text is an expression."""
    try:
        _parse_template(expression)
    except TemplateSyntaxError as error:
        raise fail(path, line, f"{{{{{expression}}}}}: {error.message}") from None
