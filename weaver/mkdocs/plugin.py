"""The plugin: MkDocs' events, and what they share from one to the next."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils.templates import TemplateContext

from weaver.check.links import check_links, check_navigation
from weaver.core.files import NO_ROOM
from weaver.core.memo import digest_of, keep_only, remember
from weaver.core.messages import _, reader_language
from weaver.core.problems import WeaverError, fail
from weaver.core.project import Project
from weaver.mkdocs import jupyter, serve
from weaver.mkdocs.config import WeaverConfig
from weaver.mkdocs.edition import address, alternates_of, make_edition
from weaver.page.make import MadePage, engine_digest, make_page
from weaver.page.policy import add_policy, read_policy
from weaver.page.provenance import repository_links
from weaver.page.render import find_failures, render_notebook
from weaver.publish.cards import make_card
from weaver.publish.feeds import make_files
from weaver.publish.head import Edition, make_head
from weaver.publish.search import Section, read_sections, table_of_contents, write_index
from weaver.site import Site

log = get_plugin_logger("weaver")

# What Material brings and the theme does not use; the site map is ours.
_UNUSED = ("assets/javascripts/", "assets/stylesheets/palette.", "assets/images/", "sitemap.xml")


class WeaverPlugin(BasePlugin[WeaverConfig]):
    """Makes each page of its prose and of a run; mkdocs-jupyter renders it."""

    policy: str  # of what a page may load and run
    site: Site  # as it is in this build of all languages
    editions: dict[str, Edition]  # by language
    sections: dict[str, list[Section]]  # for the search, by the page's file
    pages: dict[str, MadePage]  # by the page's file

    def __init__(self) -> None:
        self.served: serve.Served | None = None

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Remember whether this is ``mkdocs serve``, whose builds share this object."""
        self.served = serve.Served() if command == "serve" else None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Let mkdocs-jupyter render notebooks as this site's pages are."""
        render = partial(
            render_notebook, extensions=config.markdown_extensions, configs=config.mdx_configs
        )
        project = self._project(config)
        try:
            project.refuse_links()  # before MkDocs follows any
        except WeaverError as error:
            raise PluginError(str(error)) from None
        theme = project.root / "overrides"
        self.policy = read_policy(theme)
        jupyter.set_up(theme / "nbconvert", render)
        config.theme.static_templates.discard("sitemap.xml")
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Read the site when the first of its languages is built, for all of them."""
        language = config.theme["language"]
        project = self._project(config)
        if not hasattr(self, "site") or language == self.site.default:
            self.site = Site(project)
            self.editions, self.sections, self.pages = {}, {}, {}
            for problem in self._find_dead_links() if self.served is None else ():
                log.warning(problem)
        jupyter.use_cache(config, self._cache / "rendered" / language)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Keep what the site does not use out of it."""
        unused = (*_UNUSED, "nbconvert/", *(() if self.served else (serve.ASSETS,)))
        for file in [file for file in files if file.src_uri.startswith(unused)]:
            files.remove(file)
        return files

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Keep compiled templates, and tell them what Material's stylesheet is called now.

        The page for missing addresses is built once, since it speaks every language.
        """
        if config.theme["language"] != self.site.default:
            config.theme.static_templates.discard("404.html")
        # What is no HTML becomes none, wherever it is from: names, titles, the theme's words.
        env.autoescape = True
        compiled = self.site.project.cache / "escaping-templates"
        compiled.mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
        sheets = (
            file.url for file in files if file.src_uri.startswith("assets/stylesheets/main.")
        )
        env.globals["material_stylesheet"] = next(url for url in sheets if url.endswith(".css"))
        words = {code: self.site.language(code).theme for code in self.site.project.languages}
        env.globals.update(all_words=words, words=words[config.theme["language"]])
        env.globals["serving"] = bool(self.served)
        return env

    @event_priority(50)  # before mkdocs-jupyter looks at the page
    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> Page:
        """Make the page's notebook, and let mkdocs-jupyter render it."""
        made = self._make(page, config)
        self.pages[page.file.src_uri] = made
        for name, text in made.downloads.items():
            path = Path(page.file.abs_dest_path).with_name(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        path = self._cache / "notebooks" / page.file.src_uri
        jupyter.hand_over(page, made.notebook, path.with_suffix(".ipynb"))
        return page

    def on_page_read_source(self, *, page: Page, config: MkDocsConfig) -> str:
        """Return the page's Markdown, whose front matter MkDocs reads."""
        return Path(config.docs_dir, page.file.src_uri).read_text(encoding="utf-8")

    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Add what the page says of its making to its front matter."""
        made = self.pages[page.file.src_uri].made
        if made:
            notebook = f"{page.url}{made['name']}.ipynb"
            links = repository_links(made["name"], notebook, config.repo_url, config.edit_uri)
            page.meta = {**page.meta, "made": made, "links": links}
        return markdown

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Read the page's sections, for its table of contents and for the search."""
        html = self._checked(jupyter.take_back(html), page)
        path = self._cache / "sections" / f"{page.file.src_uri}.json"
        where = address(page.file)
        digest = digest_of([engine_digest(), where.encode(), html.encode()])
        read = remember(path, digest, lambda: list(map(asdict, read_sections(html, where))))
        sections = [Section(**section) for section in read]
        page.toc = get_toc(cast(list[Any], table_of_contents(sections)))
        searched = not page.meta.get("search", {}).get("exclude")
        self.sections[page.file.src_uri] = sections if searched else []
        return html

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Say in the page's head what it is, and give it a card image."""
        edition = self._edition(nav, config)
        entry = edition.entry(str(page.canonical_url))
        if entry is None:  # a page that no navigation leads to
            return context
        cast(dict[str, Any], context)["share"] = make_head(edition, entry)
        if entry.number or entry is edition.home:
            font = self.site.project.docs / "assets" / "headings.woff2"
            try:
                cards, path = self._cache / "cards", Path(edition.card_path(entry))
                picture = make_card(edition.card(entry), font, cards, path.stem)
            except ValueError as error:
                raise PluginError(f"{page.file.src_uri}: {error}") from None
            _write(Path(config.site_dir, path), picture)
        return context

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Tell the page for missing addresses what there is, in every language."""
        nav = context["nav"]
        pages = [nav.homepage, *(page for page in nav.pages if "tutorial" in page.meta)]
        cast(dict[str, Any], context)["places"] = {
            language: [
                {
                    "title": articles[page.file.name + ".md"].meta.get("title"),
                    "address": address(file),
                }
                for page in pages
                if page and (file := alternates_of(page).get(language))
            ]
            for language, articles in self.site.articles.items()
        }
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Give the page its Content-Security-Policy, unless it is served."""
        return output if self.served else add_policy(output, self.policy)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Give the page for missing addresses its Content-Security-Policy."""
        published = template_name.endswith(".html") and not self.served
        return add_policy(output_content, self.policy) if published else output_content

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the language's search index, and what is about the whole site.

        The last language's build leaves that complete.
        """
        language = config.theme["language"]
        pages = (file for file in self.sections if file.startswith(f"{language}/"))
        sections = (section for file in pages for section in self.sections[file])
        rules = self.site.language(language).search
        write_index(Path(config.site_dir, "search", f"{language}.json"), sections, rules)
        for name, text in make_files(self.editions, self.config.redirects).items():
            text = add_policy(text, self.policy) if name.endswith(".html") else text
            _write(Path(config.site_dir, name), text.encode())
        for folder in ("made", "sections", "notebooks"):
            kept = {(self._cache / folder / page).with_suffix("") for page in self.pages}
            keep_only(self._cache / folder / language, kept)

    def on_build_error(self, *, error: Exception) -> None:
        """Say in one line that there is no room for the site."""
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            said = _("{reason}: the site is not whole; make room, and build it again")
            said = said.format(reason=error.strerror)
            raise PluginError(f"{error.filename}: {said}" if error.filename else said)

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any
    ) -> LiveReloadServer:
        """Keep the development server going when a build fails."""
        if self.served:
            folder = Path(config.site_dir)
            self.served.tell(folder, self.site)
            server.builder = self.served.keep_up(builder, folder, lambda: self.site)
        return server

    @property
    def _cache(self) -> Path:
        """Where pages are kept; those of a server have other addresses."""
        return self.site.project.cache / ("served" if self.served else "pages")

    def _project(self, config: MkDocsConfig) -> Project:
        return Project(Path(config.config_file_path).parent)

    def _find_dead_links(self) -> list[str]:
        """Return what is wrong with links, which only another page's change can change."""
        project = self.site.project
        files = [*project.docs.rglob("*.md"), *project.docs.glob("*.yml")]
        # A run decides which figures there are to lead to.
        files += [*project.root.glob("*.yml"), *project.runs.glob("*.ipynb")]
        parts = (path.read_bytes() for path in sorted(files))
        digest = digest_of([engine_digest(), reader_language().encode(), *parts])
        path = self._cache / "links.json"

        def find() -> list[str]:
            return [*map(str, check_links(self.site)), *map(str, check_navigation(self.site))]

        return list(remember(path, digest, find))

    def _edition(self, nav: Navigation, config: MkDocsConfig) -> Edition:
        language = config.theme["language"]
        if language not in self.editions:
            self.editions[language] = make_edition(nav, self.pages, config, self.site.languages)
        return self.editions[language]

    def _make(self, page: Page, config: MkDocsConfig) -> MadePage:
        """Make a page; stop the build if that fails, unless the page is served."""
        language, name = page.file.src_uri.split("/", 1)
        try:
            article = self.site.article(language, name)
            made = make_page(self.site, article, str(config.site_url), self._cache / "made")
            stale = article.tutorial and self.site.status(article.tutorial).changed
            if stale and config.strict:
                text = _("stale ({changed}): run `make run NAME={name}`")
                text = text.format(changed="; ".join(stale), name=article.tutorial)
                raise fail(self.site.project.record(str(article.tutorial)), 0, text)
            return made
        except WeaverError as error:
            if self.served is None:
                raise PluginError(str(error)) from None
            return self.served.page_instead(page.file.src_uri, error)

    def _checked(self, html: str, page: Page) -> str:
        """Return what is shown of a page: itself, unless something in it could not be drawn."""
        language, name = page.file.src_uri.split("/", 1)
        error = find_failures(html, self.site.project.docs / language / name)
        if error is None:
            if self.served:
                self.served.keep(page.file.src_uri, self.pages[page.file.src_uri], html)
            return html
        if self.served is None:
            raise PluginError(str(error))
        return self.served.content_instead(page.file.src_uri, error)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
