"""Run a tutorial again and hold the result against its record."""

from collections.abc import Iterator

from weaver.core.problems import fail
from weaver.core.project import Project
from weaver.program.record import Record, read_record
from weaver.report.comparison import Change, compare_values, mentions
from weaver.report.diff import say
from weaver.runner.run import Execution, execute
from weaver.runner.session import CELL_LIMIT
from weaver.site import Site


def verify_tutorial(project: Project, name: str, *, cell_limit: float = CELL_LIMIT) -> bool:
    """Run a tutorial in a fresh kernel, print what moved, and write nothing.

    Return whether the record is confirmed: every claim holds again, and the
    run gives the same values by name. A number may move on another device or
    with time; how far it may is what the claims are for.

    Raises
    ------
    WeaverError
        If there is no record of this very program, or the run does not finish.
    """
    status = Site(project).status(name)
    record = read_record(project.record(name))
    if record is None or not status.fresh:
        said = f"nothing to verify ({'; '.join(status.changed)}): `python -m weaver run {name}`"
        raise fail(project.source(name), 0, said)
    done = execute(project, name, cell_limit=cell_limit)
    for line in _report(record, done):
        print(f"  {line}")
    return not done.failures and done.about["values"].keys() == record.values.keys()


def _report(record: Record, done: Execution) -> Iterator[str]:
    here, then = done.about, record.about
    for what in ("device", "versions"):
        if here[what] != then[what]:
            yield f"{what}: {_told(then[what])} when recorded, {_told(here[what])} here"
        else:
            yield f"{what}: {_told(here[what])}, as when recorded"
    failed = len(done.failures)
    yield f"claims: {len(here['claims']) - failed} of {len(here['claims'])} hold"
    yield from map(str, done.failures)
    changes = compare_values(record.values, here["values"])
    claimed = mentions(claim["source"] for claim in then["claims"])
    yield f"values: {_exact(record.values, changes)} of {len(record.values)} exactly the same"
    moved = [change for change in changes if change.kind == "moved"]
    groups = {
        "moved, and claims speak of it": [c for c in moved if _name(c) in claimed],
        "moved, and no claim speaks of it": [c for c in moved if _name(c) not in claimed],
        "differ by rounding": [c for c in changes if c.kind == "rounding"],
        "timings": [c for c in changes if c.kind == "timing"],
    }
    for title, members in groups.items():
        if members:
            yield f"{title}:"
            yield from (f"  {say(change)}" for change in members)


def _name(change: Change) -> str:
    return change.name.partition("[")[0]


def _exact(values: dict, changes: list[Change]) -> int:
    return len(values.keys() - {_name(change) for change in changes})


def _told(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {version}" for name, version in value.items())
    return str(value)
