"""The site's prose, piece by piece: what language checks read.

Pages, the words of programs, and the texts of the data files in each language. Code,
mathematics, addresses and values are left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it.token import Token

from weaver.core.files import YAML_LOADER, yaml_texts
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.prose.article import Article
from weaver.prose.markdown import parse_markdown
from weaver.prose.parse import front_line

THING = "\ue001"  # stands for code, mathematics, a picture or words of another language

EITHER = "either"  # the language of words that may belong to any

_LANG = re.compile(r'<(\w+)[^>]*\blang="?(\w+)')

_ATTRIBUTES = re.compile(r"\{:?[^{}\n]*\}")

_LINK_LANG = re.compile(r"\{:?[^{}]*\blang=\"?(\w+)")

_CALLOUT = re.compile(r"(?:!!!|\?\?\?\+?|===\+?)(?: [a-z]+)*")


@dataclass(frozen=True)
class Piece:
    """A run of prose in one language; line ``n`` of ``text`` is ``line + n`` of the file.

    ``cites`` says that it refers to a page elsewhere: names may stand in it.
    """

    path: Path
    line: int
    language: str
    text: str
    cites: bool = False


@dataclass
class _Run:
    """Words of one language within a block, up to what closes them."""

    closer: str
    language: str
    line: int
    text: str = ""


def article_pieces(article: Article) -> Iterator[Piece]:
    """Yield a page's prose: title and description, blocks, and alt texts.

    A page that is not translated yet has none of its own.
    """
    if "untranslated" in article.meta:
        return
    for key in ("title", "description"):
        text = str(article.meta.get(key) or "")
        yield Piece(article.path, front_line(article, key), article.language, text)
    for cell in article.cells:
        if cell.alt:
            yield Piece(article.path, cell.line, article.language, cell.alt)
    for token in parse_markdown(article):
        if token.type == "inline" and token.children:
            line = (token.map or [0])[0] + 1
            yield from _inline(article, line, token.children)


def data_pieces(project: Project, path: Path) -> Iterator[Piece]:
    """Yield the texts of a YAML file that stand under a language's code."""
    for key, node in yaml_texts(_compose(path)):
        if key in project.languages and not node.value.startswith("#"):  # an anchor
            yield Piece(path, node.start_mark.line + 1, key, node.value)


def string_pieces(project: Project, language: str) -> Iterator[Piece]:
    """Yield the words of comments, docstrings and figures, as written and in a language."""
    path = project.strings(language)
    root = _compose(path)
    for _, section in root.value if isinstance(root, yaml.MappingNode) else ():
        for key, value in section.value if isinstance(section, yaml.MappingNode) else ():
            if not isinstance(value, yaml.ScalarNode):
                continue
            yield Piece(path, key.start_mark.line + 1, SOURCE_LANGUAGE, key.value)
            # A name that the code uses stays as it is.
            names = set(re.findall(r"\w+", key.value))
            words = re.split(r"(\w+)", value.value)
            text = "".join(THING if word in names else word for word in words)
            yield Piece(path, value.start_mark.line + 1, language, text)


def _compose(path: Path) -> yaml.Node | None:
    """Return a file's YAML; nothing if it is none, which its reader says."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), YAML_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def _inline(article: Article, line: int, children: Iterable[Token]) -> Iterator[Piece]:
    """Yield the pieces of a block: its own text, then words of other languages in it."""
    tokens = list(children)
    cites = any(_address(token).startswith("http") for token in tokens)
    open_runs = [_Run("", article.language, line)]
    at = line
    for index, token in enumerate(tokens):
        language = _opens(article, tokens, index, open_runs[-1].text)
        closes = token.content if token.type == "html_inline" else token.type
        if language:
            open_runs.append(_Run(_closing(token), language, at))
        elif len(open_runs) > 1 and closes == open_runs[-1].closer:
            run = open_runs.pop()
            open_runs[-1].text += THING
            yield Piece(article.path, run.line, run.language, run.text, cites)
        elif token.type in {"text", "softbreak", "hardbreak"}:
            open_runs[-1].text += token.content or "\n"
        elif token.type in {"code_inline", "image"} or token.type.startswith("math"):
            open_runs[-1].text += THING
        at += token.type.endswith("break") or token.content.count("\n")
    for run in open_runs:
        text = _CALLOUT.sub("", _ATTRIBUTES.sub("", run.text))
        yield Piece(article.path, run.line, run.language, text, cites)


def _address(token: Token) -> str:
    return str(token.attrs.get("href", "")) if token.type == "link_open" else ""


def _closing(token: Token) -> str:
    if token.type == "html_inline":
        match = _LANG.match(token.content)
        return f"</{match[1]}>" if match else ""
    return token.type.replace("_open", "_close")


def _opens(article: Article, tokens: list[Token], index: int, before: str) -> str:
    """Return the language that a token changes to; empty if it changes none."""
    token = tokens[index]
    if token.type == "html_inline":
        match = _LANG.match(token.content)
        return match[2] if match else ""
    if token.type == "em_open":
        foreign = article.language != SOURCE_LANGUAGE and before.endswith("(")
        return SOURCE_LANGUAGE if foreign else EITHER
    if token.type == "link_open":
        after = [token.type for token in tokens[index:]].index("link_close") + index + 1
        match = _LINK_LANG.match(tokens[after].content) if after < len(tokens) else None
        if match:
            return match[1]
        return EITHER if _address(token).startswith("http") else ""
    return ""
