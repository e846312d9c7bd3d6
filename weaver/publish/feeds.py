"""Files about the whole site: site map, feeds, robots.txt and forwarding pages."""

import html
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from weaver.core.project import LANGUAGES
from weaver.publish.head import LICENCE, Edition, Entry, alternates

_ATOM = "http://www.w3.org/2005/Atom"

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

_XHTML = "http://www.w3.org/1999/xhtml"


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
        for language, address in alternates(entry):
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
