"""Write comparisons of run records: for a terminal, as JSON, as a pull request's body."""

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from weaver.report.comparison import (
    Change,
    Comparison,
    Figure,
    claims_of,
    flat_about,
    items_of,
    values_of,
)

BODY_LIMIT = 60_000  # characters; GitHub takes 65,536 in a pull request's body


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


def _section(one: Comparison, figures: str) -> Iterator[str]:
    yield f"### `{one.name}`: {_headline(one)}"
    yield ""
    if one.state != "renewed":
        return
    old, new = (flat_about(record) for record in (one.before, one.after))
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
    claims = len(claims_of(one.after))
    if one.state != "renewed":
        return {
            "identical": "identical",
            "gone": "its record is gone",
            "new": f"its first record: {claims} claims hold, {len(values_of(one.after))} values",
        }[one.state]
    moved = sum(1 + change.others for change in one.changes if change.kind == "moved")
    total = sum(len(items_of(name, value)) for name, value in values_of(one.after).items())
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


def _figure_path(one: Comparison, figure: Figure, when: str) -> str:
    return f"{one.name}/{figure.cell}.{when}.{figure.kind}"
