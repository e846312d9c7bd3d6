"""Language checks of all prose: spelling, the glossary's terms, typography."""

import re
from collections.abc import Iterator

from weaver.check.spelling import Speller, words_of
from weaver.check.turkish import nominal_endings
from weaver.check.typography import find_slips
from weaver.core.problems import Problem
from weaver.core.project import LANGUAGES, Project
from weaver.language.words import lower
from weaver.prose.data import read_glossary
from weaver.prose.pieces import EITHER, Piece, article_pieces, data_pieces, string_pieces
from weaver.site import Site


def check_wording(site: Site) -> list[Problem]:
    """Find misspelt words, words that the glossary replaces, and slips of typography."""
    project = site.project
    prose = [piece for article in site.every_article() for piece in article_pieces(article)]
    for path in (project.docs / "glossary.yml", project.quoted, project.docs / "checked.yml"):
        prose += data_pieces(path)
    strings = list(string_pieces(project))  # set in columns, so not in prose's typography
    avoided = list(_avoided(project))
    problems: list[Problem] = []
    spellers = {language: Speller(project, language) for language in LANGUAGES}
    for piece in [*prose, *strings]:
        problems += _check_spelling(project, piece, spellers)
        problems += _check_terms(piece, avoided)
    for piece in prose:
        problems += _check_typography(piece)
    for speller in spellers.values():
        speller.remember()
    return problems


def _check_spelling(
    project: Project, piece: Piece, spellers: dict[str, Speller]
) -> Iterator[Problem]:
    asked = list(spellers.values()) if piece.language == EITHER else [spellers[piece.language]]
    for position, word in words_of(piece.text):
        if piece.cites and word[0].isupper():
            continue  # an author, a title
        if any(speller.right(word) for speller in asked):
            continue
        said = ", ".join(asked[0].suggest(word))
        text = f"{word!r} is misspelt" + (f": {said}?" if said else "")
        text += f" (a right word goes into docs/{project.words.name})"
        yield _at(piece, position, text)


def _check_terms(
    piece: Piece, avoided: list[tuple[str, str, re.Pattern, str]]
) -> Iterator[Problem]:
    text_of = lower(piece.text, piece.language)
    for language, word, pattern, term in avoided:
        if piece.language == language and word in text_of:
            for match in pattern.finditer(text_of):
                text = f"{match[0]!r}: the glossary's term is {term!r}"
                yield _at(piece, match.start(), text)


def _check_typography(piece: Piece) -> Iterator[Problem]:
    if piece.language in LANGUAGES:
        for position, found, wrong, instead in find_slips(piece.text, piece.language):
            said = f": write {instead.strip()!r}" if instead.strip() else ""
            yield _at(piece, position, f"typography: {wrong} in {found!r}{said}")


def _at(piece: Piece, position: int, text: str) -> Problem:
    return Problem(piece.path, piece.line + piece.text.count("\n", 0, position), text)


def _avoided(project: Project) -> Iterator[tuple[str, str, re.Pattern, str]]:
    """Yield (language, word, pattern, term) of each word that a term of the glossary replaces."""
    for term in read_glossary(project):
        for language, words in (term.get("avoid") or {}).items():
            for word in words:
                ending = nominal_endings(word).pattern if language == "tr" else "(?:s|es)?"
                pattern = re.compile(rf"\b{re.escape(word)}{ending}\b")
                yield language, word, pattern, term[language]
