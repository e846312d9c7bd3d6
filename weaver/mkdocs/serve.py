"""Serve the site while it is edited: keep the last good pages, and say what is wrong.

MkDocs' server builds the whole site at each save; pages whose ingredients are the same are
not made again. A page that cannot be made stays as it was, and every page says why.
"""

import html
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock, Thread

from weaver.check.registry import check
from weaver.core.files import write_whole
from weaver.core.problems import Problem, WeaverError
from weaver.page.make import MadePage, bare_page
from weaver.site import Site

PROBLEMS = "assets/serve.json"  # in the served site: what is wrong now
ASSETS = "assets/serve."  # of served pages only


class Served:
    """What a development server knows from one build to the next."""

    def __init__(self) -> None:
        self.good: dict[str, tuple[MadePage, str]] = {}  # each page's last, by its file
        self.problems: list[Problem] = []  # of the build that is under way
        self.broken: set[str] = set()  # the pages of that build which show something else
        self.failed = False
        self._builds = 0
        self._lock = Lock()

    def page_instead(self, name: str, error: WeaverError) -> MadePage:
        """Return the last good state of a page that cannot be made, or a page that says why."""
        self._note(name, error)
        text = f"# {name}\n\n{_preformatted(error)}\n"
        return self.good[name][0] if name in self.good else bare_page(name, text)

    def content_instead(self, name: str, error: WeaverError) -> str:
        """Return the last good content of a page that cannot be shown, or why it cannot."""
        self._note(name, error)
        return self.good[name][1] if name in self.good else _preformatted(error)

    def keep(self, name: str, page: MadePage, content: str) -> None:
        """Keep the state of a page that could be made."""
        if name not in self.broken:
            self.good[name] = page, content

    def _note(self, name: str, error: WeaverError) -> None:
        self.problems += error.problems
        self.broken.add(name)
        self.failed = True

    def keep_up(
        self, builder: Callable[[], None], folder: Path, site: Callable[[], Site]
    ) -> Callable[[], None]:
        """Return a builder that tells served pages what is wrong, and never fails."""

        def build() -> None:
            self.problems, self.broken, self.failed = [], set(), False
            try:
                builder()
            # MkDocs' Abort is a SystemExit. Whatever it was, the server outlives it.
            except (Exception, SystemExit) as error:
                self.failed = True
                self.problems += getattr(error, "problems", ()) or [Problem(Path(), 0, str(error))]
            self.tell(folder, site())

        return build

    def tell(self, folder: Path, site: Site) -> None:
        """Write what the build found; if it did not fail, have the rest checked meanwhile."""
        self._builds += 1
        self._write(folder, self.problems, checking=not self.failed)
        if not self.failed:
            args = (folder, site, self._builds)
            Thread(target=self._check, args=args, daemon=True).start()

    def _check(self, folder: Path, site: Site, build: int) -> None:
        found = check(site)
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
