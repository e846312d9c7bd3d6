"""The workflows: read, checked, and played through here step by step.

GitHub itself is not here. A `Runner` does what its runners do with the steps'
own `run:` scripts, artifacts and expressions; `gh` is a script that writes down
what it was asked; `git push` goes to a bare repository.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from click import UsageError
from conftest import ROOT, Outcome, Workspace

from weaver import cli
from weaver.program.record import read_record

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
# What GitHub's Linux runners have, besides make targets and the project's own programs.
RUNNER_HAS = {"bash", "cd", "cp", "echo", "exit", "find", "gh", "git", "grep", "mkdir", "read"}
RUNNER_HAS |= {"sed", "tee", "test", "["}
REPOSITORY = "https://github.com/someone/fork"
CURVE = '''"""Sum a few squares.

>>> total
30
"""

# %% squares
numbers = [1, 2, 3, 4]
total = sum(number**2 for number in numbers)
'''
WRONG = CURVE.replace("30", "31")


@cache
def workflow(name: str) -> dict:
    """Return a parsed workflow; YAML 1.1 reads its key `on` as true."""
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    return {"on" if key is True else key: value for key, value in loaded.items()}


def jobs() -> list[tuple[str, str, dict]]:
    return [
        (path.stem, name, job)
        for path in WORKFLOWS
        for name, job in workflow(path.stem)["jobs"].items()
    ]


def steps(key: str) -> list[tuple[str, dict]]:
    """Return every step that has a key (`run` or `uses`), with where it is."""
    return [
        (f"{file}/{name}/{step.get('name', '')}", step)
        for file, name, job in jobs()
        for step in job.get("steps", [])
        if key in step
    ]


def step_of(file: str, job: str, name: str) -> dict:
    return next(s for s in workflow(file)["jobs"][job]["steps"] if s.get("name") == name)


def git(*arguments: str, at: Path) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=at, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Job:
    """A job at work in a folder of its own, with what its expressions stand for."""

    folder: Path
    origin: Path
    artifacts: Path
    expressions: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)
    branch: str = "main"
    said: str = ""
    ok: bool = True

    @property
    def checkout(self) -> Path:
        return self.folder / "work"

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text(encoding="utf-8")

    def play(self, described: dict) -> None:
        """Do the steps in order; a failed one ends the job, as on GitHub."""
        actions = {
            "actions/checkout": self.clone,
            "actions/setup-python": lambda **_: None,
            "actions/cache": self.cache,
            "actions/cache/restore": self.cache,
            "actions/upload-artifact": self.upload,
            "actions/download-artifact": self.download,
        }
        self.checkout.mkdir(parents=True)
        self.environment |= {
            key: self.fill(text) for key, text in described.get("env", {}).items()
        }
        for step in described["steps"]:
            if not self.ok and "!cancelled()" not in step.get("if", ""):
                continue
            status = 0
            if "run" in step:
                done = self.run(step)
                status, self.said = done.status, self.said + done.out + done.err
            else:
                given = {key: self.fill(text) for key, text in step.get("with", {}).items()}
                actions[step["uses"].partition("@")[0]](**given)
            if "id" in step:
                outcome = "failure" if status else "success"
                self.expressions[f"steps.{step['id']}.outcome"] = outcome
            if status and not step.get("continue-on-error"):
                self.ok = False

    def fill(self, text: object) -> str:
        """Replace expressions by their values, all of which must be known."""
        return EXPRESSION.sub(lambda found: self.expressions[found[1]], str(text))

    def run(self, step: dict) -> Outcome:
        """Run a script as GitHub does, and read what it puts out."""
        output, script = self.folder / "output", self.folder / "script.sh"
        output.write_text("")
        script.write_text(self.fill(step["run"]), encoding="utf-8")
        self.checkout.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_RUN_ID": "42",
            "GITHUB_SHA": "0" * 40,
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "MAKEFLAGS": "",
            "RUNNER_TEMP": str(self.folder),
            **self.environment,
            **{key: self.fill(text) for key, text in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.checkout,
            env=environment,
            capture_output=True,
            text=True,
        )
        put = output.read_text(encoding="utf-8")
        for name, long, short in re.findall(r"(?m)^(\w+)(?:<<END\n([^<]*)\nEND$|=(.*)$)", put):
            self.expressions[f"steps.{step['id']}.outputs.{name}"] = long or short
        return Outcome(done.returncode, done.stdout, done.stderr)

    def clone(self, **_: str) -> None:
        git("clone", "--quiet", "--branch", self.branch, str(self.origin), ".", at=self.checkout)
        # What `make` would install is there already: this very environment.
        venv = self.checkout / ".venv"
        venv.mkdir()
        stamps = ("python", "torch-cpu", "site", "run", "test")
        for path in Path(sys.prefix).iterdir():
            if path.name not in stamps:
                (venv / path.name).symlink_to(path)
        for name in stamps:
            (venv / name).touch()

    def cache(self, path: str, key: str) -> None:
        (self.checkout / path).symlink_to(ROOT / path)

    def upload(self, name: str, path: str, **_: str) -> None:
        source, target = self.checkout / path, self.artifacts / name
        target.mkdir(parents=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
        self.expressions["steps.artifact.outputs.artifact-url"] = f"{REPOSITORY}/{name}"

    def download(self, path: str, name: str = "", pattern: str = "", **_: str) -> None:
        for artifact in self.artifacts.glob(name or pattern):
            shutil.copytree(artifact, self.checkout / path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def remote(recorded, tmp_path_factory) -> Workspace:
    """Return a site, pushed to a bare repository beside it, with its records fresh."""
    root = tmp_path_factory.mktemp("remote")
    shutil.copytree(recorded.root, root / "site", symlinks=True)
    for name in ("Makefile", ".gitignore", "pyproject.toml"):
        shutil.copy(ROOT / name, root / "site")
    for name in ("locks", ".ci"):
        shutil.copytree(ROOT / name, root / "site" / name)
    git("init", "--quiet", "--initial-branch", "main", at=root / "site")
    git("init", "--quiet", "--bare", "--initial-branch", "main", str(root / "origin"), at=root)
    git("remote", "add", "origin", str(root / "origin"), at=root / "site")
    push(Workspace(root / "site"), "fresh")
    git("push", "--quiet", "origin", "HEAD:fresh", at=root / "site")
    return Workspace(root / "site")


def push(site: Workspace, message: str) -> None:
    git("add", ".", at=site.root)
    git("commit", "--quiet", "--allow-empty", "--message", message, at=site.root)
    git("push", "--quiet", "origin", "HEAD:main", at=site.root)


def new_job(site: Workspace, folder: Path, **expressions: str) -> Job:
    known = {
        "github.repository": "someone/fork",
        "github.run_attempt": "1",
        "github.run_id": "42",
        "github.server_url": "https://github.com",
        "github.token": "a-token",
        "hashFiles('weaver/program/datasets.yml')": "digest",
    }
    origin = site.root.parent / "origin"
    return Job(folder, origin, folder.parent / "artifacts", known | expressions)


@dataclass(frozen=True)
class Played:
    """What came of playing runs.yml."""

    site: Workspace
    plan: Job
    runs: dict[str, Job]
    collect: Job
    asked: str  # of gh
    body: str

    @property
    def rows(self) -> list[dict]:
        return json.loads(self.plan.expressions["steps.rows.outputs.rows"])


@pytest.fixture(scope="module")
def played(remote, tmp_path_factory) -> Played:
    """Play runs.yml over three stale tutorials, one of which fails."""
    remote.edit(remote.source, "share = 0.847", "share = 0.848")
    remote.project.source("curve").write_text(CURVE, encoding="utf-8")
    remote.project.source("wrong").write_text(WRONG, encoding="utf-8")
    push(remote, "three stale tutorials")
    described = workflow("runs")["jobs"]
    root = tmp_path_factory.mktemp("played")

    choice = "github.event_name == 'schedule' && 'all' || inputs.tutorials"
    plan = new_job(remote, root / "plan", **{choice: ""})
    plan.play(described["plan"])
    rows = plan.expressions["steps.rows.outputs.rows"]
    assert plan.ok, plan.said
    # The very expressions by which the jobs hand the plan on.
    assert described["plan"]["outputs"]["rows"] == "${{ steps.rows.outputs.rows }}"
    matrix = described["run"]["strategy"]["matrix"]
    assert matrix == {"include": "${{ fromJSON(needs.plan.outputs.rows) }}"}

    runs = {}
    for row in json.loads(rows):
        index = "!vars.GPU_RUNNER && 'https://download.pytorch.org/whl/cpu' || ''"
        here = {"matrix.name": row["name"], index: ""}
        runs[row["name"]] = new_job(remote, root / f"run-{row['name']}", **here)
        runs[row["name"]].play(described["run"])

    programs = root / "programs"
    programs.mkdir()
    (programs / "gh").write_text(
        '#!/bin/sh\necho "$@" >> "$GH_ASKED"\n[ "$1" = pr ] || exit 0\n'
        'for last; do :; done; cp "$last" "$GH_ASKED.body"\n'
    )
    (programs / "gh").chmod(0o755)
    names = "join(fromJSON(needs.plan.outputs.rows).*.name, ' ')"
    here = {names: " ".join(row["name"] for row in json.loads(rows)), "github.ref_name": "main"}
    collect = new_job(remote, root / "collect", **here)
    collect.environment["GH_ASKED"] = str(root / "asked")
    collect.environment["PATH"] = f"{programs}:{os.environ['PATH']}"
    collect.play(described["collect"])
    asked = (root / "asked").read_text(encoding="utf-8")
    body = (root / "asked.body").read_text(encoding="utf-8")
    return Played(remote, plan, runs, collect, asked, body)


def test_the_plan_has_the_shape_that_the_matrix_consumes(played):
    assert {row["name"] for row in played.rows} == {"line", "curve", "wrong"}
    assert all(set(row) == {"name", "fresh", "changed", "seconds"} for row in played.rows)
    assert [row["name"] for row in played.rows][-1] == "line"  # what never ran comes first
    known = re.findall(r"matrix\.(\w+)", json.dumps(workflow("runs")["jobs"]["run"]))
    assert set(known) <= set(played.rows[0])


def test_a_failing_tutorial_leaves_the_others_usable(played):
    assert {name: job.ok for name, job in played.runs.items()} == {
        "line": True,
        "curve": True,
        "wrong": False,
    }
    assert "claim fails: total gave 30, not 31 (total = 30)" in played.runs["wrong"].said
    assert workflow("runs")["jobs"]["run"]["strategy"]["fail-fast"] is False
    assert "!cancelled()" in workflow("runs")["jobs"]["collect"]["if"]
    assert played.collect.ok, played.collect.said


def test_the_branch_has_the_records_that_one_machine_would_make(played, tmp_path):
    proposed, alone = tmp_path / "proposed", tmp_path / "alone"
    origin = str(played.collect.origin)
    git("clone", "--quiet", "--branch", "runs-42-1", origin, str(proposed), at=tmp_path)
    git("clone", "--quiet", origin, str(alone), at=tmp_path)
    done = Workspace(alone).weaver("run", "line", "curve")
    assert done.status == 0, done.err
    for name in ("line", "curve"):
        ours, theirs = (
            read_record(Workspace(root).project.record(name)) for root in (proposed, alone)
        )
        assert ours.outputs == theirs.outputs
        for part in ("values", "claims", "key", "device", "versions", "datasets"):
            assert ours.about[part] == theirs.about[part]
        nbformat.validate(nbformat.read(ours.path, as_version=4))
    assert Workspace(proposed).weaver("status", "line", "curve").status == 0
    changed = git("diff", "--name-only", "origin/main", "origin/runs-42-1", at=proposed)
    assert changed.split() == [f"tutorials_src/runs/{name}.ipynb" for name in ("curve", "line")]


def test_the_body_of_the_pull_request_is_the_difference(played):
    assert "1 renewed; 1 new" in played.body
    assert "No new record: the run failed or was stopped; the last one stays" in played.body
    assert "<code>wrong</code>" in played.body
    assert "Run: 1 of 6 values moved; all 3 claims hold" in played.body
    row = '<code>share</code></td><td align="right"><code>0.847</code></td>'
    assert f'{row}<td align="right"><code>0.848</code></td>' in played.body
    assert "Run: its first record: 1 claims hold, 2 values" in played.body
    assert f"Made by [this run]({REPOSITORY}/actions/runs/42)." in played.body
    assert played.collect.summary == played.body
    # The record of `wrong` is missing, and the body says so.
    assert "## What does not fit the new records" in played.body
    assert "wrong.py: never run" in played.body


def test_github_is_asked_for_a_pull_request_and_its_check(played):
    create = "pr create --base main --head runs-42-1 --title Renew run records"
    assert played.asked.splitlines() == [
        "auth setup-git",
        f"{create} --body-file .cache/body.md",
        "workflow run check.yml --ref runs-42-1",
    ]
    assert "workflow_dispatch" in workflow("check")["on"]


def test_figures_are_pushed_where_the_body_shows_them(remote, played, tmp_path):
    """Collect once more, with a record whose figure differs."""
    at = "1-plot.before.svg"
    assert at not in played.body  # the figure was the same
    job = new_job(remote, tmp_path / "collect", **played.collect.expressions)
    job.environment = dict(played.collect.environment)
    git("clone", "--quiet", str(job.origin), str(job.checkout), at=tmp_path)
    remote.edit(remote.source, 'ax.set_xlabel("input")', 'ax.set_xlabel("input", size=20)')
    assert remote.weaver("run", "line").status == 0
    shutil.copy(remote.record, job.checkout / "tutorials_src" / "runs")
    (job.checkout / ".venv").symlink_to(sys.prefix)
    (job.checkout / ".cache").mkdir()
    job.expressions |= {"github.run_id": "43", "steps.check.outcome": "success"}
    job.expressions[next(k for k in job.expressions if k.startswith("join("))] = "line"
    for name in ("Compare them with the last ones", "Open a pull request"):
        done = job.run(step_of("runs", "collect", name))
        assert done.status == 0, done.err
    assert f'alt="before" src="{REPOSITORY}/raw/figures-43/line/{at}"' in job.summary
    files = git("ls-tree", "-r", "--name-only", "figures-43", at=job.origin).split()
    assert sorted(files) == [f"line/{at}", "line/2-plot.after.svg"]


@pytest.mark.parametrize(
    ("choice", "planned"),
    [("", []), ("all", ["line"]), ("line", ["line"]), ("line nosuch", None)],
)
def test_who_starts_the_runs_chooses(example, tmp_path, choice, planned):
    step = step_of("runs", "plan", "List the tutorials to run, the longest first")
    (example.root / ".venv").symlink_to(sys.prefix)
    job = Job(tmp_path, example.root, tmp_path, {step["env"]["CHOICE"][4:-3]: choice})
    example.root.rename(job.checkout)
    done = job.run(step)
    rows = job.expressions.get("steps.rows.outputs.rows")
    if planned is None:
        assert done.status != 0
        assert "no tutorial 'nosuch'" in done.err
    else:
        assert done.status == 0, done.err
        assert [row["name"] for row in json.loads(rows)] == planned
        assert (rows == "[]") == (planned == [])  # which is what `if:` compares with


def test_a_matrix_is_never_larger_than_github_takes(example):
    for number in range(3):
        example.project.source(f"more{number}").write_text(CURVE, encoding="utf-8")
    done = example.weaver("status", "--json", "--stale", "--limit", "2")
    assert [row["name"] for row in json.loads(done.out)] == ["more0", "more1"]
    assert (
        "--limit 256 "
        in step_of("runs", "plan", "List the tutorials to run, the longest first")["run"]
    )


@pytest.fixture
def prose(remote, tmp_path) -> Job:
    """Return the job that a Markdown-only change runs, where torch cannot be imported."""
    address = "inputs.site-url || format('https://{0}.github.io/{1}', github.repository_owner,"
    address += " github.event.repository.name)"
    job = new_job(remote, tmp_path / "site", **{address: "https://someone.github.io/fork"})
    job.branch = "fresh"
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name in ("torch", "torchvision", "numpy", "matplotlib", "ipykernel_launcher"):
        (stubs / f"{name}.py").write_text(f"raise SystemExit('{name} is imported')\n")
    job.environment["PYTHONPATH"] = str(stubs)
    return job


def test_a_markdown_only_change_imports_no_torch_and_forks_need_no_edit(prose):
    prose.play(workflow("check")["jobs"]["site"])
    assert prose.ok, prose.said
    assert "is imported" not in prose.said
    page = (prose.artifacts / "site" / "line" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://someone.github.io/fork/line/"' in page
    assert REPOSITORY in page
    assert "example.org" not in page
    assert "<code>line</code></td><td>fresh</td><td>3</td>" in prose.summary
    size = r'<td align="right">\d+\.\d</td>'
    assert re.search(rf"<td>line</td>{size}{size}<td>same</td>", prose.summary)
    assert "0 problems" in prose.summary
    assert f"`make preview RUN=42`, or unpack [the site]({REPOSITORY}/site)" in prose.summary


def test_the_summary_says_what_is_stale_and_what_differs(example):
    example.edit(example.source, "share = 0.847", "share = 0.848")
    example.edit(example.page("en"), "$y = 2x + 1$", "$y = 3x + 1$")
    done = example.weaver("summary")
    assert done.status == 0, done.err
    said = "<td><code>line</code></td><td><b>stale: cell `secret` changed</b></td><td>3</td>"
    assert said in done.out
    size = '<td align="right">not built</td>'
    assert f"<td>line</td>{size}{size}<td><b>2 differences</b></td>" in done.out
    assert re.search(r"docs/en/line.md:\d+</code> equation \$y = 3x \+ 1\$ is not in", done.out)


def test_what_a_markdown_only_change_installs_has_no_torch():
    plan = subprocess.run(
        ["make", "--dry-run", "VENV=nowhere", "check", "build"],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
    )
    assert plan.returncode == 0, plan.stderr
    assert set(re.findall(r"-r (\S+)", plan.stdout)) == {"locks/site.txt"}
    assert "torch" not in (ROOT / "locks" / "site.txt").read_text()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["docs/tr/page.md", "README.md"], "false"),
        (["docs/tr/page.md", "weaver/runner/run.py"], "true"),
        (["docs/quoted.yml"], "true"),
        (["tests/example/docs/tr/line.md"], "true"),
        ([".github/workflows/check.yml"], "true"),
        (None, "true"),  # nothing to compare with
    ],
)
def test_only_markdown_skips_the_tests(tmp_path, files, code):
    step = step_of("check", "changes", "Look for anything but Markdown")
    base = "" if files is None else "HEAD^1"
    job = Job(tmp_path, tmp_path, tmp_path, {step["env"]["BASE"][4:-3]: base})
    job.checkout.mkdir()
    git("init", "--quiet", at=job.checkout)
    git("commit", "--quiet", "--allow-empty", "--message", "base", at=job.checkout)
    for name in files or ():
        (job.checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (job.checkout / name).touch()
    git("add", ".", at=job.checkout)
    git("commit", "--quiet", "--allow-empty", "--message", "change", at=job.checkout)
    done = job.run(step)
    assert done.status == 0, done.err
    assert job.expressions["steps.changes.outputs.code"] == code


def test_the_required_status_is_never_skipped():
    job = workflow("check")["jobs"]["check"]
    assert job["if"] == "always()"
    assert set(job["needs"]) == set(workflow("check")["jobs"]) - {"check"}


def test_notebooks_keep_their_paths_on_the_branch_for_colab(tmp_path):
    origin = tmp_path / "origin"
    git("init", "--quiet", "--bare", str(origin), at=tmp_path)
    address = {"github.server_url": str(tmp_path), "github.repository": "origin"}
    job = Job(tmp_path / "job", origin, tmp_path, {**address, "github.token": "a-token"})
    for path in ("line/line.ipynb", "en/line/line.ipynb", "line/index.html"):
        (job.checkout / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (job.checkout / "site" / path).write_text("{}")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "gh").symlink_to("/bin/true")
    job.environment["PATH"] = f"{programs}:{os.environ['PATH']}"
    done = job.run(step_of("publish", "notebooks", "Push the branch notebooks"))
    assert done.status == 0, done.err
    files = git("ls-tree", "-r", "--name-only", "notebooks", at=origin).split()
    assert files == ["en/line/line.ipynb", "line/line.ipynb"]


def commands(script: str) -> list[list[str]]:
    """Return the simple commands of a script: no syntax, assignments or redirections."""
    found: list[list[str]] = []
    for line in script.replace("\\\n", "").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        skip = False  # what follows a redirection
        for word in [*lexer, ";"]:
            if re.fullmatch(r"[|&;()]+", word):
                found.append(words)
                words, skip = [], False
            elif skip or "<" in word or ">" in word:
                skip = True
            elif words or not re.fullmatch(r"if|then|else|fi|!|[{}]|\w+=.*", word):
                words.append(word)
    return [words for words in found if words]


def parse_arguments(arguments: list[str]) -> None:
    """Read arguments as `weaver` would, and run nothing."""
    name, *rest = arguments or [""]
    if name not in cli.commands.commands:
        raise UsageError(f"no command {name!r}")
    cli.commands.commands[name].make_context(name, rest)


@pytest.mark.parametrize(("where", "step"), steps("run"))
def test_every_command_of_a_step_exists(where, step):
    targets = re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    found = commands(step["run"])
    assert found
    for words in found:
        if words[0] == "make":
            assert words[1] in targets, words
        elif words[:3] == [".venv/bin/python", "-m", "weaver"]:
            arguments = [word for word in words[3:] if "[@]" not in word]
            parse_arguments(arguments)
        else:
            assert words[0] in RUNNER_HAS or os.access(ROOT / words[0], os.X_OK), words


def test_the_check_of_commands_can_fail():
    assert commands("if a --b; then\n  # c\n  make nosuch X=1 | d > e\nfi") == [
        ["a", "--b"],
        ["make", "nosuch", "X=1"],
        ["d"],
    ]
    for wrong in (["status", "--nosuch"], ["nosuch"], []):
        with pytest.raises(UsageError):
            parse_arguments(wrong)


@pytest.mark.parametrize(("where", "step"), steps("uses"))
def test_actions_are_pinned_and_say_their_version(where, step):
    assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", step["uses"])
    for path in WORKFLOWS:
        for line in path.read_text(encoding="utf-8").splitlines():
            if step["uses"] in line:
                assert re.search(r" # v\d+\.\d+\.\d+$", line), line
    if "actions/checkout" in step["uses"]:
        assert step["with"]["persist-credentials"] is False


def test_each_job_has_the_least_it_needs():
    granted = {
        (file, name): {scope for scope, level in job["permissions"].items() if level == "write"}
        for file, name, job in jobs()
    }
    assert {where: scopes for where, scopes in granted.items() if scopes} == {
        ("runs", "collect"): {"actions", "contents", "pull-requests"},
        ("publish", "deploy"): {"id-token", "pages"},
        ("publish", "notebooks"): {"contents"},
    }
    for path in WORKFLOWS:
        assert workflow(path.stem)["permissions"] == {}
        assert "secrets." not in path.read_text(encoding="utf-8")


def test_pull_requests_start_nothing_that_could_hurt():
    started = {path.stem: set(workflow(path.stem)["on"]) for path in WORKFLOWS}
    assert [name for name, events in started.items() if "pull_request" in events] == ["check"]
    assert not {"pull_request_target", "workflow_run"} & set.union(*started.values())
    self_hosted = [
        (file, name) for file, name, job in jobs() if "GPU_RUNNER" in job.get("runs-on", "")
    ]
    assert self_hosted == [("runs", "run")]
    # No script is put together from what somebody else can write.
    for where, step in steps("run"):
        assert "${{" not in step["run"], where


def test_dependabot_keeps_every_kind_of_pin_fresh():
    text = (ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    kept = {
        (one["package-ecosystem"], one["directory"]) for one in yaml.safe_load(text)["updates"]
    }
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    kinds = {"requirements.txt": "pip", "package.json": "npm"}
    pinned = {
        (kinds[Path(path).name], f"/{Path(path).parent}".removesuffix("."))
        for path in listed.splitlines()
        if Path(path).name in kinds
    }
    assert kept == {("github-actions", "/"), *pinned}


def tool(name: str, *arguments: str, at: Path = ROOT) -> Outcome:
    programs = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    command = [f"{programs}/{name}", *arguments]
    done = subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True)
    return Outcome(done.returncode, done.stdout, done.stderr)


TOOLS = {
    "zizmor": ("--offline", "--persona=pedantic", "--no-progress", ".github"),
    "actionlint": ("-oneline",),
}


@pytest.mark.parametrize("name", TOOLS)
def test_a_linter_of_workflows_finds_nothing(name):
    done = tool(name, *TOOLS[name])
    assert done.status == 0, done.out + done.err


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("zizmor", "persist-credentials: false", "fetch-tags: true", "artipacked"),
        ("zizmor", "  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("zizmor", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "unpinned-uses"),
        ("actionlint", "needs.changes.outputs.code", "needs.changes.outputs.cod", "cod"),
        ("actionlint", '"$FAILED"', "$FAILED", "SC2086"),
    ],
)
def test_a_linter_of_workflows_would_find_it(tmp_path, name, old, new, said):
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    git("init", "--quiet", at=tmp_path)
    path = tmp_path / ".github" / "workflows" / "check.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = tool(name, *TOOLS[name], at=tmp_path)
    assert done.status != 0
    assert said in done.out + done.err
