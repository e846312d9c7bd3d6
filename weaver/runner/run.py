"""Run a tutorial once, in a Jupyter kernel, and record what it did."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import nbformat

from weaver.core.files import read_text
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import Project
from weaver.program.datasets import used_datasets
from weaver.program.key import make_key, source_digest
from weaver.program.localise import localise
from weaver.program.record import write_record
from weaver.program.tutorial import Tutorial, read_tutorial
from weaver.runner.fetch import fetch
from weaver.runner.session import CELL_LIMIT, Session, kernel_environment
from weaver.site import Site


@dataclass(frozen=True)
class Execution:
    """A finished run: the executed notebook, and the claims that did not hold.

    The run's own account, of values, claims, device and so on, is
    ``notebook.metadata["weaver"]``.
    """

    notebook: nbformat.NotebookNode
    failures: tuple[Problem, ...]

    @property
    def about(self) -> dict:
        """The run's own account, as a record keeps it."""
        return self.notebook.metadata["weaver"]


def run_tutorial(project: Project, name: str, *, cell_limit: float = CELL_LIMIT) -> None:
    """Run a tutorial and write its record.

    Raises
    ------
    WeaverError
        If a cell raises, warns, hangs or breaks its contract, or a claim does
        not hold. The last record then stays as it was.
    """
    done = execute(project, name, cell_limit=cell_limit)
    if done.failures:
        raise WeaverError(done.failures)
    write_record(project.record(name), done.notebook)
    claims, values = len(done.about["claims"]), len(done.about["values"])
    print(f"  {claims} claims hold, {values} values, {done.about['seconds']:.1f} s")


def execute(project: Project, name: str, *, cell_limit: float = CELL_LIMIT) -> Execution:
    """Run a tutorial in a fresh kernel and write nothing.

    Raises
    ------
    WeaverError
        If a cell raises, warns, hangs or breaks its contract.
    """
    site = Site(project)
    strings = site.strings(name)
    tutorial = read_tutorial(project.source(name))
    digest = source_digest(project, name, site.pins, strings)
    key = make_key(tutorial, strings, site.pins)
    module = ast.parse(read_text(tutorial.path))
    for dataset in used_datasets(module):
        fetch(dataset, project.data)
    _warn_of_other_versions(key["packages"])
    session = Session(project, tutorial, cell_limit)
    with session.client.setup_kernel(env=kernel_environment(project), stderr=subprocess.DEVNULL):
        session.ask("prepare()")
        for number, cell in enumerate(tutorial.cells, 1):
            print(f"  [{number:2}/{len(tutorial.cells)}] {cell.name:<32}", end="", flush=True)
            session.run(cell, {code: localise(cell, strings[code]).source for code in strings})
            print(f"{session.seconds[cell.name]:7.1f} s", flush=True)
        values = session.ask("values()")
        claims = session.ask(f"check_claims({tutorial.docstring!r})")
        about = session.ask(f"describe({sorted(key['packages'])!r})")
    session.notebook.metadata["weaver"] = {
        **about,
        "claims": [{key: claim[key] for key in ("of", "source", "want")} for claim in claims],
        "date": datetime.now(UTC).date().isoformat(),
        "datasets": key["datasets"],
        "key": key,
        "seconds": round(sum(session.seconds.values()), 3),
        "seed": values.get("seed", values.get("seeds")),
        "source_digest": digest,
        "values": values,
    }
    return Execution(session.notebook, tuple(_failed_claims(tutorial, claims)))


def _failed_claims(tutorial: Tutorial, claims: list[dict]) -> Iterator[Problem]:
    lines = tutorial.path.read_text(encoding="utf-8").splitlines()
    for claim in claims:
        if claim["report"]:
            first = claim["source"].splitlines()[0]
            line = next((n for n, row in enumerate(lines, 1) if f">>> {first}" in row), 0)
            got = claim["report"].partition("Got:")[2] or claim["report"].splitlines()[-1]
            said = f"claim fails: {first} gave {' '.join(got.split())}, not {claim['want']}"
            said += f" ({claim['measured']})" if claim["measured"] else ""
            yield Problem(tutorial.path, line, said)


def _warn_of_other_versions(pins: dict[str, str]) -> None:
    for package, pinned in pins.items():
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            raise WeaverError(
                [
                    Problem(
                        Path("requirements-run.txt"), 0, f"{package} is not installed: `make run`"
                    )
                ]
            ) from None
        if version.partition("+")[0] != pinned:
            print(f"  note: {package} is {version}, requirements-run.txt pins {pinned}")
