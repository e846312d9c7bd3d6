"""What changed since a git revision, as a comment on GitHub: pages, runs and what all share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from weaver.check.registry import find_problems
from weaver.core.git import GitError
from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.core.urls import url_of
from weaver.report.comparison import Comparison, compare_records
from weaver.report.diff import amounts, count_states, describe_change, headline, notes, told_apart
from weaver.report.figures import WHEN, write_figures
from weaver.report.markup import (
    cut,
    enclose,
    formulas,
    list_problems,
    render,
    say,
    short,
    size,
    take,
)
from weaver.report.pages import PageChange, check_out, compare_pages, shared_changes
from weaver.report.words import compare_lines, compare_prose
from weaver.site import Site

Addresses = Mapping[tuple[str, str, str], Markup]  # of figures, as `write_figures` returns them

Link = Callable[[PageChange], Markup]

LIMIT = 60_000  # bytes; GitHub takes 65,536 characters of a comment, or a pull request's body

_LONGEST = 1_500  # characters of a piece of prose that went or came

_LINES, _WIDEST = 60, 160  # lines of a cell's difference, and characters of each

_MARKS = {" ": "{}", "-": "<del>{}</del>", "+": "<ins><b>{}</b></ins>"}

_render = partial(render, "review.html")


@dataclass(frozen=True)
class Subject:
    """A page in its languages, and its tutorial's run; ``name`` is the page's, or the run's."""

    name: str
    pages: tuple[PageChange, ...] = ()
    run: Comparison | None = None

    @property
    def written(self) -> bool:
        """Whether somebody wrote something else, in any language."""
        return any(page.source_changed for page in self.pages)


@dataclass(frozen=True)
class Review:
    """All that changed.

    ``shared`` has the files that several pages are made from, by what they are; ``failed``
    names tutorials that were to run and left no record; ``missing`` says why there is nothing
    to compare with.
    """

    project: Project
    runs: list[Comparison] = field(default_factory=list)
    pages: list[PageChange] = field(default_factory=list)
    shared: Mapping[str, list[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    missing: str = ""

    @property
    def subjects(self) -> list[Subject]:
        """What there is to look at, page by page: first what somebody wrote, or ran."""
        runs = {one.name: one for one in self.runs if one.state != "identical"}
        names = dict.fromkeys(one.name for one in self.pages)
        found = []
        for name in names:
            pages = tuple(one for one in self.pages if one.name == name)
            run = runs.pop(pages[0].page.tutorial or "", None)
            if run or any(one.changed for one in pages):
                found.append(Subject(name, pages, run))
        found += [Subject(name, run=run) for name, run in runs.items()]
        return sorted(found, key=lambda one: not (one.run or one.written))


def review_site(
    project: Project,
    base: str,
    expected: Iterable[str],
    *,
    check: bool,
    figures: Path | None,
    url: str,
    site: str,
    limit: int,
) -> tuple[str, str]:
    """Compare a project with one of its revisions; return that as HTML, and what is amiss.

    ``expected`` names tutorials that were to run: a run never leaves the same record (its
    seconds differ), so one that is identical has failed. ``check`` adds what check finds.
    The figures that changed are written below ``figures``, to be read from ``url``; ``site``
    is the address at which the changed site can be seen; ``limit`` counts bytes.
    """
    addresses: Addresses = {}
    try:
        runs = compare_records(project, base, expected)
        found = _compare(project, base, runs, set(expected))
        if figures:
            addresses = write_figures(runs, figures, url or str(figures))
    except WeaverError as error:
        found = Review(project, missing=str(error))
    problems = find_problems(Site(project)) if check else ()
    text = write_review(found, site=site, figures=addresses, problems=problems, limit=limit)
    return text, found.missing


def _compare(project: Project, base: str, runs: list[Comparison], expected: set[str]) -> Review:
    failed = {one.name for one in runs if one.state == "identical"} & expected
    failed |= expected - {one.name for one in runs}
    try:
        with check_out(project, base) as earlier:
            pages = compare_pages(project, earlier, base)
        shared = shared_changes(project, base)
    except GitError as error:
        raise fail(project.root, 0, f"git: {error}") from None
    alike = [one for one in pages if not one.changed and one.source_changed]
    if alike:
        files = [f"docs/{one.language}/{one.name}" for one in alike]
        shared[_("text of pages that read the same")] = files
    return Review(project, runs, pages, shared, sorted(failed))


def write_review(
    found: Review,
    *,
    site: str = "",
    figures: Addresses | None = None,
    problems: Iterable[Problem] = (),
    limit: int = LIMIT,
) -> str:
    """Return a review as HTML of at most ``limit`` bytes, cut at whole items.

    ``site`` is the address at which the changed site can be seen, ``figures`` are those that
    `write_figures` returns, ``problems`` what check finds.
    """
    languages = Site(found.project).languages
    subjects = found.subjects
    link = partial(_link, found.project.languages[0], site.rstrip("/"))
    counts = count_states([one for one in found.runs if one.name not in found.failed])
    head = _render("head", found=found, counts=counts)
    told = list_problems(problems, limit // 4)
    rows = [_row(one, languages, link) for one in subjects if one.pages]
    table = enclose("review.html", "pages", rows, limit // 4, languages=languages)
    room = limit - sum(map(size, (head, told, table)))
    items = [_item(one, languages, link, figures or {}, limit // 4) for one in subjects]
    return head + table + told + take(items, room)


def _link(default: str, site: str, page: PageChange) -> Markup:
    """Return the title of a page, linked to where it can be seen if there is such a place."""
    title = say(short(page.page.title))
    if not site or page.after is None:
        return title
    address = f"{site}/{quote(url_of(f'{page.language}/{page.name}', default))}"
    return Markup('<a href="{}">{}</a>').format(address, title)


def _row(one: Subject, languages: list[Language], link: Link) -> str:
    """Return a page's row of the table: in each language its title, and what changed."""
    pages = {page.language: page for page in one.pages}
    cells = [(link(pages[it]), _kinds(pages[it])) if it in pages else None for it in languages]
    return _render("row", name=one.name, cells=cells)


def _kinds(page: PageChange) -> list[str]:
    """Say in a word each what changed of a page."""
    if page.before is None or page.after is None:
        return [_("new") if page.before is None else _("gone")]
    kinds = [_("was {name}").format(name=page.was)] if page.was else []
    if page.after.problem:
        return [*kinds, _("cannot be made: {problem}").format(problem=page.after.problem)]
    if page.before.problem:
        said = _("cannot be compared, its old version does not fit this engine: {problem}")
        kinds.append(said.format(problem=page.before.problem))
    if page.source_changed:
        kinds.append(_("text"))
    elif page.told and page.before.prose != page.after.prose:
        kinds.append(_("values"))
    if page.told:
        for of, said in (
            ("code", _("code")),
            ("outputs", _("outputs")),
            ("figures", _("figures")),
        ):
            kinds += [said] * bool(page.cells(of))
    return kinds if page.changed else [_("the same")]


def _item(
    one: Subject, languages: list[Language], link: Link, figures: Addresses, room: int
) -> str:
    """Return what changed of a page and its run; the headline alone if that is too long."""
    titles = [link(page) for page in one.pages]
    said = headline(one.run) if one.run else ""
    names = {str(it): it.name for it in languages}
    versions = [
        (names[page.language], list(_passages(page)), list(_cells(page, one.pages)))
        for page in one.pages
        if page.told and page.changed
    ]
    run = _run(one.run, figures) if one.run and one.run.state in ("new", "renewed") else None
    texts = any(passages or cells for _name, passages, cells in versions)
    if not (texts or said):
        return ""  # the table says all
    write = partial(_render, "item", name=one.name, titles=titles, said=said)
    whole = write(versions=versions, run=run, cut=False)
    return whole if size(whole) <= room else write(versions=[], run=None, cut=True)


def _passages(page: PageChange) -> Iterator[Markup]:
    """Yield the passages of a page's prose that differ, what went and what came marked."""
    assert page.before and page.after
    for passage in compare_prose(page.before.prose, page.after.prose):
        marked, last, before = Markup(), "", " "
        for sign, text in passage:
            # Words that went have no blank of their own beside those that stayed or came.
            replaced = before + sign == "-+"
            if replaced or (sign != " " and last.isalnum() and text[:1].isalnum()):
                marked += " "
            marked += Markup(_MARKS[sign]).format(formulas(cut(text, _LONGEST)))
            last, before = text[-1:], sign
        yield marked


def _cells(page: PageChange, pages: Iterable[PageChange]) -> Iterator[tuple[str, str, str]]:
    """Yield (cell, what, lines) of the code and the outputs that differ.

    What differs in the language that code is written in is not said again in another.
    """
    origin = [one for one in pages if one.language == SOURCE_LANGUAGE != page.language]
    for of, said in (("code", _("code")), ("outputs", _("output"))):
        known = {name for one in origin if one.told for name in one.cells(of)}
        for name, pair in page.cells(of).items():
            if name not in known:
                lines = compare_lines(*pair)
                shown = [cut(line, _WIDEST) for line in lines[:_LINES]]
                rest = [_("… and {count} more lines").format(count=len(lines) - _LINES)]
                yield name, said, "\n".join(shown + rest * (len(lines) > _LINES))


def _run(run: Comparison, figures: Addresses) -> dict[str, object]:
    """Return what the template says of a run."""
    values = [
        (change.name, change.others, *told_apart(change), *amounts(change))
        for change in run.changes
        if change.kind == "moved"
    ]
    return {
        "facts": [(key, *pair) for key, pair in run.about.items() if pair[0] != pair[1]],
        "values": values if run.state == "renewed" else [],
        "timings": [describe_change(one) for one in run.changes if one.kind == "timing"],
        "notes": list(notes(run)),
        "figures": [
            (one.cell, [(when, figures.get((run.name, one.cell, when))) for when in WHEN])
            for one in run.figures
        ],
    }
