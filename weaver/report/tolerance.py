"""How far a run may be from the record that it is to confirm.

On the same device with the same versions everything is the same again. Elsewhere sums
round otherwise, and training makes small differences large, so there

- a number that no claim names may differ by ``UNCLAIMED`` of itself;
- a number that a claim names may differ by ``CLAIMED`` of itself, if the claims hold of
  what is recorded and of what came out;
- a list may have other items, or more of them, only if a claim names it;
- a figure may differ as `weaver.report.pictures` says.

Words, truth values, and the names of values are the same everywhere. Times, which their
names tell (`weaver.program.timings`), may be any for which the claims hold. What a cell
prints is held against the values that it shows; a figure of times may be any.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from weaver.core.messages import _
from weaver.core.project import SOURCE_LANGUAGE
from weaver.page.outputs import Kind, read_output
from weaver.program.record import About, Output, Record
from weaver.program.timings import is_timing, timed_cells
from weaver.program.tutorial import Tutorial
from weaver.report.comparison import NOTHING, ROUNDING, Scalar, items_of, mentions
from weaver.report.pictures import drawn_alike, look_alike

UNCLAIMED = 0.05

CLAIMED = 0.5

NOISE = 1e-6  # what numbers may differ by anyway: some are differences of roundings

_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")

_SCALES = (1, 100, 1e3, 1e6)  # seconds as ms and µs, shares as percentages


@dataclass(frozen=True)
class Refusal:
    """Something of a record that a run does not confirm."""

    what: str
    recorded: object
    now: object
    why: str

    def __str__(self) -> str:
        text = _("{what}: {recorded} recorded, {now} now: {why}")
        shown = {key: _short(getattr(self, key)) for key in ("recorded", "now")}
        return text.format(what=self.what, why=self.why, **shown)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def same_device(one: About, other: About) -> bool:
    """Return whether two runs must give the same: same processors, threads and versions."""

    def of(about: About) -> list[object]:
        device = about["device"]
        names = [device.get(key) for key in ("cpu", "threads", "instructions")]
        return [*names, device.get("gpu", {}).get("name"), about["versions"]]

    return of(one) == of(other)


def refuse(tutorial: Tutorial, recorded: Record, now: Record) -> list[Refusal]:
    """Return what a run does not confirm of a record; nothing if it is as it should be."""
    return [
        *_other_account(recorded.about, now.about),
        *_other_values(recorded, now),
        *_other_outputs(tutorial, recorded, now),
    ]


def _other_account(recorded: About, now: About) -> Iterator[Refusal]:
    """Compare what a run says of itself that no device changes."""
    parts: tuple[tuple[str, Callable[[About], object]], ...] = (
        ("claims", lambda about: about["claims"]),
        ("datasets", lambda about: about["datasets"]),
        ("seed", lambda about: about.get("seed")),
        ("source_digest", lambda about: about["source_digest"]),
        ("key", lambda about: {**about["key"], "packages": None}),
    )
    for name, part in parts:
        if part(recorded) != part(now):
            yield Refusal(name, part(recorded), part(now), _("not what the program gives"))


def _other_values(recorded: Record, now: Record) -> Iterator[Refusal]:
    same = same_device(recorded.about, now.about)
    claimed = mentions(claim["source"] for claim in now.about["claims"])
    for name in sorted({**recorded.values, **now.values}):
        if name not in recorded.values or name not in now.values:
            pair = recorded.values.get(name), now.values.get(name)
            yield Refusal(name, *pair, _("a run gives the same names"))
            continue
        before, after = (items_of(name, record.values[name]) for record in (recorded, now))
        if before.keys() != after.keys() and (same or name not in claimed):
            yield Refusal(name, len(before), len(after), _("another number of items"))
            continue
        for item, value in before.items() if before.keys() == after.keys() else ():
            pair = value, after[item]
            if not is_timing(name) and not _near(*pair, same=same, claimed=name in claimed):
                yield Refusal(item, *pair, _why(same=same, claimed=name in claimed))


def _near(before: Scalar, after: Scalar, *, same: bool, claimed: bool) -> bool:
    """Return whether a value may be recorded where a run gives another."""
    if isinstance(before, bool | str) or isinstance(after, bool | str):
        # The kind of a device is another on another device.
        kinds = {"cpu", "cuda", "mps", "xpu"}
        return before == after or (not same and {before, after} <= kinds)
    difference = abs(before - after)
    if same:
        return difference <= max(NOTHING, ROUNDING * abs(before))
    share = CLAIMED if claimed else UNCLAIMED
    return difference <= max(NOISE, share * max(abs(before), abs(after)))


def _why(*, same: bool, claimed: bool) -> str:
    if same:
        return _("the same device gives the same")
    if claimed:
        return _("more than {percent}% apart").format(percent=round(100 * CLAIMED))
    text = _("more than {percent}% apart, and no claim names it")
    return text.format(percent=round(100 * UNCLAIMED))


def _other_outputs(tutorial: Tutorial, recorded: Record, now: Record) -> Iterator[Refusal]:
    timed = timed_cells(tutorial.cells)
    shown = _Shown(recorded, now)
    for cell in {**recorded.outputs, **now.outputs}:
        before, after = recorded.outputs.get(cell, {}), now.outputs.get(cell, {})
        for language in {**before, **after}:
            what = cell if language == SOURCE_LANGUAGE else f"{cell} ({language})"
            old, new = (_parts(outputs.get(language, [])) for outputs in (before, after))
            if [part[0] for part in old] != [part[0] for part in new]:
                yield Refusal(what, len(old), len(new), _("outputs of another kind"))
                continue
            for (_form, kind, one), (_form, _kind, other) in zip(old, new, strict=True):
                if found := shown.differ(kind, one, other, timed=cell in timed):
                    yield Refusal(what, *found, _("not what the cell puts out"))


def _parts(outputs: Iterable[Output]) -> list[tuple[object, Kind, str]]:
    """Return each representation of each output: what else is told of it, kind, content."""
    parts: list[tuple[object, Kind, str]] = []
    for output in _joined(outputs):
        form = {key: value for key, value in output.items() if key not in {"data", "text"}}
        data = output.get("data")
        for each in [{mime: data[mime]} for mime in sorted(data)] if data else [None]:
            kind, content = read_output(output if each is None else {**output, "data": each})
            parts.append(({**form, "mime": list(each or ())}, kind, content))
    return parts


def _joined(outputs: Iterable[Output]) -> list[Output]:
    """Join what was printed in a row: in how many pieces it arrives is chance."""
    joined: list[Output] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            joined[-1] = {**last, "text": "".join([*last["text"], *output["text"]])}
        else:
            joined.append(output)
    return joined


class _Shown:
    """The values of two runs, to be found again among printed numbers."""

    def __init__(self, recorded: Record, now: Record) -> None:
        self._same = same_device(recorded.about, now.about)
        self._values: list[tuple[bool, float, float]] = []
        for name in recorded.values.keys() & now.values.keys():
            before, after = (items_of(name, each.values[name]) for each in (recorded, now))
            for item in [item for item in before if item in after]:
                pair = before[item], after[item]
                if not any(isinstance(value, bool | str) for value in pair):
                    self._values.append((is_timing(name), float(pair[0]), float(pair[1])))

    def differ(
        self, kind: Kind, before: str, after: str, *, timed: bool
    ) -> tuple[str, str] | None:
        """Return where two outputs of a cell differ as they may not; None if they do not."""
        if before == after or (kind.ending == "svg" and timed):
            return None
        if kind.ending:
            near = not self._same and (drawn_alike if kind.ending == "svg" else look_alike)(
                before, after
            )
            return None if near else (_("a figure"), _("another"))
        old, new = (_NUMBER.findall(text) for text in (before, after))
        words = [" ".join(_NUMBER.sub("#", text).split()) for text in (before, after)]
        if words[0] != words[1] or len(old) != len(new):
            return before, after
        for one, other in zip(old, new, strict=True):
            if one != other and not self._may_be(one, other, timed=timed):
                return one, other
        return None

    def _may_be(self, before: str, after: str, *, timed: bool) -> bool:
        """Return whether a printed number may be another in a run.

        It may if both show one and the same value, of which `_other_values` has its say.
        In a cell of times it may unless it shows a value that is none: it is worked out.
        """
        pair = list(zip((before, after), (1, 2), strict=True))
        if any(all(_shows(text, one[at]) for text, at in pair) for one in self._values):
            return True
        if timed:
            return not any(not one[0] and _shows(after, one[2]) for one in self._values)
        numbers = [_read(text) for text in (before, after)]
        last = max(_last_digit(text) for text in (before, after))
        return not self._same and abs(numbers[0] - numbers[1]) <= max(
            NOISE, 1.01 * last, UNCLAIMED * max(map(abs, numbers))
        )


def _read(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _last_digit(text: str) -> float:
    """Return what the last digit of a printed number counts."""
    digits, __, exponent = text.partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def _shows(text: str, value: float) -> bool:
    """Return whether a printed number is a value, rounded, maybe in another unit."""
    number, half = _read(text), 0.501 * _last_digit(text)
    return any(abs(number - scale * value) <= half for scale in _SCALES)
