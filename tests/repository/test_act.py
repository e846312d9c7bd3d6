"""The workflows, played by act: what pull requests, pushes, the clock and people start."""

from pathlib import Path

import pytest
from conftest import Workspace
from repository.hub import Hub, Played, git, new_hub

SITE = "check/Check the prose and build both languages"
TEST = "check/Test everything"
RECORDS = "check/Run again what nobody signed"
CHECK = "check/check"
PASSED = {job: "success" for job in (SITE, TEST, RECORDS, CHECK)}
PUBLISH = "publish"


@pytest.fixture
def hub(recorded: Workspace, tmp_path: Path) -> Hub:
    """Return a site on GitHub, its records fresh."""
    return new_hub(tmp_path / "hub", recorded.root)


def retitle(hub: Hub) -> None:
    """Change a sentence of a page, in both languages."""
    hub.site.edit(hub.site.page("en"), "# ", "# Once more: ")
    hub.site.edit(hub.site.page("tr"), "# ", "# Yine: ")


def propose(hub: Hub, *, fork: str = "someone", **played: object) -> Played:
    """Play the check of a pull request that makes of main what ``site`` has become."""
    hub.commit("a change", "patch")
    event = hub.propose(7, fork)
    return hub.play("pull_request", "check", event, ref="refs/pull/7/merge", **played)


def test_a_pull_request_of_pages_is_built_and_not_tested(hub, tmp_path, monkeypatch):
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name in ("torch", "torchvision", "numpy", "matplotlib", "ipykernel_launcher"):
        (stubs / f"{name}.py").write_text(f"raise SystemExit('{name} is imported')\n")
    monkeypatch.setenv("PYTHONPATH", str(stubs))
    retitle(hub)
    played = propose(hub, fork="stranger")
    assert played.results == PASSED, str(played)
    assert "is imported" not in played.said[SITE]
    assert "tested" not in played.said[TEST]
    page = (hub.artifact("site") / "en" / "line" / "index.html").read_text(encoding="utf-8")
    assert "Once more: " in page
    assert 'href="https://someone.github.io/fork/en/line/"' in page
    assert "https://github.com/someone/fork" in page
    assert "example.org" not in page
    assert "0 problems" in played.summary[SITE]
    assert "`make preview RUN=42`" in played.summary[SITE]


@pytest.mark.parametrize("file", ["README.md", "tests/new.py", "docs/assets/new.css"])
def test_a_pull_request_of_more_than_pages_is_tested(hub, file):
    retitle(hub)
    (hub.site.root / file).parent.mkdir(exist_ok=True)
    (hub.site.root / file).write_text("/* new */\n")
    played = propose(hub, job="test")
    assert played.results == {TEST: "success"}, str(played)
    assert "tested 3" in played.said[TEST]  # commits: the whole history, merge included


def test_what_fails_keeps_the_site_and_the_status_says_so(hub):
    hub.site.edit(hub.site.page("en"), "# ", "The share was 84.7 percent.\n\n# ")
    played = propose(hub)
    assert played.results == PASSED | {SITE: "failure", CHECK: "failure"}, str(played)
    assert "::error file=docs/en/line.md,line=" in played.said[SITE]
    assert (hub.artifact("site") / "en" / "line" / "index.html").exists()


@pytest.mark.parametrize(
    ("event", "said"), [("schedule", "tested 1 every\n"), ("workflow_dispatch", "tested 1\n")]
)
def test_everything_is_tested_once_a_week_and_by_hand(hub, event, said):
    played = hub.play(event, "check", job="test")
    assert played.results == {TEST: "success"}, str(played)
    assert said in played.said[TEST]


@pytest.mark.parametrize("since", ["code", "pages"])
def test_a_push_is_tested_by_what_changed_since_the_last_publication(hub, since):
    """A push of code that a push of pages replaced in the queue is tested with it."""
    published = git("rev-parse", "HEAD", at=hub.site.root)
    (hub.site.root / "code.py").touch()
    code = hub.commit("code")
    retitle(hub)
    before = hub.commit("pages")
    last = {"code": published, "pages": code}[since]
    (hub.root / "published").write_text(last)
    played = hub.play("push", "publish", {"before": before})
    assert set(played.results.values()) == {"success"}, str(played)
    assert ("tested" in said_by(played, "Test everything")) == (since != "pages")
    assert "Once more: " in (hub.root / "deployed" / "en" / "line" / "index.html").read_text()
    files = git("ls-tree", "-r", "--name-only", "notebooks", at=hub.origin).split()
    assert files == ["en/line/line.ipynb", "line/line.ipynb"]


def said_by(played: Played, job: str) -> str:
    """Return what the one job said whose name ends so."""
    (name,) = [name for name in played.said if name.endswith(job)]
    return played.said[name]


def test_what_fails_is_not_published(hub):
    hub.site.edit(hub.site.page("en"), "# ", "The share was 84.7 percent.\n\n# ")
    hub.commit("a mistake")
    played = hub.play("push", "publish", {"before": ""})
    assert not (hub.root / "deployed").exists()
    assert "publish/Deploy to GitHub Pages" not in played.results, str(played)


def test_a_failed_deployment_can_be_run_again(hub):
    (hub.root / "pages-are-down").touch()
    played = hub.play("push", "publish", {"before": ""})
    assert "Deployment failed" in said_by(played, "Deploy to GitHub Pages")
    (hub.root / "pages-are-down").unlink()
    hub.play("push", "publish", {"before": ""}, attempt=2)
    assert (hub.root / "deployed" / "line" / "index.html").exists()


def test_nothing_is_published_from_another_branch(hub):
    hub.commit("elsewhere", "elsewhere")
    played = hub.play("workflow_dispatch", "publish", ref="refs/heads/elsewhere")
    assert "success" not in played.results.values(), str(played)
    assert not (hub.root / "deployed").exists()
