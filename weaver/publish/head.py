"""What search engines, feed readers and chat programs are told about the pages.

All addresses are absolute and start with the site's own, so that a copy of the
project published elsewhere names itself and nobody else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from weaver.page.highlight import Highlight
from weaver.publish.cards import Card

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Entry:
    """A page, as others list it.

    ``addresses`` are absolute, one a language, the original's first. An article has
    its ``number`` in the series, from 1, and the ``date`` of its run, as YYYY-MM-DD;
    any other page has 0 and None.
    """

    language: str
    title: str
    description: str
    addresses: Mapping[str, str]
    number: int = 0
    date: str | None = None
    author: str | None = None
    highlight: Highlight | None = None

    @property
    def address(self) -> str:
        """Where the page is."""
        return self.addresses[self.language]

    @property
    def alternates(self) -> list[tuple[str, str]]:
        """The page's addresses by language, and the one for any other language."""
        return [*self.addresses.items(), ("x-default", next(iter(self.addresses.values())))]


@dataclass(frozen=True)
class Edition:
    """The site in one language: its ``entries`` in order, the home page first."""

    site: str  # the site's address, whatever the language
    name: str
    description: str
    entries: tuple[Entry, ...]
    locales: Mapping[str, str]  # of all languages, as Open Graph writes them

    @property
    def home(self) -> Entry:
        """The page that lists all others."""
        return self.entries[0]

    @property
    def articles(self) -> list[Entry]:
        """The series, in order."""
        return [entry for entry in self.entries if entry.number]

    @property
    def feed(self) -> str:
        """The address of its Atom feed."""
        return f"{self.home.address}feed.xml"

    def entry(self, address: str) -> Entry | None:
        """Return the entry of a page, by its address."""
        return self._by_address.get(address)

    @cached_property
    def _by_address(self) -> dict[str, Entry]:
        return {entry.address: entry for entry in self.entries}

    def card(self, entry: Entry) -> Card:
        """Return what a page's card image shows; pages outside the series share one."""
        language = entry.language
        if not entry.number:
            return Card(language, self.name, self.description)
        total = len(self.articles)
        return Card(language, entry.title, self.name, entry.number, total, entry.highlight)

    def card_path(self, entry: Entry) -> str:
        """Return where a page's card image is, from the site's address."""
        slug = entry.address.removeprefix(self.home.address).strip("/").replace("/", "-")
        return f"assets/cards/{slug if entry.number else 'index'}.{entry.language}.png"


@dataclass(frozen=True)
class Head:
    """What a page's head says of it."""

    entry: Entry
    title: str  # of the browser's tab, unlike any other page's
    locale: str
    other_locales: tuple[str, ...]
    image: str
    image_alt: str
    feed: str
    data: str  # JSON-LD, of an article


def make_head(edition: Edition, entry: Entry) -> Head:
    """Return what a page's head says."""
    home = entry is edition.home
    return Head(
        entry,
        edition.name if home else f"{entry.title} · {edition.name}",
        edition.locales[entry.language],
        tuple(edition.locales[code] for code in entry.addresses if code != entry.language),
        edition.site + edition.card_path(entry),
        describe_card(edition.card(entry)),
        edition.feed,
        structured_data(edition, entry) if entry.number else "",
    )


def describe_card(card: Card) -> str:
    """Return a card image's text alternative: the words that are on it."""
    if not card.number:
        return f"{card.title}: {card.subtitle}"
    said = f"{card.subtitle}, {card.number} / {card.total}: {card.title}"
    shown = card.highlight
    return f"{said}. {shown.value}, {shown.label}" if shown else said


def structured_data(edition: Edition, entry: Entry) -> str:
    """Return an article's JSON-LD, safe inside a script element."""
    organisation = {"@type": "Organization", "name": edition.name, "url": edition.home.address}
    article: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "@id": f"{entry.address}#article",
        "headline": entry.title,
        "mainEntityOfPage": entry.address,
        "description": entry.description,
        "inLanguage": entry.language,
        "image": edition.site + edition.card_path(entry),
        "author": {"@type": "Person", "name": entry.author} if entry.author else organisation,
        "dateModified": entry.date,
        "license": LICENCE,
        "isAccessibleForFree": True,
        **_translations(entry),
    }
    # Inside a script element only `<` could be read as the end of it.
    text = json.dumps(article, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _translations(entry: Entry) -> dict[str, object]:
    """Return the same article in other languages."""
    original, *others = (
        {"@type": "TechArticle", "@id": f"{address}#article", "inLanguage": language}
        for language, address in entry.addresses.items()
    )
    if entry.language != original["inLanguage"]:
        return {"translationOfWork": original}
    return {"workTranslation": others} if others else {}
