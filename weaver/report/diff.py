"""Write comparisons of run records: for a terminal, as JSON, as a pull request's body."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader

from weaver.core.messages import _
from weaver.report.comparison import Change, Comparison

BODY_LIMIT = 60_000  # characters; GitHub takes 65,536 in a pull request's body


def as_json(comparisons: list[Comparison]) -> list[dict[str, object]]:
    """Return the comparisons as plain data."""
    return [
        {
            "name": one.name,
            "state": one.state,
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
    return "\n".join(_render("comparison.txt", one, str).rstrip() for one in comparisons)


def as_markdown(comparisons: list[Comparison], expected: Iterable[str], figures: str = "") -> str:
    """Return the comparisons as the body of a pull request.

    ``expected`` names tutorials that were to run: a run never leaves the same
    record (its seconds differ), so one that is identical has failed. ``figures``
    is the address under which `write_figures` wrote.
    """
    failed = {one.name for one in comparisons if one.state == "identical"} & set(expected)
    failed |= set(expected) - {one.name for one in comparisons}
    states = [one.state for one in comparisons if one.name not in failed]
    counted = [
        (states.count("renewed"), _("{count} renewed")),
        (states.count("new"), _("{count} new")),
        (states.count("gone"), _("{count} gone")),
        (states.count("identical"), _("{count} identical")),
    ]
    said = "; ".join(text.format(count=count) for count, text in counted if count)
    parts = [said or _("Nothing new"), ""]
    if failed:
        text = _("No new record of {names}: the run failed or was stopped; the last one stays.")
        parts += [
            "> [!WARNING]\n> " + text.format(names=", ".join(map(_code, sorted(failed)))),
            "",
        ]
    size = sum(map(len, parts))
    for one in comparisons:
        if one.state == "identical":
            continue
        section = _render("comparison.md", one, _code, figures).rstrip() + "\n"
        if size + len(section) > BODY_LIMIT:
            text = _("Too long for this page: `python -m weaver diff {name}` says the rest.")
            section = f"### `{one.name}`: {_headline(one)}\n\n{text.format(name=one.name)}\n"
        size += len(section) + 1
        parts.append(section)
    return "\n".join(parts)


def write_figures(comparisons: list[Comparison], folder: Path) -> int:
    """Write each changed figure's two versions below a folder; return how many changed."""
    changed = [(one, it) for one in comparisons if one.state == "renewed" for it in one.figures]
    for one, figure in changed:
        for when, content in (("before", figure.before), ("after", figure.after)):
            if content is not None:
                path = folder / one.name / f"{figure.cell}.{when}.{figure.kind}"
                path.parent.mkdir(parents=True, exist_ok=True)
                if figure.kind == "svg":
                    # On the reader's background, dark maybe, black text is lost.
                    content = content.replace("<svg ", '<svg style="background:#fff" ', 1)
                    path.write_text(content, encoding="utf-8")
                else:
                    path.write_bytes(base64.b64decode(content))
    return len(changed)


def describe_change(change: Change) -> str:
    """Return a change in one line: ``accuracy: 0.8486 → 0.8490 (+0.0004, +0.047%)``."""
    before, after = _told_apart(change)
    moved = ", ".join(filter(None, _amounts(change)))
    others = _(", and {count} more items of it by less").format(count=change.others)
    line = f"{change.name}: {before} → {after}" + (f" ({moved})" if moved else "")
    return line + (others if change.others else "")


def _render(template: str, one: Comparison, write: Callable[[str], str], address: str = "") -> str:
    """Fill a template in; ``write`` is how it writes names."""
    kinds = {
        kind: [change for change in one.changes if change.kind == kind]
        for kind in ("moved", "timing")
    }
    facts = [
        (key, _or_none(old), _or_none(new))
        for key, (old, new) in one.about.items()
        if old != new or key in ("device", "date", "seconds")
    ]
    return (
        _templates()
        .get_template(template)
        .render(
            one=one,
            headline=_headline(one),
            facts=facts,
            kinds=kinds,
            notes=list(_notes(one, write)),
            address=address.rstrip("/"),
        )
    )


@cache
def _templates() -> Environment:
    loader = PackageLoader("weaver.report")
    environment = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)
    environment.globals["_"] = _
    environment.filters |= {
        "amounts": _amounts,
        "cell": _cell,
        "code": _code,
        "described": describe_change,
        "told_apart": _told_apart,
    }
    return environment


def _headline(one: Comparison) -> str:
    claims = len(one.claims["both"] + one.claims["new"])
    if one.state == "identical":
        return _("identical")
    if one.state == "gone":
        return _("its record is gone")
    if one.state == "new":
        text = _("its first record: {claims} claims hold, {values} values")
        return text.format(claims=claims, values=len(one.after.values) if one.after else 0)
    moved = sum(1 + change.others for change in one.changes if change.kind == "moved")
    text = _("{moved} of {total} values moved; all {claims} claims hold")
    return text.format(moved=moved or _("none"), total=one.total, claims=claims)


def _notes(one: Comparison, write: Callable[[str], str]) -> Iterator[str]:
    """Say in a line each what else differs; ``write`` is how names are written."""
    kinds = [change.kind for change in one.changes for _each in range(1 + change.others)]
    if count := kinds.count("rounding"):
        text = _("values that moved by rounding, less than a millionth: {count}")
        yield text.format(count=count)
    if count := kinds.count("timing"):
        yield _("timings that moved: {count}").format(count=count)
    for claim in one.claims["new"]:
        yield _("claim new: {claim}").format(claim=write(claim))
    for claim in one.claims["gone"]:
        yield _("claim gone: {claim}").format(claim=write(claim))
    if one.cells:
        yield _("other output: {cells}").format(cells=", ".join(map(write, one.cells)))
    if one.figures:
        cells = ", ".join(write(figure.cell) for figure in one.figures)
        yield _("other figure: {cells}").format(cells=cells)


def _amounts(change: Change) -> tuple[str, str]:
    """Return how far a value moved, and that as a share of the value before."""
    difference, relative = change.difference, change.relative
    absolute = "" if difference is None else f"{difference:+.3g}"
    if relative is None:
        return absolute, ""
    return absolute, f"{relative:+.2%}" if abs(relative) >= 1e-4 else f"{relative:+.1e}"


def _told_apart(change: Change) -> tuple[str, str]:
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
