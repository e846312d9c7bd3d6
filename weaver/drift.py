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
when either changes again, it no longer counts. ``python -m weaver translated`` writes
it.

The alternative, a file with the digest of every section, would have to be written
anew with every edit, by whoever edits a file on GitHub too. The price of history is
that a shallow clone sees only what it has; that is said, never guessed at.
"""

import hashlib
import html
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from weaver.languages import load_yaml
from weaver.page import slugify
from weaver.problems import Problem, fail
from weaver.project import LANGUAGES, Project
from weaver.tutorial import read_text

WHOLE = -1  # stands for a section whose paragraphs cannot be paired

_WORDS = {
    "tr": {
        "title": "Çevirisi geride",
        "text": "Bu sayfanın bir bölümü, İngilizcesindeki son değişiklikleri henüz içermiyor. "
        "Güncel metin, İngilizce:",
        "top": "sayfanın başı",
    },
    "en": {
        "title": "Translation behind",
        "text": "Part of this page lacks the latest changes of the Turkish one. "
        "The up-to-date text, in Turkish:",
        "top": "the top of the page",
    },
}
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ENTRY = re.compile(r"(\S+)\s+([0-9a-f]{12})")
_NOT_WORDS = re.compile(
    r"(?s)\{\{.*?\}\}"  # values and cells
    r"|\$\$.*?\$\$|\$[^$\n]+\$"  # mathematics
    r"|(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s\"[^\"]*\")?\)"  # a link's address
    r"|\{[^{}\n]*\}|</?\w[^<>]*>"  # attributes and tags
)
_ALT = re.compile(r'alt\s*=\s*"([^"]*)"')


@dataclass(frozen=True)
class Section:
    """A heading and what follows it; ``paragraphs`` are (line, words) of each.

    Paragraphs without words, an equation or a value alone, are left out.
    """

    line: int
    level: int
    heading: str
    paragraphs: tuple[tuple[int, str], ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of each paragraph."""
        return tuple(words for _, words in self.paragraphs)

    @property
    def anchor(self) -> str:
        """The heading's anchor on the page; empty before the first heading."""
        given = re.search(r"\{[^{}]*#([\w-]+)[^{}]*\}\s*$", self.heading)
        return given[1] if given else slugify(_plain(self.heading), "-")


Pair = tuple[Section, Section]  # a section in each language, in the order of LANGUAGES


@dataclass(frozen=True)
class Behind:
    """A section whose twin in another language has changed since both were in step."""

    page: str
    language: str  # the one that is behind
    mine: Section
    twin: Section  # in the language that is ahead
    line: int  # of the paragraph, or of the section if paragraphs cannot be paired
    twin_line: int
    digest: str  # of both texts


@dataclass
class _State:
    pair: Pair
    ahead: dict[int, int] = field(default_factory=dict)  # paragraph -> index of language


def split(text: str) -> list[Section]:
    """Split a page into its sections: the one before any heading, then one a heading."""
    sections: list[Section] = []
    line, level, heading = 1, 0, ""
    blocks: list[tuple[int, list[str]]] = []
    fence, open_block = "", False

    def close() -> None:
        words = [(number, _words("\n".join(lines))) for number, lines in blocks]
        kept = tuple(pair for pair in words if pair[1])
        sections.append(Section(line, level, heading, kept))

    for number, row in enumerate(text.splitlines(), 1):
        stripped = row.strip()
        mark = stripped[:3]
        if mark in {"```", "~~~"} and (not fence or mark == fence):
            fence = "" if fence else mark
        found = None if fence else _HEADING.fullmatch(row.rstrip())
        if found:
            close()
            line, level, heading = number, len(found[1]), found[2]
            blocks, open_block = [(number, [heading])], False
        elif not stripped and not fence:
            open_block = False
        elif open_block:
            blocks[-1][1].append(stripped)
        else:
            blocks.append((number, [stripped]))
            open_block = True
    close()
    return sections


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

    The second is empty when the whole history is there.
    """
    accepted = read_accepted(project)
    history, limit = _read_history(project)
    behind: list[Behind] = []
    for page in history:
        for state in follow(_versions(project, page, history[page]), accepted):
            behind += _report(page, state)
    return behind, limit


def history_limit(project: Project) -> str:
    """Return what keeps history from being seen; empty when all of it is there."""
    try:
        shallow = _git(project, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except FileNotFoundError:
        return "git is not installed"
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or ["no commits"]
        return said[0]
    return "a shallow clone: run `git fetch --unshallow`" if shallow else ""


def read_accepted(project: Project) -> frozenset[str]:
    """Read the digests in ``docs/translations.yml``: pairs declared to be in step."""
    path = project.translations
    if not path.exists():
        return frozenset()
    text = read_text(path)
    entries = load_yaml(path, text) or []
    if not isinstance(entries, list):
        raise fail(path, 1, "must be a list of lines `- <page> <digest>`")
    found = []
    for entry in entries:
        match = _ENTRY.fullmatch(str(entry))
        if match is None:
            line = next(
                (n for n, row in enumerate(text.splitlines(), 1) if row.endswith(f" {entry}")), 1
            )
            raise fail(path, line, f"{entry!r}: write `- <page> <digest>`, as the check says it")
        found.append(match[2])
    return frozenset(found)


def check_drift(project: Project) -> list[Problem]:
    """Name the sections that are behind, with file and line."""
    behind, _ = find_drift(project)
    problems = []
    for one in behind:
        path, twin = (project.docs / code / one.page for code in _order(one.language))
        place = f"{twin.relative_to(project.root).as_posix()}:{one.twin_line}"
        name = one.page.removesuffix(".md")
        text = f"not brought up to date with {place}: translate the change; if it needs none, "
        text += f"run `python -m weaver translated {name}` or add the line `- {name} "
        text += f"{one.digest}` to docs/{project.translations.name}"
        problems.append(Problem(path, one.line, text))
    return problems


def notice(behind: Iterable[Behind], language: str, address: str) -> str:
    """Return the Markdown that tells a reader what is behind; empty if nothing is.

    ``address`` is that of the same page in the other language.
    """
    links = {
        f'<a href="{address}{"#" * bool(one.twin.anchor)}{one.twin.anchor}" hreflang="{other}">'
        f'<span lang="{other}">{html.escape(_plain(one.twin.heading))}</span></a>'
        if one.twin.heading
        else f'<a href="{address}" hreflang="{other}">{_WORDS[language]["top"]}</a>': None
        for one in behind
        for other in LANGUAGES
        if other != language
    }
    if not links:
        return ""
    return f'!!! warning "{_WORDS[language]["title"]}"\n    {_WORDS[language]["text"]} ' + (
        f"{', '.join(links)}.\n\n"
    )


def accept(project: Project, page: str, section: str = "") -> list[str]:
    """Declare that sections of a page need no translation; return the lines written.

    ``section`` is a heading's anchor in either language; without it, all that are
    behind are declared.
    """
    behind, _ = find_drift(project)
    lines = [
        f"- {page} {one.digest}  # {_plain(one.mine.heading) or page}"
        for one in behind
        if one.page == f"{page}.md" and section in {"", one.mine.anchor, one.twin.anchor}
    ]
    lines = list(dict.fromkeys(lines))
    if lines:
        path = project.translations
        old = read_text(path) if path.exists() else ""
        path.write_text(old + "\n".join(lines) + "\n", encoding="utf-8")
    return lines


def _order(language: str) -> list[str]:
    """Return the languages, this one first."""
    return sorted(LANGUAGES, key=lambda code: code != language)


def _report(page: str, state: _State) -> Iterator[Behind]:
    """Say once for each language of a section that it is behind."""
    for ahead in sorted(set(state.ahead.values())):
        place = min(index for index, value in state.ahead.items() if value == ahead)
        mine, twin = state.pair[1 - ahead], state.pair[ahead]
        lines = [
            section.line
            if place == WHOLE or place >= len(section.paragraphs)
            else section.paragraphs[place][0]
            for section in (mine, twin)
        ]
        language = LANGUAGES[1 - ahead]
        yield Behind(page, language, mine, twin, lines[0], lines[1], digest(state.pair))


def _marks(pair: Pair) -> list[object]:
    """Return what a section is known again by: its words, else its heading."""
    words = [(index, section.words) for index, section in enumerate(pair) if section.words]
    return [*words, *((index, section.heading) for index, section in enumerate(pair))]


def _step(old: _State | None, pair: Pair) -> _State:
    """Return who is ahead in a section after one more version."""
    state = _State(pair)
    if old is None:
        return state
    before = [section.words for section in old.pair]
    after = [section.words for section in pair]
    changed = [new != was for was, new in zip(before, after, strict=True)]
    if not any(changed):
        state.ahead = dict(old.ahead)
    elif WHOLE in old.ahead or len({*map(len, before), *map(len, after)}) != 1:
        # Paragraphs cannot be paired: the section as a whole.
        if not all(changed):
            ahead = changed.index(True)
            waiting = set(old.ahead.values())
            if 1 - ahead not in waiting:
                state.ahead = {WHOLE: ahead}
            elif ahead in waiting:
                state.ahead = {
                    place: value for place, value in old.ahead.items() if value == ahead
                }
    else:
        state.ahead = dict(old.ahead)
        for place in range(len(after[0])):
            moved = [index for index in (0, 1) if before[index][place] != after[index][place]]
            if len(moved) == 2 or (moved and state.ahead.get(place) == 1 - moved[0]):
                state.ahead.pop(place, None)
            elif moved:
                state.ahead[place] = moved[0]
    return state


@lru_cache(maxsize=100_000)  # most paragraphs stay as they are from version to version
def _words(paragraph: str) -> str:
    """Return a paragraph's words, without what its twin need not follow."""
    alts = " ".join(_ALT.findall(paragraph))
    return " ".join(re.findall(r"\w+", _NOT_WORDS.sub(" ", paragraph) + " " + alts))


def _plain(heading: str) -> str:
    """Return a heading's text without Markdown."""
    return re.sub(r"[*_`$]|\s*\{[^{}]*\}\s*$", "", heading).strip()


# --- history -----------------------------------------------------------------

_Change = tuple[str, str]  # path below docs/, blob; an empty blob where it was deleted


def _git(project: Project, *arguments: str, feed: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=project.root,
        input=feed,
        capture_output=True,
        check=True,
    )
    return done.stdout


def _read_history(project: Project) -> tuple[dict[str, list[dict[str, str]]], str]:
    """Return each page's versions: for each step, the text of each language that changed."""
    pages: dict[str, list[dict[str, str]]] = {}
    limit = history_limit(project)
    try:
        log = _git(
            project,
            *("log", "--first-parent", "-m", "--reverse", "--raw", "--no-renames"),
            *("--no-abbrev", "--format=tformat:commit", "--relative", "--"),
            *(f"docs/{language}" for language in LANGUAGES),
        ).decode()
    except (FileNotFoundError, subprocess.CalledProcessError):
        return pages, limit or "no commits"
    steps: list[list[_Change]] = []
    for row in log.splitlines():
        if row == "commit":
            steps.append([])
        elif row.startswith(":"):
            about, path = row.split("\t", 1)
            blob = about.split()[3]
            if path.endswith(".md"):
                steps[-1].append((path.removeprefix("docs/"), blob if blob.strip("0") else ""))
    texts = _read_blobs(project, {blob for step in steps for _, blob in step if blob})
    for step in steps:
        changed: dict[str, dict[str, str]] = {}
        for path, blob in step:
            language, _, page = path.partition("/")
            changed.setdefault(page, {})[language] = texts[blob] if blob else ""
        for page, version in changed.items():
            pages.setdefault(page, []).append(version)
    return pages, limit


def _read_blobs(project: Project, blobs: set[str]) -> Mapping[str, str]:
    """Return the text of each blob, all from one process."""
    order = sorted(blobs)
    out = _git(project, "cat-file", "--batch", feed="".join(f"{b}\n" for b in order).encode())
    texts, position = {}, 0
    for blob in order:
        end = out.index(b"\n", position)
        size = int(out[position:end].split()[2])
        texts[blob] = out[end + 1 : end + 1 + size].decode(errors="replace")
        position = end + 1 + size + 1
    return texts


def _versions(project: Project, page: str, history: list[dict[str, str]]) -> Iterator[list[Pair]]:
    """Yield a page's versions as pairs of sections, the files as they are now last."""
    now = {}
    for language in LANGUAGES:
        path: Path = project.docs / language / page
        now[language] = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    current: dict[str, str] = dict.fromkeys(LANGUAGES, "")
    sections: dict[str, list[Section]] = {}
    for version in [*history, now]:
        for language, text in version.items():
            if text != current[language] or language not in sections:
                current[language], sections[language] = text, split(text)
        if all(current.values()):
            pairs = pair_up(*(sections[language] for language in LANGUAGES))
            if pairs is not None:
                yield pairs
