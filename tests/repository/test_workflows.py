"""The workflows as they are written; test_act.py plays them."""

import os
import re
import shutil
import subprocess
import sysconfig
from functools import cache
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Outcome
from repository.hub import git, new_hub

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


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


def test_no_job_that_check_consists_of_is_ever_skipped():
    """On GitHub, what needs `check` would be skipped with it: see `repository.hub`."""
    called = workflow("check")["jobs"]
    assert called["check"]["if"] == "always()"
    assert set(called["check"]["needs"]) == set(called) - {"check"}
    assert "success " * len(called["check"]["needs"]) == (
        called["check"]["steps"][0]["run"].split('"')[3] + " "
    )
    assert [name for name, job in called.items() if "if" in job] == ["check"]


def test_what_a_job_needs_is_looked_at_by_name():
    """Without a status of its own in it, a condition has GitHub's `success()` before it."""
    for file, name, job in jobs():
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        condition = job.get("if", "")
        if condition == "always()":
            continue
        for needed in needs:
            assert condition.startswith("${{ !cancelled() && "), (file, name)
            seen = f"needs.{needed}.result == 'success'" in condition
            assert seen or (file, name, needed) == ("runs", "collect", "run")


@pytest.mark.parametrize(
    ("file", "first", "second", "together"),
    [
        # A newer push to a pull request stops the older one's check, and nobody else's.
        (
            "check",
            ("pull_request", "refs/pull/7/merge"),
            ("pull_request", "refs/pull/7/merge"),
            True,
        ),
        (
            "check",
            ("pull_request", "refs/pull/7/merge"),
            ("pull_request", "refs/pull/8/merge"),
            False,
        ),
        ("check", ("push", "refs/heads/main"), ("workflow_dispatch", "refs/heads/main"), False),
        ("check", ("push", "refs/heads/main"), ("push", "refs/heads/main"), False),
        ("publish", ("push", "refs/heads/main"), ("workflow_dispatch", "refs/heads/main"), True),
        ("runs", ("push", "refs/heads/main"), ("push", "refs/heads/main"), True),
        ("runs", ("push", "refs/heads/main"), ("schedule", "refs/heads/main"), False),
        (
            "runs",
            ("workflow_dispatch", "refs/heads/a"),
            ("workflow_dispatch", "refs/heads/b"),
            False,
        ),
    ],
)
def test_who_waits_for_whom(tmp_path, file, first, second, together):
    """act does not look at `concurrency`, but says what the group's expression comes to."""
    (tmp_path / "site").mkdir()
    hub = new_hub(tmp_path / "hub", tmp_path / "site")
    group = workflow(file)["concurrency"]["group"]
    step = {"id": "say", "run": 'echo "group=$GROUP" >> "$GITHUB_OUTPUT"', "env": {"GROUP": group}}
    events = ["pull_request", "push", "schedule", "workflow_dispatch"]
    spoken = {"on": events, "jobs": {"say": {"runs-on": "ubuntu-latest", "steps": [step]}}}
    path = hub.site.root / ".github" / "workflows" / "say.yml"
    path.write_text(yaml.safe_dump(spoken), encoding="utf-8")
    hub.commit("say")
    groups = []
    for run, (event, ref) in enumerate((first, second), 1):
        git("push", "--quiet", "--force", "origin", f"HEAD:{ref}", at=hub.site.root)
        number = {"number": int(ref.split("/")[2])} if "pull" in ref else {}
        told = {"pull_request": number, **number} if number else {}
        played = hub.play(event, "say", told, ref=ref, run=run)
        groups.append(played.outputs["say.yml/say"]["group"])
    assert (groups[0] == groups[1]) == together, groups


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
    writing = {where: scopes for where, scopes in granted.items() if scopes}
    assert writing == {
        ("comment", "comment"): {"contents", "pull-requests"},
        ("lock", "push"): {"actions", "contents"},
        ("newest", "report"): {"issues"},
        ("publish", "deploy"): {"id-token", "pages"},
        ("publish", "notebooks"): {"contents"},
        ("runs", "propose"): {"attestations", "contents", "id-token", "pull-requests"},
    }
    for path in WORKFLOWS:
        assert workflow(path.stem)["permissions"] == {}
    # Who can write runs nothing that is in the repository, nor what it installs.
    for file, name, job in jobs():
        if (file, name) in writing:
            uses = [step["uses"] for step in job["steps"] if "uses" in step]
            assert not any("setup-python" in used for used in uses), (file, name)
            for step in job["steps"]:
                assert not re.search(r"\b(make|python|pip|\.venv)\b", step.get("run", ""))


def test_secrets_are_those_of_an_environment():
    secret = [
        (file, name, job.get("environment"))
        for file, name, job in jobs()
        if "secrets." in yaml.safe_dump(job)
    ]
    assert secret == [("comment", "preview", {"name": "preview"})]


def test_pull_requests_start_nothing_that_could_hurt():
    started = {path.stem: set(workflow(path.stem)["on"]) for path in WORKFLOWS}
    assert {name for name, on in started.items() if "pull_request" in on} == {"check", "lock"}
    assert "pull_request_target" not in set.union(*started.values())
    assert [name for name, on in started.items() if "workflow_run" in on] == ["comment"]
    text = (ROOT / ".github" / "workflows" / "comment.yml").read_text(encoding="utf-8")
    assert "actions/checkout" not in text
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
    "zizmor": ("--offline", "--persona=auditor", "--no-progress", ".github"),
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
        ("actionlint", "steps.artifact.outcome", "steps.artefact.outcome", "artefact"),
        ("actionlint", 'test "$RESULTS"', "test $RESULTS", "SC2086"),
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
