"""Where pages lead: links, anchors, footnotes, and the navigation.

The one place that checks them, for ``weaver check`` and for builds alike.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weaver.check.anchors import anchors_of, list_anchors
from weaver.core.files import compose_yaml, read_text, yaml_texts
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.prose.article import Article, Value
from weaver.prose.markdown import parse_markdown, walk
from weaver.site import Site

_SCHEMES = {"http", "https", "mailto"}

_ADDRESS = re.compile(r"""<(\w+)[^<>]*?\s(?:href|src)\s*=\s*["']?([^"'\s>]+)""")

_COMMENT = re.compile(r"(?s)<!--.*?-->")

_UNRESOLVED = re.compile(r"\[[^\[\]]+\]\[([^\[\]]*)\]")


def check_links(site: Site) -> Iterator[Problem]:
    """Find links, pictures and footnotes that lead nowhere; anchors that are there twice."""
    for article in site.every_article():
        for line, address, shown in _addresses(site, article):
            if wrong := _find_wrong(site, article.path, address, shown=shown):
                yield Problem(article.path, line, wrong)
        for line, text in [*_check_footnotes(article), *_check_anchors(site, article)]:
            yield Problem(article.path, line, text)
    yield from _check_data(site)


def _addresses(site: Site, article: Article) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, address, whether it is a picture's) of all that a page links to."""
    for line, token in walk(parse_markdown(article)):
        if token.type == "link_open":
            yield line, str(token.attrs["href"]), False
        elif token.type == "image":
            yield line, str(token.attrs["src"]), True
        elif token.type.startswith("html_"):
            for tag, address in _ADDRESS.findall(_COMMENT.sub("", token.content)):
                yield line, address, tag != "a"
    for part in article.parts:
        if isinstance(part, Value) and part.expression.strip() == "runs()":
            yield from ((part.line, _page_of(name), False) for name in site.names)


def _page_of(tutorial: str) -> str:
    return tutorial.replace("_", "-") + ".md"


def _find_wrong(site: Site, page: Path, address: str, *, shown: bool = False) -> str | None:
    """Return what is wrong with an address on a page; None if it leads somewhere."""
    scheme, host, target, _query, anchor = urlsplit(unquote(address))
    if scheme or host:
        if shown:
            return _("the picture {address!r} is on another host: put it into docs/assets").format(
                address=address
            )
        known = scheme in _SCHEMES
        return None if known else _("nothing opens the link {address!r}").format(address=address)
    if target.startswith("/"):
        text = _("the link {address!r} is absolute: start from the page's own folder")
        return text.format(address=address)
    path = Path(normpath(page.parent / target)) if target else page
    docs = site.project.docs
    if not path.is_file() or not path.is_relative_to(docs) or path.suffix == ".yml":
        known_pages = ", ".join(sorted(other.name for other in path.parent.glob("*.md")))
        text = _("the link to {address!r} leads nowhere: there is {known}")
        return text.format(address=address, known=known_pages or _("none"))
    language, folder = (one.relative_to(docs).parts[0] for one in (page, path))
    if folder in site.articles and folder != language:
        text = _("the link to {address!r} leads to another language: the menu does that")
        return text.format(address=address)
    name = path.relative_to(docs / language).as_posix()
    if anchor and name in site.articles[language] and anchor not in _anchors(site, language, name):
        text = _("{page} has no heading {anchor!r}")
        return text.format(page=path.name, anchor=anchor)
    return None


@lru_cache(maxsize=256)
def _anchors(site: Site, language: str, page: str) -> frozenset[str]:
    return anchors_of(site, site.articles[language][page])


def _check_footnotes(article: Article) -> Iterator[tuple[int, str]]:
    notes: dict[str, int] = {}
    marks: dict[str, int] = {}
    for line, token in walk(parse_markdown(article)):
        if token.type == "image" and not token.content.strip():
            yield (
                line,
                _("the picture {address!r} has no alt text").format(address=token.attrs["src"]),
            )
        elif token.type == "text":
            for name in _UNRESOLVED.findall(token.content):
                yield line, _("no line `[{name}]: …` says where this link leads").format(name=name)
        elif token.type == "footnote_ref":
            marks.setdefault(token.meta["label"], line)
        elif token.type == "footnote_reference_open":
            label = token.meta["label"]
            if label in notes:
                yield line, _("a second footnote is named {label!r}").format(label=label)
            notes.setdefault(label, line)
    for label in marks.keys() - notes.keys():
        yield marks[label], _("there is no footnote {label!r}").format(label=label)
    for label in notes.keys() - marks.keys():
        yield notes[label], _("no text refers to the footnote {label!r}").format(label=label)


def _check_anchors(site: Site, article: Article) -> Iterator[tuple[int, str]]:
    seen: dict[str, int] = {}
    for line, name in list_anchors(site, article):
        first = seen.setdefault(name, line)
        if first != line:
            text = _("the anchor {name!r} is taken already, on line {line}")
            yield max(first, line), text.format(name=name, line=min(first, line))


def _check_data(site: Site) -> Iterator[Problem]:
    """Check what the data files link to, from the pages that show them."""
    for language in site.articles:
        page = site.project.docs / language / "index.md"
        checked, quoted = site.project.docs / "checked.yml", site.project.quoted
        links = [
            (checked, one["line"], _page_of(one["tutorial"]) + one["section"][language])
            for one in site.checked
            if "section" in one and one["tutorial"] in site.names
        ]
        links += [(quoted, one["line"], one["link"]) for one in site.quoted.values()]
        for path, line, address in links:
            if wrong := _find_wrong(site, page, address):
                yield Problem(path, line, wrong)


def check_navigation(site: Site) -> Iterator[Problem]:
    """Find pages that the navigation lacks, and entries of it that lead nowhere."""
    path = site.project.root / "mkdocs.yml"
    entries = list(_read_navigation(path))
    for line, entry in entries:
        there = any(entry in pages for pages in site.articles.values())
        if not there and not urlsplit(entry).scheme:
            text = _("the navigation names {page!r}, which is no page").format(page=entry)
            yield Problem(path, line, text)
    named = {entry for _line, entry in entries}
    for pages in site.articles.values():
        for page, article in pages.items():
            if entries and page not in named:
                text = _("is not in the navigation: add it to `nav:` of mkdocs.yml")
                yield Problem(article.path, 0, text)


def _read_navigation(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, address) of a navigation's entries; none if MkDocs makes one itself."""
    root = compose_yaml(path, read_text(path))
    keys = {key.value: value for key, value in root.value} if root else {}
    if "nav" in keys:
        for _key, node in yaml_texts(keys["nav"]):
            yield node.start_mark.line + 1, node.value
    elif "INHERIT" in keys:
        yield from _read_navigation(path.parent / keys["INHERIT"].value)
