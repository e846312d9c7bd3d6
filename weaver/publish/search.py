"""The search index: the prose of each page, in sections, one file per language.

Words are looked up in the browser (``docs/assets/search/``), which also folds and
stems them; here text is only taken out of rendered pages.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

# What no reader searches for: code, outputs, figures. They are most of a page, so
# they go before it is parsed.
_NO_PROSE = re.compile(r"(?s)<(pre|svg|script|style)\b.*?</\1>")

_FORMULA = re.compile(r"(?s)<math\b([^>]*)>(.*?)</math>")

_STRUCTURE = re.compile(r"<(?!/?(?:mi|mn|mo)\b)")

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "dt"}

_INLINE = set(
    "a abbr b bdi cite code del dfn em i ins kbd mark q s samp small span strong sub sup u var"
    " wbr".split()
)

_LINK_SIGNS = {"headerlink", "cell-link", "footnote-ref", "footnote-backref"}

_VOID = set("area base br col embed hr img input link meta source track wbr".split())


@dataclass(frozen=True)
class Section:
    """A heading of a page with the prose under it, as plain text."""

    address: str  # from the site's root, with the anchor: "linear-regression/#model"
    page: str  # the page's title
    heading: str  # empty for what stands under the page's title
    text: str
    level: int = 0  # of the heading; 0 for a term that is defined


def read_sections(html: str, address: str) -> list[Section]:
    """Return the sections of a rendered page, in order.

    A section starts at each heading or defined term that has an ``id``. What is
    under an element with the attribute ``data-search-exclude`` is left out.
    """
    reader = _Reader()
    reader.feed(_FORMULA.sub(_plain_formula, _NO_PROSE.sub(" ", html)))
    reader.close()
    page = next((_join(found.heading) for found in reader.found if found.level == "h1"), "")
    sections = []
    for found in reader.found:
        heading = "" if found.level in {"", "h1"} else _join(found.heading)
        anchor = f"#{found.anchor}" if heading else ""
        level = int(found.level[1:]) if found.level[:1] == "h" else 0
        section = Section(address + anchor, page, heading, _join(found.text), level)
        if found.level or section.text:
            sections.append(section)
    return sections


def table_of_contents(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Return the headings of a page below its title, nested, as Python-Markdown's ``toc`` does."""
    top: list[dict[str, Any]] = []
    open_entries: list[dict[str, Any]] = []
    for section in sections:
        if section.level < 2:
            continue
        anchor = section.address.partition("#")[2]
        name = escape(section.heading, quote=False)
        entry = {"level": section.level, "id": anchor, "name": name, "children": []}
        while open_entries and open_entries[-1]["level"] >= section.level:
            open_entries.pop()
        (open_entries[-1]["children"] if open_entries else top).append(entry)
        open_entries.append(entry)
    return top


def write_index(path: Path, sections: Iterable[Section], language: Mapping[str, object]) -> None:
    """Write one language's sections as JSON, each as a list in ``Section``'s order.

    ``language`` is what the browser must know to compare words: ``search`` in language.yml.
    """
    rows = [[part.address, part.page, part.heading, part.text] for part in sections]
    path.parent.mkdir(parents=True, exist_ok=True)
    rules = json.dumps(language, ensure_ascii=False)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f'{{"language": {rules}, "sections": [\n{lines}\n]}}\n', encoding="utf-8")


def _plain_formula(match: re.Match[str]) -> str:
    """Keep a formula that is a plain row of symbols; three dots stand for another."""
    if 'display="block"' in match[1]:
        return " "
    return "…" if _STRUCTURE.search(match[2]) else re.sub(r"<[^>]*>", "", match[2])


def _join(words: list[str]) -> str:
    return " ".join("".join(words).split())


class _Found:
    """A section while it is being read."""

    def __init__(self, level: str, anchor: str) -> None:
        self.level, self.anchor = level, anchor
        self.heading: list[str] = []
        self.text: list[str] = []


class _Reader(HTMLParser):
    """Collects the sections of a page from which code and figures are gone."""

    def __init__(self) -> None:
        super().__init__()
        self.found = [_Found("", "")]
        self.into = self.found[0].text
        self.skipped: list[str] = []  # the open elements of what is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.into.append(" ")
        elif self.skipped or _is_noise(tag, dict(attrs)):
            self.skipped.append(tag)
        elif tag in _HEADINGS and (anchor := dict(attrs).get("id")):
            self.found.append(_Found(tag, anchor))
            self.into = self.found[-1].heading
        elif tag not in _INLINE:
            self.into.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            if tag in self.skipped:
                while self.skipped.pop() != tag:
                    pass
        elif tag in _HEADINGS:
            self.into = self.found[-1].text
            self.into.append(" ")
        elif tag == "td":
            self.into.append(" · ")
        elif tag not in _INLINE:
            self.into.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.into.append(data)


def _is_noise(tag: str, attributes: dict[str, str | None]) -> bool:
    """Tell permalinks, footnote marks, table heads, folded code's label, and what is marked so."""
    classes = set((attributes.get("class") or "").split())
    return (
        "data-search-exclude" in attributes
        or tag in {"button", "thead"}
        or (tag == "a" and not classes.isdisjoint(_LINK_SIGNS))
        or (tag == "details" and "code" in classes)
    )
