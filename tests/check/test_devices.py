"""Times of several devices: told on the page, or found."""

import pytest

from weaver.check.devices import check_devices
from weaver.core.numbers import format_seconds
from weaver.page.provenance import with_devices
from weaver.program.record import read_record
from weaver.site import Site

GPU = {"name": "GPU", "kind": "cuda", "cells": ["fit"], "timings": ["a_seconds", "runs_ms"]}


def forge(notebook: dict) -> None:
    about = notebook["metadata"]["weaver"]
    about["values"].update(a_seconds=1.0, b_seconds=2.0, runs_ms=[3.0])
    about["device"].update(cpu="CPU", gpu=GPU)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["| {{ a_seconds | number }} |", "| {{ b_seconds | number }} |"], ["CPU, GPU"]),
        (["| {{ a_seconds / b_seconds | number }} |"], ["CPU, GPU"]),
        (["| {{ a_seconds | seconds }} |", "| {{ b_seconds | seconds(2) }} |"], []),  # it says so
        (["| {{ a_seconds | number }} |", "| {{ runs_ms[0] | number }} |"], []),  # one device
        (["| {{ a_seconds | number }} | {{ b_seconds | number }} |"], []),  # a column each
        (["| {{ a_seconds | number }} |", "", "| {{ b_seconds | number }} |"], []),  # a table each
        (["| {{ a_seconds | number }} |", "| {{ slope | number }} |"], []),
        (["| {{ run.device }} {{ a_seconds | number }} |", "| {{ b_seconds | number }} |"], []),
    ],
)
def test_a_column_that_mixes_devices_is_found(example, rows, found):
    example.forge(forge)
    page = example.page("en")
    page.write_text(page.read_text(encoding="utf-8") + "\n" + "\n".join(rows) + "\n", "utf-8")
    problems = list(check_devices(Site(example.project)))
    assert [problem.text.partition("(")[2].partition(")")[0] for problem in problems] == found
    assert all(problem.path == page for problem in problems)


def test_seconds_say_what_they_were_measured_on(example):
    example.forge(forge)
    values = with_devices(read_record(example.record))
    (language,) = [one for one in Site(example.project).languages if one == "en"]
    written = [
        format_seconds(values[name], language=language) for name in ("a_seconds", "b_seconds")
    ]
    assert written == ["1.0\N{NO-BREAK SPACE}s (GPU)", "2.0\N{NO-BREAK SPACE}s (CPU)"]
    assert format_seconds(values["runs_ms"][0], language=language).endswith("(GPU)")
    assert format_seconds(values["slope"], language=language) == "2.0\N{NO-BREAK SPACE}s"


def test_a_page_says_it_beside_the_number(example):
    example.forge(forge)
    for language in ("en", "tr"):
        example.edit(example.page(language), "{{ took | seconds }}", "{{ a_seconds | seconds }}")
    done = example.build("--strict")
    assert done.status == 0, done.err
    html = (example.root / "site/en/line/index.html").read_text(encoding="utf-8")
    assert "time 1.0\N{NO-BREAK SPACE}s (GPU)" in html
