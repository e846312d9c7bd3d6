"""Comparing records: what moved between a git revision and here."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Workspace

from weaver.program.record import Record
from weaver.program.timings import timed_cells
from weaver.program.tutorial import read_tutorial
from weaver.report.comparison import Change, Comparison, compare_records, compare_values
from weaver.report.diff import as_json, describe_change

GIT = ("-c", "user.name=Test", "-c", "user.email=test@example.org")


def git(site: Workspace, *arguments: str) -> None:
    subprocess.run(["git", *GIT, *arguments], cwd=site.root, check=True, capture_output=True)


def moved(before: dict, after: dict) -> list[str]:
    return [describe_change(change) for change in compare_values(before, after)]


def record_of(path: str = "line.ipynb", seconds: float = 1.0, fit: float = 0.5) -> Record:
    about = {
        "device": {"cpu": "CPU", "threads": 1},
        "date": "2026-11-21",
        "seconds": seconds,
        "versions": {},
    }
    about |= {"claims": [], "values": {}, "key": {}}
    return Record(Path(path), about, {}, seconds={"fit": fit})


@pytest.fixture(scope="module")
def versions(recorded, tmp_path_factory) -> Workspace:
    """Return a site whose record was renewed, after a change, since its last commit."""
    root = tmp_path_factory.mktemp("versions") / "site"
    shutil.copytree(recorded.root, root, symlinks=True)
    site = Workspace(root)
    git(site, "init", "--quiet")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "before")
    site.edit(site.source, "y = 2 * X + 1", "y = 2.5 * X + 1")
    site.edit(site.source, "abs(slope - 2) < 1e-9", "abs(slope - 2.5) < 1e-9")
    site.edit(site.source, "share = 0.847", "share = 0.8471\ncolour = 'blue'\nfit_seconds = 0.25")
    done = site.weaver("run")
    assert done.status == 0, done.err
    return site


def test_text_says_what_moved_and_counts_the_rest(versions):
    done = versions.weaver("diff")
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "line: 4 of 9 values moved; all 3 claims hold"
    assert "  slope: 2.0 → 2.5 (+0.5, +25.00%)" not in lines  # four digits tell them apart
    assert "  slope: 2 → 2.5 (+0.5, +25.00%)" in lines
    assert "  share: 0.847 → 0.8471 (+0.0001, +0.01%)" in lines
    assert "  colour: none → blue" in lines
    assert "  timings that moved: 1" in lines
    assert "  claim new: abs(slope - 2.5) < 1e-9" in lines
    assert "  claim gone: abs(slope - 2) < 1e-9" in lines
    assert "  other figure: plot" in lines
    assert not any("intercept" in line or "device" in line for line in lines)


def test_json_has_every_value_with_its_change(versions):
    [line] = json.loads(versions.weaver("diff", "--json").out)
    assert (line["name"], line["state"]) == ("line", "renewed")
    slope = next(value for value in line["values"] if value["name"] == "slope")
    assert slope["before"] == 2.0
    assert slope["after"] == 2.5
    assert (slope["difference"], slope["relative"], slope["kind"]) == (0.5, 0.25, "moved")
    assert line["figures"] == ["plot"]
    assert len(line["claims"]["both"]) == 2
    [line] = compare_records(versions.project)
    then, now = line.before.about, line.after.about
    assert line.about["seconds"] == (then["seconds"], now["seconds"])
    assert line.about["numpy version"] == (then["versions"]["numpy"], now["versions"]["numpy"])


def test_only_facts_that_differ_are_in_json():
    [line] = as_json([Comparison("line", record_of(seconds=1.5), record_of(seconds=1.25))])
    assert line["about"] == {"seconds": {"before": 1.5, "after": 1.25}}
    [line] = as_json([Comparison("line", record_of(fit=0.5), record_of(fit=0.25))])
    assert line["about"] == {}


def test_a_run_that_took_as_long_in_all_is_a_new_record_still():
    again = Comparison("line", record_of(fit=0.5), record_of(fit=0.25))
    assert again.state == "renewed"
    assert not again.moved
    same = Comparison("line", record_of(path="HEAD:line.ipynb"), record_of())
    assert same.state == "identical"
    assert not same.moved


@pytest.mark.parametrize(
    ("before", "after", "timed", "moved"),
    [
        ("loop   12.5 ms", "loop    9.25 ms", True, False),
        ("loop   12.5 ms", "loop    9.25 ms", False, True),
        ("loop   12.5 ms", "array   0.25 ms", True, True),
    ],
)
def test_a_cell_of_times_may_print_other_numbers(before, after, timed, moved):
    def record(text: str) -> Record:
        output = {"output_type": "stream", "name": "stdout", "text": text}
        return replace(record_of(), outputs={"fit": {"en": [output]}})

    cells = frozenset({"fit"} if timed else ())
    one = Comparison("line", record(before), record(after), timed=cells)
    assert one.cells == ["fit"]
    assert one.moved == moved


@pytest.mark.parametrize(("timed", "moved"), [({"plot"}, False), ({"fit"}, True)])
def test_a_figure_of_times_may_be_another(timed, moved):
    def record(svg: str) -> Record:
        output = {"output_type": "display_data", "data": {"image/svg+xml": svg}}
        return replace(record_of(), outputs={"plot": {"en": [output, output]}})

    one = Comparison("line", record("<svg/>"), record("<svg />"), timed=frozenset(timed))
    assert [figure.cell for figure in one.figures] == ["plot", "plot-2"]
    assert one.moved == moved


def test_cells_of_times_are_told_by_the_names_in_them(example):
    assert timed_cells(read_tutorial(example.source).cells) == frozenset()
    example.edit(example.source, "share = 0.847", "share = 0.847\nfit_seconds = 0.25")
    assert timed_cells(read_tutorial(example.source).cells) == {"secret"}


def test_what_is_new_beyond_timings_is_named(versions, example):
    assert versions.weaver("diff", "--moved").out == "line\n"
    git(example, "init", "--quiet")
    git(example, "add", ".")
    git(example, "commit", "--quiet", "--message", "before")
    assert example.weaver("diff", "--moved").out == ""
    assert example.weaver("run", "--force").status == 0
    assert example.weaver("diff").out.startswith("line: none of 7 values moved")
    assert example.weaver("diff", "--moved").out == ""
    example.record.unlink()
    assert example.weaver("diff", "--moved").out == "line\n"


def test_identical_records_take_one_line():
    done = Workspace(ROOT).weaver("diff", "--base", "HEAD", "line")
    assert done.status == 2
    assert "no tutorial 'line'" in done.err


def test_a_tutorial_that_should_have_run_and_did_not_is_named(example):
    git(example, "init", "--quiet")
    git(example, "add", ".")
    git(example, "commit", "--quiet", "--message", "before")
    assert example.weaver("diff").out == "line: identical\n"
    done = example.weaver("diff", "--markdown")
    assert "<h3>No page changes</h3>\n<p>Records of runs: 1 identical.</p>" in done.out
    body = example.weaver("diff", "--markdown", "line").out
    assert "<b>No new record: the run failed or was stopped; the last one stays.</b>" in body
    assert "<code>line</code>" in body
    assert "identical" not in body


def test_records_that_came_and_went(example):
    git(example, "init", "--quiet")
    git(example, "commit", "--quiet", "--allow-empty", "--message", "nothing")
    assert example.weaver("diff").out.startswith("line: its first record: 3 claims hold")
    git(example, "add", ".")
    git(example, "commit", "--quiet", "--message", "before")
    example.record.unlink()
    assert example.weaver("diff").out == "line: its record is gone\n"
    assert example.weaver("diff", "--base", "HEAD~1").out == ""


def test_what_cannot_be_compared_is_told(example):
    done = example.weaver("diff")
    assert done.status == 1
    assert "git" in done.err
    assert "Traceback" not in done.err
    git(example, "init", "--quiet")
    example.record.write_text(example.record.read_text(encoding="utf-8").replace("2.0", "2.1"))
    git(example, "add", ".")
    git(example, "commit", "--quiet", "--message", "by hand")
    done = example.weaver("diff")
    assert done.status == 1
    assert "HEAD:tutorials_src/runs/line.ipynb: was changed after the run" in done.err
    assert "no such revision" in example.weaver("diff", "--base", "nowhere").err


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 0.5}, {"a": 0.75}, ["a: 0.5 → 0.75 (+0.25, +50.00%)"]),
        ({"a": -2.0}, {"a": -1.0}, ["a: -2 → -1 (+1, +50.00%)"]),
        ({"a": 0}, {"a": 3}, ["a: 0 → 3 (+3)"]),
        ({"a": 90281}, {"a": 90282}, ["a: 90281 → 90282 (+1, +1.1e-05)"]),
        ({"a": 0.123456}, {"a": 0.123457}, ["a: 0.123456 → 0.123457 (+1e-06, +8.1e-06)"]),
        ({"a": "x"}, {"a": "y"}, ["a: x → y"]),
        ({"a": True}, {"a": False}, ["a: True → False"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["a[1]: 2 → 3 (+1, +50.00%)"]),
        ({"a": [1]}, {"a": [1, 3]}, ["a[1]: none → 3"]),
        ({"a": {"x": 1}}, {"a": {"x": 2}}, ['a["x"]: 1 → 2 (+1, +100.00%)']),
        ({"a": 1}, {}, ["a: 1 → none"]),
        (
            {"a": [1.0] * 20},
            {"a": [1.0 + n for n in range(20)]},
            ["a[19]: 1 → 20 (+19, +1900.00%), and 18 more items of it by less"],
        ),
        (
            {"small": 100, "large": 1.0},
            {"small": 101, "large": 2.0},
            ["large: 1 → 2 (+1, +100.00%)", "small: 100 → 101 (+1, +1.00%)"],
        ),
    ],
)
def test_a_value_is_said_with_its_change(before, after, said):
    assert moved(before, after) == said


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (Change("accuracy", 0.5, 0.6), "moved"),
        (Change("accuracy", 0.5, 0.5 + 1e-9), "rounding"),
        (Change("residual", 7e-15, 8e-15), "rounding"),
        (Change("difference", 1e-7, 2e-7), "moved"),
        (Change("name", "a", "b"), "moved"),
        (Change("fit_seconds", 0.5, 0.6), "timing"),
        (Change("loop_ms", 5, 6), "timing"),
        (Change("speedup_to_goal", 5, 6), "timing"),
        (Change("items", 5, 6), "moved"),
    ],
)
def test_timings_and_rounding_are_kept_apart(change, kind):
    assert change.kind == kind
