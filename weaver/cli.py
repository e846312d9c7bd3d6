"""The command line: ``weaver``, or ``python -m weaver``."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from weaver.check.drift import accept
from weaver.check.registry import find_problems, problems_as_json
from weaver.core.files import NO_ROOM
from weaver.core.messages import _, use
from weaver.core.problems import WeaverError
from weaver.core.project import Project
from weaver.page.plain import weave_site
from weaver.report.comparison import compare_records
from weaver.report.diff import as_json, as_names, as_text
from weaver.report.plan import SETUP, plan_jobs
from weaver.report.review import LIMIT, review_site
from weaver.report.summary import summarise
from weaver.runner.accelerator import DEVICES, DeviceError, examine
from weaver.runner.fetch import NAMES, fetch_named
from weaver.scaffold.language import new_language, still_to_do
from weaver.scaffold.tutorial import new_tutorial
from weaver.site import Site


def main(arguments: list[str] | None = None, project: Project | None = None) -> int:
    """Run a command; return 0, 1 (the work found something wrong) or 2 (wrong usage)."""
    project = project or Project(Path.cwd())
    use(project.languages_folder)
    try:
        return commands.main(arguments, standalone_mode=False, obj=project) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        _complain(_("stopped; the last good records are in place"))
    except (WeaverError, DeviceError) as error:
        _complain(str(error))
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        place = error.filename or project.root
        _complain(f"{place}: {error.strerror}; " + _("nothing was lost"))
    return 1


class _Command(click.Command):
    """A command that works on the site in the current folder."""

    def invoke(self, ctx: click.Context) -> object:
        if not ctx.obj.sources.is_dir():
            text = _("{folder}: no tutorials_src/ here: run from the repository's root")
            raise click.UsageError(text.format(folder=ctx.obj.root))
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            text = _("{package} is not installed: use `{target}`")
            text = text.format(package=error.name, target=f"make {self.name}")
            raise click.ClickException(text) from error


@click.group(help=_("Run tutorials, check them, and compare their runs."))
def commands() -> None:
    """Hold the commands together."""


commands.command_class = _Command

_path = click.Path(path_type=Path)

_names = click.argument("names", nargs=-1, metavar="[NAME]...")


@commands.command("data", help=_("Download and verify the datasets, or only those named."))
@_names
@click.pass_obj
def _data(project: Project, names: Sequence[str]) -> int:
    for name in _known(names, NAMES, _("no dataset {name!r}; there is {known}")):
        fetch_named(name, project.data)
        said = _("{name}: verified in {folder}")
        click.echo(said.format(name=name, folder=project.data / name / "raw"))
    return 0


@commands.command("run", help=_("Run stale tutorials, or only those named, and record them."))
@_names
@click.option("--force", is_flag=True, help=_("Run fresh ones too."))
@click.option("--cell-limit", type=float, help=_("The longest a cell may take, in seconds."))
@click.option(
    "--device",
    type=click.Choice(DEVICES),
    default="auto",
    help=_("auto (what there is), cpu (accelerators are hidden) or cuda (nothing else will do)."),
)
@click.pass_obj
def _run(
    project: Project, names: Sequence[str], force: bool, cell_limit: float | None, device: str
) -> int:
    from weaver.runner.run import run_tutorials

    names = _tutorials(names, project.tutorial_names())
    return run_tutorials(Site(project), names, force=force, cell_limit=cell_limit, device=device)


@commands.command("device", help=_("Say what runs would run on, and try it; 1 if it fails."))
@click.option("--device", type=click.Choice(DEVICES), default="auto", help=_("As for a run."))
@click.pass_obj
def _device(project: Project, device: str) -> int:
    for line in examine(device):
        click.echo(line)
    return 0


@commands.command("weave", help=_("Write every page as plain Markdown, with its figures."))
@click.option("--out", type=_path, required=True, metavar="DIR", help=_("The folder."))
@click.pass_obj
def _weave(project: Project, out: Path) -> int:
    for path in weave_site(Site(project), project.root / out):
        click.echo(path)
    return 0


@commands.command("status", help=_("Say which records are fresh; 1 if one is stale."))
@_names
@click.option("--json", "machine", is_flag=True, help=_("As JSON."))
@click.pass_obj
def _status(project: Project, names: Sequence[str], machine: bool) -> int:
    site = Site(project)
    statuses, problems = site.statuses(_tutorials(names, site.names))
    if machine:
        keys = ("name", "fresh", "changed", "seconds")
        _echo_json([{key: getattr(one, key) for key in keys} for one in statuses])
    else:
        for one in statuses:
            text = _("{name}: fresh") if one.fresh else _("{name}: stale")
            click.echo("\n  ".join([text.format(name=one.name), *one.changed]))
    for problem in problems:
        _complain(str(problem))
    return int(not all(one.fresh for one in statuses))


@commands.command("plan", help=_("Group tutorials into jobs of a like length for a CI matrix."))
@_names
@click.option("--json", "machine", is_flag=True, help=_("As JSON."))
@click.option("--stale", is_flag=True, help=_("Leave the fresh ones out."))
@click.option("--setup", type=float, default=SETUP, help=_("What setting up a job takes, in s."))
@click.pass_obj
def _plan(project: Project, names: Sequence[str], machine: bool, stale: bool, setup: float) -> int:
    site = Site(project)
    statuses, problems = site.statuses(_tutorials(names, site.names))
    jobs = plan_jobs((one for one in statuses if not (stale and one.fresh)), setup=setup)
    if machine:
        _echo_json([job.row for job in jobs])
    else:
        click.echo("\n".join(map(str, jobs)))
    for problem in problems:
        _complain(str(problem))
    return 0


@commands.command("check", help=_("Check prose, programs and records against each other."))
@click.option("--github", is_flag=True, envvar="GITHUB_ACTIONS", help=_("Annotate, as on GitHub."))
@click.option("--json", "machine", is_flag=True, help=_("As JSON, each with its check."))
@click.pass_obj
def _check(project: Project, github: bool, machine: bool) -> int:
    site = Site(project)
    problems = find_problems(site)
    if machine:
        _echo_json(problems_as_json(problems, project.root))
        return int(bool(problems))
    for problem in problems:
        # GitHub reads annotations from standard output.
        _complain(str(problem))
        if github:
            click.echo(problem.annotation())
    if limit := site.history_limit:
        text = _("translations were compared as far as history goes: {limit}")
        _complain(text.format(limit=limit))
    pages, tutorials = len(list(project.docs.glob("*/**/*.md"))), len(project.tutorial_names())
    text = _("{pages} pages, {tutorials} tutorials: {problems} problems")
    click.echo(text.format(pages=pages, tutorials=tutorials, problems=len(problems)))
    return int(bool(problems))


@commands.command("diff", help=_("Compare pages and records with those of a git revision."))
@_names
@click.option("--base", default="HEAD", metavar="REV", help=_("The revision (HEAD)."))
@click.option("--json", "form", flag_value="json", help=_("The records, as JSON."))
@click.option("--moved", "form", flag_value="moved", help=_("Only what is new beyond timings."))
@click.option("--markdown", "form", flag_value="markdown", help=_("Pages too, for GitHub."))
@click.option("--check", is_flag=True, help=_("For GitHub: what check finds too."))
@click.option("--figures", type=_path, metavar="DIR", help=_("Write changed figures there."))
@click.option("--figures-url", "url", default="", help=_("Where DIR will be read from."))
@click.option("--site-url", "site", default="", help=_("Where the changed site can be seen."))
@click.option("--limit", type=click.IntRange(2000), default=LIMIT, help=_("Bytes at most."))
@click.pass_obj
def _diff(project: Project, /, names: Sequence[str], base: str, form: str, **options: Any) -> int:
    recorded = {path.stem for path in project.runs.glob("*.ipynb")}
    _tutorials(names, sorted(recorded.union(project.tutorial_names())))
    if form == "markdown":
        text, missing = review_site(project, base, names, **options)
        click.echo(text, nl=False)
        _complain(missing)
        return int(bool(missing))
    comparisons = compare_records(project, base, names)
    if form == "json":
        _echo_json(as_json(comparisons))
    else:
        click.echo(as_names(comparisons) if form == "moved" else as_text(comparisons), nl=False)
    _complain(problems := "\n".join(one.problem for one in comparisons if one.problem))
    return int(bool(problems))


@commands.command("verify", help=_("Run again; 1 if that does not confirm the record."))
@_names
@click.option("--since", metavar="REV", help=_("Only records that differ from a revision's."))
@click.pass_obj
def _verify(project: Project, names: Sequence[str], since: str | None) -> int:
    from weaver.report.verify import verify_tutorials

    return verify_tutorials(project, _tutorials(names, project.tutorial_names()), since)


@commands.command("summary", help=_("Sum up records, pages and checks as Markdown."))
@click.option(
    "--site", type=_path, default=Path("site"), metavar="DIR", help=_("The built site (site).")
)
@click.pass_obj
def _summary(project: Project, site: Path) -> int:
    click.echo(summarise(Site(project), project.root / site))
    return 0


@commands.command("new", help=_("Begin a tutorial: a program, and an article to fill."))
@click.argument("name")
@click.option("--title", "titles", multiple=True, metavar="CODE=TITLE", help=_("In a language."))
@click.pass_obj
def _new(project: Project, name: str, titles: Sequence[str]) -> int:
    named = {code.lower(): words for code, __, words in (one.partition("=") for one in titles)}
    for path in new_tutorial(project, name, named):
        click.echo(path.relative_to(project.root))
    click.echo(_("next: make run NAME={name}, then make serve").format(name=name))
    return 0


@commands.command("language", help=_("Begin a language, to be translated."))
@click.argument("code")
@click.pass_obj
def _language(project: Project, code: str) -> None:
    for path in new_language(project, code):
        click.echo(path.relative_to(project.root))
    click.echo(still_to_do(project, code))


@commands.command("translated", help=_("Declare that what is behind needs no translation."))
@click.argument("page")
@click.argument("section", default="")
@click.pass_obj
def _translated(project: Project, page: str, section: str) -> int:
    lines = accept(Site(project), page.removesuffix(".md"), section.lstrip("#"))
    for line in lines:
        click.echo(f"docs/{project.translations.name}: {line}")
    if not lines:
        _complain(_("nothing is behind there"))
    return int(not lines)


def _tutorials(names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    """Return the tutorials that are named, or all."""
    return _known(names, known, _("no tutorial {name!r}; there is {known}"))


def _known(names: Sequence[str], known: Sequence[str], text: str) -> Sequence[str]:
    for name in (name for name in names if name not in known):
        raise click.UsageError(text.format(name=name, known=", ".join(known) or _("none")))
    return names or known


def _complain(text: str) -> None:
    if text:
        click.echo(text, file=sys.stderr)


def _echo_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
