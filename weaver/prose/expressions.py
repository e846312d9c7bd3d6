"""Evaluate ``{{ … }}``: strict, sandboxed, and only expressions.

An expression says what a run gave, or a source that is quoted: it picks from values,
adds, subtracts, multiplies and divides them, and a filter writes what comes of it. What
is typed into it decides no result: a number may be an index, an argument, or `FACTORS`
beside a value; a text may be a key or an argument.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateAssertionError,
    TemplateError,
    TemplateRuntimeError,
    UndefinedError,
    pass_context,
)
from jinja2 import nodes as n
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing, object_type_repr

from weaver.core.messages import _
from weaver.core.numbers import FILTERS, format_integer
from weaver.core.problems import fail
from weaver.prose.article import Article, Value
from weaver.prose.markdown import escape_markdown

_LANGUAGE = "the page's language"  # no expression can say this name

FACTORS = frozenset({1, 2, 60, *(10**power for power in range(1, 10))})  # of units and shares

LONGEST = 500  # characters of an expression

_LARGEST_INDEX = 10**6

_MOST_DIGITS = 20  # after a decimal mark


_WRONG = (TemplateError, ValueError, SyntaxError, RecursionError, MemoryError)


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
    except (*_WRONG, TypeError, LookupError, ArithmeticError) as error:
        text = f"{{{{{part.expression}}}}}: {_say(error)}"
        names = [name for name in re.findall(r"[A-Za-z_]\w*", part.expression) if name in values]
        if isinstance(error, UndefinedError) and not names:
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
    return make_environment().from_string(_parse(expression))


def _parse(expression: str) -> n.Template:
    """Return the tree of an expression; raise one of `_WRONG` if it may not be one."""
    if len(expression) > LONGEST:
        raise ValueError(_("longer than {most} characters").format(most=LONGEST))
    tree = make_environment().parse("{{" + expression + "}}")
    shown = [node for output in tree.body if isinstance(output, n.Output) for node in output.nodes]
    if len(shown) != 1 or len(tree.body) != 1 or isinstance(shown[0], n.TemplateData):
        raise ValueError(_("write one expression"))
    if not _depends(shown[0]):
        raise ValueError(_("names no value: a result comes from a run or from docs/quoted.yml"))
    return tree


def _depends(node: n.Node) -> bool:
    """Whether what an expression gives is a value's, not typed in; raise ValueError if mixed."""
    match node:
        case n.Name():
            return True
        case n.Const():
            return False
        case n.Add() | n.Sub() | n.Mul() | n.Div():
            _stands_beside(node.left, node.right)
            _stands_beside(node.right, node.left)
            return True
        case n.Neg() | n.Getattr():
            return _depends(node.node)
        case n.List():
            return all(map(_depends, node.items))
        case n.Getitem():
            _check_picked(node.arg, _LARGEST_INDEX)
            return _depends(node.node)
        case n.Filter() if node.node:
            _check_arguments(node, _MOST_DIGITS)
            return _depends(node.node)
        case n.Call(node=n.Name()):
            _check_arguments(node, _LARGEST_INDEX)
            return True
    raise ValueError(_("an expression picks, adds, subtracts, multiplies and divides values"))


def _stands_beside(part: n.Node, other: n.Node) -> None:
    """Raise ValueError unless a part is of values, or a factor of another that is."""
    factor = isinstance(part, n.Const) and type(part.value) is int and part.value in FACTORS
    if not _depends(part) and not (factor and _depends(other)):
        text = _("a number beside a value can only be {factors}, 10, 100, 1000 and so on")
        raise ValueError(text.format(factors="1, 2, 60"))


def _check_arguments(node: n.Filter | n.Call, largest: int) -> None:
    if node.dyn_args or node.dyn_kwargs:
        raise ValueError(_("an expression picks, adds, subtracts, multiplies and divides values"))
    for argument in (*node.args, *(word.value for word in node.kwargs)):
        _check_picked(argument, largest)


def _check_picked(node: n.Expr, largest: int) -> None:
    """Raise ValueError unless a node can be an index, a key or an argument."""
    if isinstance(node, n.Slice):
        for end in filter(None, (node.start, node.stop, node.step)):
            _check_picked(end, largest)
    elif isinstance(node, n.Neg):
        _check_picked(node.node, largest)
    elif not isinstance(node, n.Const):
        _depends(node)
    elif not isinstance(node.value, str) and not (
        type(node.value) is int and node.value <= largest
    ):
        text = _("{value!r}: an index or an argument is a whole number to {largest}, or a text")
        raise ValueError(text.format(value=node.value, largest=largest))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Reckons with numbers alone: a text times a million is none."""

    intercepted_binops = frozenset("+-*/")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return what becomes of two numbers."""
        for value in (left, right):
            if not isinstance(value, int | float | Undefined):
                raise TypeError(_("only numbers are added, subtracted, multiplied and divided"))
        return super().call_binop(context, operator, left, right)


@cache
def make_environment() -> _Sandbox:
    """Return the environment of all expressions: filters that write numbers, and nothing else."""
    environment = _Sandbox(
        undefined=_Unknown,
        keep_trailing_newline=True,
        # `{#` starts an attribute list in Markdown, so comments look otherwise.
        comment_start_string="{{#",
        comment_end_string="#}}",
        finalize=_finish,
        optimized=False,  # or what is typed in would be worked out before anybody looks
    )
    for table in (environment.globals, environment.filters, environment.tests):
        table.clear()
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
    if isinstance(value, float):
        raise TypeError(_("needs a filter: `| percent`, `| number(3)`, `| seconds`"))
    if isinstance(value, int) and not isinstance(value, bool):
        return format_integer(value, language=context[_LANGUAGE])
    if isinstance(value, Written | Undefined):
        return value
    if isinstance(value, str):
        return escape_markdown(value)
    raise TypeError(_("is not a number or a word"))


def parse_expression(path: Path, line: int, expression: str) -> None:
    """Make sure that a text is an expression, and one that types no result."""
    try:
        _parse(expression)
    except _WRONG as error:
        raise fail(path, line, f"{{{{{expression}}}}}: {_say(error)}") from None
