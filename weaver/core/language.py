"""A language, as ``languages/<code>/`` describes it: data, read and checked here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import yaml
from babel import Locale, UnknownLocaleError

from weaver.core.files import YAML_LOADER, load_yaml, read_text
from weaver.core.messages import _
from weaver.core.problems import fail


@dataclass(frozen=True, eq=False)
class Units:
    """What stands after a duration."""

    second: str
    minute: str


@dataclass(frozen=True, eq=False)
class Letters:
    """What Unicode's own rules get wrong: special small letters, the order of a list."""

    lower: Mapping[str, str] = field(default_factory=dict)
    alphabet: str = ""


@dataclass(frozen=True, eq=False)
class Results:
    """What makes a number in prose a result: regular expressions of what stands beside it."""

    units: tuple[str, ...]
    before: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Rule:
    """A slip of typography: a regular expression, how to write it, and why, for its authors."""

    pattern: str
    write: str
    why: str


@dataclass(frozen=True, eq=False)
class Typography:
    """How the language is set: its own rules, and the words that do not stand twice."""

    rules: tuple[Rule, ...] = ()
    doubled: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Spelling:
    """What is known of words: a dictionary (none: spelling is not checked) and endings."""

    dictionary: str = ""
    after_apostrophe: str = ""  # the endings that a word takes after an apostrophe
    ending: str = ""  # of numbers and names, whose apostrophe may have been forgotten
    plural: str = ""  # what may follow a noun
    morphology: str = ""  # a module of `weaver.check` that knows more


@dataclass(frozen=True, eq=False)
class Words:
    """What the engine writes into pages and downloads."""

    code_link: str
    figure_link: str
    heading_link: str
    more_lines: str
    figure_code: str
    stale: str
    renew: str
    behind: str
    behind_text: str
    top: str
    where: str
    what: str
    stated: str
    measured: str
    verdict: str
    value: str
    source: str
    program: str
    device: str
    date: str
    time: str
    claims: str
    downloaded: str
    install: str
    data: str
    outputs: str
    licence: str
    warning: str


@dataclass(frozen=True, eq=False)
class Verdicts:
    """How a figure that a source states compares with the run, by ``checked.yml``'s names."""

    holds: str
    rounded: str
    close: str
    erratum: str
    improved: str
    unstated: str


@dataclass(frozen=True, eq=False, repr=False)
class Language(str):
    """A language's code, ``tr``, and everything that it needs, by the names of ``language.yml``.

    It is a string, so that it keys what there is of each language and names its folder.
    """

    code: str
    folder: Path
    name: str
    locale: str
    units: Units
    results: Results
    typography: Typography
    spelling: Spelling
    words: Words
    verdicts: Verdicts
    theme: Mapping[str, Any]
    search: Mapping[str, Any]
    letters: Letters = field(default_factory=Letters)

    def __new__(cls, code: str, **_others: object) -> "Language":
        """Return the string; the rest is set as for any dataclass."""
        return super().__new__(cls, code)

    @cached_property
    def babel(self) -> Locale:
        """What CLDR knows of the language."""
        return Locale.parse(self.locale)

    def lowered(self, text: str) -> str:
        """Write a text in small letters: ``ışık`` for ``IŞIK`` in Turkish."""
        small = {ord(capital): letter for capital, letter in self.letters.lower.items()}
        return text.translate(small).lower()

    def capitalised(self, word: str) -> str:
        """Write a word with a capital at its start: ``İleri`` in Turkish, not ``Ileri``."""
        capitals = {small: capital for capital, small in self.letters.lower.items()}
        return capitals.get(word[0], word[0].upper()) + word[1:]

    def sort_key(self, word: str) -> tuple[list[int], str]:
        """Return what to sort a word by: Turkish has ç, ğ, ı, ö, ş, ü in their own places."""
        word = self.lowered(word)
        alphabet = self.letters.alphabet
        return [alphabet.find(letter) for letter in word] if alphabet else [], word


def load_language(folder: Path, code: str) -> Language:
    """Read ``<folder>/<code>/language.yml``.

    Raises
    ------
    WeaverError
        If there is no such file, or a key of it is missing, unknown or of the wrong kind.
    """
    path = folder / code / "language.yml"
    return _parse(path, read_text(path))


@lru_cache(maxsize=64)
def _parse(path: Path, text: str) -> Language:
    load_yaml(path, text)  # says what is no YAML
    node = yaml.compose(text, YAML_LOADER)
    language: Language = _read(Language, node, path, code=path.parent.name, folder=path.parent)
    try:
        Locale.parse(language.locale)
    except (UnknownLocaleError, ValueError):
        text = _("Babel knows no locale {locale!r}").format(locale=language.locale)
        raise fail(path, 0, text) from None
    return language


def _read(kind: Any, node: yaml.Node | None, path: Path, **given: object) -> Any:
    """Return what stands at a node as a value of a type, or say what does not fit."""
    line = node.start_mark.line + 1 if node else 1
    if is_dataclass(kind):
        return _read_fields(kind, node, path, line, given)
    of, arguments = get_origin(kind), get_args(kind)
    if of is tuple and isinstance(node, yaml.SequenceNode):
        return tuple(_read(arguments[0], item, path) for item in node.value)
    if of is Mapping and isinstance(node, yaml.MappingNode):
        return {key.value: _read(arguments[1], value, path) for key, value in node.value}
    if kind is Any and node:
        return yaml.load(yaml.serialize(node), YAML_LOADER)
    if kind is str and isinstance(node, yaml.ScalarNode):
        return node.value
    name = {tuple: _("a list"), Mapping: _("`key: value` lines")}.get(of, _("a text"))
    raise fail(path, line, _("must be {kind}").format(kind=name))


def _read_fields(
    kind: Any, node: yaml.Node | None, path: Path, line: int, given: dict[str, object]
) -> Any:
    if not isinstance(node, yaml.MappingNode):
        raise fail(path, line, _("must be {kind}").format(kind=_("`key: value` lines")))
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in given}
    for key, _value in node.value:
        if key.value not in hints:
            known = ", ".join(hints)
            text = _("no key {key!r}: there is {known}").format(key=key.value, known=known)
            raise fail(path, key.start_mark.line + 1, text)
    values = {key.value: _read(hints[key.value], value, path) for key, value in node.value}
    needed = [one.name for one in fields(kind) if one.default is one.default_factory]
    missing = [name for name in needed if name not in {*values, *given}]
    if missing:
        raise fail(path, line, _("lacks {keys}").format(keys=", ".join(missing)))
    return kind(**given, **values)
