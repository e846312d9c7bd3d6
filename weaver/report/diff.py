"""Write comparisons of run records: for a terminal, as JSON, as a pull request's body."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from weaver.core.messages import _
from weaver.report.comparison import Change, Comparison, Figure

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
    return "\n".join(line for one in comparisons for line in _text(one))


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
        parts += ["> [!WARNING]\n> " + text.format(names=_listed(sorted(failed))), ""]
    size = sum(map(len, parts))
    for one in comparisons:
        if one.state == "identical":
            continue
        section = "\n".join([*_section(one, figures), ""])
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
                path = folder / _figure_path(one, figure, when)
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


def _text(one: Comparison) -> Iterator[str]:
    yield f"{one.name}: {_headline(one)}"
    if one.state != "renewed":
        return
    for key, (old, new) in one.about.items():
        if old != new:
            yield f"  {key}: {_or_none(old)} → {_or_none(new)}"
    yield from (f"  {describe_change(change)}" for change in _of_kind(one, "moved"))
    yield from (f"  {note}" for note in _notes(one, str))


def _section(one: Comparison, figures: str) -> Iterator[str]:
    """Go through the lines of a tutorial's section of a pull request's body."""
    yield from (f"### `{one.name}`: {_headline(one)}", "")
    if one.state != "renewed":
        return
    rows = [
        [key, _cell(_or_none(old)), _cell(_or_none(new))]
        for key, (old, new) in one.about.items()
        if old != new or key in ("device", "date", "seconds")
    ]
    yield from _table([_("run"), _("before"), _("after")], rows)
    yield ""
    if moved := _of_kind(one, "moved"):
        head = [_("value"), _("before"), _("after"), _("change"), _("relative")]
        yield from _table(head, map(_row, moved), "---:")
        yield ""
    yield from (f"- {note}" for note in _notes(one, _code))
    if timings := _of_kind(one, "timing"):
        lines = (f"- {_code(describe_change(change))}" for change in timings)
        yield from _folded(_("Timings, which differ in every run"), lines)
    if one.figures and figures:
        address = figures.rstrip("/")
        rows = [[_code(it.cell), *_pictures(one, it, address)] for it in one.figures]
        table = _table([_("cell"), _("before"), _("after")], rows)
        yield from _folded(_("Figures, before and after"), table)


def _headline(one: Comparison) -> str:
    claims = len(one.claims["both"] + one.claims["new"])
    if one.state == "identical":
        return _("identical")
    if one.state == "gone":
        return _("its record is gone")
    if one.state == "new":
        text = _("its first record: {claims} claims hold, {values} values")
        return text.format(claims=claims, values=len(one.after.values) if one.after else 0)
    moved = sum(1 + change.others for change in _of_kind(one, "moved"))
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


def _of_kind(one: Comparison, kind: str) -> list[Change]:
    return [change for change in one.changes if change.kind == kind]


def _row(change: Change) -> list[str]:
    more = _(" and {count} more").format(count=change.others) if change.others else ""
    return [f"`{change.name}`{more}", *map(_cell, _told_apart(change)), *_amounts(change)]


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


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], align: str = "---"
) -> Iterator[str]:
    yield from (f"| {' | '.join(row)} |" for row in (head, ["---", *[align] * (len(head) - 1)]))
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"<details><summary>{summary}</summary>", "", *lines, "", "</details>")


def _pictures(one: Comparison, figure: Figure, address: str) -> list[str]:
    return [
        _("none") if content is None else f"![{when}]({address}/{_figure_path(one, figure, when)})"
        for when, content in (("before", figure.before), ("after", figure.after))
    ]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_code, names))


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


def _figure_path(one: Comparison, figure: Figure, when: str) -> str:
    return f"{one.name}/{figure.cell}.{when}.{figure.kind}"
