"""Read an article: Markdown whose ``{{ … }}`` name values and cells of a run."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from weaver.languages import FILTERS, compose_yaml, format_integer, load_yaml
from weaver.problems import fail
from weaver.project import LANGUAGES, Project
from weaver.tutorial import read_text

VALUE = "\ue000"  # stands for a value in Markdown without its expressions

_FRONT_MATTER = re.compile(r"(?s)\A---\n(.*?\n)---\n")
_LANGUAGE = "the page's language"  # no expression can say this name
_CELL = re.compile(r"\s*cell\s*\(")


@dataclass(frozen=True)
class Prose:
    """Markdown between two expressions; ``line`` is where it starts."""

    line: int
    text: str


@dataclass(frozen=True)
class Value:
    """An expression that becomes a number or a word."""

    line: int
    expression: str


@dataclass(frozen=True)
class Shown:
    """A cell of the tutorial, shown here; ``indent`` puts it in an admonition."""

    line: int
    name: str
    alt: str | None
    indent: str


@dataclass(frozen=True)
class Article:
    """A page in one language; ``tutorial`` is None for a page without a run."""

    path: Path
    language: str
    meta: Mapping[str, object]
    parts: tuple[Prose | Value | Shown, ...]

    @property
    def tutorial(self) -> str | None:
        """The name of the tutorial that the article shows."""
        name = self.meta.get("tutorial")
        return None if name is None else str(name)

    @property
    def woven(self) -> bool:
        """Whether the page shows runs: its own tutorial's, or all records'."""
        return "tutorial" in self.meta or "records" in self.meta

    @property
    def cells(self) -> list[Shown]:
        """The cells that the article shows, in order."""
        return [part for part in self.parts if isinstance(part, Shown)]


def read_article(path: Path, language: str) -> Article:
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


def read_meta(path: Path) -> dict[str, object]:
    """Read a page's front matter alone, which takes a fraction of the time.

    Raises
    ------
    WeaverError
        If it is not YAML.
    """
    return _read_front(path)[0]


def _read_front(path: Path) -> tuple[dict[str, object], int, str]:
    """Return a page's front matter, the line where its text starts, and the text."""
    text = read_text(path).replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    if not front:
        return {}, 1, text
    meta = load_yaml(path, "\n" + front[1]) or {}
    if not isinstance(meta, dict):
        raise fail(path, 2, "front matter must be `key: value` lines")
    return meta, front[0].count("\n") + 1, text[front.end() :]


def read_quoted(project: Project) -> dict[str, dict]:
    """Read ``quoted.yml``: figures stated elsewhere, each with its source.

    Returns a mapping from key to ``value``, ``what`` (by language), ``source``
    and ``link``.
    """
    path = project.quoted
    if not path.exists():
        return {}
    text = read_text(path)
    quoted = load_yaml(path, text) or {}
    if not isinstance(quoted, dict) or not all(
        isinstance(entry, dict) for entry in quoted.values()
    ):
        raise fail(path, 1, "must map names to entries of `key: value` lines")
    lines = {key.value: key.start_mark.line + 1 for key, _ in compose_yaml(text)}
    for key, entry in quoted.items():
        missing = {"value", "what", "source", "link"} - set(entry)
        missing |= {"what"} if set(entry.get("what", ())) != set(LANGUAGES) else set()
        if missing:
            raise fail(path, lines[key], f"{key!r} lacks {', '.join(sorted(missing))}")
    return quoted


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
    return _environment().from_string("{{" + expression + "}}")


def front_line(article: Article, key: str) -> int:
    """Return the line of a key of the front matter; 1 if it has none."""
    lines = read_text(article.path).splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


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
    return _parse(text)


@lru_cache(maxsize=64)  # each check reads the same page
def _parse(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark").enable("table").disable("code").use(dollarmath_plugin)
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


@cache
def _environment() -> SandboxedEnvironment:
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


def _split(path: Path, body: str, first: int) -> list[Prose | Value | Shown]:
    parts: list[Prose | Value | Shown] = []
    expression: str | None = None
    start = first
    try:
        for line, kind, text in _environment().lex(body):
            if kind in {"block_begin", "raw_begin"}:
                raise fail(path, first + line - 1, "only `{{ … }}` is allowed, no `{% … %}`")
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
        raise fail(path, line, f"not an expression: {error.message}") from None
    if expression is not None:
        raise fail(path, start, "not an expression: `{{` has no `}}`")
    for index, part in enumerate(parts):
        if isinstance(part, Shown):
            before = _text_of(parts, index - 1).rpartition("\n")[2]
            after = _text_of(parts, index + 1).partition("\n")[0]
            if before.strip() or after.strip():
                raise fail(path, part.line, f"`cell({part.name!r})` must stand alone on its line")
            parts[index] = Shown(part.line, part.name, part.alt, before)
    return parts


def _text_of(parts: list[Prose | Value | Shown], index: int) -> str:
    if not 0 <= index < len(parts):
        return ""
    part = parts[index]
    return part.text if isinstance(part, Prose) else "value"


def _expression(path: Path, line: int, expression: str) -> Value | Shown:
    if not _CELL.match(expression):
        if not expression.strip():
            raise fail(path, line, "`{{ }}` is empty")
        _parse_expression(path, line, expression)
        return Value(line, expression)
    usage = '`{{ cell("name") }}` or `{{ cell("name", alt="what it shows") }}`'
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
        raise fail(path, line, f"write {usage}") from None
    return Shown(line, name, keywords.get("alt"), "")


@cache
def _parse_template(expression: str) -> None:
    _environment().parse("{{" + expression + "}}")


def _parse_expression(path: Path, line: int, expression: str) -> None:
    try:
        _parse_template(expression)
    except TemplateSyntaxError as error:
        raise fail(path, line, f"{{{{{expression}}}}}: {error.message}") from None
