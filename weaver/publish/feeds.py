"""Files about the whole site: site map, feeds, robots.txt and forwarding pages."""

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader

from weaver.publish.head import LICENCE, Edition

_TEMPLATES = Environment(
    loader=PackageLoader("weaver.publish"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def make_files(editions: Mapping[str, Edition], redirects: Mapping[str, str]) -> dict[str, str]:
    """Return the files that are about the whole site, by their paths in it.

    They are the site map, in which each page names itself in every language;
    ``robots.txt``; a feed for each language that has articles, the latest run first,
    since that is when an article's numbers changed; and a forwarding page for each
    address that a page once had.
    """
    site = next(iter(editions.values())).site
    entries = [entry for edition in editions.values() for entry in edition.entries]
    files = {
        "sitemap.xml": _render("sitemap.xml", entries=entries),
        "robots.txt": f"User-agent: *\nAllow: /\n\nSitemap: {site}sitemap.xml\n",
    }
    for edition in editions.values():
        if edition.articles:
            files[edition.feed.removeprefix(site)] = _render(
                "feed.xml",
                edition=edition,
                editions=editions.values(),
                latest=sorted(edition.articles, key=lambda entry: entry.date or "", reverse=True),
                licence=LICENCE,
            )
    for old, new in redirects.items():
        # Neither hidden from search engines nor in the site map: with its canonical
        # link they take it as the page having moved.
        found = next((entry for entry in entries if entry.address == site + new), None)
        files[f"{old}/index.html"] = _render(
            "moved.html",
            language=found.language if found else next(iter(editions)),
            title=found.title if found else new,
            address=site + new,
            relative="../" * (old.count("/") + 1) + new,
        )
    return files


def _render(name: str, **values: object) -> str:
    return _TEMPLATES.get_template(name).render(values)
