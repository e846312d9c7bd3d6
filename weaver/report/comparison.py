"""Compare run records: those here with those of a git revision.

What moved is said value by value; what did not is counted, not listed.
"""

import ast
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weaver.core.problems import fail
from weaver.core.project import LANGUAGES, SOURCE_LANGUAGE, Project
from weaver.program.record import Record, parse_record, read_record

ROUNDING = 1e-6  # the relative change below which a number only rounds otherwise

NOTHING = 1e-12  # the change below which any number does

_SHOWN_ITEMS = 6  # of one list or dict, before its largest change stands for all

_TIMING = re.compile(r"(^|_)(seconds|ms)(_|$)|speedup")

_IMAGES = {"image/svg+xml": "svg", "image/png": "png"}

Scalar = bool | int | float | str


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
        if _TIMING.search(self.name):
            return "timing"
        small = self.difference is not None and abs(self.difference) < NOTHING
        if small or (self.relative is not None and abs(self.relative) < ROUNDING):
            return "rounding"
        return "moved"


@dataclass(frozen=True)
class Figure:
    """A figure that changed: SVG text, or PNG in base64."""

    cell: str
    kind: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """One tutorial's record before and after; None where there is none."""

    name: str
    before: Record | None
    after: Record | None

    @property
    def state(self) -> str:
        """``new``, ``gone``, ``identical`` or ``renewed``."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        before, after = ((record.about, record.outputs) for record in (self.before, self.after))
        return "identical" if before == after else "renewed"

    @property
    def changes(self) -> list[Change]:
        """The values that moved, the largest relative change first."""
        return compare_values(values_of(self.before), values_of(self.after))

    @property
    def cells(self) -> list[str]:
        """The cells whose text output changed."""
        before, after = (_texts(record) for record in (self.before, self.after))
        return [name for name in after if before.get(name) != after[name]]

    @property
    def figures(self) -> list[Figure]:
        """The figures that changed, in the order of the cells."""
        before, after = (_images(record) for record in (self.before, self.after))
        return [
            Figure(cell, kind, before.get((cell, kind)), after.get((cell, kind)))
            for cell, kind in [*after, *(at for at in before if at not in after)]
            if before.get((cell, kind)) != after.get((cell, kind))
        ]

    @property
    def about(self) -> dict[str, tuple[Any, Any]]:
        """Device, date, seconds and package versions that differ: (before, after)."""
        old, new = (flat_about(record) for record in (self.before, self.after))
        keys = [*new, *(key for key in old if key not in new)]
        return {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}

    def claims(self, which: str) -> list[str]:
        """Return the claims that are ``new``, ``gone`` or hold in ``both``."""
        old, new = (claims_of(record) for record in (self.before, self.after))
        return {
            "both": [claim for claim in new if claim in old],
            "gone": [claim for claim in old if claim not in new],
            "new": [claim for claim in new if claim not in old],
        }[which]


def compare_records(
    project: Project, base: str = "HEAD", names: Iterable[str] = ()
) -> list[Comparison]:
    """Compare the records of a git revision with those here, by name.

    Raises
    ------
    WeaverError
        If git does not know the revision, or a record is not whole.
    """
    runs = project.runs.relative_to(project.root).as_posix()
    _git(project, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    listed = _git(project, "ls-tree", "-z", "--name-only", base, f"{runs}/").decode()
    recorded = {Path(path).stem: path for path in listed.split("\0") if path.endswith(".ipynb")}
    here = {path.stem for path in project.runs.glob("*.ipynb")}
    comparisons = []
    for name in sorted(set(names) or recorded.keys() | here):
        before = None
        if name in recorded:
            content = _git(project, "show", f"{base}:./{recorded[name]}")
            before = parse_record(Path(f"{base}:{recorded[name]}"), content)
        after = read_record(project.record(name))
        if before is not None or after is not None:
            comparisons.append(Comparison(name, before, after))
    return comparisons


def compare_values(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return the values that differ, the largest relative change first.

    A list or dict counts item by item; where many items of one moved, the
    largest change stands for all of them.
    """
    changes = []
    for name in [*after, *(name for name in before if name not in after)]:
        old, new = (items_of(name, values.get(name)) for values in (before, after))
        moved = [
            Change(item, old.get(item), new.get(item))
            for item in [*new, *(item for item in old if item not in new)]
            if old.get(item) != new.get(item)
        ]
        moved.sort(key=_size, reverse=True)
        if len(moved) > _SHOWN_ITEMS:
            first = moved[0]
            moved = [Change(first.name, first.before, first.after, len(moved) - 1)]
        changes += moved
    return sorted(changes, key=_size, reverse=True)


def mentions(claims: Iterable[str]) -> set[str]:
    """Return the names that claims speak of."""
    names: set[str] = set()
    for claim in claims:
        tree = ast.parse(claim)
        names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names


def _size(change: Change) -> float:
    """Return how far a value moved, to sort by; one that came or went moved furthest."""
    if change.difference is None:
        return float("inf")
    return abs(change.relative) if change.relative is not None else 1.0


def items_of(name: str, value: Any) -> dict[str, Scalar]:
    """Return a value's scalars, each named as code would pick it."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {f'{name}["{key}"]': item for key, item in value.items()}
    if isinstance(value, list):
        return {f"{name}[{index}]": item for index, item in enumerate(value)}
    return {name: value}


def values_of(record: Record | None) -> dict[str, Any]:
    """Return a record's values; none without a record."""
    return record.values if record else {}


def claims_of(record: Record | None) -> list[str]:
    """Return a record's claims as they would be typed, with what they promise."""
    return [
        claim["source"] + (f" → {claim['want']}" if claim["want"] not in ("", "True") else "")
        for claim in (record.about["claims"] if record else ())
    ]


def flat_about(record: Record | None) -> dict[str, object]:
    """Return device, date, seconds and versions of a run by name."""
    if record is None:
        return {}
    about = record.about
    return {
        "device": about["device"],
        "date": about["date"],
        "seconds": about["seconds"],
        **{f"{name} version": version for name, version in about["versions"].items()},
    }


def _texts(record: Record | None) -> dict[str, list[str]]:
    """Return each cell's outputs that are text, in every language."""
    texts = {}
    for cell, outputs in (record.outputs if record else {}).items():
        texts[cell] = [
            str(output.get("text") or output.get("data", {}).get("text/plain", ""))
            for language in LANGUAGES
            for output in outputs.get(language, [])
            if not _IMAGES.keys() & output.get("data", {}).keys()
        ]
    return texts


def _images(record: Record | None) -> dict[tuple[str, str], str]:
    """Return figures by the cell's name (numbered if it has several) and kind.

    A figure stands for its twins in other languages: they show the same data.
    """
    images = {}
    for cell, outputs in (record.outputs if record else {}).items():
        shown = [
            (kind, "".join(output["data"][mime]))
            for output in outputs[SOURCE_LANGUAGE]
            for mime, kind in _IMAGES.items()
            if mime in output.get("data", {})
        ]
        for number, (kind, content) in enumerate(shown, 1):
            images[cell if len(shown) == 1 else f"{cell}-{number}", kind] = content
    return images


def _git(project: Project, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=project.root, capture_output=True)
    except FileNotFoundError:
        raise fail(project.root, 0, "git is not installed") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        text = f"git {' '.join(arguments)}: {said or 'no such revision'}"
        raise fail(project.root, 0, text)
    return done.stdout
