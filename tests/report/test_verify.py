"""Running again, and the claims: three ways to run them, one result."""

import ast
import doctest
import re
import shutil
import subprocess
import tomllib

import pytest
from conftest import ROOT, Workspace

from weaver.core.project import Project
from weaver.program.record import read_record

PROJECT = Project(ROOT)


@pytest.fixture(scope="module")
def limited(recorded, tmp_path_factory) -> Workspace:
    """Return a recorded site whose one claim depends on a file beside it."""
    root = tmp_path_factory.mktemp("limited") / "site"
    shutil.copytree(recorded.root, root, symlinks=True)
    site = Workspace(root)
    site.source.write_text(
        '"""Read a limit.\n\n>>> limit < 1\nTrue\n"""\n\n'
        "# %% read\nimport time\nfrom pathlib import Path\n\n"
        "start_seconds = time.perf_counter()\n"
        'limit = float(Path("limit.txt").read_text())\n'
        'double, fixed = {"it": 2 * limit}, [1, 2]\n'
        "if limit == 0.7:\n    surprise = True\n",
        encoding="utf-8",
    )
    (root / "limit.txt").write_text("0.5")
    done = site.weaver("run")
    assert done.status == 0, done.err
    return site


@pytest.mark.parametrize(
    ("limit", "status", "said"),
    [
        ("0.5", 0, "values: 3 of 4 exactly the same"),  # all but the time
        ("0.6", 1, "limit: 0.5 recorded, 0.6 now: the same device gives the same"),
        ("0.6", 1, "    limit: 0.5 → 0.6 (+0.1, +20.00%)\n"),
        ("0.50000001", 0, "    limit: 0.5 → 0.50000001"),
        ("2", 1, "claim fails: limit < 1 gave False, not True (limit = 2.0)"),
        ("0.7", 1, "surprise: None recorded, True now: a run gives the same names"),
        ("0.5", 0, "timings:\n    start_seconds"),
    ],
)
def test_verify_says_what_moved_and_writes_nothing(limited, limit, status, said):
    record = limited.record.read_bytes()
    (limited.root / "limit.txt").write_text(limit)
    done = limited.weaver("verify")
    assert done.status == status, done.out + done.err
    assert said in done.out
    assert f"claims: {0 if limit == '2' else 1} of 1 hold" in done.out
    assert limited.record.read_bytes() == record
    assert "as when recorded" in done.out


def elsewhere(notebook: dict) -> None:
    """Say that a record is of another processor."""
    notebook["metadata"]["weaver"]["device"]["cpu"] = "Another processor"


@pytest.mark.parametrize(
    ("limit", "status", "said"),
    [
        ("0.51", 0, "Another processor when recorded"),
        ("0.6", 1, 'double["it"]: 1.0 recorded, 1.2 now: more than 5% apart, and no claim names'),
        ("0.05", 1, "limit: 0.5 recorded, 0.05 now: more than 50% apart"),
    ],
)
def test_on_another_device_values_may_move_as_far_as_claims_leave(
    limited, tmp_path, limit, status, said
):
    shutil.copytree(limited.root, tmp_path / "site", symlinks=True)
    site = Workspace(tmp_path / "site")
    site.forge(elsewhere)
    (site.root / "limit.txt").write_text(limit)
    done = site.weaver("verify")
    assert done.status == status, done.out + done.err
    assert said in done.out
    refused = done.out.partition("not confirmed:")[2]
    assert ("limit: " in refused) == (limit == "0.05")


def test_claims_must_hold_of_what_is_recorded_too(limited, tmp_path):
    shutil.copytree(limited.root, tmp_path / "site", symlinks=True)
    site = Workspace(tmp_path / "site")
    (site.root / "limit.txt").write_text("0.9")

    def change(notebook: dict) -> None:
        elsewhere(notebook)
        values = notebook["metadata"]["weaver"]["values"]
        values.update(limit=1.1, double={"it": 1.8})

    site.forge(change)
    done = site.weaver("verify")
    assert done.status == 1
    assert "of the recorded values do not hold:\n" in done.out
    assert "limit < 1 gave False, not True (limit = 1.1)" in done.out
    assert "claims: 1 of 1 hold" in done.out


def cell(notebook: dict, name: str) -> dict:
    return next(it for it in notebook["cells"] if it["metadata"]["weaver"]["name"] == name)


def _figure(notebook: dict) -> None:
    data = cell(notebook, "plot")["outputs"][0]["data"]
    svg = "".join(data["image/svg+xml"])
    place = re.search(r'<use [^>]*?\bx="([\d.]+)"', svg)
    moved = f"{float(place[1]) + 100}"
    data["image/svg+xml"] = [svg[: place.start(1)] + moved + svg[place.end(1) :]]


def _text(notebook: dict) -> None:
    cell(notebook, "fit")["outputs"][0]["text"] = ["slope 2.5\n"]


FORGED = {
    "a value": (
        lambda notebook: notebook["metadata"]["weaver"]["values"].update(share=0.999),
        "share: 0.999 recorded, 0.847 now",
    ),
    "a value too many": (
        lambda notebook: notebook["metadata"]["weaver"]["values"].update(best=1.0),
        "best: 1.0 recorded, None now",
    ),
    "what a cell printed": (_text, "fit: 2.5 recorded, 2.0 now: not what the cell puts out"),
    "a word that it printed": (
        lambda notebook: cell(notebook, "fit")["outputs"][0].update(text=["slop 2.0\n"]),
        "fit: slop 2.0 recorded, slope 2.0 now",
    ),
    "what readers of a language see": (
        lambda notebook: cell(notebook, "table")["metadata"]["weaver"]["outputs"]["tr"][0].update(
            text=["eğim: 3.0\n"]
        ),
        "table (tr): 3.0 recorded, 2.0 now",
    ),
    "a figure": (_figure, "plot: a figure recorded, another now"),
    "an output too many": (
        lambda notebook: cell(notebook, "points")["outputs"].append(
            {"output_type": "stream", "name": "stdout", "text": ["accuracy: 0.99\n"]}
        ),
        "points: ",
    ),
    "code": (
        lambda notebook: cell(notebook, "secret").update(source=["share = 0.999"]),
        "line.ipynb: a notebook recorded, another now",
    ),
    "a claim": (
        lambda notebook: notebook["metadata"]["weaver"]["claims"].append(
            {"of": "claims", "source": "slope > 3", "want": "True"}
        ),
        "claims: ",
    ),
    "a seed": (lambda notebook: notebook["metadata"]["weaver"].update(seed=7), "seed: 7 recorded"),
}


@pytest.mark.parametrize("there", ["here", "elsewhere"])
@pytest.mark.parametrize("forged", FORGED)
def test_what_was_changed_by_hand_and_signed_again_is_caught(example, forged, there):
    change, said = FORGED[forged]

    def forge(notebook: dict) -> None:
        change(notebook)
        if there == "elsewhere":
            elsewhere(notebook)

    example.forge(forge)
    assert example.weaver("status").status == 0  # its digest fits: only a run can tell
    done = example.weaver("verify")
    assert done.status == 1, done.out
    assert said in done.out.partition("not confirmed:")[2]


@pytest.mark.parametrize(
    "processor",
    [
        {},
        {"OMP_NUM_THREADS": "2"},
        {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F"},
    ],
    ids=["as it is", "two threads", "as if it were older"],
)
def test_an_honest_record_is_confirmed_on_other_processors_too(example, processor):
    done = example.weaver("verify", **processor)
    assert done.status == 0, done.out + done.err
    assert "not confirmed" not in done.out


def test_in_how_many_pieces_a_text_was_printed_is_chance(example):
    def split(notebook: dict) -> None:
        outputs = cell(notebook, "fit")["outputs"]
        outputs[:] = [{**outputs[0], "text": [text]} for text in ("slope ", "2.0\n")]

    example.forge(split)
    done = example.weaver("verify")
    assert done.status == 0, done.out


def test_only_records_that_differ_from_a_revision_are_run_again(example):
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *identity, *arguments], cwd=example.root, check=True)

    git("init", "--quiet")
    git("add", "tutorials_src")
    git("commit", "--quiet", "--message", "one")
    done = example.weaver("verify", "--since", "HEAD")
    assert (done.status, done.out) == (0, "every record is that of HEAD\n")
    example.forge(FORGED["a value"][0])
    done = example.weaver("verify", "--since", "HEAD")
    assert done.status == 1
    assert "share: 0.999 recorded, 0.847 now" in done.out
    done = example.weaver("verify", "--since", "nosuch")
    assert done.status == 1
    assert "git: " in done.err


def test_verify_wants_a_record_of_this_very_program(example):
    example.edit(example.source, "share = 0.847", "share = 0.848")
    done = example.weaver("verify", "line")
    assert done.status == 1
    assert "nothing to verify (cell `secret` changed): `python -m weaver run line`" in done.err
    assert example.weaver("verify", "lines").status == 2


def examples(path) -> list[tuple[str, str, str]]:
    """Return the examples that the standard doctest module finds in a file."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.ClassDef
    documented = [("claims", module)]
    for node in module.body:
        if isinstance(node, kinds):
            documented.append((node.name, node))
            documented += [(node.name, inner) for inner in node.body if isinstance(inner, kinds)]
    return [
        (name, example.source.strip(), example.want.strip())
        for name, node in documented
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or "")
    ]


@pytest.mark.parametrize("name", PROJECT.tutorial_names())
def test_a_record_has_checked_every_example_of_its_source(name):
    found = examples(PROJECT.source(name))
    claims = read_record(PROJECT.record(name)).about["claims"]
    assert len(found) > 5
    assert found == [(claim["of"], claim["source"], claim["want"]) for claim in claims]


def three_ways(site: Workspace) -> dict[str, bool]:
    """Return whether each way of running the claims passes them."""
    path = str(site.source)
    pytest_here = ("-m", "pytest", "-c", str(ROOT / "pyproject.toml"), path)
    return {
        "runner": site.weaver("run", "--force").status == 0,
        "pytest": site.python(*pytest_here).status == 0,
        "doctest": site.python("-m", "doctest", path).status == 0,
    }


def test_claims_and_examples_hold_in_all_three_ways(example):
    assert three_ways(example) == {"runner": True, "pytest": True, "doctest": True}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("abs(slope - 2) < 1e-9", "abs(slope - 2) > 1e-9"),  # a claim
        ("(2.0, 1.0)", "(2.0, 1.00)"),  # the digits of an example
        ("(2.0, 1.0)", "(2.0, 1...)"),  # an ellipsis
    ],
)
def test_a_difference_fails_in_all_three_ways(example, old, new):
    example.edit(example.source, old, new)
    assert three_ways(example) == {"runner": False, "pytest": False, "doctest": False}


def test_a_tutorial_is_plain_to_the_doctest_module():
    done = Workspace(ROOT).python("-m", "doctest", str(PROJECT.source("linear_regression")))
    assert done.status == 0, done.out
    assert "***" not in done.out


def test_no_option_loosens_the_comparison_of_digits():
    for name in PROJECT.tutorial_names():
        text = PROJECT.source(name).read_text(encoding="utf-8")
        for example in doctest.DocTestParser().get_examples(text):
            assert not example.options, f"{name}: {example.source}"
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # Without the line, pytest lets an ellipsis match anything.
    assert options["tool"]["pytest"]["ini_options"]["doctest_optionflags"] == []
