"""Compare run records: those here with those of a git revision.

What moved is said value by value; what did not is counted, not listed.
"""

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from weaver.core.git import GitError, git
from weaver.core.problems import WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.program.record import Record, name_device, parse_record, read_record
from weaver.program.timings import is_timing, timed_cells
from weaver.program.tutorial import read_tutorial
from weaver.report.outputs import images_of, texts_of, words_of

ROUNDING = 1e-6  # the relative change below which a number only rounds otherwise

NOTHING = 1e-12  # the change below which any number does

_SHOWN_ITEMS = 6  # of one list or dict, before its largest change stands for all

Scalar = bool | int | float | str

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Change:
    """A value that moved; ``before`` or ``after`` is None where there is none.

    ``others`` counts further items of the same list or dict that moved by less.
    """

    name: str
    before: Scalar | None
    after: Scalar | None
    others: int = 0

    @property
    def difference(self) -> float | None:
        """After minus before, of two numbers."""
        before, after = self.before, self.after
        if isinstance(before, bool | str | None) or isinstance(after, bool | str | None):
            return None
        return after - before

    @property
    def relative(self) -> float | None:
        """The difference as a share of the value before, unless that is zero."""
        if not self.difference or not self.before or isinstance(self.before, str):
            return None
        return self.difference / abs(self.before)

    @property
    def kind(self) -> str:
        """``timing``, which moves with every run, ``rounding`` or ``moved``."""
        if is_timing(self.name):
            return "timing"
        small = self.difference is not None and abs(self.difference) < NOTHING
        if small or (self.relative is not None and abs(self.relative) < ROUNDING):
            return "rounding"
        return "moved"


@dataclass(frozen=True)
class Figure:
    """A figure that changed: SVG text, or a picture in base64; ``kind`` is its files' ending."""

    cell: str
    kind: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """One tutorial's record before and after; None where there is none.

    ``problem`` says what keeps one of them from being read; ``timed`` names the cells that
    show times, and so put out something else in every run.
    """

    name: str
    before: Record | None
    after: Record | None
    problem: str = ""
    timed: frozenset[str] = frozenset()

    @property
    def state(self) -> str:
        """``new``, ``gone``, ``identical``, ``renewed`` or ``unreadable``."""
        if self.problem:
            return "unreadable"
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        same = replace(self.before, path=self.after.path) == self.after
        return "identical" if same else "renewed"

    @property
    def moved(self) -> bool:
        """Whether more is new than seconds, the date and the machine."""
        if self.state != "renewed" or self.before is None or self.after is None:
            return self.state != "identical"
        old, new = (texts_of(record) for record in (self.before, self.after))
        return bool(
            any(change.kind == "moved" for change in self.changes)
            or self.claims["new"]
            or self.claims["gone"]
            or self.before.about["key"] != self.after.about["key"]
            or any(not self.timed & {it.cell, it.cell.rpartition("-")[0]} for it in self.figures)
            or any(
                name not in self.timed or words_of(old.get(name, ())) != words_of(new[name])
                for name in self.cells
            )
        )

    @property
    def changes(self) -> list[Change]:
        """The values that moved, the largest relative change first."""
        before, after = (record.values if record else {} for record in (self.before, self.after))
        return compare_values(before, after)

    @property
    def total(self) -> int:
        """How many scalars there are now."""
        values = self.after.values if self.after else {}
        return sum(len(items_of(name, value)) for name, value in values.items())

    @property
    def cells(self) -> list[str]:
        """The cells whose text output changed."""
        before, after = (texts_of(record) for record in (self.before, self.after))
        return [name for name in after if before.get(name) != after[name]]

    @property
    def figures(self) -> list[Figure]:
        """The figures that changed, in the order of the cells.

        One stands for its twins in other languages: they show the same data.
        """
        before, after = (images_of(record) for record in (self.before, self.after))
        figures: dict[tuple[str, str], Figure] = {}
        for (cell, kind, language), pair in _differences(before, after).items():
            if language == SOURCE_LANGUAGE or (cell, kind) not in figures:
                figures[cell, kind] = Figure(cell, kind, *pair)
        return list(figures.values())

    @property
    def about(self) -> dict[str, tuple[object, object]]:
        """Device, date, seconds and package versions: (before, after)."""
        old, new = (_about(record) for record in (self.before, self.after))
        return {key: (old.get(key), new.get(key)) for key in {**new, **old}}

    @property
    def claims(self) -> dict[str, list[str]]:
        """The claims that are ``new``, ``gone`` or hold in ``both``."""
        old, new = (_claims(record) for record in (self.before, self.after))
        return {
            "both": [claim for claim in new if claim in old],
            "new": [claim for claim in new if claim not in old],
            "gone": [claim for claim in old if claim not in new],
        }


def compare_records(
    project: Project, base: str = "HEAD", names: Iterable[str] = ()
) -> list[Comparison]:
    """Compare the records of a git revision with those here, by name.

    Raises
    ------
    WeaverError
        If git does not know the revision.
    """
    runs = project.runs.relative_to(project.root).as_posix()
    comparisons = []
    try:
        git(project.root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
        listed = git(project.root, "ls-tree", "-z", "--name-only", base, f"{runs}/").decode()
        recorded = {
            Path(path).stem: path for path in listed.split("\0") if path.endswith(".ipynb")
        }
        here = {path.stem for path in project.runs.glob("*.ipynb")}
        for name in sorted(set(names) or recorded.keys() | here):
            content = None
            if name in recorded:
                content = git(project.root, "show", f"{base}:./{recorded[name]}")
            place = Path(f"{base}:{recorded.get(name)}")
            comparisons.append(_compare(project, name, place, content))
    except GitError as error:
        raise fail(project.root, 0, f"git: {error}") from None
    return [one for one in comparisons if one.before or one.after or one.problem]


def _compare(project: Project, name: str, place: Path, content: bytes | None) -> Comparison:
    """Compare a record, by its ``content`` at another ``place``, with the one here."""
    before = after = None
    timed: frozenset[str] = frozenset()
    problems = []
    try:
        before = None if content is None else parse_record(place, content)
    except WeaverError as error:
        problems.append(str(error))
    try:
        after = read_record(project.record(name))
    except WeaverError as error:
        problems.append(str(error))
    with suppress(WeaverError):  # which check tells
        timed = timed_cells(read_tutorial(project.source(name)).cells)
    return Comparison(name, before, after, "; ".join(problems), timed)


def compare_values(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Return the values that differ, the largest relative change first.

    A list or dict counts item by item; where many items of one moved, the
    largest change stands for all of them.
    """
    changes = []
    for name in {**after, **before}:
        old, new = (items_of(name, values.get(name)) for values in (before, after))
        moved = [Change(item, *pair) for item, pair in _differences(old, new).items()]
        moved.sort(key=_size, reverse=True)
        if len(moved) > _SHOWN_ITEMS:
            first = moved[0]
            moved = [Change(first.name, first.before, first.after, len(moved) - 1)]
        changes += moved
    return sorted(changes, key=_size, reverse=True)


def mentions(claims: Iterable[str]) -> set[str]:
    """Return the names that claims speak of."""
    nodes = (node for claim in claims for node in ast.walk(ast.parse(claim)))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _differences(
    before: Mapping[K, V], after: Mapping[K, V]
) -> dict[K, tuple[V | None, V | None]]:
    """Return what two mappings have of each key whose values differ."""
    pairs = {key: (before.get(key), after.get(key)) for key in {**after, **before}}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _size(change: Change) -> float:
    """Return how far a value moved, to sort by; one that came or went moved furthest."""
    if change.difference is None:
        return float("inf")
    return abs(change.relative) if change.relative is not None else 1.0


def items_of(name: str, value: object) -> dict[str, Scalar]:
    """Return a value's scalars, each named as code would pick it."""
    if isinstance(value, dict):
        return {f'{name}["{key}"]': item for key, item in value.items()}
    if isinstance(value, list):
        return {f"{name}[{index}]": item for index, item in enumerate(value)}
    return {name: value} if isinstance(value, Scalar) else {}


def _claims(record: Record | None) -> list[str]:
    """Return a record's claims as they would be typed, with what they promise."""
    return [
        claim["source"] + (f" → {claim['want']}" if claim["want"] not in ("", "True") else "")
        for claim in (record.about["claims"] if record else ())
    ]


def _about(record: Record | None) -> dict[str, object]:
    """Return device, date, seconds and versions of a run by name."""
    if record is None:
        return {}
    about = record.about
    device = name_device(about["device"])
    facts = {"device": device, "date": about["date"], "seconds": about["seconds"]}
    return {**facts, **{f"{name} version": it for name, it in about["versions"].items()}}
