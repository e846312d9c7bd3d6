"""Translation drift: which paragraphs changed in one language and not in the other.

Git's history already knows when each paragraph changed, so nobody keeps books. The
versions of a page are gone through from its first commit to the files as they are
now. A section that changed in both languages in one step is in step; one that
changed in one language is ahead there, until the other one changes too. Where both
have as many paragraphs, before and after, this is told paragraph by paragraph. A
merge counts as one step (``--first-parent``), and so do edits not yet committed.

Only words count: white space, punctuation, emphasis, addresses, mathematics, values
and cells do not (the check of parity compares the last three). Sections are found
again by their text or heading, so that moving or inserting one is no drift, and a
version whose headings differ between the languages, half a translation, is passed
over.

Whoever judges that nothing needs translating says so in one line of
``docs/translations.yml``, ``- <page> <digest>``, which names both texts by a digest:
when either changes again, it no longer counts. (A file with the digest of every section
would need an entry with every edit.) A shallow clone sees only what it has, which is said.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from weaver.core.language import Language
from weaver.core.project import Project
from weaver.prose.data import read_translations
from weaver.prose.history import read_history
from weaver.prose.markdown import escape_markdown
from weaver.prose.sections import Section, plain_heading, split

WHOLE = -1  # stands for a section whose paragraphs cannot be paired

Languages = tuple[str, str]  # the original's and another

Pair = tuple[Section, Section]  # a section in each of them


@dataclass(frozen=True)
class Behind:
    """A section whose twin in another language has changed since both were in step."""

    page: str
    language: str  # the one that is behind
    ahead: str  # the one that it is behind of
    mine: Section
    twin: Section
    line: int  # of the paragraph, or of the section if paragraphs cannot be paired
    twin_line: int
    digest: str  # of both texts


@dataclass
class _State:
    pair: Pair
    ahead: dict[int, int] = field(default_factory=dict)  # paragraph -> index of language


def digest(pair: Pair) -> str:
    """Return the digest of a section's words in both languages."""
    text = "\x1d".join("\x1e".join(section.words) for section in pair)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def pair_up(first: Iterable[Section], second: Iterable[Section]) -> list[Pair] | None:
    """Pair two languages' sections; None if their headings differ in level or number."""
    here, there = list(first), list(second)
    same = [section.level for section in here] == [section.level for section in there]
    return list(zip(here, there, strict=True)) if same else None


def follow(versions: Iterable[list[Pair]], accepted: frozenset[str] = frozenset()) -> list[_State]:
    """Go through the versions of a page; return each section of the last, and who is ahead.

    ``accepted`` are digests of pairs that were declared to be in step.
    """
    states: list[_State] = []
    for pairs in versions:
        known: dict[object, _State] = {}
        for state in reversed(states):  # of equals, the first is meant
            known |= {mark: state for mark in _marks(state.pair)}
        states = [
            _step(next((known[mark] for mark in _marks(pair) if mark in known), None), pair)
            for pair in pairs
        ]
        for state in states:
            if state.ahead and digest(state.pair) in accepted:
                state.ahead = {}
    return states


def find_drift(project: Project) -> tuple[list[Behind], str]:
    """Return the sections that are behind, and what keeps history from being seen.

    The second is empty when the whole history is there. Each language is compared
    with that of the originals.
    """
    accepted = read_accepted(project)
    history, limit = read_history(project)
    original, *others = project.languages
    behind: list[Behind] = []
    for page, changes in history.items():
        for languages in ((original, other) for other in others):
            versions = _versions(project, page, languages, changes)
            for state in follow(versions, accepted):
                behind += _report(page, languages, state)
    return behind, limit


def read_accepted(project: Project) -> frozenset[str]:
    """Read the digests in ``docs/translations.yml``: pairs declared to be in step."""
    return frozenset(entry.split()[1] for entry in read_translations(project))


def notice(behind: Iterable[Behind], language: Language, address: Callable[[str], str]) -> str:
    """Return the Markdown that tells a reader what is behind; empty if nothing is.

    ``address`` returns that of the same page in another language.
    """
    words = language.words
    links = []
    for one in behind:
        anchor, heading = one.twin.anchor, escape_markdown(plain_heading(one.twin.heading))
        said = f'<span lang="{one.ahead}">{heading}</span>' if heading else words.top
        target = f"{address(one.ahead)}{'#' * bool(anchor)}{anchor}"
        links.append(f'<a href="{target}" hreflang="{one.ahead}">{said}</a>')
    text = f"{words.behind_text} {', '.join(dict.fromkeys(links))}."
    return f'!!! warning "{words.behind}"\n    {text}\n\n' if links else ""


def _report(page: str, languages: Languages, state: _State) -> Iterator[Behind]:
    """Say once for each language of a section that it is behind."""
    for ahead in sorted(set(state.ahead.values())):
        place = min(index for index, value in state.ahead.items() if value == ahead)
        mine, twin = state.pair[1 - ahead], state.pair[ahead]
        here, there = (
            section.paragraphs[place][0] if place in range(len(section.words)) else section.line
            for section in (mine, twin)
        )
        codes = languages[1 - ahead], languages[ahead]
        yield Behind(page, *codes, mine, twin, here, there, digest(state.pair))


def _marks(pair: Pair) -> list[object]:
    """Return what a section is known again by: its words, else its heading."""
    words = [(index, section.words) for index, section in enumerate(pair) if section.words]
    return [*words, *((index, section.heading) for index, section in enumerate(pair))]


def _step(old: _State | None, pair: Pair) -> _State:
    """Return who is ahead in a section after one more version."""
    if old is None:
        return _State(pair)
    before, after = ([section.words for section in one] for one in (old.pair, pair))
    changed = [new != was for was, new in zip(before, after, strict=True)]
    ahead = dict(old.ahead)
    if WHOLE in ahead or len({len(words) for words in (*before, *after)}) != 1:
        # Paragraphs cannot be paired: the section as a whole.
        if all(changed):
            ahead = {}
        elif any(changed):
            mover = changed.index(True)
            waited = 1 - mover in ahead.values()
            ahead = {place: one for place, one in ahead.items() if one == mover}
            ahead = ahead if waited else {WHOLE: mover}
    else:
        for place in range(len(after[0])):
            moved = [index for index in (0, 1) if before[index][place] != after[index][place]]
            if len(moved) == 2 or (moved and ahead.get(place) == 1 - moved[0]):
                ahead.pop(place, None)
            elif moved:
                ahead[place] = moved[0]
    return _State(pair, ahead)


def _versions(
    project: Project, page: str, languages: Languages, history: list[dict[str, str]]
) -> Iterator[list[Pair]]:
    """Yield a page's versions as pairs of sections, the files as they are now last."""
    paths = {code: project.docs / code / page for code in languages}
    now = {
        code: path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        for code, path in paths.items()
    }
    current = dict.fromkeys(languages, "")
    for version in [*history, now]:
        current |= {code: text for code, text in version.items() if code in current}
        if all(current.values()):
            pairs = pair_up(*(split(current[code]) for code in languages))
            if pairs is not None:
                yield pairs
