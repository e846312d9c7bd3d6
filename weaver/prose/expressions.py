"""Evaluate ``{{ … }}``: strict, sandboxed, and only expressions."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateAssertionError,
    TemplateError,
    TemplateRuntimeError,
    TemplateSyntaxError,
    UndefinedError,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing, object_type_repr

from weaver.core.messages import _
from weaver.core.numbers import FILTERS, format_integer
from weaver.core.problems import fail
from weaver.prose.article import Article, Value
from weaver.prose.markdown import escape_markdown

_LANGUAGE = "the page's language"  # no expression can say this name


class Written(str):
    """Markdown that the engine wrote; any other text of an expression is shown as it is."""


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
        text = f"{{{{{part.expression}}}}}: {_say(error)}"
        names = [name for name in re.findall(r"[A-Za-z_]\w*", part.expression) if name in values]
        if not names:
            where = article.tutorial or article.path.stem
            text += ": " + _("{name} has no such value").format(name=where)
        raise fail(article.path, part.line, text) from None


def _say(error: Exception) -> str:
    """Return what is wrong with an expression; Jinja says a filter's name in English."""
    if isinstance(error, TemplateAssertionError) and "filter" in str(error):
        name = str(error).partition("'")[2].partition("'")[0]
        return _("No filter named {name!r}.").format(name=name)
    return str(error)


class _Unknown(StrictUndefined):
    """A name that an expression may not use, said in the reader's language."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        if obj is missing:
            hint = hint or _("{name!r} is undefined").format(name=name)
        else:
            text = _("{object} has no attribute {name!r}")
            hint = hint or text.format(object=object_type_repr(obj), name=name)
        super().__init__(hint, obj, name, exc)


@cache
def _compile(expression: str) -> Template:
    """Return the template of an expression, which serves both languages."""
    return make_environment().from_string("{{" + expression + "}}")


@cache
def make_environment() -> SandboxedEnvironment:
    """Return the environment of all expressions, with the filters that write numbers."""
    environment = SandboxedEnvironment(
        undefined=_Unknown,
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
    """Write what has no filter: whole numbers, and words, which carry no marks."""
    if isinstance(value, bool | list | dict):
        raise TypeError(_("is not a number or a word"))
    if isinstance(value, float):
        raise TypeError(_("needs a filter: `| percent`, `| number(3)`, `| seconds`"))
    if isinstance(value, int):
        return format_integer(value, language=context[_LANGUAGE])
    if isinstance(value, str) and not isinstance(value, Written):
        return escape_markdown(value)
    return value


def parse_expression(path: Path, line: int, expression: str) -> None:
    """Make sure that a text is an expression."""
    try:
        make_environment().parse("{{" + expression + "}}")
    except TemplateSyntaxError as error:
        raise fail(path, line, f"{{{{{expression}}}}}: {error.message}") from None
