"""What search engines, feed readers and chat programs are told about the pages.

All addresses are absolute and start with the site's own, so that a copy of the
project published elsewhere names itself and nobody else.
"""

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from weaver.cards import SIZE, Card, Highlight
from weaver.project import LANGUAGES

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LOCALES = {"tr": "tr_TR", "en": "en_GB"}  # as Open Graph writes them

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


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
        tuple(_alternates(entry)),
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


def make_files(editions: Mapping[str, Edition], redirects: Mapping[str, str]) -> dict[str, str]:
    """Return the files that are about the whole site, by their paths in it.

    They are the site map, ``robots.txt``, a feed for each language that has
    articles, and a forwarding page for each address that a page once had.
    """
    site = next(iter(editions.values())).site
    entries = [entry for edition in editions.values() for entry in edition.entries]
    files = {
        "sitemap.xml": make_sitemap(entries),
        "robots.txt": f"User-agent: *\nAllow: /\n\nSitemap: {site}sitemap.xml\n",
    }
    for edition in editions.values():
        if edition.articles:
            files[edition.feed.removeprefix(site)] = make_feed(edition, editions.values())
    titles = {entry.address: entry for entry in entries}
    for old, new in redirects.items():
        files[f"{old}/index.html"] = _forward(old, new, site, titles.get(site + new))
    return files


def make_sitemap(entries: Iterable[Entry]) -> str:
    """Return a site map in which each page names itself in every language.

    Only an article has a date that is known, that of its run.
    """
    root = Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": _XHTML})
    for entry in entries:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = entry.address
        if entry.date:
            SubElement(url, "lastmod").text = entry.date
        for language, address in _alternates(entry):
            SubElement(url, "xhtml:link", rel="alternate", hreflang=language, href=address)
    return _write_xml(root)


def make_feed(edition: Edition, editions: Iterable[Edition]) -> str:
    """Return an Atom feed of a language's articles, the latest run first.

    An article's ``updated`` is the day of its run, since that is when its numbers
    changed.
    """
    latest = sorted(edition.articles, key=_moment, reverse=True)
    root = Element("feed", {"xmlns": _ATOM, "xml:lang": edition.home.language})
    SubElement(root, "title").text = edition.name
    SubElement(root, "subtitle").text = edition.description
    SubElement(root, "id").text = edition.home.address
    SubElement(root, "updated").text = _moment(latest[0])
    for other in editions:
        relation = "self" if other is edition else "alternate"
        language, kind = other.home.language, "application/atom+xml"
        SubElement(root, "link", rel=relation, type=kind, hreflang=language, href=other.feed)
    SubElement(root, "link", rel="alternate", type="text/html", href=edition.home.address)
    SubElement(root, "rights").text = f"CC BY 4.0, {LICENCE}"
    SubElement(SubElement(root, "author"), "name").text = edition.name
    for entry in latest:
        item = SubElement(root, "entry")
        SubElement(item, "title").text = entry.title
        SubElement(item, "id").text = entry.address
        SubElement(item, "updated").text = _moment(entry)
        SubElement(item, "link", rel="alternate", type="text/html", href=entry.address)
        SubElement(item, "summary").text = entry.description
        if entry.author:
            SubElement(SubElement(item, "author"), "name").text = entry.author
    return _write_xml(root)


def _alternates(entry: Entry) -> list[tuple[str, str]]:
    """Return the page's addresses by language, and the one for any other language."""
    pairs = [(code, entry.addresses[code]) for code in LANGUAGES if code in entry.addresses]
    return [*pairs, ("x-default", pairs[0][1])]


def _moment(entry: Entry) -> str:
    return f"{entry.date}T00:00:00Z"


def _forward(old: str, new: str, site: str, entry: Entry | None) -> str:
    """Return a page that leads from an old address to the new one at once.

    It is neither hidden from search engines nor in the site map: with its canonical
    link they take it as the page having moved.
    """
    relative = html.escape("../" * (old.count("/") + 1) + new)
    title = html.escape(entry.title if entry else new)
    address = html.escape(site + new)
    return (
        f'<!doctype html>\n<html lang="{entry.language if entry else LANGUAGES[0]}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<link rel="canonical" href="{address}">\n'
        f'<meta http-equiv="refresh" content="0; url={relative}">\n</head>\n'
        f'<body><a href="{relative}">{title}</a></body>\n</html>\n'
    )


def _write_xml(root: Element) -> str:
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'
