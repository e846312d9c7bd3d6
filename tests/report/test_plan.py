"""Jobs that share a machine: what fits, what does not, and that nothing is left out."""

import json
import random

import pytest

from weaver.program.status import Status
from weaver.report.plan import plan_jobs


def planned(took: dict[str, float | None], **options: float) -> list[list[str]]:
    statuses = [Status(name, (), seconds) for name, seconds in took.items()]
    return [job.tutorials for job in plan_jobs(statuses, **options)]


@pytest.mark.parametrize(
    ("took", "jobs"),
    [
        ({}, []),
        ({"a": 5, "b": 70, "c": 20}, [["b", "c", "a"]]),  # all of it is less than the set-up
        ({"a": 900, "b": 800, "c": 90, "d": 20}, [["a"], ["b", "c"], ["d"]]),
        ({"a": 900, "b": 800, "c": 90, "d": 10}, [["a"], ["b", "c", "d"]]),
        ({"new": None, "a": 1, "b": 2}, [["new"], ["b", "a"]]),
    ],
)
def test_short_runs_share_a_job_and_long_ones_do_not(took, jobs):
    assert planned(took, setup=100) == jobs


def test_a_matrix_has_at_most_256_jobs_and_nobody_is_left_out():
    jobs = planned({f"t{number}": None for number in range(600)})
    assert len(jobs) == 256
    assert sorted(sum(jobs, [])) == sorted(f"t{number}" for number in range(600))
    assert max(map(len, jobs)) == 3


@pytest.mark.parametrize("seed", range(50))
def test_each_is_in_one_job_and_no_two_jobs_that_fit_together_are_apart(seed):
    draw = random.Random(seed)
    took = [draw.choice([None, *[draw.expovariate(0.01)] * 9]) for _ in range(draw.randint(1, 40))]
    setup, most = draw.uniform(0, 1000), draw.randint(1, 12)
    statuses = [Status(f"t{n}", (), seconds) for n, seconds in enumerate(took)]
    jobs = plan_jobs(statuses, setup=setup, most=most)
    assert sorted(name for job in jobs for name in job.tutorials) == sorted(
        one.name for one in statuses
    )
    assert len(jobs) <= most
    assert len({job.name for job in jobs}) == len(jobs)
    room = max([setup, *(one for one in took if one is not None)])
    if len(jobs) < most:
        assert all(job.seconds <= room + 0.1 for job in jobs)
    lengths = sorted(job.seconds for job in jobs)
    assert len(jobs) < 2 or lengths[0] + lengths[1] > room - 0.1


def test_the_plan_is_a_matrix(example):
    text = example.source.read_text(encoding="utf-8")
    for name in ("one", "two"):
        example.project.source(name).write_text(text, encoding="utf-8")
    done = example.weaver("plan", "--json", "--setup", "0")
    assert done.status == 0
    rows = json.loads(done.out)
    assert sorted(row["tutorials"] for row in rows) == ["line", "one", "two"]
    stale = json.loads(example.weaver("plan", "--json", "--stale").out)
    assert sorted(row["tutorials"] for row in stale) == ["one", "two"]
    example.record.write_text("{}", encoding="utf-8")
    done = example.weaver("plan", "--json")
    assert "not a whole run record" in done.err
    assert len(json.loads(done.out)) == 3  # it is to be run, and nobody knows for how long
    assert example.weaver("plan", "line").out == "line: 240 s: line\n"
    assert example.weaver("plan", "nosuch").status == 2
