"""Languages: numbers as each language writes them, and words inside code."""

import ast
import doctest
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import babel.dates
import yaml
from babel.numbers import format_decimal, format_percent

from weaver.problems import fail
from weaver.tutorial import Cell, read_text

# libyaml reads as PyYAML's own safe loader does, ten times as fast.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Where a string literal is sure to be read: calls, and keywords of any call.
_TEXT_CALLS = frozenset(
    "print text annotate legend title suptitle xlabel ylabel figtext set_title set_xlabel"
    " set_ylabel supxlabel supylabel set_xticks set_yticks set_xticklabels set_yticklabels"
    " set_label".split()
)
_TEXT_KEYWORDS = frozenset("label labels title xlabel ylabel".split())
_WORD = re.compile(r"[^\W\d_]{2,}")
_LITERAL = re.compile(r"""(?s)([A-Za-z]*)('{3}|"{3}|'|")(.*)\2""")


def capitalised(word: str, language: str) -> str:
    """Write a word with a capital at its start: ``İleri`` in Turkish, not ``Ileri``."""
    first = "İ" if language == "tr" and word[0] == "i" else word[0].upper()
    return first + word[1:]


def lower(text: str, language: str) -> str:
    """Write a text in small letters: ``ışık`` for ``IŞIK`` in Turkish."""
    if language == "tr":
        text = text.replace("I", "ı").replace("İ", "i")
    return text.lower()


# --- numbers -----------------------------------------------------------------


def format_number(value: float, digits: int | None = None, *, language: str) -> str:
    """Write a number: ``0,25`` in Turkish, ``0.25`` in English.

    ``digits`` is the number of decimals; without it, up to six are shown.
    """
    pattern = "#,##0.######" if digits is None else "#,##0" + _decimals(digits)
    return format_decimal(value, pattern, locale=language)


def format_percentage(value: float, digits: int = 1, *, language: str) -> str:
    """Write a share of one as a percentage: ``%84,5`` or ``84.5%``."""
    pattern = "%#,##0{}" if language == "tr" else "#,##0{}%"
    return format_percent(value, pattern.format(_decimals(digits)), locale=language)


def format_points(value: float, digits: int = 1, *, language: str) -> str:
    """Write a difference of shares in percentage points, without a unit."""
    return format_number(100 * value, digits, language=language)


def format_seconds(value: float, digits: int = 1, *, language: str) -> str:
    """Write a duration in seconds: ``12,3 sn`` or ``12.3 s``."""
    unit = {"tr": "sn", "en": "s"}[language]
    return f"{format_number(value, digits, language=language)}\N{NO-BREAK SPACE}{unit}"


def format_duration(value: float, *, language: str) -> str:
    """Write a duration in seconds for people: ``7,6 sn``, ``3 dk 37 sn``."""
    if value < 60:
        return format_seconds(value, language=language)
    minutes, seconds = divmod(round(value), 60)
    unit = {"tr": "dk", "en": "min"}[language]
    written = f"{format_integer(minutes, language=language)}\N{NO-BREAK SPACE}{unit}"
    return f"{written} {format_seconds(seconds, 0, language=language)}" if seconds else written


def format_date(value: str, *, language: str) -> str:
    """Write an ISO date in words: ``21 Kasım 2026`` or ``21 November 2026``."""
    locale = {"tr": "tr", "en": "en_GB"}[language]
    return babel.dates.format_date(date.fromisoformat(value), "long", locale=locale)


def format_integer(value: float, *, language: str) -> str:
    """Write a whole number: ``60.000`` or ``60,000``."""
    return format_number(round(value), 0, language=language)


FILTERS = {
    "number": format_number,
    "percent": format_percentage,
    "points": format_points,
    "seconds": format_seconds,
    "integer": format_integer,
}


def _decimals(digits: int) -> str:
    return "." + "0" * digits if digits else ""


# --- words inside code -------------------------------------------------------


@dataclass(frozen=True)
class Strings:
    """The translations that one tutorial's code may use."""

    path: Path
    own: Mapping[str, str] = field(default_factory=dict)
    common: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """Return the translation of ``key``, or None."""
        return self.own.get(key, self.common.get(key))


@dataclass(frozen=True)
class Localised:
    """A cell's code in a language, and what localising it used and lacked."""

    source: str
    used: frozenset[str]
    missing: tuple[tuple[int, str], ...]  # (line of the cell from 1, key)


def read_strings(path: Path) -> dict[str, Strings]:
    """Read ``strings.tr.yml``: a mapping per tutorial, and one named ``common``."""
    if not path.exists():
        return {}
    text = read_text(path)
    tree = load_yaml(path, text)
    if not isinstance(tree, dict):
        raise fail(path, 1, "must map tutorial names to their strings")
    lines: dict[str, dict[str, int]] = {}
    for key_node, value_node in compose_yaml(text):
        section = key_node.value
        lines[section] = {}
        if not isinstance(value_node, yaml.MappingNode):
            line = key_node.start_mark.line + 1
            raise fail(path, line, f"{section!r} must map English to Turkish strings")
        for entry, translation in value_node.value:
            line = entry.start_mark.line + 1
            if entry.value in lines[section]:
                raise fail(path, line, f"{entry.value!r} is translated twice")
            if not isinstance(translation, yaml.ScalarNode):
                raise fail(path, line, f"{entry.value!r} must have a string as translation")
            lines[section][entry.value] = line
    sections = {
        name: {str(key): str(value) for key, value in (section or {}).items()}
        for name, section in tree.items()
    }
    common = sections.get("common", {})
    return {
        name: Strings(path, own, {} if name == "common" else common, lines[name])
        for name, own in sections.items()
    } | {"common": Strings(path, common, {}, lines.get("common", {}))}


def load_yaml(path: Path, text: str) -> object:
    """Parse YAML, naming file and line of what cannot be parsed."""
    try:
        return yaml.load(text, YAML_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise fail(path, line, f"not YAML: {error.problem}") from None


def compose_yaml(text: str) -> list:
    """Return the nodes of a file that was loaded already: they know their lines."""
    node = yaml.compose(text, YAML_LOADER)
    return [] if node is None else node.value


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
    docstrings = set(_docstring_nodes(tree))
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


def canonical(source: str) -> str:
    """Return what code means, as text.

    Comments, blank lines, formatting and the prose of docstrings do not count;
    the examples in docstrings do, since a run checks them. The text is the same
    for every Python version that reads the code.
    """
    tree = ast.parse(source)
    for node in _docstring_nodes(tree):
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


def _visible(key: str) -> str:
    """Drop an f-string's replacement fields and escapes from a literal's text."""
    return re.sub(r"\{[^{}]*\}|\\.", "", key)


def _line_offsets(source: str) -> list[tuple[int, str]]:
    offsets, position = [], 0
    for line in source.splitlines(keepends=True):
        offsets.append((position, line))
        position += len(line)
    return offsets


def _span(node: ast.expr, source: str, offsets: list[tuple[int, str]]) -> tuple[int, int]:
    """Return the character positions of a node (the parser counts UTF-8 bytes)."""

    def position(row: int, column: int) -> int:
        start, line = offsets[row - 1]
        return start + len(line.encode()[:column].decode())

    end = position(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return position(node.lineno, node.col_offset), end


def _docstring_nodes(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = getattr(node.body[0], "value", None)
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first


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
