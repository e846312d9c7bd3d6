"""What search engines, feed readers and chat programs are told about the pages.

All addresses are absolute and start with the site's own, so that a copy of the
project published elsewhere names itself and nobody else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from weaver.core.project import LANGUAGES
from weaver.page.highlight import Highlight
from weaver.publish.cards import SIZE, Card

LICENCE = "https://creativecommons.org/licenses/by/4.0/"

LOCALES = {"tr": "tr_TR", "en": "en_GB"}  # as Open Graph writes them


@dataclass(frozen=True)
class Entry:
    """A page, as others list it.

    ``addresses`` are absolute, one a language, the page's own included. An article
    has its ``number`` in the series, from 1, and the ``date`` of its run, as
    YYYY-MM-DD; any other page has 0 and None.
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


@dataclass(frozen=True)
class Edition:
    """The site in one language: its ``entries`` in order, the home page first."""

    site: str  # the site's address, whatever the language
    name: str
    description: str
    entries: tuple[Entry, ...]

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
    kind: str
    alternates: tuple[tuple[str, str], ...]  # (language or x-default, address)
    locale: str
    other_locales: tuple[str, ...]
    image: str
    image_alt: str
    image_size: tuple[int, int]
    feed: str
    data: str  # JSON-LD, safe inside a script element


def make_head(edition: Edition, entry: Entry) -> Head:
    """Return what a page's head says."""
    home = entry is edition.home
    return Head(
        entry,
        edition.name if home else f"{entry.title} · {edition.name}",
        "article" if entry.number else "website",
        tuple(alternates(entry)),
        LOCALES[entry.language],
        tuple(LOCALES[language] for language in entry.addresses if language != entry.language),
        edition.site + edition.card_path(entry),
        describe_card(edition.card(entry)),
        SIZE,
        edition.feed,
        structured_data(edition, entry),
    )


def describe_card(card: Card) -> str:
    """Return a card image's text alternative: the words that are on it."""
    if not card.number:
        return f"{card.title}: {card.subtitle}"
    said = f"{card.subtitle}, {card.number} / {card.total}: {card.title}"
    shown = card.highlight
    return f"{said}. {shown.value}, {shown.label}" if shown else said


def structured_data(edition: Edition, entry: Entry) -> str:
    """Return a page's JSON-LD: an article, the series on the home page, else where it is."""
    project = {"@type": "Organization", "name": edition.name, "url": edition.home.address}
    series = {
        "@type": "CreativeWorkSeries",
        "@id": f"{edition.home.address}#series",
        "name": edition.name,
        "url": edition.home.address,
    }
    common = {
        "description": entry.description,
        "inLanguage": entry.language,
        "image": edition.site + edition.card_path(entry),
        "author": {"@type": "Person", "name": entry.author} if entry.author else project,
        "license": LICENCE,
        "isAccessibleForFree": True,
    }
    nodes: list[dict[str, object]] = []
    if entry.number:
        article = {
            "@type": "TechArticle",
            "@id": f"{entry.address}#article",
            "headline": entry.title,
            "mainEntityOfPage": entry.address,
            **common,
            "isPartOf": series,
            "position": entry.number,
        }
        if entry.date:
            article["dateModified"] = entry.date
        nodes.append(article | _translations(entry, "TechArticle", "article"))
    elif entry is edition.home:
        parts = [
            {
                "@type": "TechArticle",
                "@id": f"{part.address}#article",
                "headline": part.title,
                "url": part.address,
                "position": part.number,
            }
            for part in edition.articles
        ]
        site = {"@type": "WebSite", "name": edition.name, "url": edition.home.address}
        # The home page says what a reader must know: a loop, and what a derivative is.
        level = {"educationalLevel": "Beginner", "hasPart": parts}
        nodes.append({**site, "inLanguage": entry.language})
        nodes.append(series | common | level | _translations(entry, series["@type"], "series"))
    if entry is not edition.home:
        steps = [(edition.name, edition.home.address), (entry.title, entry.address)]
        items = [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(steps, 1)
        ]
        nodes.append({"@type": "BreadcrumbList", "itemListElement": items})
    graph = {"@context": "https://schema.org", "@graph": nodes}
    # Inside a script element only `<` could be read as the end of it.
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _translations(entry: Entry, kind: str, part: str) -> dict[str, object]:
    """Return the same work in other languages; the first language is the original."""
    others = [
        {"@type": kind, "@id": f"{address}#{part}", "inLanguage": language}
        for language, address in entry.addresses.items()
        if language != entry.language
    ]
    if entry.language != LANGUAGES[0]:
        originals = [other for other in others if other["inLanguage"] == LANGUAGES[0]]
        return {"translationOfWork": originals[0]} if originals else {}
    return {"workTranslation": others} if others else {}


def alternates(entry: Entry) -> list[tuple[str, str]]:
    """Return the page's addresses by language, and the one for any other language."""
    pairs = [(code, entry.addresses[code]) for code in LANGUAGES if code in entry.addresses]
    return [*pairs, ("x-default", pairs[0][1])]
