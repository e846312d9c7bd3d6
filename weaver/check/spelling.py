"""Spelling: each language's words against a Hunspell dictionary and the field's own.

The dictionaries lie in ``languages/<code>``; the engine is Hunspell itself, from the
package ``chunspell``. ``docs/words.yml`` adds what they lack: the field's words and names,
a list for each language and one, ``names``, for both. Turkish stems take endings by
themselves; a verb is listed by its infinitive.

Loading a dictionary takes half a second, so what was judged once is remembered in
``.cache``, as long as dictionaries and lists stay the same.
"""

import hashlib
import json
import lzma
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hunspell import Hunspell

from weaver.check.turkish import is_formed
from weaver.check.typography import ENDING
from weaver.core.files import write_whole
from weaver.core.project import Project
from weaver.language.words import capitalised, lower
from weaver.prose.data import read_words
from weaver.prose.markdown import VALUE
from weaver.prose.pieces import THING

_DICTIONARIES = Path(__file__).parents[2] / "languages"

_NOT_PROSE = re.compile(r"`[^`]*`|\S*[@\\_=/]\S*|\{[^{}]*\}|\b\w*\d\w*\b|\S+\.\w{2,4}\b(?=[/:])")

# An ending after a value, a formula or an apostrophe is no word.
_WORD = re.compile(
    rf"(?<![\w'’{VALUE}{THING}])(?<!\w[\"”])(?<!{THING}-)[^\W\d_]+(?:['’][^\W\d_]+)*"
)

_SUGGESTED = 8  # words that get suggestions in one check: each takes up to half a second


class Speller:
    """Tells whether a word of a language is spelt right."""

    def __init__(self, project: Project, language: str) -> None:
        self.language = language
        self.words = read_words(project, language)
        self._cache = project.cache / "spelling"
        self._asked = 0
        self._fresh = False

    def right(self, word: str) -> bool:
        """Whether a word is spelt right, endings after an apostrophe apart."""
        word = word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip("'")
        if self.language == "tr":
            word = word.partition("'")[0]
        if len(word) < 2:
            return True
        if word not in self._known:
            self._known[word] = self._spelt(word)
            self._fresh = True
        return self._known[word]

    def suggest(self, word: str) -> list[str]:
        """Return what may have been meant; nothing once enough words were asked for."""
        if self.language == "tr":
            for name in self.words:
                if word.startswith(name) and re.fullmatch(ENDING, word[len(name) :]):
                    return [f"{name}'{word[len(name) :]}"]
        self._asked += 1
        if self._asked > _SUGGESTED:
            return []
        return list(self._hunspell.suggest(word.partition("'")[0])[:3])

    def remember(self) -> None:
        """Keep what was judged for the next check."""
        if self._fresh:
            self._cache.mkdir(parents=True, exist_ok=True)
            kept = {"of": self._version, "words": dict(sorted(self._known.items()))}
            text = json.dumps(kept, ensure_ascii=False)
            write_whole(self._remembered, text.encode())

    def _spelt(self, word: str) -> bool:
        if self._hunspell.spell(word):
            return True
        if self.language != "tr":
            # A compound's parts, and a possessive.
            return word.endswith("'s") and self._hunspell.spell(word[:-2])
        return is_formed(lower(word, "tr"), self._stem)

    def _stem(self, stem: str) -> bool:
        """Whether a stem is a word that takes endings without an apostrophe."""
        if stem in self._names:
            return False
        return self._hunspell.spell(stem) or self._hunspell.spell(capitalised(stem, "tr"))

    @cached_property
    def _names(self) -> set[str]:
        return {lower(word, self.language) for word in self.words if not word.islower()}

    @cached_property
    def _version(self) -> str:
        sizes = [path.stat().st_size for path in sorted(_DICTIONARIES.glob("*/*.xz"))]
        code = Path(__file__).with_name("turkish.py").read_bytes()
        return hashlib.sha256(f"{sizes}{sorted(self.words)}".encode() + code).hexdigest()

    @property
    def _remembered(self) -> Path:
        return self._cache / f"{self.language}.json"

    @cached_property
    def _known(self) -> dict[str, bool]:
        """The words judged before, and whether each is right."""
        try:
            kept = json.loads(self._remembered.read_text(encoding="utf-8"))
            return dict(kept["words"]) if kept["of"] == self._version else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    @cached_property
    def _hunspell(self) -> Hunspell:
        return _load(self.language, self.words)


@lru_cache(maxsize=4)
def _load(language: str, words: frozenset[str]) -> Hunspell:
    """Return a language's dictionary, with more words."""
    with TemporaryDirectory() as folder:
        for packed in (_DICTIONARIES / language).glob("*.xz"):
            Path(folder, f"{language}{Path(packed.stem).suffix}").write_bytes(
                lzma.decompress(packed.read_bytes())
            )
        engine = Hunspell(language, hunspell_data_dir=folder)
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
