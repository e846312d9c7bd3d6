"""Serve the site while it is edited: weave again what changed, and say what is wrong.

MkDocs' own server and its "dirty" builds do the work. Here is what they lack: which
pages a saved file changes, and errors that are read in the browser, over the last
good page.
"""

import hashlib
import html
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock, Thread

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from weaver.core.files import read_text, write_whole
from weaver.core.problems import WeaverError
from weaver.core.project import Project
from weaver.program.key import source_digest
from weaver.prose.parse import read_meta
from weaver.site import Site

PROBLEMS = "assets/serve.json"  # in the served site: what is wrong now

ASSETS = "assets/serve."  # of served pages only

log = logging.getLogger("mkdocs.plugins.weaver")

_LOCATED = re.compile(r"(?P<path>[^\s:][^:\n]*\.\w+):(?:(?P<line>\d+):)? (?P<text>.+)", re.DOTALL)

_LINK = re.compile(r"Doc file '(?P<page>[^']+)' contains (?:a link|an \w+ link) '(?P<link>[^']+)'")


class _Served:
    """What is known from one build to the next."""

    wanted: dict[str, str] = {}  # what each page would be made from, by its file in docs/
    made: dict[str, str] = {}  # what it was made from
    failure: BaseException | None = None  # of the build that is under way
    missing: dict[str, str] = {}  # why a page could not be made that never was, by its file


def prepare() -> None:
    """Keep MkDocs from warning, at each build, of what this module makes good."""
    build = logging.getLogger("mkdocs.commands.build")
    build.addFilter(lambda record: not str(record.msg).startswith("A 'dirty' build"))


def choose_pages(config: MkDocsConfig, files: Files, project: Project, site: Site) -> None:
    """Let MkDocs build exactly the pages whose ingredients changed since they were made.

    A page that is not built again still has its title and front matter: menus and
    neighbours show them.
    """
    pages = files.documentation_pages()
    metas = {file.src_uri: _read_meta(project.docs / file.src_uri) for file in pages}
    common = _digest_common(config, project, metas)
    for file in pages:
        meta = metas[file.src_uri]
        if file.page is not None:
            file.page.meta = dict(meta)
            file.page.title = meta.get("title", file.page.title)
        parts = _ingredients(project.docs / file.src_uri, meta, project, site)
        _Served.wanted[file.src_uri] = _digest([common, *parts])
        destination = Path(file.abs_dest_path)
        if _Served.wanted[file.src_uri] != _Served.made.get(file.src_uri) and destination.exists():
            # MkDocs compares times; the page itself stays until there is a better one.
            os.utime(destination, (0, 0))


def stand_in(page: Page, problem: str) -> str | None:
    """Return what to show for a page with a problem; None if its last good state can stay."""
    name = page.file.src_uri
    if name in _Served.made:
        return None
    _Served.missing[name] = problem
    return f'<h1>{html.escape(name)}</h1><pre class="serve-missing">{html.escape(problem)}</pre>\n'


def finish_page(output: str, page: Page) -> str:
    """Note that a page is made, and let it show what is wrong."""
    name = page.file.src_uri
    if name in _Served.made:
        log.info(f"weaver: made {name} again")
    if name not in _Served.missing:
        _Served.made[name] = _Served.wanted.get(name, "")
    return output


def note_failure(error: BaseException) -> None:
    """Remember the first error of a build; what MkDocs raises later only follows from it."""
    _Served.failure = _Served.failure or error


def attend(
    server: LiveReloadServer, config: MkDocsConfig, builder: Callable[[], None], project: Project
) -> None:
    """Keep the server going when a build fails, and the browsers informed.

    After a build that does not fail, ``weaver check`` runs beside the server: it
    finds what a page can be made with all the same, a typed result say.
    """
    heard = _Listener()
    logging.getLogger("mkdocs").addHandler(heard)
    told = _Told(Path(config.site_dir) / PROBLEMS, project)

    def report() -> None:
        errors = [*_Served.missing.values()]
        if _Served.failure is not None:
            errors.append(str(_Served.failure) or type(_Served.failure).__name__)
        # Both languages of an article may lack the same thing.
        lines = list(dict.fromkeys(line for error in errors for line in _split(error)))
        lines = lines or heard.messages
        told.tell([_locate(line, project) for line in lines], check=not errors)

    def rebuild() -> None:
        told.give_up()
        heard.messages.clear()
        _Served.missing.clear()
        _Served.failure = None
        try:
            builder()
        # MkDocs' Abort is a SystemExit. Whatever it was, the server outlives it.
        except (Exception, SystemExit) as error:
            note_failure(error)
        report()

    report()
    server.builder = rebuild


class _Told:
    """What served pages read: the problems of the last build, then those of a check."""

    def __init__(self, path: Path, project: Project) -> None:
        self.path, self.project = path, project
        self.lock = Lock()
        self.check: subprocess.Popen[str] | None = None

    def give_up(self) -> None:
        """Stop the check that may be running: its files are changing."""
        with self.lock:
            if self.check is not None:
                self.check.kill()
            self.check = None

    def tell(self, problems: list[dict], *, check: bool) -> None:
        """Say what a build found; after one that did not fail, have the rest checked."""
        self._write(problems, failed=not check, checking=check)
        if check:
            self.check = subprocess.Popen(
                [sys.executable, "-m", "weaver", "check"],
                cwd=self.project.root,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            Thread(target=self._wait, args=(self.check, problems), daemon=True).start()

    def _wait(self, check: "subprocess.Popen[str]", problems: list[dict]) -> None:
        lines = check.communicate()[0].splitlines()
        found = [_locate(line, self.project) for line in lines if _LOCATED.fullmatch(line)]
        places = {(problem["path"], problem["line"]) for problem in found}
        left = [one for one in problems if (one["path"], one["line"]) not in places]
        with self.lock:
            if self.check is check:
                self._write(left + found, failed=False, checking=False)

    def _write(self, problems: list[dict], *, failed: bool, checking: bool) -> None:
        told = {"failed": failed, "checking": checking, "problems": problems}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, json.dumps(told, ensure_ascii=False).encode())


class _Listener(logging.Handler):
    """Hears the warnings of a build that does not fail."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _split(said: str) -> list[str]:
    """Return the problems of a message: a line each, or the whole if it names no file."""
    lines = said.splitlines()
    return lines if all(map(_LOCATED.match, lines)) else [said]


def _locate(message: str, project: Project) -> dict:
    """Take the file and the line out of a message; MkDocs says of a link only the file."""
    if link := _LINK.search(message):
        path = project.docs / link["page"]
        rows = read_text(path).splitlines() if path.exists() else []
        line = next((n for n, row in enumerate(rows, 1) if html.unescape(link["link"]) in row), 0)
        name = path.relative_to(project.root).as_posix()
        return {"path": name, "line": line, "text": message}
    found = _LOCATED.fullmatch(message)
    if found is None:
        return {"path": "", "line": 0, "text": message}
    return {"path": found["path"], "line": int(found["line"] or 0), "text": found["text"]}


def _read_meta(path: Path) -> dict[str, object]:
    try:
        return read_meta(path)
    except WeaverError:
        return {}  # building the page will say what is wrong


def _ingredients(
    path: Path, meta: dict[str, object], project: Project, site: Site
) -> Iterable[bytes]:
    """Yield what one page is made from, beside what is common to all."""
    yield path.read_bytes()
    names = project.tutorial_names() if "records" in meta else []
    if "tutorial" in meta:
        names = [str(meta["tutorial"])]
    for name in names:
        if project.record(name).exists():
            yield project.record(name).read_bytes()
        if project.source(name).exists():
            strings = site.strings(name)
            yield source_digest(project, name, site.pins, strings).encode()


def _digest_common(
    config: MkDocsConfig, project: Project, metas: dict[str, dict[str, object]]
) -> bytes:
    """Return a digest of what every page shows or is dressed in."""
    templates = (path for path in project.root.glob("overrides/**/*") if path.is_file())
    files = [*project.root.glob("*.yml"), *project.docs.glob("*.yml"), *templates]
    titles = [(name, str(meta.get("title"))) for name, meta in metas.items()]
    parts = [path.read_bytes() for path in sorted(files)]
    return _digest([json.dumps([config.site_url, sorted(titles)]).encode(), *parts]).encode()


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()
