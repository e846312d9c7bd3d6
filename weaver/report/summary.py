"""Sum up the site for the page of a CI run: its records and pages as they are, what does not fit.

What changed is not said here: `weaver.report.review` does.
"""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from weaver.check.registry import find_problems
from weaver.core.messages import _, ngettext
from weaver.core.problems import WeaverError
from weaver.program.record import name_device
from weaver.report.markup import enclose, list_problems, render
from weaver.site import Site

LIMIT = 800_000  # bytes; GitHub takes 1 MiB of a step

_render = partial(render, "summary.html")


def summarise(site: Site, built: Path) -> str:
    """Return the state of the records and of the built site as HTML for GitHub."""
    problems = find_problems(site)
    differing = Counter(
        Path(*problem.path.relative_to(site.project.docs).parts[1:])
        for problem, check in problems.items()
        if check in ("parity", "twins")
    )
    codes = site.project.languages
    pages = list(_pages(site, built, differing))
    return "".join(
        [
            enclose("summary.html", "runs", list(_runs(site)), LIMIT // 3),
            enclose("summary.html", "pages", pages, LIMIT // 3, codes=codes),
            _render("check", count=len(problems)),
            list_problems(problems, LIMIT // 4),
        ]
    )


def _runs(site: Site) -> Iterator[str]:
    """Yield a row of each tutorial."""
    for name in site.names:
        try:
            status, record = site.status(name), site.record(name)
        except WeaverError as error:
            yield _render(
                "run", name=name, state=error.problems[0].text, fresh=False, cells=[""] * 4
            )
            continue
        state = _("fresh") if status.fresh else f"{_('stale')}: {'; '.join(status.changed)}"
        cells = ["", "", "", ""]
        if record is not None:
            about = record.about
            seconds = f"{about['seconds']:.1f}"
            device = name_device(about["device"])
            cells = [str(len(about["claims"])), device, about["date"], seconds]
        yield _render("run", name=name, state=state, fresh=status.fresh, cells=cells)


def _pages(site: Site, built: Path, differing: Mapping[Path, int]) -> Iterator[str]:
    """Yield a row of each page: its sizes, and how far its languages differ."""
    first, *others = site.project.languages
    folders = {first: built} | {language: built / language for language in others}
    for path in site.project.article_paths(first):
        page = path.relative_to(site.project.docs / first)
        sizes = [_size(folder, page) for folder in folders.values()]
        count = differing.get(page, 0)
        said = ngettext("{count} difference", "{count} differences", count).format(count=count)
        name = page.with_suffix("").as_posix()
        yield _render("page", name=name, sizes=sizes, differs=said if count else "")


def _size(folder: Path, page: Path) -> str:
    """Return a page's gzipped size, or that it is not there."""
    built = folder / page.with_suffix("") / "index.html"
    if page.stem == "index":
        built = folder / page.with_suffix(".html")
    if not built.exists():
        return _("not built")
    return f"{len(gzip.compress(built.read_bytes(), 9)) / 1024:.1f}"
