"""Sum up the site for the page of a CI run: runs, claims, sizes, languages."""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from weaver.check.registry import find_problems
from weaver.core.messages import _, ngettext
from weaver.core.problems import WeaverError
from weaver.site import Site


def summarise(site: Site, built: Path) -> str:
    """Return the state of the records and of the built site as Markdown."""
    problems = find_problems(site)
    differing = Counter(
        Path(*problem.path.relative_to(site.project.docs).parts[1:])
        for problem, check in problems.items()
        if check in ("parity", "twins")
    )
    count = ngettext("{count} problem", "{count} problems", len(problems))
    lines = [*_runs(site), "", *_pages(site, built, differing), ""]
    lines += [f"## {_('Check')}", "", count.format(count=len(problems))]
    return "\n".join(lines + [f"- {problem}" for problem in problems])


def _runs(site: Site) -> Iterator[str]:
    heads = _("tutorial"), _("record"), _("claims that held"), _("device"), _("date"), _("seconds")
    yield from (f"## {_('Runs')}\n", f"| {' | '.join(heads)} |")
    yield "| --- | --- | ---: | --- | --- | ---: |"
    for name in site.names:
        try:
            status, record = site.status(name), site.record(name)
        except WeaverError as error:
            yield f"| `{name}` | **{error.problems[0].text}** | | | | |"
            continue
        state = _("fresh") if status.fresh else f"**{_('stale')}**: {'; '.join(status.changed)}"
        cells = ["", "", "", ""]
        if record is not None:
            about = record.about
            seconds = f"{about['seconds']:.1f}"
            cells = [str(len(about["claims"])), about["device"], about["date"], seconds]
        yield f"| `{name}` | {state} | {' | '.join(cells)} |"


def _pages(site: Site, built: Path, differing: Mapping[Path, int]) -> Iterator[str]:
    first, *others = site.project.languages
    folders = {first: built} | {language: built / language for language in others}
    sizes = (_("KB, {language}").format(language=language) for language in folders)
    yield from (f"## {_('Pages')}\n", f"| {_('page')} | {' | '.join(sizes)} | {_('languages')} |")
    yield f"| --- | {'---: | ' * len(folders)}--- |"
    for path in site.project.article_paths(first):
        page = path.relative_to(site.project.docs / first)
        sizes = (_size(folder, page) for folder in folders.values())
        count = differing.get(page, 0)
        said = ngettext("{count} difference", "{count} differences", count).format(count=count)
        cells = [page.with_suffix("").as_posix(), *sizes, f"**{said}**" if count else _("same")]
        yield f"| {' | '.join(cells)} |"
    yield "\n" + _("KB of HTML, gzipped. Languages: what check finds in one of them only.")


def _size(folder: Path, page: Path) -> str:
    """Return a page's gzipped size, or that it is not there."""
    built = folder / page.with_suffix("") / "index.html"
    if page.stem == "index":
        built = folder / page.with_suffix(".html")
    if not built.exists():
        return _("not built")
    return f"{len(gzip.compress(built.read_bytes(), 9)) / 1024:.1f}"
