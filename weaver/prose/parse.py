"""Read a page: its front matter, its prose, its values and its cells."""

import ast
import re
from dataclasses import replace
from pathlib import Path

from jinja2 import TemplateSyntaxError

from weaver.core.files import load_yaml, read_text
from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.prose.article import Article, CellReference, Prose, Value
from weaver.prose.expressions import make_environment, parse_expression

_FRONT_MATTER = re.compile(r"(?s)\A---\n(.*?\n)---\n")

_CELL = re.compile(r"\s*cell\s*\(")


def read_article(path: Path, language: Language) -> Article:
    """Read a page.

    Raises
    ------
    WeaverError
        If its front matter is not YAML, or an expression is not one.
    """
    meta, first, body = _read_front(path)
    plain = Article(path, language, meta, (Prose(first, body),))
    # Other pages may hold any braces: nothing in them is evaluated.
    return replace(plain, parts=tuple(_split(path, body, first))) if plain.woven else plain


def _read_front(path: Path) -> tuple[dict[str, object], int, str]:
    """Return a page's front matter, the line where its text starts, and the text."""
    text = read_text(path).replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    if not front:
        return {}, 1, text
    meta = load_yaml(path, "\n" + front[1]) or {}
    if not isinstance(meta, dict):
        raise fail(path, 2, _("front matter must be `key: value` lines"))
    return meta, front[0].count("\n") + 1, text[front.end() :]


def front_line(article: Article, key: str) -> int:
    """Return the line of a key of the front matter; 1 if it has none."""
    lines = read_text(article.path).splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def _split(path: Path, body: str, first: int) -> list[Prose | Value | CellReference]:
    parts: list[Prose | Value | CellReference] = []
    expression: str | None = None
    start = first
    try:
        for line, kind, text in make_environment().lex(body):
            if kind in {"block_begin", "raw_begin"}:
                text = _("only `{{ … }}` is allowed, no `{% … %}`")
                raise fail(path, first + line - 1, text)
            if kind == "variable_begin":
                expression, start = "", first + line - 1
            elif kind == "variable_end" and expression is not None:
                parts.append(_expression(path, start, expression))
                expression = None
            elif expression is not None:
                expression += text
            elif kind == "data":
                parts.append(Prose(first + line - 1, text))
    except TemplateSyntaxError as error:
        # What follows an `{{` that is never closed is read as an expression, to its first oddity.
        line = first + error.lineno - 1 if expression is None else start
        text = _("not an expression: {problem}").format(problem=error.message)
        raise fail(path, line, text) from None
    if expression is not None:
        raise fail(path, start, _("not an expression: `{{` has no `}}`"))
    for index, part in enumerate(parts):
        if isinstance(part, CellReference):
            before = _text_of(parts, index - 1).rpartition("\n")[2]
            after = _text_of(parts, index + 1).partition("\n")[0]
            if before.strip() or after.strip():
                text = _("`cell({name!r})` must stand alone on its line")
                raise fail(path, part.line, text.format(name=part.name))
            parts[index] = CellReference(part.line, part.name, part.alt, before)
    return parts


def _text_of(parts: list[Prose | Value | CellReference], index: int) -> str:
    if not 0 <= index < len(parts):
        return ""
    part = parts[index]
    return part.text if isinstance(part, Prose) else "value"


def _expression(path: Path, line: int, expression: str) -> Value | CellReference:
    if not _CELL.match(expression):
        if not expression.strip():
            raise fail(path, line, _("`{{ }}` is empty"))
        parse_expression(path, line, expression)
        return Value(line, expression)
    usage = _('write `{{ cell("name") }}` or `{{ cell("name", alt="what it shows") }}`')
    try:
        call = ast.parse(expression.strip(), mode="eval").body
        if not isinstance(call, ast.Call):
            raise ValueError(usage)
        arguments = [ast.literal_eval(argument) for argument in call.args]
        keywords = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        (name,) = arguments
        if set(keywords) - {"alt"} or not isinstance(name, str):
            raise ValueError(usage)
    except (SyntaxError, ValueError, AttributeError):
        raise fail(path, line, usage) from None
    return CellReference(line, name, keywords.get("alt"), "")


WORDS_PER_MINUTE = 150  # of a text with formulas and code to follow


def reading_minutes(article: Article) -> int:
    """Return how long a page's prose takes to read, in whole minutes."""
    words = sum(len(part.text.split()) for part in article.parts if isinstance(part, Prose))
    return max(1, round(words / WORDS_PER_MINUTE))
