"""Serve the site while it is edited: keep the last good pages, and say what is wrong.

MkDocs' server builds the whole site at each save; pages whose ingredients are the same are
not made again. A page that cannot be made stays as it was, and every page says why.
"""

import html
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock, Thread

from mkdocs.structure.pages import Page

from weaver.check.registry import check
from weaver.core.files import write_whole
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import Project
from weaver.page.make import MadePage, bare_page
from weaver.site import Site

PROBLEMS = "assets/serve.json"  # in the served site: what is wrong now
ASSETS = "assets/serve."  # of served pages only


class Served:
    """What a development server knows from one build to the next."""

    def __init__(self) -> None:
        self.good: dict[str, tuple[MadePage, str]] = {}  # each page's last, by its file
        self.problems: list[Problem] = []  # of the build that is under way
        self.failed = False
        self._builds = 0
        self._lock = Lock()

    def page_instead(self, page: Page, error: WeaverError) -> MadePage:
        """Return the last good state of a page that cannot be made, or a page that says why."""
        self.problems += error.problems
        self.failed = True
        if page.file.src_uri in self.good:
            return self.good[page.file.src_uri][0]
        text = f"# {page.file.src_uri}\n\n{_preformatted(error)}\n"
        return bare_page(page.file.src_uri, text)

    def content_instead(self, page: Page, error: WeaverError) -> str:
        """Return the last good content of a page that cannot be shown, or why it cannot."""
        self.problems += error.problems
        self.failed = True
        name = page.file.src_uri
        return self.good[name][1] if name in self.good else _preformatted(error)

    def keep_up(
        self, builder: Callable[[], None], folder: Path, project: Project
    ) -> Callable[[], None]:
        """Return a builder that tells served pages what is wrong, and never fails."""

        def build() -> None:
            self.problems, self.failed = [], False
            try:
                builder()
            # MkDocs' Abort is a SystemExit. Whatever it was, the server outlives it.
            except (Exception, SystemExit) as error:
                self.failed = True
                self.problems += getattr(error, "problems", ()) or [Problem(Path(), 0, str(error))]
            self.tell(folder, project)

        return build

    def tell(self, folder: Path, project: Project) -> None:
        """Write what the build found; if it did not fail, have the rest checked meanwhile."""
        self._builds += 1
        self._write(folder, self.problems, checking=not self.failed)
        if not self.failed:
            args = (folder, project, self._builds)
            Thread(target=self._check, args=args, daemon=True).start()

    def _check(self, folder: Path, project: Project, build: int) -> None:
        found = check(Site(project))
        with self._lock:
            if build == self._builds:  # else files have changed since
                self._write(folder, found, checking=False)

    def _write(self, folder: Path, problems: Iterable[Problem], *, checking: bool) -> None:
        said = [
            {
                "path": "" if one.path == Path() else one.place.as_posix(),
                "line": one.line,
                "text": one.text,
            }
            for one in dict.fromkeys(problems)
        ]
        told = {"failed": self.failed, "checking": checking, "problems": said}
        path = folder / PROBLEMS
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(told, ensure_ascii=False).encode())


def _preformatted(error: WeaverError) -> str:
    return f'<pre class="serve-missing">{html.escape(str(error))}</pre>'
