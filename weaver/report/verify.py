"""Run a tutorial again and hold the result against its record."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from weaver.core.git import GitError, git
from weaver.core.messages import _
from weaver.core.problems import WeaverError, fail
from weaver.core.project import Project
from weaver.program.record import Record, name_device, parse_record, read_record, sign_record
from weaver.program.timings import is_timing
from weaver.report.comparison import Change, compare_values
from weaver.report.diff import describe_change
from weaver.report.tolerance import Refusal, refuse
from weaver.runner.run import Execution, execute
from weaver.runner.session import CELL_LIMIT
from weaver.site import Site


def changed_since(project: Project, revision: str, names: Iterable[str]) -> list[str]:
    """Return the tutorials whose record is not, byte by byte, a git revision's.

    Raises
    ------
    WeaverError
        If git does not know the revision.
    """
    runs = project.runs.relative_to(project.root).as_posix()
    try:
        git(project.root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        listed = git(project.root, "ls-tree", "-z", "--name-only", revision, f"{runs}/").decode()
        there = {
            Path(path).stem: git(project.root, "show", f"{revision}:./{path}")
            for path in listed.split("\0")
            if path.endswith(".ipynb")
        }
    except GitError as error:
        raise fail(project.root, 0, f"git: {error}") from None
    records = {name: project.record(name) for name in names}
    return [
        name
        for name, path in records.items()
        if path.exists() and path.read_bytes() != there.get(name)
    ]


def verify_tutorials(project: Project, names: Iterable[str], since: str | None = None) -> int:
    """Verify tutorials in turn, as `verify_tutorial` does; return 1 if any is not confirmed.

    With ``since``, a git revision, only those whose record differs from it.
    """
    if since:
        names = changed_since(project, since, names)
        if not names:
            print(_("every record is that of {revision}").format(revision=since))
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

    Return whether the record is confirmed: every claim holds of both, and nothing
    differs by more than `weaver.report.tolerance` lets it.

    Raises
    ------
    WeaverError
        If there is no record of this very program, or the run does not finish.
    """
    site = Site(project)
    status, path = site.status(name), project.record(name)
    record = read_record(path)
    if record is None or not status.fresh:
        text = _("nothing to verify ({changed}): `python -m weaver run {name}`")
        text = text.format(changed="; ".join(status.changed), name=name)
        raise fail(project.source(name), 0, text)
    done = execute(project, name, cell_limit=cell_limit, recorded=record.values)
    signed = sign_record(done.notebook)
    now = parse_record(path, signed)
    refused = [*refuse(site.tutorial(name), record, now)]
    if _frame(path.read_bytes()) != _frame(signed):
        text = _("its cells and what is told of them are not the program's")
        refused.append(Refusal(path.name, _("a notebook"), _("another"), text))
    for line in _report(record, now, done, refused):
        print(f"  {line}")
    return not (done.failures or done.contradicted or refused)


def _frame(content: bytes) -> dict[str, Any]:
    """Return a record's notebook without outputs, times and the run's account."""
    notebook: dict[str, Any] = json.loads(content)
    for part in ("weaver", "weaver_digest"):
        del notebook["metadata"][part]
    for cell in notebook["cells"]:
        cell["outputs"] = []
        for part in ("seconds", "outputs"):
            cell["metadata"]["weaver"].pop(part, None)
    return notebook


def _report(
    record: Record, now: Record, done: Execution, refused: Iterable[Refusal]
) -> Iterator[str]:
    then, here = record.about, now.about
    for name, recorded, found in (
        (_("device"), name_device(then["device"]), name_device(here["device"])),
        (_("versions"), _listed(then["versions"]), _listed(here["versions"])),
    ):
        if recorded == found:
            yield _("{name}: {now}, as when recorded").format(name=name, now=found)
        else:
            text = _("{name}: {recorded} when recorded, {now} here")
            yield text.format(name=name, recorded=recorded, now=found)
    total = len(here["claims"])
    yield _("claims: {held} of {total} hold").format(held=total - len(done.failures), total=total)
    yield from map(str, done.failures)
    if done.contradicted:
        yield _("of the recorded values do not hold:")
        yield from (f"  {problem}" for problem in done.contradicted)
    changes = compare_values(record.values, now.values)
    same = len(record.values.keys() - {change.name.partition("[")[0] for change in changes})
    text = _("values: {same} of {total} exactly the same")
    yield text.format(same=same, total=len(record.values))
    groups: dict[str, list[Change]] = {
        _("moved"): [one for one in changes if one.kind == "moved"],
        _("differ by rounding"): [one for one in changes if one.kind == "rounding"],
        _("timings"): [one for one in changes if is_timing(one.name)],
    }
    for title, members in groups.items():
        if members:
            yield f"{title}:"
            yield from (f"  {describe_change(change)}" for change in members)
    for number, refusal in enumerate(refused):
        if not number:
            yield _("not confirmed:")
        yield f"  {refusal}"


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
