"""What code means, whatever it looks like."""

import ast
import doctest
from collections.abc import Iterator


def canonical(source: str) -> str:
    """Return what code means, as text.

    Comments, blank lines, formatting and the prose of docstrings do not count;
    the examples in docstrings do, since a run checks them. The text is the same
    for every Python version that reads the code.
    """
    tree = ast.parse(source)
    for node in docstring_nodes(tree):
        examples = doctest.DocTestParser().get_examples(str(node.value))
        node.value = repr([(example.source, example.want) for example in examples])
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
    return repr(node)


def docstring_nodes(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the docstrings of functions and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = getattr(node.body[0], "value", None)
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first
