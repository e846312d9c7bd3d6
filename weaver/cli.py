"""The command line: ``python -m weaver``."""

import argparse
import errno
import json
import sys
from pathlib import Path

from weaver.check.registry import find_problems, problems_as_json
from weaver.core.messages import say
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import LANGUAGES, Project
from weaver.program.datasets import DATASETS
from weaver.program.status import Status
from weaver.prose.drift import accept
from weaver.prose.history import history_limit
from weaver.report.comparison import compare_records
from weaver.report.diff import as_json, as_markdown, as_text, write_figures
from weaver.report.summary import summarise
from weaver.runner.fetch import fetch
from weaver.scaffold.tutorial import new_tutorial
from weaver.site import Site

_NO_ROOM = {errno.EISDIR, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS}


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
    status.add_argument("--stale", action="store_true", help="leave the fresh ones out")
    status.add_argument("--limit", type=int, metavar="N", help="the first N only")
    status.set_defaults(command=_status)

    checks = commands.add_parser(
        "check", help="check prose, programs and records against each other"
    )
    checks.add_argument(
        "--github", action="store_true", help="as annotations of a GitHub workflow too"
    )
    checks.add_argument("--json", action="store_true", help="as JSON, each with its check")
    checks.set_defaults(command=_check)

    diff = commands.add_parser("diff", help="compare the records here with a git revision's")
    diff.add_argument("names", nargs="*", metavar="NAME", help="tutorials (all)")
    diff.add_argument("--base", default="HEAD", metavar="REV", help="the revision (HEAD)")
    form = diff.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument(
        "--markdown",
        action="store_true",
        help="as a pull request's body, in which each NAME should have been run",
    )
    diff.add_argument(
        "--figures", type=Path, metavar="DIR", help="write changed figures, before and after"
    )
    diff.add_argument(
        "--figures-url", metavar="URL", help="where DIR will be read from (DIR itself)"
    )
    diff.set_defaults(command=_diff)

    verify = commands.add_parser(
        "verify", help="run again here, say what moved; 1 if a claim fails or a value is gone"
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="tutorials (all)")
    verify.set_defaults(command=_verify)

    summary = commands.add_parser("summary", help="sum up records, pages and checks as Markdown")
    summary.add_argument(
        "--site", type=Path, default=Path("site"), metavar="DIR", help="the built site (site)"
    )
    summary.set_defaults(command=_summary)

    new = commands.add_parser("new", help="begin a tutorial: a program, and an article to fill")
    new.add_argument("name", metavar="NAME", help="such as linear_regression")
    for language in LANGUAGES:
        new.add_argument(
            f"--title-{language}", metavar="TITLE", help=f"of the article in {language}"
        )
    new.set_defaults(command=_new)

    translated = commands.add_parser(
        "translated", help="declare that sections which are behind need no translation"
    )
    translated.add_argument("page", metavar="PAGE", help="as in docs/<lang>/PAGE.md")
    translated.add_argument(
        "section", nargs="?", default="", help="a heading's anchor (all that are behind)"
    )
    translated.set_defaults(command=_translated)
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
        from weaver.runner.run import run_tutorial
        from weaver.runner.session import CELL_LIMIT
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed: use `make run`", file=sys.stderr)
        return 1
    if _unknown(options.names, project.tutorial_names(), "tutorial"):
        return 2
    failed = False
    site = Site(project)
    for name in options.names or project.tutorial_names():
        try:
            status = None if options.force else site.status(name)
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
    site = Site(project)
    statuses: list[Status] = []
    problems: list[Problem] = []
    for name in options.names or project.tutorial_names():
        try:
            statuses.append(site.status(name))
        except WeaverError as error:
            problems += error.problems
            statuses.append(Status(name, ("its record or source cannot be read",), None))
    if options.stale:
        statuses = [status for status in statuses if not status.fresh]
    if options.json:
        longest = sorted(statuses, key=lambda status: -(status.seconds or float("inf")))
        rows = [
            {
                "name": status.name,
                "fresh": status.fresh,
                "changed": list(status.changed),
                "seconds": status.seconds,
            }
            for status in longest[: options.limit]
        ]
        print(json.dumps(rows, indent=2))
    else:
        for status in statuses[: options.limit]:
            print(f"{status.name}: " + ("fresh" if status.fresh else "stale"))
            for change in status.changed:
                print(f"  {change}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(not all(status.fresh for status in statuses))


def _check(project: Project, options: argparse.Namespace) -> int:
    problems = find_problems(Site(project))
    if options.json:
        print(json.dumps(problems_as_json(problems, project.root), indent=2, ensure_ascii=False))
        return int(bool(problems))
    for problem in problems:
        # GitHub reads annotations from standard output.
        print(problem, file=sys.stderr)
        if options.github:
            print(problem.annotation())
    if limit := history_limit(project):
        print(say(f"translations were compared as far as history goes: {limit}"), file=sys.stderr)
    pages = sum(1 for _ in project.docs.glob("*/**/*.md"))
    tutorials = len(project.tutorial_names())
    print(say(f"{pages} pages, {tutorials} tutorials: {len(problems)} problems"))
    return int(bool(problems))


def _diff(project: Project, options: argparse.Namespace) -> int:
    known = {*project.tutorial_names(), *(path.stem for path in project.runs.glob("*.ipynb"))}
    if _unknown(options.names, sorted(known), "tutorial"):
        return 2
    comparisons = compare_records(project, options.base, options.names)
    if options.figures:
        write_figures(comparisons, options.figures)
    if options.json:
        print(json.dumps(as_json(comparisons), indent=2, ensure_ascii=False))
    elif options.markdown:
        address = options.figures_url or str(options.figures or "")
        print(as_markdown(comparisons, options.names, address))
    else:
        print(as_text(comparisons))
    return 0


def _verify(project: Project, options: argparse.Namespace) -> int:
    try:
        from weaver.report.verify import verify_tutorial
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed: use `make verify`", file=sys.stderr)
        return 1
    if _unknown(options.names, project.tutorial_names(), "tutorial"):
        return 2
    confirmed = True
    for name in options.names or project.tutorial_names():
        print(f"{name}: running again, writing nothing", flush=True)
        try:
            confirmed &= verify_tutorial(project, name)
        except WeaverError as error:
            print(f"\n{error}", file=sys.stderr)
            confirmed = False
    return int(not confirmed)


def _summary(project: Project, options: argparse.Namespace) -> int:
    print(summarise(Site(project), project.root / options.site))
    return 0


def _new(project: Project, options: argparse.Namespace) -> int:
    titles = {language: getattr(options, f"title_{language}") for language in LANGUAGES}
    for path in new_tutorial(project, options.name, titles):
        print(path.relative_to(project.root))
    print(say(f"next: make run NAME={options.name}, then make serve"))
    return 0


def _translated(project: Project, options: argparse.Namespace) -> int:
    lines = accept(project, options.page.removesuffix(".md"), options.section.lstrip("#"))
    for line in lines:
        print(f"docs/{project.translations.name}: {line}")
    if not lines:
        print("nothing is behind there", file=sys.stderr)
    return int(not lines)


def _unknown(names: list[str], known: list[str], noun: str) -> bool:
    for name in names:
        if name not in known:
            print(f"no {noun} {name!r}; there is {', '.join(known) or 'none'}", file=sys.stderr)
    return any(name not in known for name in names)
