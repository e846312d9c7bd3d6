"""Run a tutorial once, in a Jupyter kernel, and record what it did."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import nbformat

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError, fail
from weaver.core.project import Project
from weaver.program.key import make_key, source_digest
from weaver.program.localise import localise
from weaver.program.names import top_level_names
from weaver.program.record import About, write_record
from weaver.program.strings import Strings
from weaver.program.timings import is_timing
from weaver.program.tutorial import Tutorial
from weaver.runner.accelerator import HIDING
from weaver.runner.fetch import fetch_named
from weaver.runner.session import CELL_LIMIT, Session
from weaver.site import Site


@dataclass(frozen=True)
class Execution:
    """A finished run: the executed notebook, and the claims that did not hold.

    ``contradicted`` are the claims that do not hold of the values of the record that it
    was to confirm.
    """

    notebook: nbformat.NotebookNode
    failures: tuple[Problem, ...]
    contradicted: tuple[Problem, ...] = ()

    @property
    def about(self) -> About:
        """The run's own account, as a record keeps it."""
        about: About = self.notebook.metadata["weaver"]
        return about


def run_tutorials(
    site: Site, names: Iterable[str], *, force: bool, cell_limit: float | None, device: str
) -> int:
    """Run tutorials in turn, those that are fresh only by ``force``; return 1 if any failed.

    For ``cuda`` nothing is run unless CUDA works.
    """
    # Not in this process: it would hold on to the device while the tutorials run.
    asked = [sys.executable, "-m", "weaver", "device", "--device", device]
    if device == "cuda" and subprocess.run(asked, cwd=site.project.root).returncode:
        return 1
    failed = False
    for name in names:
        try:
            status = None if force else site.status(name)
            if status and status.fresh:
                print(_("{name}: fresh").format(name=name))
                continue
            changed = f" ({'; '.join(status.changed)})" if status else ""
            print(_("{name}: running").format(name=name) + changed)
            run_tutorial(site.project, name, cell_limit=cell_limit or CELL_LIMIT, device=device)
        except WeaverError as error:
            print(f"\n{error}", file=sys.stderr)
            failed = True
    return int(failed)


def run_tutorial(
    project: Project, name: str, *, cell_limit: float = CELL_LIMIT, device: str = "auto"
) -> None:
    """Run a tutorial and write its record.

    Raises
    ------
    WeaverError
        If a cell raises, warns, hangs or breaks its contract, or a claim does
        not hold. The last record then stays as it was.
    """
    done = execute(project, name, cell_limit=cell_limit, device=device)
    if done.failures:
        raise WeaverError(done.failures)
    write_record(project.record(name), done.notebook)
    said = _("  {claims} claims hold, {values} values, {seconds} s")
    counts = {"claims": len(done.about["claims"]), "values": len(done.about["values"])}
    print(said.format(**counts, seconds=f"{done.about['seconds']:.1f}"))


def execute(
    project: Project,
    name: str,
    *,
    cell_limit: float = CELL_LIMIT,
    device: str = "auto",
    recorded: Mapping[str, object] | None = None,
) -> Execution:
    """Run a tutorial in a fresh kernel and write nothing.

    If ``device`` is ``cpu``, the kernel is kept from seeing accelerators. The claims are
    checked with ``recorded`` values, too.

    Raises
    ------
    WeaverError
        If a cell raises, warns, hangs or breaks its contract.
    """
    site = Site(project)
    strings = site.strings(name)
    tutorial = site.tutorial(name)
    digest = source_digest(project, name, site.pins, strings)
    key = make_key(tutorial, strings, site.pins)
    key["packages"] = _versions_here(project, key["packages"])
    for dataset in dict.fromkeys(file.partition("/")[0] for file in key["datasets"]):
        fetch_named(dataset, project.data)
    session = Session(project, tutorial, cell_limit, HIDING if device == "cpu" else {})
    with session.started():
        _run_cells(session, strings)
        values = session.ask("values()")
        claims = session.ask(f"check_claims({tutorial.docstring!r})")
        ask = f"check_claims({tutorial.docstring!r}, {recorded!r})"
        of_record = [] if recorded is None else session.ask(ask)
        about = _describe(session, key["packages"], values)
    if device == "cpu" and session.accelerated:
        said = _("asked for the CPU, but {cells} used an accelerator that cannot be hidden")
        raise fail(tutorial.path, 0, said.format(cells=", ".join(session.accelerated)))
    session.notebook.metadata["weaver"] = {
        **about,
        "claims": [{part: claim[part] for part in ("of", "source", "want")} for claim in claims],
        "date": datetime.now(UTC).date().isoformat(),
        "datasets": key["datasets"],
        "key": key,
        "seconds": round(sum(session.seconds.values()), 3),
        "seed": values.get("seed", values.get("seeds")),
        "source_digest": digest,
        "values": values,
    }
    failed, contradicted = (tuple(_failed_claims(tutorial, it)) for it in (claims, of_record))
    return Execution(session.notebook, failed, contradicted)


def _run_cells(session: Session, strings: Mapping[str, Strings]) -> None:
    """Run a tutorial's cells in turn, and say how long each takes."""
    cells = session.tutorial.cells
    for number, cell in enumerate(cells, 1):
        print(f"  [{number:2}/{len(cells)}] {cell.name:<32}", end="", flush=True)
        session.run(cell, {code: localise(cell, strings[code]).source for code in strings})
        print(f"{session.seconds[cell.name]:7.1f} s", flush=True)


def _describe(session: Session, packages: Iterable[str], names: Iterable[str]) -> dict[str, Any]:
    """Return device and versions; a time is of the cell that was the last to bind its name."""
    used = session.accelerated
    about: dict[str, Any] = session.ask(f"describe({sorted(packages)!r}, {used!r})")
    if used:
        cells = session.tutorial.cells
        last = {name: cell.name for cell in cells for name in top_level_names(cell.source).bound}
        timings = sorted(name for name in names if is_timing(name) and last.get(name) in used)
        about["device"]["gpu"]["timings"] = timings
    return about


def _failed_claims(tutorial: Tutorial, claims: list[dict[str, Any]]) -> Iterator[Problem]:
    lines = read_text(tutorial.path).splitlines()
    for claim in claims:
        if claim["report"]:
            first = claim["source"].splitlines()[0]
            line = next((n for n, row in enumerate(lines, 1) if f">>> {first}" in row), 0)
            got = claim["report"].partition("Got:")[2] or claim["report"].splitlines()[-1]
            said = _("claim fails: {claim} gave {got}, not {want}").format(
                claim=first, got=" ".join(got.split()), want=claim["want"]
            )
            said += f" ({claim['measured']})" if claim["measured"] else ""
            yield Problem(tutorial.path, line, said)


def _versions_here(project: Project, pins: Mapping[str, str]) -> dict[str, str]:
    """Return the versions that a run has, and say which are not those pinned."""
    found = {}
    for package, pinned in pins.items():
        try:
            found[package] = metadata.version(package).partition("+")[0]
        except metadata.PackageNotFoundError:
            said = _("{package} is not installed: `make run`").format(package=package)
            raise fail(project.root / "requirements-run.txt", 0, said) from None
        if found[package] != pinned:
            said = _("  note: {package} is {version}, requirements-run.txt pins {pinned}")
            print(said.format(package=package, version=found[package], pinned=pinned))
    return found
