"""The MkDocs hooks: the only module that knows MkDocs.

An article stays ``docs/<lang>/<page>.md`` for MkDocs and for the plugins. Just
before mkdocs-jupyter looks at the page, its source is exchanged for the woven
notebook, which mkdocs-jupyter then renders with our template.
"""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path

import nbformat
from math_core import LatexError, LatexToMathML
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs_jupyter.config import settings
from nbconvert.exporters.templateexporter import default_filters

from weaver.article import Article, Prose, evaluate, read_article, read_quoted
from weaver.check import say_latex
from weaver.figures import fit_svg
from weaver.overview import overview_names, read_glossary
from weaver.problems import WeaverError, fail
from weaver.project import Project
from weaver.record import Shared, Status, read_record, read_status
from weaver.tutorial import read_tutorial
from weaver.weave import weave

log = get_plugin_logger("weaver")

_MATHS = re.compile(r'(?s)<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>')
_TERM = re.compile(r'<abbr title="([^"]*)">(.*?)</abbr>')
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

    page: Page
    files: Files
    article: Article | None = None
    status: Status  # of the article's record
    outputs: list[str]  # HTML that must not pass through Markdown
    content: str  # the rendered article
    toc: TableOfContents


def slugify(text: str, separator: str) -> str:
    """Return a heading's anchor: lower-case ASCII, Turkish letters transliterated."""
    text = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i"))
    words = re.findall(r"[a-z0-9]+", text.encode("ascii", "ignore").decode().lower())
    return separator.join(words)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Point mkdocs-jupyter at our template, and give that its filters."""
    root = Path(config.config_file_path).parent
    settings.templates_dir = str(root / "overrides" / "nbconvert")
    default_filters["render_page"] = lambda text: _render(text, config)
    default_filters["fit_figure"] = _fit_figure
    default_filters["put_aside"] = _put_aside
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Keep the notebook's template out of the site."""
    _read_shared.cache_clear()
    for file in [file for file in files if file.src_uri.startswith("nbconvert/")]:
        files.remove(file)
    return files


@event_priority(50)
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:
    """Read the page; exchange an article's source for its woven notebook."""
    _Build.page, _Build.files, _Build.article, _Build.outputs = page, files, None, []
    path = Path(page.file.abs_src_path or "")
    if path.suffix != ".md":
        return page
    project = _project(config)
    try:
        _Build.article = read_article(path, path.relative_to(project.docs).parts[0])
        if _Build.article.tutorial is not None:
            page.file.abs_src_path = str(_weave(project, _Build.article, strict=config.strict))
    except WeaverError as error:
        raise PluginError(str(error)) from None
    return page


@event_priority(100)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give an article its own front matter back, and an overview page its values."""
    article = _Build.article
    if article is None:
        return markdown
    if article.tutorial is not None:
        page.meta = dict(article.meta)  # the notebook's JSON has none
        return markdown
    try:
        return _with_terms(_overview(_project(config), article), config)
    except WeaverError as error:
        raise PluginError(str(error)) from None


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
            raise PluginError(str(fail(path, line, say_latex(source, error)))) from None

    return _first_of_each_term(_MATHS.sub(convert, content))


def on_post_build(config: MkDocsConfig) -> None:
    """Leave a forwarding page at each address that a page once had."""
    for old, new in config.extra.get("redirects", {}).items():
        path = Path(config.site_dir, old, "index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        address = f"{config.site_url}{new}"
        path.write_text(
            f'<!doctype html><html lang="tr"><meta charset="utf-8"><title>{new}</title>'
            f'<link rel="canonical" href="{address}"><meta name="robots" content="noindex">'
            f'<meta http-equiv="refresh" content="0; url={"../" * (old.count("/") + 1)}{new}">'
            f'<a href="{address}">{address}</a>',
            encoding="utf-8",
        )


def _project(config: MkDocsConfig) -> Project:
    return Project(Path(config.config_file_path).parent)


@cache
def _read_shared(project: Project) -> tuple[Shared, dict[str, dict]]:
    return Shared.of(project), read_quoted(project)


def _weave(project: Project, article: Article, *, strict: bool) -> Path:
    """Write the article's notebook to the cache and return its path."""
    name = str(article.tutorial)
    shared, quoted = _read_shared(project)
    if not project.source(name).exists():
        raise fail(article.path, 2, f"there is no tutorials_src/{name}.py")
    record = read_record(project.record(name))
    status = read_status(project, name, shared)
    if record is None or (strict and not status.fresh):
        text = f"stale ({'; '.join(status.changed)}): run `make run NAME={name}`"
        raise fail(project.record(name), 0, text)
    _Build.status = status
    tutorial = read_tutorial(project.source(name))
    notebook = weave(article, tutorial, shared.strings_of(name), record, quoted)
    path = project.cache / article.language / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def _overview(project: Project, article: Article) -> str:
    """Return the Markdown of a page about all articles, its expressions evaluated."""
    if not article.woven:
        return "".join(part.text for part in article.parts)
    _, quoted = _read_shared(project)
    read = ((name, read_record(project.record(name))) for name in project.tutorial_names())
    records = {name: record for name, record in read if record is not None}
    names = overview_names(project, article, records, quoted)
    return "".join(
        part.text if isinstance(part, Prose) else evaluate(article, part, names)
        for part in article.parts
    )


def _with_terms(text: str, config: MkDocsConfig) -> str:
    """Define the glossary's terms for the ``abbr`` extension, which makes tooltips of them."""
    language = _Build.article.language
    if _Build.article.path.stem == "glossary":
        return text
    definitions = [
        f"*[{word}]: {term['what'][language]}"
        for term in read_glossary(_project(config))
        for word in {term[language], term[language][0].upper() + term[language][1:]}
    ]
    return text + "\n\n" + "\n".join(definitions) + "\n"


def _first_of_each_term(content: str) -> str:
    """Keep a term's tooltip where the page first says it, in running text."""
    seen: set[str] = set()

    def keep_first(match: re.Match) -> str:
        first = match[1] not in seen
        seen.add(match[1])
        return match[0] if first else match[2]

    content = re.sub(r"<(h\d|a|summary)\b.*?</\1>", _without_terms, content, flags=re.DOTALL)
    return _TERM.sub(keep_first, content)


def _without_terms(match: re.Match) -> str:
    return _TERM.sub(r"\2", match[0])


def _fit_figure(cell: nbformat.NotebookNode, svg: str) -> str:
    about = cell.metadata.weaver
    return fit_svg(svg, about.name, about.alt, _Build.article.language)


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
        notice = f"{words['stale']} ({'; '.join(_Build.status.changed)}). {words['run']}: "
        text = f'!!! warning ""\n    {notice}`make run NAME={_Build.status.name}`\n\n' + text
    page.markdown = _with_terms(text, config)
    Page.render(page, config, _Build.files)
    _Build.toc = page.toc
    _Build.content = re.sub(
        r"<p>CELLOUTPUT(\d+)END</p>", lambda match: _Build.outputs[int(match[1])], page.content
    )
    # nbconvert would parse and write the whole page once more to look for pictures.
    return ""
