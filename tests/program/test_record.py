"""Freshness: what makes a record stale, what does not, and damaged records."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Workspace

from weaver.core.files import write_whole
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
