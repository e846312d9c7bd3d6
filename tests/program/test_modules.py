"""Modules beside tutorials: found, counted in the key, importable wherever a tutorial runs."""

import subprocess
import sys

import pytest
from conftest import Workspace

from weaver.program.modules import local_modules
from weaver.site import Site

MODULE = (
    '"""Sums."""\n\n\ndef total(numbers):\n    """Add.\n\n    >>> total([1, 2])\n    3\n    """\n'
)
MODULE += "    return sum(numbers)\n"


def beside(folder, **files: str) -> list[str]:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/', 1)}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    exact, quick = (local_modules(folder / "main.py", parsed=parsed) for parsed in (True, False))
    assert set(exact) <= set(quick)
    return [path.relative_to(folder).as_posix() for path in exact]


@pytest.mark.parametrize(
    "code",
    [
        "import helper",
        "import os, helper",
        "import os as o, \\\n    helper as h",
        "from helper import x",
        "from helper import (\n    x,\n)",
        "from . import helper",
        "from .helper import x",
        "def f():\n    import helper",
        "x = 1; import helper",
        "try:\n    import nothing\nexcept ImportError: import helper",
    ],
)
def test_every_way_of_importing_is_seen(tmp_path, code):
    assert beside(tmp_path, main=code, helper="x = 1") == ["helper.py"]


def test_modules_that_modules_import_are_seen(tmp_path):
    found = beside(tmp_path, main="import a", a="import b", b="import a, c", c="", d="")
    assert found == ["a.py", "b.py", "c.py"]


def test_a_package_is_seen_whole(tmp_path):
    found = beside(tmp_path, main="from p import a", p____init__="", p__a="import q", q="")
    assert found == ["p/__init__.py", "p/a.py", "q.py"]


def test_what_only_looks_like_an_import_is_none(tmp_path):
    assert beside(tmp_path, main='"""Numbers from helper.\n\nimport helper\n"""', helper="") == []


@pytest.fixture
def shared(example: Workspace) -> Workspace:
    """Return the example, run with a module that imports another; `deep` is the second."""
    old = "import numpy as np"
    example.edit(example.source, old, f"import os, _sums  # noqa\n{old}")
    example.edit(example.source, "share = 0.847", "share = 0.847\nfour = _sums.total([1, 3])")
    (example.project.sources / "_sums.py").write_text(f"import deep\n{MODULE}")
    (example.project.sources / "deep.py").write_text("constant = 1\n")
    done = example.weaver("run")
    assert done.status == 0, done.err
    return example


def test_a_local_module_is_no_tutorial_and_counts(shared):
    assert shared.project.tutorial_names() == ["line"]
    status = shared.weaver("status")
    assert (status.out, status.err) == ("line: fresh\n", "")
    said = shared.weaver("check").err
    assert "_sums" not in said and "deep" not in said
    deep = shared.project.sources / "deep.py"
    deep.write_text("constant = 1  # as before\n")
    assert Site(shared.project).status("line").changed == ()
    deep.write_text("constant = 2\n")
    assert Site(shared.project).status("line").changed == ("local module `deep.py` changed",)
    deep.write_text("constant =\n")
    done = shared.weaver("status")
    assert "tutorials_src/deep.py:1: not plain Python" in done.err
    assert "Traceback" not in done.err


def test_a_program_finds_its_modules_by_itself(shared, tmp_path):
    for command in (
        [sys.executable, str(shared.source)],
        [sys.executable, "-m", "pytest", "-q", "--doctest-modules", str(shared.project.sources)],
    ):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_download_brings_its_modules(shared, tmp_path):
    sums = shared.project.sources / "_sums.py"
    sums.write_text(sums.read_text() + "quotes = '\\\\', " + "'" + '"' * 7 + "ışık'\n")
    assert shared.weaver("run").status == 0
    done = shared.build("--strict")
    assert done.status == 0, done.err
    for folder in shared.root / "site" / "line", shared.root / "site" / "en" / "line":
        program, empty = folder / "line.py", tmp_path / f"empty-{folder.parent.name}"
        empty.mkdir()
        done = subprocess.run(
            [sys.executable, str(program)], cwd=empty, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        for name in "_sums.py", "deep.py":
            beside = shared.project.sources / name
            assert (empty / name).read_text(encoding="utf-8") == beside.read_text(encoding="utf-8")


def test_the_packages_and_data_of_modules_count(example):
    example.edit(example.source, "import numpy as np", "import _more\nimport numpy as np")
    more = example.project.sources / "_more.py"
    more.write_text("import torch\nfrom torchvision.datasets import MNIST\ndata = MNIST()\n")
    changed = Site(example.project).status("line").changed
    assert "package `torch` is new" in changed
    assert "dataset file `MNIST/train-labels-idx1-ubyte` is new" in changed
