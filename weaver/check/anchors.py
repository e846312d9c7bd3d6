"""The anchors of a page: what an address may name after its ``#``."""

import html
import re
from collections.abc import Iterator

from markdown_it.token import Token

from weaver.core.project import SOURCE_LANGUAGE
from weaver.core.slugs import slugify
from weaver.page.outputs import figure_anchors
from weaver.prose.article import Article, Value
from weaver.prose.markdown import parse_markdown, walk
from weaver.site import Site

_ATTRIBUTES = re.compile(r"\{:?[^{}\n]*?#([\w-]+)[^{}\n]*\}")

_HTML = re.compile(r"""<[^<>]*?\sid\s*=\s*["']?([^"'\s>]+)""")


def anchors_of(site: Site, article: Article) -> frozenset[str]:
    """Return the anchors of a page.

    They are those of its headings and of its cells and their figures, glossary terms,
    and what its Markdown and HTML name.
    """
    return frozenset(name for _, name in list_anchors(site, article))


def list_anchors(site: Site, article: Article) -> list[tuple[int, str]]:
    """Return (line, anchor) of each; one that is there twice leads to its first place."""
    tokens = parse_markdown(article)
    named = [
        (line, name)
        for line, token in walk(tokens)
        if token.type in {"text", "fence"}
        for name in _ATTRIBUTES.findall(token.content if token.type == "text" else token.info)
    ]
    inside = [
        (line, name)
        for line, token in walk(tokens)
        if token.type.startswith("html_")
        for name in _HTML.findall(token.content)
    ]
    headings = _headings(tokens, {name for _, name in named})
    return [*named, *headings, *inside, *_cells(site, article), *_terms(site, article)]


def _headings(tokens: list[Token], taken: set[str]) -> Iterator[tuple[int, str]]:
    """Name the headings that have no name, as Python-Markdown's contents do."""
    for opened, inline in zip(tokens, tokens[1:], strict=False):
        if opened.type != "heading_open" or opened.map is None:
            continue
        text = "".join(child.content or " " for child in inline.children or ())
        if _ATTRIBUTES.search(text):
            continue
        text = re.sub(r"\s\{:?[^{}]*\}\s*$", "", text)
        slug, count = slugify(html.unescape(text), "-"), 0
        name = slug
        while name in taken or not name:
            count += 1
            name = f"{slug}_{count}"
        taken.add(name)
        yield opened.map[0] + 1, name


def _cells(site: Site, article: Article) -> Iterator[tuple[int, str]]:
    if article.tutorial is None:
        return
    yield 0, "how-made"
    record = site.records.get(article.tutorial)
    for reference in article.cells:
        yield reference.line, f"code-{reference.name}"
        outputs = record.outputs.get(reference.name, {}) if record else {}
        shown = outputs.get(article.language, outputs.get(SOURCE_LANGUAGE, []))
        for anchor in filter(None, figure_anchors(reference.name, shown)):
            yield reference.line, anchor


def _terms(site: Site, article: Article) -> Iterator[tuple[int, str]]:
    for part in article.parts:
        if isinstance(part, Value) and "glossary()" in part.expression:
            for term in site.glossary:
                yield part.line, slugify(term[article.language], "-")
