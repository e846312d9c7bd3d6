"""Compare run records: those here with those of a git revision.

What moved is said value by value; what did not is counted, not listed.
"""

import ast
import base64
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weaver.problems import fail
from weaver.project import LANGUAGES, SOURCE_LANGUAGE, Project
from weaver.record import Record, parse_record, read_record

ROUNDING = 1e-6  # the relative change below which a number only rounds otherwise
NOTHING = 1e-12  # the change below which any number does
BODY_LIMIT = 60_000  # characters; GitHub takes 65,536 in a pull request's body
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
        return compare_values(_values(self.before), _values(self.after))

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
        old, new = (_flat_about(record) for record in (self.before, self.after))
        keys = [*new, *(key for key in old if key not in new)]
        return {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}

    def claims(self, which: str) -> list[str]:
        """Return the claims that are ``new``, ``gone`` or hold in ``both``."""
        old, new = (_claims(record) for record in (self.before, self.after))
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
        old, new = (_items(name, values.get(name)) for values in (before, after))
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


def as_json(comparisons: list[Comparison]) -> list[dict[str, Any]]:
    """Return the comparisons as plain data."""
    return [
        {
            "name": one.name,
            "state": one.state,
            "about": {key: {"before": old, "after": new} for key, (old, new) in one.about.items()},
            "claims": {which: one.claims(which) for which in ("both", "new", "gone")},
            "values": [
                {
                    "name": change.name,
                    "before": change.before,
                    "after": change.after,
                    "difference": change.difference,
                    "relative": change.relative,
                    "kind": change.kind,
                    "others": change.others,
                }
                for change in one.changes
            ],
            "outputs": one.cells,
            "figures": [figure.cell for figure in one.figures],
        }
        for one in comparisons
    ]


def as_text(comparisons: list[Comparison]) -> str:
    """Return the comparisons for a terminal."""
    lines = []
    for one in comparisons:
        lines.append(f"{one.name}: {_headline(one)}")
        if one.state != "renewed":
            continue
        for key, (old, new) in one.about.items():
            lines.append(f"  {key}: {_plain(old)} → {_plain(new)}")
        lines += (f"  {say(change)}" for change in one.changes if change.kind == "moved")
        lines += (f"  {note}" for note in _notes(one))
        for which in ("new", "gone"):
            lines += (f"  claim {which}: {claim}" for claim in one.claims(which))
        if one.cells:
            lines.append(f"  other output: {', '.join(one.cells)}")
        if one.figures:
            lines.append(f"  other figure: {', '.join(f.cell for f in one.figures)}")
    return "\n".join(lines)


def as_markdown(comparisons: list[Comparison], expected: Iterable[str], figures: str = "") -> str:
    """Return the comparisons as the body of a pull request.

    ``expected`` names tutorials that were to run: a run never leaves the same
    record (its seconds differ), so one that is identical has failed. ``figures``
    is the address under which `write_figures` wrote.
    """
    failed = {one.name for one in comparisons if one.state == "identical"} & set(expected)
    failed |= set(expected) - {one.name for one in comparisons}
    states = [one.state for one in comparisons if one.name not in failed]
    kinds = [kind for kind in ("renewed", "new", "gone", "identical") if kind in states]
    parts = ["; ".join(f"{states.count(kind)} {kind}" for kind in kinds) or "Nothing new", ""]
    if failed:
        listed = ", ".join(f"`{name}`" for name in sorted(failed))
        parts += [
            f"> [!WARNING]\n> No new record of {listed}: the run failed or was stopped."
            " The last good record stays.",
            "",
        ]
    size = sum(map(len, parts))
    for one in comparisons:
        if one.state == "identical":
            continue
        section = "\n".join([*_section(one, figures), ""])
        if size + len(section) > BODY_LIMIT:
            section = f"### `{one.name}`: {_headline(one)}\n\nToo long for this page:"
            section += f" `python -m weaver diff {one.name}` says the rest.\n"
        size += len(section) + 1
        parts.append(section)
    return "\n".join(parts)


def write_figures(comparisons: list[Comparison], folder: Path) -> int:
    """Write each changed figure's two versions below a folder; return how many changed."""
    count = 0
    for one in comparisons:
        for figure in one.figures if one.state == "renewed" else ():
            count += 1
            for when, content in (("before", figure.before), ("after", figure.after)):
                if content is not None:
                    path = folder / _figure_path(one, figure, when)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    if figure.kind == "svg":
                        # On the reader's background, dark maybe, black text is lost.
                        content = content.replace("<svg ", '<svg style="background:#fff" ', 1)
                        path.write_text(content, encoding="utf-8")
                    else:
                        path.write_bytes(base64.b64decode(content))
    return count


def say(change: Change) -> str:
    """Return a change in one line: ``accuracy: 0.8486 → 0.8490 (+0.0004, +0.047%)``."""
    before, after = _shown(change)
    moved = ", ".join(filter(None, _amounts(change)))
    others = f", and {change.others} more items of it by less" if change.others else ""
    return f"{change.name}: {before} → {after}" + (f" ({moved})" if moved else "") + others


def mentions(claims: Iterable[str]) -> set[str]:
    """Return the names that claims speak of."""
    names: set[str] = set()
    for claim in claims:
        tree = ast.parse(claim)
        names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names


def _section(one: Comparison, figures: str) -> Iterator[str]:
    yield f"### `{one.name}`: {_headline(one)}"
    yield ""
    if one.state != "renewed":
        return
    old, new = (_flat_about(record) for record in (one.before, one.after))
    yield "| run | before | after |"
    yield "| --- | --- | --- |"
    for key in dict.fromkeys(["device", "date", "seconds", *one.about]):
        yield f"| {key} | {_cell(_plain(old.get(key)))} | {_cell(_plain(new.get(key)))} |"
    yield ""
    moved = [change for change in one.changes if change.kind == "moved"]
    if moved:
        yield "| value | before | after | change | relative |"
        yield "| --- | ---: | ---: | ---: | ---: |"
        for change in moved:
            before, after = _shown(change)
            difference, relative = _amounts(change)
            name = f"`{change.name}`" + (f" and {change.others} more" if change.others else "")
            yield f"| {name} | {_cell(before)} | {_cell(after)} | {difference} | {relative} |"
        yield ""
    yield from (f"- {note}" for note in _notes(one))
    for which in ("new", "gone"):
        yield from (f"- claim {which}: {_code(claim)}" for claim in one.claims(which))
    if one.cells:
        yield f"- other output: {', '.join(f'`{cell}`' for cell in one.cells)}"
    if one.figures:
        yield f"- other figure: {', '.join(f'`{figure.cell}`' for figure in one.figures)}"
    timings = [change for change in one.changes if change.kind == "timing"]
    if timings:
        yield from ("", "<details><summary>Timings, which differ in every run</summary>", "")
        yield from (f"- {_code(say(change))}" for change in timings)
        yield from ("", "</details>")
    if one.figures and figures:
        yield from ("", "<details><summary>Figures, before and after</summary>", "")
        yield "| cell | before | after |"
        yield "| --- | --- | --- |"
        for figure in one.figures:
            shown = [
                f"![{when}]({figures.rstrip('/')}/{_figure_path(one, figure, when)})"
                if content is not None
                else "none"
                for when, content in (("before", figure.before), ("after", figure.after))
            ]
            yield f"| `{figure.cell}` | {shown[0]} | {shown[1]} |"
        yield from ("", "</details>")


def _headline(one: Comparison) -> str:
    claims = len(_claims(one.after))
    if one.state != "renewed":
        return {
            "identical": "identical",
            "gone": "its record is gone",
            "new": f"its first record: {claims} claims hold, {len(_values(one.after))} values",
        }[one.state]
    moved = sum(1 + change.others for change in one.changes if change.kind == "moved")
    total = sum(len(_items(name, value)) for name, value in _values(one.after).items())
    return f"{moved or 'none'} of {total} values moved; all {claims} claims hold"


def _notes(one: Comparison) -> Iterator[str]:
    """Say in a line each what is counted only."""
    kinds = [change.kind for change in one.changes for _ in range(1 + change.others)]
    if count := kinds.count("rounding"):
        yield f"values that moved by rounding, less than a millionth: {count}"
    if count := kinds.count("timing"):
        yield f"timings that moved: {count}"


def _amounts(change: Change) -> tuple[str, str]:
    difference, relative = change.difference, change.relative
    absolute = "" if difference is None else f"{difference:+.3g}"
    if relative is None:
        return absolute, ""
    return absolute, f"{relative:+.2%}" if abs(relative) >= 1e-4 else f"{relative:+.1e}"


def _shown(change: Change) -> tuple[str, str]:
    """Return both values, floats with as many digits as it takes to tell them apart."""
    pair = (change.before, change.after)
    if not any(isinstance(value, float) for value in pair) or change.difference is None:
        return _plain(change.before), _plain(change.after)
    for digits in range(4, 18):
        shown = [f"{value:.{digits}g}" for value in pair]
        if shown[0] != shown[1]:
            return shown[0], shown[1]
    return repr(change.before), repr(change.after)


def _plain(value: object) -> str:
    return "none" if value is None else str(value)


def _cell(text: str) -> str:
    """Return text as code in a cell of a Markdown table."""
    return _code(text).replace("|", "\\|")


def _code(text: str) -> str:
    """Return text as inline code, whatever backticks and line ends it has."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def _size(change: Change) -> float:
    """Return how far a value moved, to sort by; one that came or went moved furthest."""
    if change.difference is None:
        return float("inf")
    return abs(change.relative) if change.relative is not None else 1.0


def _items(name: str, value: Any) -> dict[str, Scalar]:
    """Return a value's scalars, each named as code would pick it."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {f'{name}["{key}"]': item for key, item in value.items()}
    if isinstance(value, list):
        return {f"{name}[{index}]": item for index, item in enumerate(value)}
    return {name: value}


def _values(record: Record | None) -> dict[str, Any]:
    return record.values if record else {}


def _claims(record: Record | None) -> list[str]:
    """Return a record's claims as they would be typed, with what they promise."""
    return [
        claim["source"] + (f" → {claim['want']}" if claim["want"] not in ("", "True") else "")
        for claim in (record.about["claims"] if record else ())
    ]


def _flat_about(record: Record | None) -> dict[str, object]:
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


def _figure_path(one: Comparison, figure: Figure, when: str) -> str:
    return f"{one.name}/{figure.cell}.{when}.{figure.kind}"


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
