"""The site in one language, as MkDocs' navigation orders it."""

from collections.abc import Mapping, Sequence

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from weaver.core.language import Language
from weaver.page.highlight import Highlight
from weaver.page.make import MadePage
from weaver.publish.head import Edition, Entry


def make_edition(
    nav: Navigation,
    pages: Mapping[str, MadePage],
    config: MkDocsConfig,
    languages: Sequence[Language],
) -> Edition:
    """Return what head, feeds and cards tell of a language's pages, the home page first."""
    entries: list[Entry] = []
    number = 0
    for page in sorted(nav.pages, key=lambda page: page is not nav.homepage):
        made = pages.get(page.file.src_uri)
        date = made.made["day"] if made and made.made else None
        number += date is not None
        files = alternates_of(page)
        addresses = {
            str(code): f"{config.site_url}{address(files[code])}"
            for code in languages
            if code in files
        }
        entries.append(
            Entry(
                config.theme["language"],
                str(page.meta.get("title") or page.title),
                str(page.meta.get("description") or config.site_description),
                addresses,
                number if date else 0,
                date,
                page.meta.get("author"),
                Highlight(**made.card) if made and made.card else None,
            )
        )
    site = str(config.site_url)
    locales = {str(language): language.locale for language in languages}
    return Edition(site, config.site_name, config.site_description or "", tuple(entries), locales)


def alternates_of(page: Page) -> Mapping[str, File]:
    """Return a page's file in each language, as mkdocs-static-i18n notes them."""
    return getattr(page.file, "alternates", {})


def address(file: File) -> str:
    """Return a page's address from the site's root, which may be empty."""
    return "" if file.url == "./" else file.url
