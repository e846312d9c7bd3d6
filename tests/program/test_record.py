"""Freshness: what makes a record stale, what does not, and damaged records."""

import ast
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Workspace

from weaver.core.files import write_whole
from weaver.core.problems import WeaverError
from weaver.program.key import RUNNER
from weaver.program.meaning import canonical
from weaver.program.record import LARGEST, read_about, read_record
from weaver.site import Site


def changed(site: Workspace) -> tuple[str, ...]:
    return Site(site.project).status("line").changed


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("line.py", "# the line to find", "# the line that we look for"),
        ("line.py", "y = 2 * X + 1", "y = (2*X) + 1"),
        ("line.py", "share = 0.847", "\n\nshare = 0.847"),
        ("line.py", "Return slope and intercept", "Give slope and intercept"),
        ("line.py", "small as a real tutorial can be", "small as can be"),
        ("strings.tr.yml", "# bulunacak doğru", "# aranan doğru"),
        ("strings.tr.yml", "Eğimi ve sabiti", "Sabiti ve eğimi"),
    ],
)
def test_looks_leave_a_record_fresh(example, file, old, new):
    example.edit(example.project.sources / file, old, new)
    assert changed(example) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("line.py", "share = 0.847", "share = 0.848", "cell `secret` changed"),
        (
            "line.py",
            "abs(slope - 2) < 1e-9",
            "abs(slope - 2) < 1e-8",
            "the claims in the docstring",
        ),
        ("line.py", ">>> fit(np.array([0.0", ">>> fit(np.array([0.1", "cell `fit` changed"),
        ("line.py", "# %% secret", "# %% hush", "cell `hush` is new"),
        ("line.py", 'ax.set_xlabel("input")', 'ax.set_xlabel("entry")', "cell `plot` changed"),
        ("line.py", "import numpy as np", "import numpy as np\nimport extra", "cell `imports`"),
        ("strings.tr.yml", 'line": "doğru"', 'line": "çizgi"', "cell `words` changed"),
        ("strings.tr.yml", '"girdi"', '"giriş"', "cell `plot` changed"),
        ("../requirements-run.txt", "numpy==", "numpy==1", "package `numpy` went from"),
    ],
)
def test_meaning_makes_a_record_stale_and_says_which_part(example, file, old, new, said):
    example.edit(example.project.sources / file, old, new)
    assert said in "; ".join(changed(example))


def test_a_local_module_counts(example):
    example.edit(example.source, "import numpy as np", "import helper\nimport numpy as np")
    helper = example.project.sources / "helper.py"
    helper.write_text("constant = 1\n")
    assert "local module `helper.py` is new" in changed(example)


def test_the_order_of_cells_counts(example):
    text = example.source.read_text(encoding="utf-8")
    head, _, tail = text.partition("# %% solution")
    before, _, table = head.partition("# %% table")
    example.source.write_text(f"{before}# %% solution{tail}\n# %% table{table}", encoding="utf-8")
    assert changed(example) == ("the cells are in another order",)


def test_status_tells_people_and_programs(example):
    assert example.weaver("status").out == "line: fresh\n"
    example.edit(example.source, "share = 0.847", "share = 0.848")
    done = example.weaver("status", "--json")
    assert done.status == 1
    (row,) = json.loads(done.out)
    assert row["name"] == "line"
    assert row["fresh"] is False
    assert row["changed"] == ["cell `secret` changed"]
    assert row["seconds"] > 0


def test_a_run_with_other_versions_is_stale_and_says_so(example):
    forge(example, lambda about: about["key"]["packages"].update(numpy="1.0"))
    (said,) = changed(example)
    assert said.startswith("package `numpy` went from 1.0 to ")
    example.edit(example.source, "y = 2 * X + 1", "y = (2*X) + 1")  # the key is made anew
    assert changed(example) == (said,)


def test_another_runner_makes_a_record_stale_and_a_first_one_counts_as_version_one(example):
    said = ("the runner draws figures, checks claims or tells what ran otherwise now",)
    forge(example, lambda about: about["key"].pop("runner"))
    assert changed(example) == said
    forge(example, lambda about: about["key"].update(runner=RUNNER - 1))
    assert changed(example) == said
    forge(example, lambda about: about["key"].update(runner=RUNNER))
    assert changed(example) == ()


def test_the_runners_version_covers_what_it_draws_and_checks():
    # If this fails on purpose, because figures are drawn or claims are checked otherwise
    # than before, then add one to RUNNER; if the outputs are the same, only note the digest.
    tree = ast.parse((ROOT / "weaver" / "runner" / "kernel.py").read_text(encoding="utf-8"))
    parts = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    code = canonical("\n".join(ast.unparse(parts[name]) for name in ("prepare", "check_claims")))
    assert (RUNNER, hashlib.sha256(code.encode()).hexdigest()[:16]) == (2, "18727961756479ac")


def test_a_clone_with_other_line_ends_has_fresh_records(example, tmp_path):
    def git(*arguments: str, at: Path = example.root) -> None:
        who = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "core.autocrlf=true")
        subprocess.run(["git", *who, *arguments], cwd=at, check=True, capture_output=True)

    shutil.copy(ROOT / ".gitattributes", example.root)
    git("init", "--quiet")
    git("add", "tutorials_src", ".gitattributes", "requirements-run.txt", "mkdocs.yml", "base.yml")
    git("commit", "--quiet", "--message", "all")
    git("clone", "--quiet", str(example.root), "clone", at=tmp_path)
    clone = Workspace(tmp_path / "clone")
    assert b"\r\n" in clone.source.read_bytes()
    assert changed(clone) == ()


def forge(site: Workspace, change: Callable[[dict], object]) -> None:
    """Change a record's account of the run, and sign it as the runner does."""
    notebook = nbformat.read(site.record, as_version=4)
    change(notebook.metadata["weaver"])
    sign(site.record, notebook)


def sign(path: Path, notebook: dict, change: Callable[[str], str] = str) -> None:
    notebook["metadata"]["weaver_digest"] = "0" * 64
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    text = change(text.replace("\\\\ud800", "\\ud800"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(text.replace("0" * 64, digest), encoding="utf-8")


FORGERIES = {
    "lacks a field": lambda record: record["metadata"]["weaver"].pop("device"),
    "seconds in words": lambda record: record["metadata"]["weaver"].update(seconds="long"),
    "a date in another form": lambda record: record["metadata"]["weaver"].update(date="1.2.2026"),
    "no such date": lambda record: record["metadata"]["weaver"].update(date="2026-02-30"),
    "a device without end": lambda record: record["metadata"]["weaver"].update(
        device={"cpu": "x" * 999, "threads": 1}
    ),
    "nested values": lambda record: record["metadata"]["weaver"]["values"].update(x=[[1]]),
    "a value without a name": lambda record: record["metadata"]["weaver"]["values"].update(
        {"": 1}
    ),
    "claims in a dict": lambda record: record["metadata"]["weaver"].update(claims={}),
    "a key in parts": lambda record: record["metadata"]["weaver"]["key"].pop("cells"),
    "versions in numbers": lambda record: record["metadata"]["weaver"].update(versions={"a": 1}),
    "no number": lambda record: record["metadata"]["weaver"]["values"].update(x=float("nan")),
    "no end": lambda record: record["metadata"]["weaver"]["values"].update(x=[float("inf")]),
    "half a letter": lambda record: record["metadata"]["weaver"]["values"].update(x="\\ud800"),
    "a book for a value": lambda record: record["metadata"]["weaver"]["values"].update(
        x="a" * 10_001
    ),
    "a value with a long name": lambda record: record["metadata"]["weaver"]["values"].update(
        {"x" * 201: 1}
    ),
    "seconds beyond a year": lambda record: record["metadata"]["weaver"].update(seconds=1e9),
    "an account that is none": lambda record: record["metadata"].update(weaver=[]),
}

OUTPUTS = {
    "an unknown kind": {"output_type": "error", "ename": "E", "evalue": "", "traceback": []},
    "an unknown stream": {"output_type": "stream", "name": "stdaux", "text": ""},
    "a stream without text": {"output_type": "stream", "name": "stdout"},
    "data in numbers": {"output_type": "display_data", "data": {"text/plain": 1}, "metadata": {}},
    "text": "plain",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_signed_account_of_another_form_is_refused(example, forgery):
    notebook = json.loads(example.record.read_text(encoding="utf-8"))
    FORGERIES[forgery](notebook)
    sign(example.record, notebook)
    for read in read_about, read_record:
        with pytest.raises(WeaverError, match="line.ipynb: not a run record as `python -m"):
            read(example.record)


@pytest.mark.parametrize("place", ["source language", "other language"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_signed_outputs_of_another_form_are_refused(example, place, output):
    notebook = json.loads(example.record.read_text(encoding="utf-8"))
    cell = notebook["cells"][0]
    if place == "source language":
        cell["outputs"].append(OUTPUTS[output])
    else:
        cell["metadata"]["weaver"]["outputs"] = {"tr": [OUTPUTS[output]]}
    sign(example.record, notebook)
    with pytest.raises(WeaverError, match="line.ipynb: not a run record as `python -m"):
        read_record(example.record)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"slope": 2.0', '"slope": 2.0, "slope": 2.1', "the key 'slope' is there twice"),
        ('"slope": 2.0', '"slope": 1e999', "values"),
        ('"slope": 2.0', '"slope": -Infinity', "-Infinity"),
    ],
)
def test_json_that_programs_read_differently_is_refused(example, old, new, said):
    notebook = json.loads(example.record.read_text(encoding="utf-8"))
    sign(example.record, notebook, lambda text: text.replace(old, new))
    with pytest.raises(WeaverError, match="line.ipynb: not a run record as `python -m") as error:
        read_record(example.record)
    assert said in str(error.value)


def test_a_run_that_is_yet_to_come_is_refused(example):
    notebook = json.loads(example.record.read_text(encoding="utf-8"))
    today = datetime.now(UTC).date()
    for days, refused in ((1, False), (3, True)):
        notebook["metadata"]["weaver"]["date"] = (today + timedelta(days)).isoformat()
        sign(example.record, notebook)
        with pytest.raises(WeaverError, match="is yet to come") if refused else nullcontext():
            read_record(example.record)


def test_a_record_that_is_a_folder_is_refused(example):
    example.record.unlink()
    example.record.mkdir()
    for command in ("status",), ("check",), ("run",), ("run", "--force"):
        done = example.weaver(*command)
        assert done.status == 1
        assert "line.ipynb" in done.err
        assert "Traceback" not in done.err


@pytest.mark.parametrize("size", [LARGEST + 1, 10 * LARGEST])
def test_a_record_beyond_all_measure_is_refused(example, size):
    os.truncate(example.record, size)
    with pytest.raises(WeaverError, match="line.ipynb: a run record has at most 20 MB"):
        read_about(example.record)


@pytest.mark.parametrize("text", ["[" * 10**5 + "]" * 10**5, "9" * 5000])
def test_json_beyond_pythons_limits_is_refused(tmp_path, text):
    path = tmp_path / "line.ipynb"
    bare = f'{{\n "metadata": {{"weaver": {text}, "weaver_digest": "{"0" * 64}"}}}}'
    path.write_text(bare.replace("0" * 64, hashlib.sha256(bare.encode()).hexdigest()))
    with pytest.raises(WeaverError, match="not a run record"):
        read_about(path)


@pytest.mark.parametrize("damage", ["edit", "truncate", "empty"])
def test_a_damaged_record_is_refused_with_a_cure(example, damage):
    content = example.record.read_bytes()
    example.record.write_bytes(
        {
            "edit": content.replace(b"0.847", b"0.947"),
            "truncate": content[: len(content) // 2],
            "empty": b"",
        }[damage]
    )
    for command in (("status",), ("check",)):
        done = example.weaver(*command)
        assert done.status == 1
        assert "Traceback" not in done.err
        assert "tutorials_src/runs/line.ipynb: " in done.err
        assert "`python -m weaver run line --force`, or restore the file from git" in done.err
    done = example.build("--strict")
    assert done.status == 1
    assert "Traceback" not in done.err
    assert "runs/line.ipynb: " in done.err


def test_a_forced_run_replaces_a_damaged_record(example):
    example.record.write_bytes(b"{}")
    assert example.weaver("run", "--force").status == 0
    assert example.weaver("status").status == 0


def test_a_full_disk_is_told_and_loses_nothing(example):
    # The system refuses to let any file grow beyond 4 KB, as a full disk would.
    before = example.record.read_bytes()
    limit = (
        "import resource, sys, weaver.cli\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "sys.exit(weaver.cli.main(['run', '--force']))\n"
    )
    done = example.python("-c", limit)
    assert done.status == 1
    assert "File too large; nothing was lost" in done.err
    assert "Traceback" not in done.err
    assert example.record.read_bytes() == before
    assert sorted(path.name for path in example.record.parent.iterdir()) == ["line.ipynb"]


def test_many_writers_never_leave_half_a_file(tmp_path):
    path = tmp_path / "file"
    contents = [bytes([digit]) * 100_000 for digit in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write_whole(path, content), contents))
    assert path.read_bytes() in contents
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
