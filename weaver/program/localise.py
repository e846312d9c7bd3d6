"""Code with its comments, docstrings and shown words in another language."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from weaver.program.meaning import docstring_nodes
from weaver.program.strings import Strings
from weaver.program.tutorial import Cell

# Where a string literal is sure to be read: calls, and keywords of any call.
_TEXT_CALLS = frozenset(
    "print text annotate legend title suptitle xlabel ylabel figtext set_title set_xlabel"
    " set_ylabel supxlabel supylabel set_xticks set_yticks set_xticklabels set_yticklabels"
    " set_label".split()
)

_TEXT_KEYWORDS = frozenset("label labels title xlabel ylabel".split())

_WORD = re.compile(r"[^\W\d_]{2,}")

_LITERAL = re.compile(r"""(?s)([A-Za-z]*)('{3}|"{3}|'|")(.*)\2""")


@dataclass(frozen=True)
class Localised:
    """A cell's code in a language, and what localising it used and lacked."""

    source: str
    used: frozenset[str]
    missing: tuple[tuple[int, str], ...]  # (line of the cell from 1, key)


def localise(cell: Cell, strings: Strings) -> Localised:
    """Return a cell's code with its comments, docstrings and words translated.

    Only a display cell has its string literals translated: in other cells that
    would change what the program computes.
    """
    source = cell.source
    offsets = _line_offsets(source)
    edits: list[tuple[int, int, str]] = []
    used: set[str] = set()
    missing: list[tuple[int, str]] = []

    def translate(start: int, key: str, *, needed: bool) -> None:
        translation = strings.get(key)
        if translation is not None:
            edits.append((start, start + len(key), translation))
            used.add(key)
        elif needed and _WORD.search(_visible(key)):
            missing.append((source.count("\n", 0, start) + 1, key))

    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            translate(offsets[row - 1][0] + column, token.string.rstrip(), needed=True)
    tree = ast.parse(source)
    docstrings = set(docstring_nodes(tree))
    for node in docstrings:
        start, end = _span(node, source, offsets)
        for position, line in _prose_lines(source[start:end]):
            translate(start + position, line, needed=True)
    if cell.displays:
        for written, read in _literals(tree):
            start, end = _span(written, source, offsets)
            literal = _LITERAL.fullmatch(source[start:end])
            if written not in docstrings and literal:
                translate(start + literal.start(3), literal[3], needed=read)
    for start, end, translation in sorted(edits, reverse=True):
        source = source[:start] + translation + source[end:]
    return Localised(source, frozenset(used), tuple(missing))


def _visible(key: str) -> str:
    """Drop an f-string's replacement fields and escapes from a literal's text."""
    return re.sub(r"\{[^{}]*\}|\\.", "", key)


def _line_offsets(source: str) -> list[tuple[int, str]]:
    lines = source.splitlines(keepends=True)
    return list(zip(accumulate(map(len, lines), initial=0), lines, strict=False))


def _span(node: ast.expr, source: str, offsets: list[tuple[int, str]]) -> tuple[int, int]:
    """Return the character positions of a node (the parser counts UTF-8 bytes)."""

    def position(row: int, column: int) -> int:
        start, line = offsets[row - 1]
        return start + len(line.encode()[:column].decode())

    end = position(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return position(node.lineno, node.col_offset), end


def _prose_lines(literal: str) -> Iterator[tuple[int, str]]:
    """Yield (position, text) of a docstring's lines that are not examples."""
    match = _LITERAL.fullmatch(literal)
    if not match:
        return
    position, example = match.start(3), False
    for line in match[3].splitlines(keepends=True):
        text = line.strip()
        example = bool(text) and (example or text.startswith(">>>"))
        if text and not example:
            yield position + line.index(text), text
        position += len(line)


def _literals(node: ast.AST, read: bool = False) -> Iterator[tuple[ast.expr, bool]]:
    """Yield string literals, and whether a reader is sure to see each."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield node, read
        return
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from _literals(node.func, read)
        for argument in node.args:
            yield from _literals(argument, name in _TEXT_CALLS or read)
        for keyword in node.keywords:
            yield from _literals(keyword.value, keyword.arg in _TEXT_KEYWORDS)
        return
    hides = isinstance(node, ast.Compare | ast.Subscript)
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, read and not hides)
