"""Write comparisons of run records: for a terminal, and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import cache

from jinja2 import Environment, PackageLoader, Template

from weaver.core.messages import _
from weaver.report.comparison import Change, Comparison


def as_json(comparisons: list[Comparison]) -> list[dict[str, object]]:
    """Return the comparisons as plain data."""
    return [
        {
            "name": one.name,
            "state": one.state,
            "moved": one.moved,
            "about": {
                key: {"before": old, "after": new}
                for key, (old, new) in one.about.items()
                if old != new
            },
            "claims": one.claims,
            "values": [
                asdict(change)
                | {key: getattr(change, key) for key in ("difference", "relative", "kind")}
                for change in one.changes
            ],
            "outputs": one.cells,
            "figures": [figure.cell for figure in one.figures],
        }
        for one in comparisons
    ]


def as_text(comparisons: list[Comparison]) -> str:
    """Return the comparisons for a terminal."""
    return "".join(f"{_write(one)}\n" for one in comparisons)


def as_names(comparisons: list[Comparison]) -> str:
    """Return the names of those in which more moved than timings, a line each."""
    return "".join(f"{one.name}\n" for one in comparisons if one.moved)


def count_states(comparisons: list[Comparison]) -> str:
    """Return how many records are new, and how many of each other state."""
    states = [one.state for one in comparisons]
    counted = [
        (states.count("renewed"), _("{count} renewed")),
        (states.count("new"), _("{count} new")),
        (states.count("gone"), _("{count} gone")),
        (states.count("unreadable"), _("{count} unreadable")),
        (states.count("identical"), _("{count} identical")),
    ]
    return "; ".join(text.format(count=count) for count, text in counted if count)


def describe_change(change: Change) -> str:
    """Return a change in one line: ``accuracy: 0.8486 → 0.8490 (+0.0004, +0.047%)``."""
    before, after = told_apart(change)
    moved = ", ".join(filter(None, amounts(change)))
    others = _(", and {count} more items of it by less").format(count=change.others)
    line = f"{change.name}: {before} → {after}" + (f" ({moved})" if moved else "")
    return line + (others if change.others else "")


@cache
def _template() -> Template:
    loader = PackageLoader("weaver.report")
    environment = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("comparison.txt")


def _write(one: Comparison) -> str:
    return (
        _template()
        .render(
            one=one,
            headline=headline(one),
            facts=[(key, _or_none(old), _or_none(new)) for key, (old, new) in one.about.items()],
            changes=[describe_change(change) for change in one.changes if change.kind == "moved"],
            notes=[*notes(one), *_others(one)],
        )
        .rstrip()
    )


def headline(one: Comparison) -> str:
    """Return the most important of a comparison, in a line."""
    claims = len(one.claims["both"] + one.claims["new"])
    if one.state == "identical":
        return _("identical")
    if one.state == "unreadable":
        return one.problem
    if one.state == "gone":
        return _("its record is gone")
    if one.state == "new":
        text = _("its first record: {claims} claims hold, {values} values")
        return text.format(claims=claims, values=len(one.after.values) if one.after else 0)
    moved = sum(1 + change.others for change in one.changes if change.kind == "moved")
    text = _("{moved} of {total} values moved; all {claims} claims hold")
    return text.format(moved=moved or _("none"), total=one.total, claims=claims)


def notes(one: Comparison) -> Iterator[str]:
    """Say in a line each what of values is not listed, and which claims came and went."""
    kinds = [change.kind for change in one.changes for _each in range(1 + change.others)]
    if count := kinds.count("rounding"):
        text = _("values that moved by rounding, less than a millionth: {count}")
        yield text.format(count=count)
    if count := kinds.count("timing"):
        yield _("timings that moved: {count}").format(count=count)
    for claim in one.claims["new"]:
        yield _("claim new: {claim}").format(claim=claim)
    for claim in one.claims["gone"]:
        yield _("claim gone: {claim}").format(claim=claim)


def _others(one: Comparison) -> Iterator[str]:
    """Say in a line each which cells put out something else."""
    if one.cells:
        yield _("other output: {cells}").format(cells=", ".join(one.cells))
    if one.figures:
        cells = ", ".join(figure.cell for figure in one.figures)
        yield _("other figure: {cells}").format(cells=cells)


def amounts(change: Change) -> tuple[str, str]:
    """Return how far a value moved, and that as a share of the value before."""
    difference, relative = change.difference, change.relative
    absolute = "" if difference is None else f"{difference:+.3g}"
    if relative is None:
        return absolute, ""
    return absolute, f"{relative:+.2%}" if abs(relative) >= 1e-4 else f"{relative:+.1e}"


def told_apart(change: Change) -> tuple[str, str]:
    """Return both values, floats with as many digits as it takes to tell them apart."""
    pair = (change.before, change.after)
    if not any(isinstance(value, float) for value in pair) or change.difference is None:
        return _or_none(change.before), _or_none(change.after)
    for digits in range(4, 18):
        before, after = (f"{value:.{digits}g}" for value in pair)
        if before != after:
            return before, after
    return repr(change.before), repr(change.after)


def _or_none(value: object) -> str:
    return _("none") if value is None else str(value)
