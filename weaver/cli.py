"""The command line: ``python -m weaver``."""

import argparse
import errno
import json
import sys
from pathlib import Path

from weaver.check import check
from weaver.datasets import DATASETS, fetch
from weaver.problems import WeaverError
from weaver.project import Project
from weaver.record import Shared, Status, read_status

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS}


def main(arguments: list[str] | None = None, project: Project | None = None) -> int:
    """Run a command; return 0, 1 (the work found something wrong) or 2 (wrong usage)."""
    options = _parser().parse_args(arguments)
    project = project or Project(Path.cwd())
    if not project.sources.is_dir():
        print(
            f"{project.root}: no tutorials_src/ here: run from the repository's root",
            file=sys.stderr,
        )
        return 2
    try:
        return options.command(project, options)
    except WeaverError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        print(
            f"{error.filename or project.root}: {error.strerror}; nothing was lost",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print("\nstopped; the last good records are in place", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m weaver", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    data = commands.add_parser("data", help="download and verify the datasets")
    data.add_argument("names", nargs="*", metavar="NAME", help=" or ".join(DATASETS))
    data.set_defaults(command=_data)

    run = commands.add_parser("run", help="run stale tutorials and record them")
    run.add_argument("names", nargs="*", metavar="NAME", help="tutorials (all)")
    run.add_argument("--force", action="store_true", help="run fresh ones too")
    run.add_argument(
        "--cell-limit", type=float, metavar="SECONDS", help="the longest a cell may take (900)"
    )
    run.set_defaults(command=_run)

    status = commands.add_parser("status", help="say which records are fresh; 1 if one is stale")
    status.add_argument("names", nargs="*", metavar="NAME", help="tutorials (all)")
    status.add_argument("--json", action="store_true", help="as JSON, the longest run first")
    status.set_defaults(command=_status)

    checks = commands.add_parser(
        "check", help="check prose, programs and records against each other"
    )
    checks.set_defaults(command=_check)
    return parser


def _data(project: Project, options: argparse.Namespace) -> int:
    names = options.names or list(DATASETS)
    if _unknown(names, list(DATASETS), "dataset"):
        return 2
    for name in names:
        fetch(DATASETS[name], project.data)
        print(f"{name}: verified in {project.data / name / 'raw'}")
    return 0


def _run(project: Project, options: argparse.Namespace) -> int:
    try:
        from weaver.run import CELL_LIMIT, run_tutorial
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed: use `make run`", file=sys.stderr)
        return 1
    if _unknown(options.names, project.tutorial_names(), "tutorial"):
        return 2
    failed = False
    shared = Shared.of(project)
    for name in options.names or project.tutorial_names():
        try:
            status = None if options.force else read_status(project, name, shared)
            if status and status.fresh:
                print(f"{name}: fresh")
                continue
            print(
                f"{name}: running" + (f" ({'; '.join(status.changed)})" if status else ""),
                flush=True,
            )
            run_tutorial(project, name, cell_limit=options.cell_limit or CELL_LIMIT)
        except WeaverError as error:
            print(f"\n{error}", file=sys.stderr)
            failed = True
    return int(failed)


def _status(project: Project, options: argparse.Namespace) -> int:
    if _unknown(options.names, project.tutorial_names(), "tutorial"):
        return 2
    shared = Shared.of(project)
    statuses: list[Status] = []
    problems = []
    for name in options.names or project.tutorial_names():
        try:
            statuses.append(read_status(project, name, shared))
        except WeaverError as error:
            problems += error.problems
            statuses.append(Status(name, ("its record or source cannot be read",), None))
    if options.json:
        longest = sorted(statuses, key=lambda status: -(status.seconds or float("inf")))
        rows = [
            {
                "name": status.name,
                "fresh": status.fresh,
                "changed": list(status.changed),
                "seconds": status.seconds,
            }
            for status in longest
        ]
        print(json.dumps(rows, indent=2))
    else:
        for status in statuses:
            print(f"{status.name}: " + ("fresh" if status.fresh else "stale"))
            for change in status.changed:
                print(f"  {change}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(not all(status.fresh for status in statuses))


def _check(project: Project, options: argparse.Namespace) -> int:
    problems = check(project)
    for problem in problems:
        print(problem, file=sys.stderr)
    pages = sum(1 for _ in project.docs.glob("*/**/*.md"))
    print(f"{pages} pages, {len(project.tutorial_names())} tutorials: {len(problems)} problems")
    return int(bool(problems))


def _unknown(names: list[str], known: list[str], noun: str) -> bool:
    for name in names:
        if name not in known:
            print(f"no {noun} {name!r}; there is {', '.join(known) or 'none'}", file=sys.stderr)
    return any(name not in known for name in names)
