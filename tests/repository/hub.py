"""GitHub, as far as its workflows see it: act plays them, from a clone of depth one.

act (https://github.com/nektos/act) is a runner of workflows: it reads the files, evaluates
their expressions, plans the jobs and runs their scripts, here on this machine. What talks
to GitHub's services is stood in for, each by the few lines under ``github/``: the actions,
and ``gh``. ``https://github.com/someone/fork`` is a bare repository beside them.

act does not do as GitHub does in three things, so no test of what it plays can show them:

- a job that needs a skipped one is skipped on GitHub unless its own condition says otherwise,
  even when the skipped one is inside a called workflow that succeeded
  (https://docs.github.com/actions/reference/workflows-and-actions/contexts#needs-context,
  https://github.com/actions/runner/issues/2205, https://github.com/orgs/community/discussions/189172);
- ``concurrency`` is not looked at;
- permissions are not looked at, and events are not filtered by ``paths``.

tests/repository/test_workflows.py therefore holds the workflows to rules that make no
difference between the two.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from conftest import ROOT, Workspace

HERE = Path(__file__).parent / "github"
REPOSITORY = "someone/fork"
URL = f"https://github.com/{REPOSITORY}"
# Stands in for the whole suite, which would run this test again.
SUITE = """#!/usr/bin/env bash
set -eu
test -d data
echo "tested $(git rev-list --count HEAD)${EVERY_TUTORIAL:+ every}"
"""


def git(*arguments: str | Path, at: Path) -> str:
    """Run git as somebody; return what it says."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=at, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Played:
    """What came of a workflow: by job, its result, what it said, its outputs and its summary."""

    results: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    outputs: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    summary: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    error: str = ""

    def __str__(self) -> str:
        """Return how each job ended, and the end of what failed ones said."""
        failed = [self.said[job][-2000:] for job, end in self.results.items() if end != "success"]
        return "\n".join([str(self.results), self.error, *failed])


@dataclass(frozen=True)
class Hub:
    """A repository on GitHub, cloned into ``site``, and what GitHub keeps of it."""

    root: Path

    @property
    def site(self) -> Workspace:
        return Workspace(self.root / "site")

    @property
    def origin(self) -> Path:
        return self.root / "origin"

    @property
    def state(self) -> dict[str, list[dict]]:
        """Return pull requests and issues."""
        return json.loads((self.root / "state.json").read_text(encoding="utf-8"))

    @property
    def asked(self) -> list[list[str]]:
        """Return what ``gh`` was asked."""
        lines = (self.root / "asked").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def keep(self, **state: list[dict]) -> None:
        """Set pull requests and issues."""
        (self.root / "state.json").write_text(json.dumps(state), encoding="utf-8")

    def artifact(self, name: str, run: int = 42) -> Path:
        return self.root / "artifacts" / str(run) / name

    def commit(self, message: str, branch: str = "main") -> str:
        """Commit everything in ``site`` and push it; return the commit."""
        git("add", "--all", at=self.site.root)
        git("commit", "--quiet", "--allow-empty", "--message", message, at=self.site.root)
        git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}", at=self.site.root)
        return git("rev-parse", "HEAD", at=self.site.root)

    def propose(self, number: int, fork: str = "someone") -> dict:
        """Make the last commit a pull request against the one before; return its event."""
        head = git("rev-parse", "HEAD", at=self.site.root)
        git("switch", "--quiet", "--detach", "HEAD^", at=self.site.root)
        git("merge", "--quiet", "--no-ff", "--message", "merge", head, at=self.site.root)
        git("push", "--quiet", "origin", f"+HEAD:refs/pull/{number}/merge", at=self.site.root)
        git("switch", "--quiet", "main", at=self.site.root)
        return {
            "number": number,
            "pull_request": {
                "head": {"ref": "patch", "sha": head, "repo": {"full_name": f"{fork}/fork"}},
                "number": number,
                "user": {"login": fork},
            },
        }

    def play(
        self,
        event: str,
        name: str,
        payload: dict | None = None,
        *,
        ref: str = "refs/heads/main",
        run: int = 42,
        attempt: int = 1,
        variables: dict[str, str] | None = None,
        inputs: dict[str, str] | None = None,
        job: str = "",
    ) -> Played:
        """Play a workflow for an event, as GitHub would from a push to ``ref``."""
        clone = self.root / f"clone-{run}-{attempt}"
        git("init", "--quiet", clone, at=self.root)
        git("fetch", "--quiet", "--depth", "1", self.origin.as_uri(), ref, at=clone)
        branch = ref.removeprefix("refs/heads/")
        git("checkout", "--quiet", "-B", branch.replace("refs/", ""), "FETCH_HEAD", at=clone)
        git("remote", "add", "origin", URL, at=clone)
        told = {"repository": {"default_branch": "main", "name": "fork"}, "ref": ref}
        told |= {"inputs": inputs} if inputs else {}
        happened = self.root / "event.json"
        happened.write_text(json.dumps(told | (payload or {})), encoding="utf-8")
        command = [sysconfig.get_path("scripts") + "/act", event, "--json", "--rm"]
        command += ["--workflows", f".github/workflows/{name}.yml", "--eventpath", happened]
        command += ["--platform", "ubuntu-latest=-self-hosted", "--platform", "gpu=-self-hosted"]
        command += ["--action-offline-mode", "--no-skip-checkout", "--no-cache-server"]
        command += ["--action-cache-path", self.root / "act", "--actor", "someone"]
        command += ["--secret", "GITHUB_TOKEN=a-token", "--secret", "PREVIEW_KEY=a-key"]
        command += ["--env", f"GITHUB_RUN_ID={run}", "--env", f"GITHUB_RUN_ATTEMPT={attempt}"]
        command += [f"--job={job}"] * bool(job)
        for key, value in (variables or {}).items():
            command += ["--var", f"{key}={value}"]
        for stood in self.actions():
            command += ["--local-repository", stood]
        environment = os.environ | {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": f"url.{self.origin.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": URL,
            "GIT_CONFIG_KEY_1": f"url.{(self.root / 'previews').as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_1": "git@github.com:else/previews.git",
            "HUB": str(self.root),
            "HUB_DATA": str(ROOT / "data"),
            "HUB_VENV": sys.prefix,
            "MAKEFLAGS": "",
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(self.root / "act"),
        }
        done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)
        return read_log(done.stdout + done.stderr)

    def actions(self) -> set[str]:
        """Return what stands in for the actions that the workflows use."""
        found = set()
        for path in (ROOT / ".github" / "workflows").glob("*.yml"):
            for line in path.read_text(encoding="utf-8").splitlines():
                used = line.partition("uses: ")[2].partition(" ")[0]
                if "@" in used:
                    name, __, commit = used.partition("@")
                    repository = "/".join(name.split("/")[:2])
                    found.add(f"{repository}@{commit}={HERE / 'actions' / name.split('/')[1]}")
        return found


def new_hub(root: Path, site: Path) -> Hub:
    """Put a site on GitHub, as it is before it is built, with this repository's workflows."""
    made = shutil.ignore_patterns("site", ".cache")
    shutil.copytree(site, root / "site", symlinks=True, ignore=made)
    for name in ("Makefile", ".gitignore", "pyproject.toml", "locks", ".ci", ".github/workflows"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / "site" / name)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, root / "site")
    for path in ROOT.glob("requirements*.txt"):
        shutil.copy(path, root / "site")
    (root / "site" / ".ci" / "run").write_text(SUITE)
    (root / "site" / ".ci" / "run").chmod(0o755)
    (root / "bin").mkdir()
    (root / "bin" / "gh").write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "gh.py"} "$@"\n')
    (root / "bin" / "gh").chmod(0o755)
    git("init", "--quiet", "--initial-branch", "main", at=root / "site")
    git("init", "--quiet", "--bare", "--initial-branch", "main", str(root / "origin"), at=root)
    git("remote", "add", "origin", str(root / "origin"), at=root / "site")
    hub = Hub(root)
    hub.commit("a site")
    return hub


def move_hub(root: Path) -> Hub:
    """Return a copy of a hub as one of its own: clones know their remote by its path."""
    git("remote", "set-url", "origin", root / "origin", at=root / "site")
    return Hub(root)


def read_log(log: str) -> Played:
    """Read act's log, a line of JSON each."""
    played = Played()
    error = []
    for line in log.splitlines():
        if not line.startswith("{"):
            error.append(line)
            continue
        told = json.loads(line)
        job = told.get("job", "").strip()
        if "jobResult" in told:
            played.results[job] = told["jobResult"]
        if told.get("command") == "set-output":
            played.outputs[job][told["name"]] = told["arg"]
        if told.get("command") == "summary":
            played.summary[job] += told["content"]
        if "job" in told:
            played.said[job] += told["msg"] if told.get("raw_output") else told["msg"] + "\n"
    object.__setattr__(played, "error", "\n".join(error))
    return played
