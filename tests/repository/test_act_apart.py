"""The workflows that nobody waits for, played by act: comments, previews, weekly tries, locks."""

from pathlib import Path

import pytest
from repository.hub import URL, Hub, git, new_hub

MAKE = """include Makefile

# Stands in for the hour that it takes to install and test everything.
newest:
\t@echo "numpy 2.4.6 → 9.9.9"; test ! -e breaks

# Stands in for uv, which asks a package index.
lock:
\t@mkdir -p locks; echo "numpy==9.9.9" > locks/run.txt
"""


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """Return a repository on GitHub with no site in it."""
    (tmp_path / "site").mkdir()
    hub = new_hub(tmp_path / "hub", tmp_path / "site")
    (hub.site.root / "GNUmakefile").write_text(MAKE, encoding="utf-8")
    hub.commit("stand-ins")
    return hub


def checked(hub: Hub, owner: str = "stranger", branch: str = "patch") -> dict:
    """Return the event of a pull request's check that has ended, as number 7."""
    pull = {
        "number": 7,
        "state": "open",
        "comments": [],
        "from": f"{owner}:{branch}",
        "sha": "abc",
    }
    hub.keep(pulls=[pull], issues=[])
    repository = {"full_name": f"{owner}/fork", "owner": {"login": owner}}
    run = {
        "event": "pull_request",
        "head_branch": branch,
        "head_repository": repository,
        "head_sha": "abc",
        "html_url": f"{URL}/actions/runs/41",
        "id": 41,
    }
    return {"workflow_run": run}


def leave(hub: Hub, text: str) -> None:
    """Leave what a check leaves for a comment."""
    review = hub.artifact("review", 41)
    (review / "figures" / "line").mkdir(parents=True)
    (review / "comment.md").write_text(text, encoding="utf-8")
    (review / "figures" / "line" / "loss.before.svg").write_text("<svg/>")


def test_a_forks_pull_request_gets_one_comment_with_its_figures(hub):
    event = checked(hub)
    leave(hub, f'<img src="{URL}/raw/COMMIT-OF-FIGURES/line/loss.before.svg"> for @everybody\n')
    for run in (43, 44):
        played = hub.play("workflow_run", "comment", event, run=run)
        assert played.results == {"comment/Say what the pull request changes": "success"}, str(
            played
        )
    (comment,) = hub.state["pulls"][0]["comments"]
    commit = git("rev-parse", "refs/figures/pull-7", at=hub.origin)
    assert f'<img src="{URL}/raw/{commit}/line/loss.before.svg"> for @\u200beverybody' in comment
    assert f"[this check]({URL}/actions/runs/41)" in comment
    assert git("show", f"{commit}:line/loss.before.svg", at=hub.origin) == "<svg/>"
    # A clone of all branches does not fetch them.
    assert "figures" not in git("ls-remote", "--heads", "--tags", hub.origin, at=hub.root)


def test_a_comment_takes_text_and_figures_and_nothing_else(hub, tmp_path):
    event = checked(hub, branch="$(touch broken)")
    leave(hub, "x" * 70_000)
    (tmp_path / "secret.svg").write_text("secret")
    (hub.artifact("review", 41) / "figures" / "run.sh").write_text("echo")
    (hub.artifact("review", 41) / "figures" / "link.svg").symlink_to(tmp_path / "secret.svg")
    played = hub.play("workflow_run", "comment", event)
    assert set(played.results.values()) == {"success"}, str(played)
    (comment,) = hub.state["pulls"][0]["comments"]
    assert len(comment) < 65_536
    files = git("ls-tree", "-r", "--name-only", "refs/figures/pull-7", at=hub.origin)
    assert files == "line/loss.before.svg"
    assert not list(hub.root.rglob("broken"))


@pytest.mark.parametrize(
    "text",
    [
        "![spy](https://example.org/spy.png)",
        f'<img src="{URL}/raw/COMMIT-OF-FIGURES/a.svg"><IMG SRC="https://example.org/spy.png">',
        "<img src = 'https://example.org/spy.png'>",
        f'<img src="{URL}/raw/main/COMMIT-OF-FIGURES/a.svg">',
    ],
)
def test_a_comment_shows_no_image_from_elsewhere(hub, text):
    event = checked(hub)
    leave(hub, text)
    played = hub.play("workflow_run", "comment", event)
    assert set(played.results.values()) == {"success"}, str(played)
    (comment,) = hub.state["pulls"][0]["comments"]
    assert "not shown here" in comment
    assert "spy" not in comment and "a.svg" not in comment


def test_nothing_is_said_below_a_pull_request_that_has_moved_on(hub):
    event = checked(hub)
    leave(hub, "of an older commit")
    event["workflow_run"]["head_sha"] = "older"
    played = hub.play("workflow_run", "comment", event)
    assert set(played.results.values()) == {"success"}, str(played)
    assert hub.state["pulls"][0]["comments"] == []


def test_a_check_that_left_nothing_gets_no_comment(hub):
    played = hub.play("workflow_run", "comment", checked(hub))
    assert set(played.results.values()) == {"success"}, str(played)
    assert hub.state["pulls"][0]["comments"] == []


def test_a_preview_is_pushed_where_another_origin_serves_it(hub):
    """The other repository is a bare one here, and no key is asked for."""
    previews = hub.root / "previews"
    git("init", "--quiet", "--bare", "--initial-branch", "main", previews, at=hub.root)
    git("clone", "--quiet", previews, hub.root / "first", at=hub.root)
    (hub.root / "first" / "pull-3").mkdir()
    (hub.root / "first" / "pull-3" / "index.html").write_text("of a closed one")
    git("add", ".", at=hub.root / "first")
    git("commit", "--quiet", "--message", "first", at=hub.root / "first")
    git("push", "--quiet", "origin", "HEAD:main", at=hub.root / "first")
    event = checked(hub)
    leave(hub, "changes\n")
    site = hub.artifact("site", 41)
    site.mkdir(parents=True)
    (site / "index.html").write_text("of this one")
    (site / "link.html").symlink_to("/etc/hostname")
    where = {
        "PREVIEW_REPOSITORY": "else/previews",
        "PREVIEW_URL": "https://else.github.io/previews",
    }
    played = hub.play("workflow_run", "comment", event, variables=where)
    assert set(played.results.values()) == {"success"}, str(played)
    files = git("ls-tree", "-r", "--name-only", "main", at=previews).split()
    assert files == [".nojekyll", "pull-7/index.html", "robots.txt"]
    (comment,) = hub.state["pulls"][0]["comments"]
    assert "https://else.github.io/previews/pull-7/" in comment
    assert "a-key" not in "".join(played.said.values())


def test_one_issue_says_what_newest_versions_break(hub):
    (hub.site.root / "breaks").touch()
    hub.commit("a new version breaks something")
    for run in (43, 44):
        played = hub.play("schedule", "newest", run=run)
        assert set(played.results.values()) == {"success"}, str(played)
    first, second = hub.state["issues"]
    assert (first["state"], second["state"]) == ("closed", "open")
    assert "numpy 2.4.6 → 9.9.9" in second["body"]
    assert f"{URL}/actions/runs/44" in second["body"]
    assert second["comments"] == [] and f"{URL}/issues/2" in first["comments"][0]
    (hub.site.root / "breaks").unlink()
    hub.commit("mended")
    hub.play("schedule", "newest", run=45)
    assert [issue["state"] for issue in hub.state["issues"]] == ["closed", "closed"]


@pytest.mark.parametrize(("author", "renewed"), [("dependabot[bot]", True), ("someone", False)])
def test_the_locks_follow_the_pins_that_dependabot_raises(hub, author, renewed):
    (hub.site.root / "requirements-run.txt").write_text("numpy==9.9.9\n")
    (hub.site.root / "locks").mkdir(exist_ok=True)
    (hub.site.root / "locks" / "run.txt").write_text("numpy==2.4.6\n")
    head = hub.commit("Raise numpy", "dependabot/pip/numpy")
    event = hub.propose(7)
    event["pull_request"]["user"]["login"] = author
    event["pull_request"]["head"] |= {"ref": "dependabot/pip/numpy", "sha": head}
    played = hub.play("pull_request", "lock", event, ref="refs/pull/7/merge")
    assert set(played.results.values()) <= {"success"}, str(played)
    lock = git("show", "dependabot/pip/numpy:locks/run.txt", at=hub.origin)
    assert (lock == "numpy==9.9.9") == renewed
    if renewed:
        asked = ["workflow", "run", "check.yml", "--ref", "dependabot/pip/numpy"]
        assert asked in hub.asked
