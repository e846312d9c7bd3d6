"""Run a tutorial again and hold the result against its record."""

import sys
from collections.abc import Iterable, Iterator

from weaver.core.messages import _
from weaver.core.problems import WeaverError, fail
from weaver.core.project import Project
from weaver.program.record import Record, read_record
from weaver.report.comparison import Change, compare_values, mentions
from weaver.report.diff import describe_change
from weaver.runner.run import Execution, execute
from weaver.runner.session import CELL_LIMIT
from weaver.site import Site


def verify_tutorials(project: Project, names: Iterable[str]) -> int:
    """Verify tutorials in turn, as `verify_tutorial` does; return 1 if any is not confirmed."""
    confirmed = True
    for name in names:
        print(_("{name}: running again, writing nothing").format(name=name))
        try:
            confirmed &= verify_tutorial(project, name)
        except WeaverError as error:
            print(f"\n{error}", file=sys.stderr)
            confirmed = False
    return int(not confirmed)


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
        text = _("nothing to verify ({changed}): `python -m weaver run {name}`")
        text = text.format(changed="; ".join(status.changed), name=name)
        raise fail(project.source(name), 0, text)
    done = execute(project, name, cell_limit=cell_limit)
    for line in _report(record, done):
        print(f"  {line}")
    return not done.failures and done.about["values"].keys() == record.values.keys()


def _report(record: Record, done: Execution) -> Iterator[str]:
    here, then = done.about, record.about
    for name, recorded, now in (
        (_("device"), then["device"], here["device"]),
        (_("versions"), _listed(then["versions"]), _listed(here["versions"])),
    ):
        if recorded == now:
            yield _("{name}: {now}, as when recorded").format(name=name, now=now)
        else:
            text = _("{name}: {recorded} when recorded, {now} here")
            yield text.format(name=name, recorded=recorded, now=now)
    total = len(here["claims"])
    yield _("claims: {held} of {total} hold").format(held=total - len(done.failures), total=total)
    yield from map(str, done.failures)
    changes = compare_values(record.values, here["values"])
    same = len(record.values.keys() - {_value(change) for change in changes})
    text = _("values: {same} of {total} exactly the same")
    yield text.format(same=same, total=len(record.values))
    claimed = mentions(claim["source"] for claim in then["claims"])
    moved = [change for change in changes if change.kind == "moved"]
    groups = {
        _("moved, and claims speak of it"): [one for one in moved if _value(one) in claimed],
        _("moved, and no claim speaks of it"): [
            one for one in moved if _value(one) not in claimed
        ],
        _("differ by rounding"): [one for one in changes if one.kind == "rounding"],
        _("timings"): [one for one in changes if one.kind == "timing"],
    }
    for title, members in groups.items():
        if members:
            yield f"{title}:"
            yield from (f"  {describe_change(change)}" for change in members)


def _value(change: Change) -> str:
    """Return the name of the value that a change is in."""
    return change.name.partition("[")[0]


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
