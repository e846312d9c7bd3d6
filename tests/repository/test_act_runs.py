"""runs.yml, played by act: plans, runs, signatures and pull requests; check on its records."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import Workspace, make_once
from repository.hub import URL, Hub, Played, git, move_hub, new_hub

CURVE = '''"""Sum a few squares.

>>> total
30
"""

# %% squares
numbers = [1, 2, 3, 4]
total = sum(number**2 for number in numbers)
'''
WRONG = CURVE.replace("30", "31")
PLAN = "runs/Plan"
PROPOSE = "runs/Sign the new records, and propose them"
RECORDS = "check/Run again what nobody signed"


@pytest.fixture
def hub(recorded: Workspace, tmp_path: Path) -> Hub:
    """Return a site on GitHub, its records fresh."""
    return new_hub(tmp_path / "hub", recorded.root)


@pytest.fixture
def proposed(recorded: Workspace, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Hub:
    """Return a hub of one's own whose stale tutorial was run, and proposed as runs-42."""

    def play(root: Path) -> None:
        hub = new_hub(root, recorded.root)
        change(hub)
        played = hub.play("push", "runs")
        assert played.results[PROPOSE] == "success", str(played)

    made = make_once(tmp_path_factory, "proposed", play)
    shutil.copytree(
        made, tmp_path / "hub", symlinks=True, ignore=shutil.ignore_patterns("clone-*")
    )
    return move_hub(tmp_path / "hub")


def change(hub: Hub) -> None:
    """Make the tutorial `line` stale."""
    hub.site.edit(hub.site.source, "share = 0.847", "share = 0.848")
    hub.commit("a stale tutorial")


def ends(played: Played) -> dict[str, str]:
    """Return the jobs' results, without the matrix's names."""
    return {job.removeprefix("runs/"): end for job, end in played.results.items()}


def test_three_stale_tutorials_of_which_one_fails(hub):
    hub.site.project.source("curve").write_text(CURVE, encoding="utf-8")
    hub.site.project.source("wrong").write_text(WRONG, encoding="utf-8")
    change(hub)
    played = hub.play("push", "runs")
    rows = json.loads(played.outputs[PLAN]["rows"])
    assert sorted(" ".join(row["tutorials"] for row in rows).split()) == ["curve", "line", "wrong"]
    said = "".join(played.said.values())
    assert "claim fails: total gave 30, not 31 (total = 30)" in said
    assert played.results[PROPOSE] == "success", str(played)
    (pull,) = hub.state["pulls"]
    assert (pull["base"], pull["headRefName"]) == ("main", "runs-42")
    changed = git("diff", "--name-only", "main", "runs-42", at=hub.origin).split()
    assert changed == [f"tutorials_src/runs/{name}.ipynb" for name in ("curve", "line")]
    assert "<code>wrong</code>" in pull["body"] and "0.848" in pull["body"]
    assert f"{URL}/actions/runs/42" in pull["body"]
    git("fetch", "--quiet", "origin", "runs-42", at=hub.site.root)
    git("switch", "--quiet", "--detach", "FETCH_HEAD", at=hub.site.root)
    assert hub.site.weaver("status", "line", "curve").status == 0


def test_a_figure_that_changed_is_shown_in_the_pull_request(hub):
    hub.site.edit(hub.site.source, 'ax.set_xlabel("input")', 'ax.set_xlabel("input", size=20)')
    hub.commit("a figure")
    played = hub.play("push", "runs")
    assert played.results[PROPOSE] == "success", str(played)
    (pull,) = hub.state["pulls"]
    commit = git("rev-parse", "refs/figures/runs-42", at=hub.origin)
    shown = re.findall(rf"{URL}/raw/{commit}/([^)\s\"]+)", pull["body"])
    assert shown
    for path in shown:
        assert "<svg" in git("show", f"{commit}:{path}", at=hub.origin)


def test_a_job_that_is_run_again_opens_no_second_pull_request(proposed):
    played = proposed.play("push", "runs", attempt=2)
    assert played.results[PROPOSE] == "success", str(played)
    assert [pull["headRefName"] for pull in proposed.state["pulls"]] == ["runs-42"]


def test_a_newer_run_of_the_same_records_closes_the_older_pull_request(proposed):
    proposed.site.edit(proposed.site.source, "share = 0.848", "share = 0.849")
    proposed.commit("stale once more")
    proposed.play("push", "runs", run=43)
    pulls = {pull["headRefName"]: pull["state"] for pull in proposed.state["pulls"]}
    assert pulls == {"runs-42": "closed", "runs-43": "open"}


def test_monday_opens_nothing_when_nothing_moved(hub):
    played = hub.play("schedule", "runs")
    assert json.loads(played.outputs[PLAN]["rows"])
    assert PROPOSE not in played.results, str(played)
    assert set(played.results.values()) == {"success"}, str(played)
    assert not (hub.root / "state.json").exists()


@pytest.mark.parametrize(("choice", "planned"), [("", []), ("line", ["line"]), ("nosuch", None)])
def test_who_starts_the_runs_chooses(hub, choice, planned):
    inputs = {"tutorials": choice}
    played = hub.play("workflow_dispatch", "runs", inputs=inputs, job="plan")
    if planned is None:
        assert played.results == {PLAN: "failure"}
        assert "no tutorial 'nosuch'" in played.said[PLAN]
    else:
        assert played.results == {PLAN: "success"}, str(played)
        rows = json.loads(played.outputs[PLAN]["rows"])
        assert [row["tutorials"] for row in rows] == planned


def test_without_the_gpu_that_is_asked_for_nothing_is_run(hub):
    change(hub)
    played = hub.play("push", "runs", variables={"GPU_RUNNER": "gpu"})
    said = "".join(played.said.values())
    assert "failure" in played.results.values()
    assert "no NVIDIA driver" in said, said[-3000:]
    assert "  [ 1/" not in said  # no cell was run
    assert PROPOSE not in played.results


def check_proposed(hub: Hub) -> Played:
    """Play the check's job of records for the pull request that runs.yml opened."""
    git("fetch", "--quiet", "origin", "runs-42", at=hub.site.root)
    git("merge", "--quiet", "FETCH_HEAD", at=hub.site.root)
    event = hub.propose(8)
    ref = "refs/pull/8/merge"
    return hub.play("pull_request", "check", event, ref=ref, run=44, job="records")


def test_a_record_that_runs_signed_is_not_run_again(proposed):
    played = check_proposed(proposed)
    assert played.results[RECORDS] == "success", str(played)
    assert "The record of `line` was signed by runs.yml." in played.summary[RECORDS]
    assert "running again" not in played.said[RECORDS]


def test_a_record_signed_on_another_branch_is_run_again(proposed):
    signed = proposed.root / "attestations"
    signed.write_text(signed.read_text().replace("refs/heads/main", "refs/heads/mine"))
    played = check_proposed(proposed)
    assert played.results[RECORDS] == "success", str(played)
    assert "line: running again" in played.said[RECORDS]


def test_a_record_that_nobody_signed_and_no_run_gives_fails_the_check(hub):
    text = hub.site.record.read_text(encoding="utf-8")
    hub.site.record.write_text(resign(text.replace("0.847", "0.857")), encoding="utf-8")
    hub.commit("a better result")
    event = hub.propose(8)
    ref = "refs/pull/8/merge"
    played = hub.play("pull_request", "check", event, ref=ref, job="records")
    assert played.results[RECORDS] == "failure", str(played)
    assert "share" in played.said[RECORDS] and "0.857" in played.said[RECORDS]


def resign(text: str) -> str:
    """Return a record under a digest that is right again, as a forger would."""
    mark = re.compile(r'("weaver_digest": ")[0-9a-f]{64}(")')
    bare = mark.sub(rf"\g<1>{'0' * 64}\g<2>", text)
    digest = hashlib.sha256(bare.encode()).hexdigest()
    return mark.sub(rf"\g<1>{digest}\g<2>", text)
