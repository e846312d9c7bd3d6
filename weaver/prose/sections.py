"""Split a page into sections and paragraphs."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from weaver.core.slugs import slugify

_HEADING = re.compile(r"(#{1,6})\s+(.*)")

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
        return given[1] if given else slugify(plain_heading(self.heading), "-")


@lru_cache(maxsize=500)  # a page's versions in one language stand beside many of another
def split(text: str) -> tuple[Section, ...]:
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
    return tuple(sections)


@lru_cache(maxsize=100_000)  # most paragraphs stay as they are from version to version
def _words(paragraph: str) -> str:
    """Return a paragraph's words, without what its twin need not follow."""
    alts = " ".join(_ALT.findall(paragraph))
    return " ".join(re.findall(r"\w+", _NOT_WORDS.sub(" ", paragraph) + " " + alts))


def plain_heading(heading: str) -> str:
    """Return a heading's text without Markdown."""
    return re.sub(r"[*_`$]|\s*\{[^{}]*\}\s*$", "", heading).strip()
