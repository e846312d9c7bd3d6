"""Running again, and the claims: three ways to run them, one result."""

import ast
import doctest
import shutil
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
        "# %% read\nfrom pathlib import Path\n\n"
        'limit = float(Path("limit.txt").read_text())\n'
        "double, fixed = 2 * limit, [1, 2]\n"
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
        ("0.5", 0, "values: 3 of 3 exactly the same"),
        ("0.6", 0, "moved, and claims speak of it:\n    limit: 0.5 → 0.6 (+0.1, +20.00%)\n"),
        ("0.6", 0, "no claim speaks of it:\n    double: 1 → 1.2 (+0.2, +20.00%)\n"),
        ("0.50000001", 0, "differ by rounding:\n    limit: 0.5 → 0.50000001"),
        ("2", 1, "claim fails: limit < 1 gave False, not True (limit = 2.0)"),
        ("0.7", 1, "surprise: none → True"),
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
