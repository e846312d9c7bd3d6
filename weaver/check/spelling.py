"""Spelling: each language's words against a Hunspell dictionary and the field's own.

A dictionary lies in ``languages/<code>``; the engine is Hunspell itself, from the package
``chunspell``. ``docs/words.yml`` adds what the dictionaries lack: the field's words and
names, a list for each language and one, ``names``, for all. Where a language has a
morphology, stems take endings by themselves; a verb is listed by its infinitive.

Loading a dictionary takes half a second, so what was judged once is remembered in
``.cache``, as long as all that it was judged by stays the same.
"""

import hashlib
import json
import lzma
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from hunspell import Hunspell

from weaver.check import turkish
from weaver.core.files import write_whole
from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.core.project import Project
from weaver.prose.data import read_words
from weaver.prose.markdown import VALUE
from weaver.prose.pieces import THING

_MORPHOLOGIES = {"turkish": turkish}

_NOT_PROSE = re.compile(r"`[^`]*`|\S*[@\\_=/]\S*|\{[^{}]*\}|\b\w*\d\w*\b|\S+\.\w{2,4}\b(?=[/:])")

# An ending after a value, a formula or an apostrophe is no word.
_WORD = re.compile(
    rf"(?<![\w'’{VALUE}{THING}])(?<!\w[\"”])(?<!{THING}-)[^\W\d_]+(?:['’][^\W\d_]+)*"
)

_SUGGESTED = 8  # words that get suggestions in one check: each takes up to half a second


class Speller:
    """Tells whether a word of a language is spelt right."""

    def __init__(self, project: Project, language: Language) -> None:
        self.language = language
        self.words = read_words(project, language)
        self._kept = project.cache / "spelling" / f"{language}.json"
        self._morphology = find_morphology(language)
        self._asked = 0
        self._fresh = False

    def right(self, word: str) -> bool:
        """Whether a word is spelt right, endings after an apostrophe apart."""
        word = word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip("'")
        stem, _mark, ending = word.partition("'")
        if ending and re.fullmatch(self.language.spelling.after_apostrophe, ending):
            word = stem
        if len(word) < 2:
            return True
        if word not in self._known:
            self._known[word] = self._spelt(word)
            self._fresh = True
        return self._known[word]

    def suggest(self, word: str) -> list[str]:
        """Return what may have been meant; nothing once enough words were asked for."""
        for name in self.words:
            ending = word.removeprefix(name)
            if ending not in {word, ""} and re.fullmatch(self.language.spelling.ending, ending):
                return [f"{name}'{ending}"]
        self._asked += 1
        if self._asked > _SUGGESTED:
            return []
        return list(self._hunspell.suggest(word.partition("'")[0])[:3])

    def remember(self) -> None:
        """Keep what was judged for the next check."""
        if self._fresh:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            kept = {"by": self._judge, "words": dict(sorted(self._known.items()))}
            write_whole(self._kept, json.dumps(kept, ensure_ascii=False).encode())

    def _spelt(self, word: str) -> bool:
        if self._hunspell.spell(word) or self._morphology is None:
            return bool(self._hunspell.spell(word))
        return bool(self._morphology.is_formed(self.language.lowered(word), self._stem))

    def _stem(self, stem: str) -> bool:
        """Whether a stem is a word that takes endings without an apostrophe."""
        if stem in self._names:
            return False
        return any(map(self._hunspell.spell, (stem, self.language.capitalised(stem))))

    @cached_property
    def _names(self) -> set[str]:
        return {self.language.lowered(word) for word in self.words if not word.islower()}

    @cached_property
    def _judge(self) -> str:
        """A digest of all that a word is judged by."""
        code = [Path(str(module.__file__)) for module in _MORPHOLOGIES.values()]
        files = [Path(__file__), *code, *sorted(self.language.folder.iterdir())]
        whole = hashlib.sha256(f"{version('chunspell')}{sorted(self.words)}".encode())
        for path in files:
            whole.update(path.read_bytes())
        return whole.hexdigest()

    @cached_property
    def _known(self) -> dict[str, bool]:
        """The words judged before, and whether each is right."""
        try:
            kept = json.loads(self._kept.read_text(encoding="utf-8"))
            return dict(kept["words"]) if kept["by"] == self._judge else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    @cached_property
    def _hunspell(self) -> Hunspell:
        dictionary = self.language.folder / self.language.spelling.dictionary
        return _load(dictionary, self.words, self._judge)


def find_morphology(language: Language) -> ModuleType | None:
    """Return the module that knows how a language's words are formed, if there is one."""
    name = language.spelling.morphology
    if name and name not in _MORPHOLOGIES:
        text = _("no morphology {name!r}: there is {known}")
        known = ", ".join(_MORPHOLOGIES)
        raise fail(language.folder / "language.yml", 0, text.format(name=name, known=known))
    return _MORPHOLOGIES.get(name)


@lru_cache(maxsize=4)
def _load(dictionary: Path, words: frozenset[str], _judge: str) -> Hunspell:
    """Return a dictionary, with more words; another one when its files change."""
    with TemporaryDirectory() as folder:
        for kind in (".aff", ".dic"):
            packed = dictionary.with_suffix(f"{kind}.xz")
            if not packed.exists():
                raise fail(packed, 0, _("no such file"))
            Path(folder, f"words{kind}").write_bytes(lzma.decompress(packed.read_bytes()))
        engine = Hunspell("words", hunspell_data_dir=folder)
    for word in words:
        engine.add(word)
    return engine


def words_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield (position, word); what looks like code, an address or a formula has none."""
    text = _NOT_PROSE.sub(lambda match: re.sub(r"\S", " ", match[0]), text)
    for match in _WORD.finditer(text):
        if not any(map(_is_sign, match[0])):
            yield match.start(), match[0]


def _is_sign(letter: str) -> bool:
    """Whether a character only looks like a letter: a raised or lowered sign."""
    return unicodedata.category(letter) in {"Lm", "No"}
