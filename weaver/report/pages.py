"""Compare pages: those here with those of a git revision, as readers see them."""

import io
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

from weaver.core.files import read_text
from weaver.core.git import GitError, git
from weaver.core.messages import _
from weaver.core.problems import WeaverError, fail
from weaver.core.project import Project
from weaver.page.plain import Part, page_parts
from weaver.site import Site

# A list, a row of a table or a heading is a paragraph of its own.
_BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[|#>*+-]|\d+\.)\s)|\n(?=\|)")

_DRAWN = re.compile(r"<svg\b.*?</svg>", re.DOTALL)

_FENCE = re.compile(r"\A```\w*\n|\n```\Z")


@dataclass(frozen=True)
class Page:
    """What a reader sees of a page, and the text that its author wrote.

    ``prose`` has a paragraph a line; ``code``, ``outputs`` and ``figures`` go by cell. A
    page that cannot be made has a ``problem`` instead.
    """

    title: str
    tutorial: str | None
    source: str
    prose: str = ""
    code: Mapping[str, str] | None = None
    outputs: Mapping[str, str] | None = None
    figures: Mapping[str, bytes] | None = None
    problem: str = ""

    @property
    def shown(self) -> tuple[object, ...]:
        """All that a reader sees."""
        return self.title, self.prose, self.code, self.outputs, self.figures


@dataclass(frozen=True)
class PageChange:
    """A page before and after; None where there is none. ``was`` is its name before."""

    language: str
    name: str
    before: Page | None
    after: Page | None
    was: str = ""

    @property
    def page(self) -> Page:
        """The page as it is now, or was at last."""
        page = self.after or self.before
        assert page is not None
        return page

    @property
    def told(self) -> bool:
        """Whether both versions could be made, so that they can be compared."""
        return not any(one is None or one.problem for one in (self.before, self.after))

    @property
    def source_changed(self) -> bool:
        """Whether its author wrote something else."""
        return (self.before and self.before.source) != (self.after and self.after.source)

    @property
    def changed(self) -> bool:
        """Whether readers see another page; of one that cannot be made, its text decides."""
        if self.before is None or self.after is None or self.was:
            return True
        if self.told:
            return self.before.shown != self.after.shown
        return bool(self.after.problem) or self.source_changed

    def cells(self, of: str) -> dict[str, tuple[str, str]]:
        """Return the cells whose ``code`` or ``outputs`` changed: (before, after)."""
        old, new = (getattr(one, of, None) or {} for one in (self.before, self.after))
        pairs = {name: (old.get(name, ""), new.get(name, "")) for name in {**new, **old}}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@contextmanager
def check_out(project: Project, base: str) -> Iterator[Project]:
    """Lay a git revision out in a folder of its own, with the languages that are here.

    Raises
    ------
    WeaverError
        If git does not know the revision, or has not fetched it.
    """
    with tempfile.TemporaryDirectory(prefix="weaver-base-") as folder:
        try:
            git(project.root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
            content = git(project.root, "archive", "--format=tar", base)
        except GitError as error:
            raise fail(project.root, 0, f"git: {error}") from None
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter=_files_only)
        copytree(project.languages_folder, Path(folder, "languages"), dirs_exist_ok=True)
        yield Project(Path(folder))


def _files_only(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leave out links: no page is made from one."""
    if not member.isfile() and not member.isdir():
        return None
    return tarfile.data_filter(member, folder)


def compare_pages(project: Project, earlier: Project, base: str) -> list[PageChange]:
    """Return all pages, each with what it was in a revision that is laid out ``earlier``.

    A page's language and name say which it was; of one that was renamed, git.
    """
    here, there = (
        {} if not (one.root / "mkdocs.yml").exists() else dict(_read_pages(one))
        for one in (project, earlier)
    )
    renamed = {
        new: old
        for old, new in _renames(project, base)
        if old in there.keys() - here.keys() and new in here.keys() - there.keys()
    }
    return [
        PageChange(
            *key,
            there.get(renamed.get(key, key)),
            here.get(key),
            renamed[key][1] if key in renamed else "",
        )
        for key in {**here, **there}
        if key not in renamed.values()
    ]


def _read_pages(project: Project) -> Iterator[tuple[tuple[str, str], Page]]:
    """Yield ((language, name), page) of all pages."""
    site = Site(project)
    for language in project.languages:
        for path in project.article_paths(language):
            name = path.relative_to(project.docs / language).as_posix()
            yield (language, name), _read_page(site, language, name, path)


def _read_page(site: Site, language: str, name: str, path: Path) -> Page:
    page = Page(name, None, "")
    try:
        page = replace(page, source=read_text(path))
        article = site.article(language, name)
        title = str(article.meta.get("title") or name)
        page = replace(page, title=title, tutorial=article.tutorial)
        return _show(page, article.meta, list(page_parts(site, article)))
    except WeaverError as error:
        first = error.problems[0]
        within = first.path.is_relative_to(site.project.root)
        place = first.path.relative_to(site.project.root) if within else first.path
        return replace(page, problem=f"{place}:{first.line}: {first.text}")
    except (ValueError, RecursionError) as error:  # of an output that no page may carry
        return replace(page, problem=str(error))


def _show(page: Page, meta: Mapping[str, object], parts: list[Part]) -> Page:
    """Return a page with what readers see of it."""
    front = [str(meta[key]) for key in ("title", "description") if key in meta]
    text = "\n\n".join([*front, *(part.text for part in parts if not part.cell)])
    drawn = _DRAWN.findall(text)  # figures of other pages' runs
    text = _DRAWN.sub("", text)
    paragraphs = (" ".join(one.split()) for one in _BREAK.split(text))
    return replace(
        page,
        prose="\n".join(filter(None, paragraphs)),
        code=_by_cell(part for part in parts if part.code),
        outputs=_by_cell(part for part in parts if part.cell and not part.code and not part.path),
        figures={
            **{part.path.name: part.content for part in parts if part.path},
            **{str(number): svg.encode() for number, svg in enumerate(drawn)},
        },
    )


def _by_cell(parts: Iterator[Part]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for part in parts:
        texts[part.cell] = texts.get(part.cell, "") + _FENCE.sub("", part.text) + "\n"
    return texts


def _renames(project: Project, base: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield ((language, name) before, (language, name) after) of each page that git says moved."""
    answer = git(
        project.root,
        *("diff", "--relative", "--name-status", "-z", "--find-renames", "--diff-filter=R"),
        *(base, "--", "docs"),
    )
    fields = answer.decode(errors="replace").split("\0")
    for paths in zip(fields[1::3], fields[2::3], strict=False):
        old, new = (tuple(path.split("/", 2)[1:]) for path in paths)
        if len(old) == len(new) == 2 and old[0] == new[0]:
            yield (old[0], old[1]), (new[0], new[1])


def shared_changes(project: Project, base: str) -> dict[str, list[str]]:
    """Return the changed files that several pages are made from, by what they are.

    Files that git does not know yet are among them.
    """
    told = ("diff", "--relative", "--name-only", "--no-renames", "-z", base)
    new = ("ls-files", "--others", "--exclude-standard", "-z")
    names = b"".join(git(project.root, *command) for command in (told, new))
    files = sorted(set(filter(None, names.decode(errors="replace").split("\0"))))
    groups = {
        _("theme"): r"overrides/|docs/assets/",
        _("engine"): r"weaver/|requirements\.(txt|lock)|pyproject\.toml",
        _("words of the languages"): r"languages/",
        _("settings"): r"mkdocs\.yml",
        _("data"): r"docs/[^/]+\.yml",
    }
    found = {
        name: [file for file in files if re.match(rf"(?:{pattern})", file)]
        for name, pattern in groups.items()
    }
    return {name: members for name, members in found.items() if members}
