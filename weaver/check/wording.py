"""Language checks of all prose: spelling, the glossary's terms, typography."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from weaver.check.spelling import Speller, find_morphology, words_of
from weaver.check.typography import find_slips
from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.prose.pieces import EITHER, Piece, article_pieces, data_pieces, string_pieces
from weaver.site import Site


def check_wording(site: Site) -> Iterator[Problem]:
    """Find misspelt words, words that the glossary replaces, and slips of typography."""
    project, languages = site.project, {str(one): one for one in site.languages}
    prose = [piece for article in site.every_article() for piece in article_pieces(article)]
    for path in (project.docs / "glossary.yml", project.quoted, project.docs / "checked.yml"):
        prose += data_pieces(project, path)
    codes = project.translations_of_code
    # Set in columns, so not in prose's typography.
    strings = [piece for code in codes for piece in string_pieces(project, code)]
    spelt = (language for language in languages.values() if language.spelling.dictionary)
    spellers = {str(language): Speller(project, language) for language in spelt}
    avoided = [word for language in languages.values() for word in _avoided(site, language)]
    for piece in [*prose, *strings]:
        yield from _check_spelling(site, piece, spellers)
        if piece.language in languages:
            yield from _check_terms(piece, languages[piece.language], avoided)
    for piece in prose:
        if piece.language in languages:
            yield from _check_typography(piece, languages[piece.language])
    for speller in spellers.values():
        speller.remember()


def _check_spelling(
    site: Site, piece: Piece, spellers: Mapping[str, Speller]
) -> Iterator[Problem]:
    """Find misspelt words; a language without a dictionary has none."""
    asked = [spellers[code] for code in spellers if piece.language in {code, EITHER}]
    for position, word in words_of(piece.text) if asked else ():
        if piece.cites and word[0].isupper():
            continue  # an author, a title
        if any(speller.right(word) for speller in asked):
            continue
        said = ", ".join(asked[0].suggest(word))
        text = _("{word} is misspelt (a right word goes into {file})")
        if said:
            text = _("{word} is misspelt: {suggested}? (a right word goes into {file})")
        file = f"docs/{site.project.words.name}"
        text = text.format(word=repr(word), suggested=said, file=file)
        yield _at(piece, position, text)


@dataclass(frozen=True)
class _Avoided:
    """A word that a term of the glossary replaces, and the pattern of its forms."""

    language: str
    word: str
    forms: re.Pattern[str]
    term: str


def _avoided(site: Site, language: Language) -> Iterator[_Avoided]:
    morphology = find_morphology(language)
    for term in site.glossary:
        for word in (term.get("avoid") or {}).get(language, ()):
            endings = language.spelling.plural
            if morphology is not None:
                endings = morphology.nominal_endings(word).pattern
            forms = re.compile(rf"\b{re.escape(word)}{endings}\b")
            yield _Avoided(language, word, forms, term[language])


def _check_terms(piece: Piece, language: Language, avoided: list[_Avoided]) -> Iterator[Problem]:
    text_of = language.lowered(piece.text)
    for one in avoided:
        if one.language == language and one.word in text_of:
            for match in one.forms.finditer(text_of):
                text = _("{word}: the glossary's term is {term}")
                yield _at(
                    piece, match.start(), text.format(word=repr(match[0]), term=repr(one.term))
                )


def _check_typography(piece: Piece, language: Language) -> Iterator[Problem]:
    for position, found, wrong, instead in find_slips(piece.text, language):
        text = _("typography: {wrong} in {found}")
        if instead:
            text = _("typography: {wrong} in {found}: write {instead}")
        yield _at(
            piece, position, text.format(wrong=wrong, found=repr(found), instead=repr(instead))
        )


def _at(piece: Piece, position: int, text: str) -> Problem:
    return Problem(piece.path, piece.line + piece.text.count("\n", 0, position), text)
