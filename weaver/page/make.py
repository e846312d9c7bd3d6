"""Make a page: its notebook for the renderer, what readers download, and its facts.

A page is made anew only when something changed that it is made from.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from weaver.core.files import read_text
from weaver.core.memo import digest_of, remember
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.core.project import SOURCE_LANGUAGE
from weaver.core.slugs import slugify
from weaver.core.urls import resolve_link, target_of, url_of
from weaver.page.downloads import make_notebook, make_script
from weaver.page.highlight import read_highlight
from weaver.page.overview import overview_names
from weaver.page.provenance import describe_run
from weaver.page.weave import namespace, page_notebook, prose_notebook, weave
from weaver.program.modules import local_modules
from weaver.program.record import Record
from weaver.prose.article import Article, Prose, Value
from weaver.prose.drift import notice
from weaver.prose.expressions import evaluate
from weaver.site import Site

_RENDERERS = ("markdown", "pymdown-extensions", "pygments", "math-core", "nbconvert", "babel")


@dataclass(frozen=True)
class MadePage:
    """A page, ready to be rendered.

    ``notebook`` is the text of the one for the renderer, ``downloads`` has that of each
    file beside the page by its name, ``made`` is a `Provenance` and ``card`` a
    `Highlight`, as mappings.
    """

    notebook: str
    downloads: Mapping[str, str]
    made: Mapping[str, Any] | None
    card: Mapping[str, Any] | None


def make_page(site: Site, article: Article, address: str, cache: Path) -> MadePage:
    """Return a page as it is made from the site's files now, from the cache if it can be.

    ``address`` is that of the published site.

    Raises
    ------
    WeaverError
        If the article names what there is not, or its tutorial was never run.
    """
    path = cache / f"{_name(site, article)}.json"
    digest = digest_of(_ingredients(site, article, address))
    return MadePage(**remember(path, digest, lambda: asdict(_make(site, article, address))))


def _name(site: Site, article: Article) -> str:
    return article.path.relative_to(site.project.docs).as_posix()


def bare_page(page: str, text: str) -> MadePage:
    """Return a page of Markdown alone, which needs nothing of the site."""
    notebook = prose_notebook(text)
    words = {"code": "", "figure": "", "heading": ""}
    about = {"page": page, "default": "", "terms": {}, "foreign": None, "words": words}
    notebook["metadata"]["weaver"] = about
    return MadePage(json.dumps(notebook, ensure_ascii=False), {}, None, None)


def _ingredients(site: Site, article: Article, address: str) -> Iterator[bytes]:
    """Yield all that a page is made from."""
    project = site.project
    yield from (address.encode(), engine_digest(), article.path.read_bytes())
    language = project.languages_folder / article.language
    for path in sorted([*project.docs.glob("*.yml"), *language.glob("*.yml")]):
        yield path.read_bytes()
    yield _drift_notice(site, article).encode()
    names = site.names if article.woven and article.tutorial is None else [article.tutorial]
    for name in filter(None, names):
        yield json.dumps([name, site.status(name).changed if article.tutorial else ()]).encode()
        strings = map(project.strings, project.translations_of_code)
        source = project.source(name)
        modules = local_modules(source, parsed=False) if source.exists() else ()
        paths = [project.record(name), source, *modules, *strings]
        yield from (path.read_bytes() for path in paths if path.exists())
    if article.tutorial is None and article.woven:
        # Such a page may say how long each of the others takes to read.
        yield from (path.read_bytes() for path in project.article_paths(article.language))


@cache
def engine_digest() -> bytes:
    """Return a digest of what makes pages: this package, and the libraries that render."""
    sources = sorted(Path(__file__).parents[1].rglob("*.py"))
    versions = [version(package) for package in _RENDERERS]
    parts = [path.read_bytes() for path in sources]
    return digest_of([repr((sys.version_info[:2], versions)).encode(), *parts]).encode()


def _make(site: Site, article: Article, address: str) -> MadePage:
    notices = _drift_notice(site, article)
    if article.tutorial is None:
        text, held = write_prose(site, article)
        notebook = prose_notebook(notices + text)
        notebook["metadata"]["held"] = held
        return MadePage(_finish(notebook, site, article), {}, None, None)
    record = find_record(site, article)
    tutorial, strings = site.tutorial(article.tutorial), site.strings(article.tutorial)
    woven = weave(article, tutorial, strings, record, site.quoted)
    page = _name(site, article)

    def absolute(link: str) -> str:
        target = target_of(link, page)
        if target is None and not link.startswith("#"):
            return link
        anchor = "#" * ("#" in link) + link.partition("#")[2]
        return address + url_of(target or page, site.default) + anchor

    here = address + url_of(page, site.default)
    beside = {
        path.relative_to(tutorial.path.parent).as_posix(): read_text(path)
        for path in local_modules(tutorial.path)
    }
    download = make_notebook(woven, record, article.language, here, absolute, beside)
    highlight = read_highlight(article, namespace(record, site.quoted))
    return MadePage(
        _finish(
            page_notebook(woven, article, notices + _stale_notice(site, article)), site, article
        ),
        {
            f"{article.tutorial}.ipynb": nbformat.writes(nbformat.from_dict(download)) + "\n",
            f"{article.tutorial}.py": make_script(download),
        },
        asdict(describe_run(article, record)),
        asdict(highlight) if highlight else None,
    )


def find_record(site: Site, article: Article) -> Record:
    """Return the record of the run that an article shows.

    Raises
    ------
    WeaverError
        If there is no such tutorial, or it was never run.
    """
    name = str(article.tutorial)
    if name not in site.names:
        text = _("there is no tutorials_src/{name}.py").format(name=name)
        raise fail(article.path, 2, text)
    record = site.record(name)
    if record is None:
        text = _("never run: `make run NAME={name}`").format(name=name)
        raise fail(site.project.record(name), 0, text)
    return record


def write_prose(site: Site, article: Article) -> tuple[str, list[str]]:
    """Return the Markdown of a page without a run of its own, its expressions evaluated.

    The second is the HTML of its figures: `mark_output` stands for each, by its index.
    """
    if not article.woven:
        return "".join(part.text for part in article.parts if isinstance(part, Prose)), []
    read = ((name, site.record(name)) for name in site.names)  # one that is damaged says so
    records = {name: record for name, record in read if record is not None}
    held: list[str] = []
    names = overview_names(site.project, article, records, site.quoted, held)
    texts = (
        part.text if isinstance(part, Prose) else evaluate(article, part, names)
        for part in article.parts
        if isinstance(part, Prose | Value)
    )
    return "".join(texts), held


def _finish(notebook: dict[str, Any], site: Site, article: Article) -> str:
    """Return a page's notebook with what its HTML depends on, beside its cells."""
    words = article.language.words
    notebook["metadata"]["weaver"] = {
        "engine": engine_digest().decode(),
        "page": _name(site, article),
        "default": site.default,
        "terms": dict(_terms(site, article, notebook)),
        "foreign": SOURCE_LANGUAGE if article.language != SOURCE_LANGUAGE else None,
        "words": {
            "code": words.code_link,
            "figure": words.figure_link,
            "heading": words.heading_link,
        },
    }
    return json.dumps(notebook, ensure_ascii=False)


def _terms(
    site: Site, article: Article, notebook: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield (word, (meaning, address)) of the glossary's terms as the page may write them."""
    language = article.language
    if article.path.stem == "glossary":
        return
    page = "glossary.md#" if "glossary.md" in site.articles[language] else ""
    prose = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    for term in site.glossary:
        address = page and page + slugify(term[language], "-")
        for word in (term[language], language.capitalised(term[language])):
            if any(word in text for text in prose):
                yield word, (term["what"][language], address)


def _drift_notice(site: Site, article: Article) -> str:
    """Return what tells the reader that the page is behind its other language."""
    page = article.path.relative_to(site.project.docs / article.language).as_posix()
    found = [one for one in site.drift if (one.language, one.page) == (article.language, page)]

    def address(code: str) -> str:
        return resolve_link(f"../{code}/{page}", _name(site, article), site.default)

    return notice(found, article.language, address)


def _stale_notice(site: Site, article: Article) -> str:
    """Return what tells the reader that the page's program has changed since its last run."""
    status = site.status(str(article.tutorial))
    if status.fresh:
        return ""
    words = article.language.words
    said = f"{words.stale} ({'; '.join(status.changed)}). {words.renew}: "
    return f'!!! warning ""\n    {said}`make run NAME={status.name}`\n\n'
