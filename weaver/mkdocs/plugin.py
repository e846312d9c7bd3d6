"""The MkDocs hooks: the only module that knows MkDocs.

An article stays ``docs/<lang>/<page>.md`` for MkDocs and for the plugins. Just
before mkdocs-jupyter looks at the page, its source is exchanged for the woven
notebook, which mkdocs-jupyter then renders with our template.
"""

import html
import os
import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import mkdocs_jupyter.plugin
import nbformat
from jinja2 import Environment, FileSystemBytecodeCache
from math_core import LatexError, LatexToMathML
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import get_relative_url
from mkdocs_jupyter.config import settings
from nbconvert.exporters.templateexporter import default_filters

from weaver.core.files import write_whole
from weaver.core.problems import WeaverError, fail
from weaver.core.project import LANGUAGES, Project
from weaver.core.slugs import slugify
from weaver.language.language import Language, load_language
from weaver.language.words import capitalised
from weaver.mkdocs import serve
from weaver.page.cells import lighten_code, link_cells
from weaver.page.downloads import make_notebook, make_script
from weaver.page.highlight import Highlight, read_highlight
from weaver.page.markup import box_tables, link_terms, mark_language
from weaver.page.maths import say_latex
from weaver.page.outputs import show_outputs
from weaver.page.overview import overview_names
from weaver.page.policy import add_policy
from weaver.page.provenance import Provenance, describe_run, repository_links
from weaver.page.weave import namespace, weave
from weaver.program.record import Record, read_record
from weaver.program.status import Status
from weaver.program.tutorial import read_tutorial
from weaver.prose.article import Article, Prose
from weaver.prose.data import read_glossary
from weaver.prose.drift import Behind, find_drift, notice
from weaver.prose.expressions import evaluate
from weaver.prose.parse import read_article, read_meta
from weaver.publish.cards import make_card
from weaver.publish.feeds import make_files
from weaver.publish.head import Edition, Entry, make_head
from weaver.publish.search import Section, read_sections, write_index
from weaver.site import Site

log = get_plugin_logger("weaver")

_MATHS = re.compile(r'(?s)<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>')

_WORDS = {
    "tr": {
        "stale": "Bu sayfanın programı son çalıştırmadan sonra değişti",
        "run": "Çıktıları yenilemek için",
    },
    "en": {
        "stale": "This page's program has changed since its last run",
        "run": "To renew the outputs",
    },
}


class _Build:
    """What the hooks remember from one event to the next."""

    serving = False  # whether the pages hold the development server's own script
    page: Page
    files: Files
    article: Article | None = None
    stand_in: str | None = None  # for a served page that cannot be made
    status: Status  # of the article's record
    made: Provenance  # of the article
    outputs: list[str]  # HTML that must not pass through Markdown
    content: str  # the rendered article
    toc: TableOfContents
    runs: dict[str, tuple[str, Highlight | None]] = {}  # date and card, by the article's address
    editions: dict[str, Edition] = {}  # by language
    sections: dict[str, list[Section]] = {}  # for the search, by the page's file


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether this is ``mkdocs serve``."""
    _Build.serving = command == "serve"
    if _Build.serving:
        serve.prepare()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Point mkdocs-jupyter at our template, and give that its filters."""
    root = Path(config.config_file_path).parent
    settings.templates_dir = str(root / "overrides" / "nbconvert")
    # There nbconvert reads to validate a notebook once, not after each of its steps.
    os.environ["JUPYTER_CONFIG_PATH"] = settings.templates_dir
    # It would read each notebook once more for a table of contents; ours is the page's.
    mkdocs_jupyter.plugin._get_nb_toc_tokens = lambda path, depth: ([], None)
    default_filters["render_page"] = lambda text: _render(text, config)
    default_filters["show_outputs"] = _show_outputs
    default_filters["put_aside"] = _put_aside
    config.theme.static_templates.discard("sitemap.xml")
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Keep the notebook's template, and what others would add, out of the site."""
    _read_shared.cache_clear()
    _read_record.cache_clear()
    _find_drift.cache_clear()
    unused = ("nbconvert/", "assets/javascripts/", "assets/stylesheets/palette.", "assets/images/")
    unused += ("sitemap.xml",)  # share.py writes its own
    unused += () if _Build.serving else (serve.ASSETS,)
    for file in [file for file in files if file.src_uri.startswith(unused)]:
        files.remove(file)
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """While serving, choose the pages that need to be made again."""
    if _Build.serving:
        project = _project(config)
        try:
            serve.choose_pages(config, files, project, _read_shared(project)[0])
        except WeaverError as error:
            raise PluginError(str(error)) from None
    return nav


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Keep compiled templates, and tell them what Material's stylesheet is called now.

    The page for missing addresses is built once, since it speaks every language.
    """
    if config.theme["language"] != LANGUAGES[0]:
        config.theme.static_templates.discard("404.html")
    compiled = _project(config).cache / "templates"
    compiled.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    sheets = (file.url for file in files if file.src_uri.startswith("assets/stylesheets/main."))
    env.globals["material_stylesheet"] = next(url for url in sheets if url.endswith(".css"))
    project = _project(config)
    words = {code: _language(project, code).theme for code in project.languages}
    env.globals.update(all_words=words, words=words[config.theme["language"]])
    env.globals["serving"] = _Build.serving
    return env


@event_priority(50)
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:
    """Read the page; exchange an article's source for its woven notebook."""
    _Build.page, _Build.files, _Build.article, _Build.outputs = page, files, None, []
    _Build.stand_in = None
    path = Path(page.file.abs_src_path or "")
    if path.suffix != ".md":
        return page
    project = _project(config)
    try:
        _Build.article = read_article(path, path.relative_to(project.docs).parts[0])
        if _Build.article.tutorial is not None:
            notebook, record = _weave(project, _Build.article, strict=config.strict)
            _Build.made = describe_run(_Build.article, record)
            _write_downloads(notebook, record, page, config, files)
            page.file.abs_src_path = str(_cache(project, _Build.article, notebook))
    except WeaverError as error:
        _Build.article, _Build.stand_in = None, _stand_in(page, error)
    return page


@event_priority(100)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give an article its own front matter back, and an overview page its values."""
    article = _Build.article
    if article is None:
        return _Build.stand_in or markdown
    if article.tutorial is not None:
        # The notebook's JSON has none. What the page says of its making goes along.
        page.meta = {**article.meta, "made": _Build.made, "links": _links(page, config)}
        return markdown
    try:
        text = _overview(_project(config), article)
        return _with_terms(_drift_notice(page, config) + text, config)
    except WeaverError as error:
        return _stand_in(page, error)


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn LaTeX into MathML, and leave out what nbconvert adds around a page."""
    if _Build.article and _Build.article.tutorial:
        content, page.toc = _Build.content, _Build.toc
    latex = LatexToMathML()

    def convert(match: re.Match) -> str:
        source = html.unescape(match[2])
        try:
            return latex.convert_with_local_state(source, displaystyle=match[1] == "div")
        except LatexError as error:
            path = Path(config.docs_dir) / page.file.src_uri
            text = path.read_text(encoding="utf-8")
            line = text[: max(text.find(source.strip()), 0)].count("\n") + 1
            raise fail(path, line, say_latex(source, error)) from None

    try:
        content = _finish(_MATHS.sub(convert, content), page, config, files)
    except WeaverError as error:
        return _stand_in(page, error)
    searched = not page.meta.get("search", {}).get("exclude")
    sections = read_sections(content, page.url.removeprefix("./")) if searched else []
    _Build.sections[page.file.src_uri] = sections
    return content


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Give the page its Content-Security-Policy; served, a place for problems instead."""
    return serve.finish_page(output, page) if _Build.serving else add_policy(output)


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Give the page for missing addresses its Content-Security-Policy."""
    published = template_name.endswith(".html") and not _Build.serving
    return add_policy(output) if published else output


def on_template_context(context: dict, template_name: str, config: MkDocsConfig) -> dict:
    """Tell the page for missing addresses what there is, in every language."""
    nav: Navigation = context["nav"]
    pages = [nav.homepage, *(page for page in nav.pages if "tutorial" in page.meta)]
    context["places"] = {
        language: [
            _place(page, language, config) for page in pages if language in page.file.alternates
        ]
        for language in LANGUAGES
    }
    return context


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: Navigation) -> dict:
    """Say in the page's head what it is, and give it a card image."""
    edition = _edition(nav, config)
    _Build.editions[edition.home.language] = edition
    entry = next((one for one in edition.entries if one.address == page.canonical_url), None)
    if entry is None:  # a page that no navigation leads to
        return context
    context["share"] = make_head(edition, entry)
    if entry.number or entry is edition.home:
        project = _project(config)
        font = project.docs / "assets" / "headings.woff2"
        try:
            picture = make_card(edition.card(entry), font, project.cache / "cards")
        except ValueError as error:
            raise PluginError(f"{page.file.src_uri}: its card image: {error}") from None
        path = Path(config.site_dir, edition.card_path(entry))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
    return context


def on_post_build(config: MkDocsConfig) -> None:
    """Write the language's search index, and what is about the whole site.

    The last language's build leaves that complete.
    """
    language = config.theme["language"]
    # While serving, a build reads only what changed; the other pages are still known.
    pages = (file for file in _Build.sections if file.startswith(f"{language}/"))
    sections = (section for file in pages for section in _Build.sections[file])
    path = Path(config.site_dir, "search", f"{language}.json")
    write_index(path, sections, _language(_project(config), language).search)
    redirects = config.extra.get("redirects", {})
    for name, text in make_files(_Build.editions, redirects).items():
        path = Path(config.site_dir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(add_policy(text) if name.endswith(".html") else text, encoding="utf-8")


def _language(project: Project, code: str) -> Language:
    return load_language(project.languages_folder, code)


def _place(page: Page, language: str, config: MkDocsConfig) -> dict[str, str]:
    """Return a page's title and address in a language, which may not be built yet."""
    file = page.file.alternates[language]
    meta = read_meta(_project(config).docs / file.src_uri)
    return {"title": str(meta.get("title")), "address": _address(file)}


def _address(file: File) -> str:
    return "" if file.url == "./" else file.url


def _edition(nav: Navigation, config: MkDocsConfig) -> Edition:
    language = config.theme["language"]
    entries, number = [], 0
    for page in sorted(nav.pages, key=lambda page: page is not nav.homepage):
        date, highlight = _Build.runs.get(page.canonical_url, (None, None))
        number += date is not None
        files = page.file.alternates
        addresses = {
            code: f"{config.site_url}{_address(files[code])}"
            for code in LANGUAGES
            if code in files
        }
        entries.append(
            Entry(
                language,
                str(page.meta.get("title") or page.title),
                str(page.meta.get("description") or config.site_description),
                addresses,
                number if date else 0,
                date,
                page.meta.get("author"),
                highlight,
            )
        )
    return Edition(
        config.site_url, config.site_name, config.site_description or "", tuple(entries)
    )


def on_serve(
    server: LiveReloadServer, config: MkDocsConfig, builder: Callable[[], None]
) -> LiveReloadServer:
    """Keep the development server going when a build fails."""
    serve.attend(server, config, builder, _project(config))
    return server


def on_build_error(error: Exception) -> None:
    """Remember what went wrong, for the browser."""
    serve.note_failure(error)


def _stand_in(page: Page, error: WeaverError) -> str:
    """Stop the build; but let a served page that was never made show why."""
    shown = serve.stand_in(page, str(error)) if _Build.serving else None
    if shown is None:
        raise PluginError(str(error)) from None
    return shown


def _project(config: MkDocsConfig) -> Project:
    return Project(Path(config.config_file_path).parent)


@cache
def _read_shared(project: Project) -> tuple[Site, dict[str, dict]]:
    site = Site(project)
    return site, site.quoted


@cache
def _read_record(project: Project, name: str) -> Record | None:
    return read_record(project.record(name))


@cache
def _find_drift(project: Project) -> list[Behind]:
    return find_drift(project)[0]


def _drift_notice(page: Page, config: MkDocsConfig) -> str:
    """Return what tells the reader that the page is behind its other language."""
    language, _, name = page.file.src_uri.partition("/")
    found = [
        one
        for one in _find_drift(_project(config))
        if (one.language, one.page) == (language, name)
    ]
    first, second = (f"{code}/" for code in LANGUAGES)
    bare = page.url.removeprefix(second)
    twin = bare if language + "/" == second else second + bare
    return notice(found, language, get_relative_url(twin, page.url))


def _weave(
    project: Project, article: Article, *, strict: bool
) -> tuple[nbformat.NotebookNode, Record]:
    """Return the article's notebook, and the record of the run that it shows."""
    name = str(article.tutorial)
    site, quoted = _read_shared(project)
    if not project.source(name).exists():
        raise fail(article.path, 2, f"there is no tutorials_src/{name}.py")
    record = _read_record(project, name)
    status = site.status(name)
    if record is None or (strict and not status.fresh):
        text = f"stale ({'; '.join(status.changed)}): run `make run NAME={name}`"
        raise fail(project.record(name), 0, text)
    _Build.status = status
    tutorial = read_tutorial(project.source(name))
    highlight = read_highlight(article, namespace(record, quoted))
    _Build.runs[_Build.page.canonical_url] = record.about["date"], highlight
    return weave(article, tutorial, site.strings(name), record, quoted), record


def _cache(project: Project, article: Article, notebook: nbformat.NotebookNode) -> Path:
    """Write the article's notebook to where mkdocs-jupyter will read it; return the path."""
    path = project.cache / article.language / f"{article.tutorial}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, nbformat.writes(notebook).encode())  # another build may be reading it
    return path


def _write_downloads(
    woven: nbformat.NotebookNode, record: Record, page: Page, config: MkDocsConfig, files: Files
) -> None:
    """Write the article as a notebook and as a program, beside its page."""

    def resolve(link: str) -> str:
        target = urlsplit(link)
        path = posixpath.join(posixpath.dirname(page.file.src_uri), unquote(target.path))
        file = files.get_file_from_path(posixpath.normpath(path)) if target.path else page.file
        if target.scheme or file is None:  # a broken link stops the build later
            return link
        address = urljoin(str(config.site_url), file.url)
        return f"{address}#{target.fragment}" if target.fragment else address

    language = _Build.article.language
    notebook = make_notebook(woven, record, language, str(page.canonical_url), resolve)
    path = Path(page.file.abs_dest_path).with_name(record.path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    path.with_suffix(".py").write_text(make_script(notebook), encoding="utf-8")


def _links(page: Page, config: MkDocsConfig) -> dict[str, str]:
    name = _Build.made.name
    notebook = posixpath.join(posixpath.dirname(page.file.dest_uri), f"{name}.ipynb")
    return repository_links(name, notebook, config.repo_url, config.edit_uri)


def _overview(project: Project, article: Article) -> str:
    """Return the Markdown of a page about all articles, its expressions evaluated."""
    if not article.woven:
        return "".join(part.text for part in article.parts)
    _, quoted = _read_shared(project)
    read = ((name, _read_record(project, name)) for name in project.tutorial_names())
    records = {name: record for name, record in read if record is not None}
    names = overview_names(project, article, records, quoted)
    return "".join(
        part.text if isinstance(part, Prose) else evaluate(article, part, names)
        for part in article.parts
    )


def _terms(config: MkDocsConfig, language: str) -> Iterator[tuple[str, dict]]:
    """Go through the glossary's terms as a text may write them."""
    for term in read_glossary(_project(config)):
        word = term[language]
        yield word, term
        yield capitalised(word, language), term


def _with_terms(text: str, config: MkDocsConfig) -> str:
    """Define the glossary's terms for the ``abbr`` extension."""
    language = _Build.article.language
    if _Build.article.path.stem == "glossary":
        return text
    definitions = [
        f"*[{word}]: {term['what'][language]}" for word, term in _terms(config, language)
    ]
    return text + "\n\n" + "\n".join(definitions) + "\n"


def _finish(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Link the glossary's terms, mark foreign ones, box the tables."""
    if _Build.article is None:
        return content
    language = _Build.article.language
    glossary = files.get_file_from_path(f"{language}/glossary.md")
    if glossary is not None:
        anchors = {word: slugify(term[language], "-") for word, term in _terms(config, language)}
        content = link_terms(content, glossary.url_relative_to(page.file), anchors)
    content = link_cells(lighten_code(content), language)
    return box_tables(mark_language(content, language))


def _show_outputs(cell: nbformat.NotebookNode) -> str:
    about = cell.metadata.weaver
    return show_outputs(about.name, cell.outputs, about.alt, _Build.article.language)


def _put_aside(output: str) -> str:
    """Keep HTML out of Markdown's reach; return what stands for it."""
    _Build.outputs.append(output)
    return f"CELLOUTPUT{len(_Build.outputs) - 1}END"


def _render(text: str, config: MkDocsConfig) -> str:
    """Render a tutorial page's Markdown exactly as MkDocs renders any page's.

    The page waits in ``_Build`` for ``on_page_content``; the exporter gets nothing.
    Links are resolved and checked, anchors and table of contents recorded.
    """
    page, language = _Build.page, _Build.article.language
    words = _WORDS[language]
    if not _Build.status.fresh:
        said = f"{words['stale']} ({'; '.join(_Build.status.changed)}). {words['run']}: "
        text = f'!!! warning ""\n    {said}`make run NAME={_Build.status.name}`\n\n' + text
    page.markdown = _with_terms(_drift_notice(page, config) + text, config)
    Page.render(page, config, _Build.files)
    _Build.toc = page.toc
    _Build.content = re.sub(
        r"<p>CELLOUTPUT(\d+)END</p>", lambda match: _Build.outputs[int(match[1])], page.content
    )
    # nbconvert would parse and write the whole page once more to look for pictures.
    return ""
