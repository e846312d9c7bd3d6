"""What code means, whatever it looks like."""

import ast
import doctest
import re
from collections.abc import Iterator
from pathlib import Path

from weaver.core.messages import _
from weaver.core.problems import fail

# What ascii() writes of characters that are neither ASCII nor half of a pair.
_ESCAPED = re.compile(r"\\\\|\\(?:x([89a-f].)|u(?!d[89a-f])(....)|U(.{8}))")


def parse(path: Path, text: str) -> ast.Module:
    """Parse a program of the project, naming file and line of what is not Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:  # a zero byte is a ValueError
        said = _("not plain Python: {reason}").format(reason=getattr(error, "msg", error))
        raise fail(path, getattr(error, "lineno", 0) or 0, said) from None


def canonical(source: str) -> str:
    """Return what code means, as text.

    Comments, blank lines, formatting and the prose of docstrings do not count;
    the examples in docstrings do, since a run checks them. The text is the same
    for every Python version that reads the code.
    """
    tree = ast.parse(source)
    for node in docstring_nodes(tree):
        examples = doctest.DocTestParser().get_examples(str(node.value))
        shown = (f"({_literal(one.source)}, {_literal(one.want)})" for one in examples)
        node.value = f"[{', '.join(shown)}]"
    return _canonical(tree)


def _canonical(node: object) -> str:
    if isinstance(node, ast.AST):
        fields = (
            f"{name}={_canonical(value)}"
            for name, value in ast.iter_fields(node)
            if value is not None and value != [] and name not in {"kind", "ctx"}
        )
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_canonical, node))}]"
    return _literal(node)


def _literal(value: object) -> str:
    """Return a constant as repr() does, but not by Python's own table of Unicode.

    What repr() escapes as not printable depends on that table's version, so
    here no character beyond ASCII is escaped.
    """
    if not isinstance(value, str):
        return repr(value)
    return _ESCAPED.sub(
        lambda found: chr(int(code, 16)) if (code := found[1] or found[2] or found[3]) else "\\\\",
        ascii(value),
    )


def docstring_nodes(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the docstrings of functions and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = getattr(node.body[0], "value", None)
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first
