"""Sum up the site for the page of a CI run: runs, claims, sizes, languages."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from weaver.check.parity import compare_articles
from weaver.check.registry import check
from weaver.core.problems import WeaverError
from weaver.core.project import LANGUAGES, Project
from weaver.program.record import read_record
from weaver.prose.article import Article
from weaver.prose.parse import read_article
from weaver.site import Site


def summarise(project: Project, site: Path) -> str:
    """Return the state of the records and of the built site as Markdown."""
    problems = check(Site(project))
    lines = [*_runs(project), "", *_pages(project, site), ""]
    lines.append(f"## Check\n\n{len(problems)} problems")
    lines += [f"- {problem}" for problem in problems]
    return "\n".join(lines)


def _runs(project: Project) -> Iterator[str]:
    site = Site(project)
    yield "## Runs\n"
    yield "| tutorial | record | claims that held | device | date | seconds |"
    yield "| --- | --- | ---: | --- | --- | ---: |"
    for name in project.tutorial_names():
        try:
            status = site.status(name)
            record = read_record(project.record(name))
        except WeaverError as error:
            yield f"| `{name}` | **{error.problems[0].text}** | | | | |"
            continue
        state = "fresh" if status.fresh else f"**stale**: {'; '.join(status.changed)}"
        cells = ["", "", "", ""]
        if record is not None:
            about = record.about
            seconds = f"{about['seconds']:.1f}"
            cells = [str(len(about["claims"])), about["device"], about["date"], seconds]
        yield f"| `{name}` | {state} | {' | '.join(cells)} |"


def _pages(project: Project, site: Path) -> Iterator[str]:
    yield "## Pages\n"
    yield f"| page | {' | '.join(f'KB, {language}' for language in LANGUAGES)} | languages |"
    yield f"| --- | {'---: | ' * len(LANGUAGES)}--- |"
    for path in project.article_paths(LANGUAGES[0]):
        page = path.relative_to(project.docs / LANGUAGES[0])
        sizes = " | ".join(_size(site, page, language) for language in LANGUAGES)
        yield f"| {page.with_suffix('').as_posix()} | {sizes} | {_parity(project, page)} |"
    yield "\nKB of HTML, gzipped. Languages: what check finds in one of them only."


def _size(site: Path, page: Path, language: str) -> str:
    """Return a page's gzipped size, or that it is not there."""
    folder = site if language == LANGUAGES[0] else site / language
    built = folder / page.with_suffix("") / "index.html"
    if page.stem == "index":
        built = folder / page.with_suffix(".html")
    if not built.exists():
        return "not built"
    return f"{len(gzip.compress(built.read_bytes(), 9)) / 1024:.1f}"


def _parity(project: Project, page: Path) -> str:
    twins: list[Article] = []
    for language in LANGUAGES:
        try:
            twins.append(read_article(project.docs / language / page, language))
        except WeaverError as error:
            return f"**{error.problems[0].text}**"
    differences = len(list(compare_articles(*twins)))
    return f"**{differences} differences**" if differences else "same"
