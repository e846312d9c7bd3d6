"""Running a tutorial in a real kernel, and what a run may not do."""

import json
import os
import signal
import subprocess
import sys

import nbformat
import pytest
from conftest import Workspace


def about(site: Workspace) -> dict:
    return nbformat.read(site.record, as_version=4).metadata["weaver"]


def test_the_record_is_a_notebook_with_its_provenance(recorded):
    notebook = nbformat.read(recorded.record, as_version=4)
    nbformat.validate(notebook)
    told = about(recorded)
    assert told["values"]["slope"] == 2.0
    assert told["values"]["share"] == 0.847
    assert told["seed"] == 0
    assert told["device"]
    assert set(told["versions"]) == {"python", "matplotlib", "numpy"}
    assert {"source": "abs(slope - 2) < 1e-9", "want": "True", "of": "claims"} in told["claims"]
    assert [claim["of"] for claim in told["claims"]] == ["claims", "claims", "fit"]
    assert told["seconds"] > 0


def test_display_cells_have_an_output_for_each_language(recorded):
    notebook = nbformat.read(recorded.record, as_version=4)
    cells = {cell.metadata.weaver.name: cell for cell in notebook.cells}
    assert cells["table"].outputs[0].text == "slope: 2.0\n"
    assert cells["table"].metadata.weaver.outputs["tr"][0].text == "eğim: 2.0\n"
    figures = [
        cells["plot"].outputs[0].data["image/svg+xml"],
        cells["plot"].metadata.weaver.outputs["tr"][0].data["image/svg+xml"],
    ]
    assert ">points<" in figures[0]
    assert ">noktalar<" in figures[1]
    assert "outputs" not in cells["fit"].metadata.weaver


def test_names_of_display_cells_are_no_values(recorded):
    assert not {"fig", "ax", "names"} & set(about(recorded)["values"])


def test_every_other_cell_runs_once_for_both_languages(example):
    text = example.source.read_text(encoding="utf-8")
    cells = text.split("\n# %% ")
    for index, cell in enumerate(cells[1:], 1):
        name = cell.split()[0]
        cells[index] = cell + f'\nopen("ran.txt", "a").write("{name}\\n")\n'
    example.source.write_text("\n# %% ".join(cells), encoding="utf-8")
    done = example.weaver("run")
    assert done.status == 0, done.err
    ran = (example.root / "ran.txt").read_text().split()
    assert {name: ran.count(name) for name in ran} == {
        "imports": 1,
        "points": 1,
        "fit": 1,
        "secret": 1,
        "solution": 1,
        "words": 2,
        "plot": 2,
        "table": 2,
    }


BINDING = [
    "def names(): return ['line', 'points']",
    "import string as names",
    "from string import digits as names",
    "for names in [1]: pass",
    "with open('strings.txt', 'w') as names: pass",
    "(names := 3)",
    "class names: pass",
    "names = 1; del names; names = 2",
]


@pytest.mark.parametrize("binding", BINDING)
def test_what_a_display_cell_binds_is_there_in_every_language(example, binding):
    example.edit(example.source, 'names = ["line", "points"]', binding)
    example.edit(example.source, "label=names[1]", "label='points'")
    example.edit(example.source, "label=names[0]", "label='line'")
    example.edit(
        example.source, 'print(f"slope: {slope}")', 'print(f"slope: {slope}", [names][:0])'
    )
    done = example.weaver("run")
    assert done.status == 0, done.err
    cells = {cell["metadata"]["weaver"]["name"]: cell for cell in cells_of(example)}
    assert "".join(cells["table"]["outputs"][0]["text"]) == "slope: 2.0 []\n"
    turkish = cells["table"]["metadata"]["weaver"]["outputs"]["tr"]
    assert "".join(turkish[0]["text"]) == "eğim: 2.0 []\n"


def test_a_display_cell_that_shows_localised_names_is_shown_in_each_language(example):
    example.edit(example.source, 'print(f"slope: {slope}")', "print(names[0])")
    example.edit(example.project.strings("tr"), '  "slope: {slope}": "eğim: {slope}"\n', "")
    done = example.weaver("run")
    assert done.status == 0, done.err
    table = next(c for c in cells_of(example) if c["metadata"]["weaver"]["name"] == "table")
    assert "".join(table["outputs"][0]["text"]) == "line\n"
    assert "".join(table["metadata"]["weaver"]["outputs"]["tr"][0]["text"]) == "doğru\n"


def cells_of(site: Workspace) -> list[dict]:
    return json.loads(site.record.read_text(encoding="utf-8"))["cells"]


def test_other_versions_are_recorded_and_make_the_record_stale(example):
    pins = example.root / "requirements-run.txt"
    numpy = about(example)["key"]["packages"]["numpy"]
    example.edit(pins, f"numpy=={numpy}", "numpy==1.0")
    done = example.weaver("run")
    assert done.status == 0, done.err
    assert f"numpy is {numpy}, requirements-run.txt pins 1.0" in done.out
    assert about(example)["key"]["packages"]["numpy"] == numpy
    said = f"package `numpy` went from {numpy} to 1.0"
    assert example.weaver("status").out == f"line: stale\n  {said}\n"


def test_a_package_that_is_not_installed_is_named(example):
    example.edit(example.root / "requirements-run.txt", "numpy==", "nosuchpackage==1\nnumpy==")
    example.edit(example.source, "import numpy as np", "import numpy as np, nosuchpackage")
    done = example.weaver("run")
    assert "requirements-run.txt: nosuchpackage is not installed: `make run`" in done.err
    assert done.status == 1


def test_what_a_killed_run_left_in_the_folder_for_temporary_files_goes(example, tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, mine = folder / f"weaver-{gone.pid}-abc", folder / f"weaver-{os.getpid()}-abc"
    for path in left, mine:
        path.mkdir()
        (path / "kernel.json").touch()
    done = example.weaver("run", "--force", TMPDIR=str(folder))
    assert done.status == 0, done.err
    assert list(folder.iterdir()) == [mine]


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("doubled = 2 * slope", "doubled = slope / 0", "doubled", "ZeroDivisionError"),
        ("return round(", "raise ValueError('no')\n    return round(", "raise", "ValueError: no"),
        (
            "doubled = 2 * slope",
            "import warnings\nwarnings.warn('mind this')",
            "warnings.warn",
            "UserWarning: mind this",
        ),
        (
            "doubled = 2 * slope",
            "import sys\nprint('oh', file=sys.stderr)",
            "import sys",
            "wrote to stderr: oh",
        ),
        (
            "doubled = 2 * slope",
            "class Odd:\n    def _repr_json_(self):\n        return {}\n\nOdd()",
            "class Odd",
            "cell 'solution': an output of type 'application/json', which no page can show",
        ),
        (
            "doubled = 2 * slope",
            "class Bad:\n    def _repr_html_(self):\n        return '<script/>'\n\nBad()",
            "class Bad",
            "cell 'solution': a page may not carry its <script>",
        ),
        (
            "import matplotlib",
            "while True: pass\nimport matplotlib",
            "while",
            "ran longer than 3 s",
        ),
        ("doubled = 2 * slope", "import os; os._exit(1)", "import os", "ended the kernel"),
        (
            "abs(slope - 2) < 1e-9",
            "slope > 3",
            ">>> slope > 3",
            "slope > 3 gave False, not True (slope = 2.0)",
        ),
        ("(2.0, 1.0)", "(2.0, 1.5)", ">>> fit(", "gave (2.0, 1.0), not (2.0, 1.5)"),
        ('print(f"slope: {slope}")', "X[0] = 1", "X[0] = 1", "changes `X`"),
        ('print(f"slope: {slope}")', "X += 1", "X += 1", "sets `X`, which"),
        (
            'print(f"slope: {slope}")',
            "np.random.rand()",
            "np.random.rand()",
            "changes the random numbers of NumPy",
        ),
    ],
)
def test_a_bad_run_is_told_with_its_line_and_keeps_the_last_record(example, old, new, where, said):
    before = example.record.read_bytes()
    example.edit(example.source, old, new)
    lines = example.source.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if where in text)
    limit = ("--cell-limit", "3") if "while" in new else ()
    done = example.weaver("run", *limit)
    assert done.status == 1
    assert "Traceback" not in done.err
    assert f"tutorials_src/line.py:{line}: " in done.err
    assert said in done.err
    assert example.record.read_bytes() == before
    assert sorted(path.name for path in example.record.parent.iterdir()) == ["line.ipynb"]


def test_stderr_is_allowed_where_the_cell_says_so(example):
    example.edit(example.source, "# %% solution", '# %% solution tags=["stderr"]')
    example.edit(example.source, "doubled = 2", "import warnings\nwarnings.warn('x')\ndoubled = 2")
    done = example.weaver("run")
    assert done.status == 0, done.err


@pytest.fixture(scope="module")
def killed(recorded, tmp_path_factory):
    """Return a site whose next run gives another record."""
    import shutil

    root = tmp_path_factory.mktemp("killed") / "site"
    shutil.copytree(recorded.root, root, symlinks=True)
    site = Workspace(root)
    site.edit(site.source, "share = 0.847", "share = 0.848")
    return site


@pytest.mark.parametrize("moment", [b"running", *(b"[ %d/8]" % k for k in range(1, 9)), b"claims"])
def test_a_killed_run_leaves_a_whole_record(killed, moment):
    site, before = killed, killed.record.read_bytes()
    run = subprocess.Popen(
        [sys.executable, "-m", "weaver", "run", "--force"],
        cwd=site.root,
        env=site.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    seen = b""
    while moment not in seen and (byte := run.stdout.read(1)):
        seen += byte
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    if moment != b"claims":
        assert site.record.read_bytes() == before
    assert json.loads(site.record.read_text())["cells"]


def test_the_run_after_a_kill_works(killed):
    site = killed
    done = site.weaver("run", "--force")
    assert done.status == 0, done.err
    assert about(site)["values"]["share"] == 0.848


def test_an_interrupted_run_says_so_and_leaves_nothing_behind(example, tmp_path):
    before, folder = example.record.read_bytes(), tmp_path / "t"
    folder.mkdir()
    run = subprocess.Popen(
        [sys.executable, "-m", "weaver", "run", "--force"],
        cwd=example.root,
        env=example.environment(TMPDIR=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    seen = b""
    while b"[ 3/8]" not in seen and (byte := run.stdout.read(1)):
        seen += byte
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    _, said = run.communicate()
    assert run.returncode == 1
    assert said.decode().strip() == "stopped; the last good records are in place"
    assert example.record.read_bytes() == before
    assert list(folder.iterdir()) == []


def test_two_runs_at_once_leave_one_whole_record(example):
    example.edit(example.source, "share = 0.847", "share = 0.849")
    command = [sys.executable, "-m", "weaver", "run", "--force"]
    runs = [
        subprocess.Popen(command, cwd=example.root, env=example.environment()) for _ in range(2)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    assert example.weaver("status").status == 0
    assert sorted(path.name for path in example.record.parent.iterdir()) == ["line.ipynb"]


def test_an_unknown_name_is_wrong_usage(example):
    for command in ("run", "status"):
        done = example.weaver(command, "lines")
        assert done.status == 2
        assert "no tutorial 'lines'; there is line" in done.err


def test_every_kind_of_tensor_and_model_has_a_fingerprint():
    import torch

    from weaver.runner.kernel import _content

    with torch.inference_mode():
        fixed = torch.ones(2)
    for value in (fixed, torch.nn.Linear, torch.nn.Linear(1, 1)):
        _content(value)
    tensor = torch.ones(2)
    before = _content([tensor])
    tensor += 1
    assert _content([tensor]) != before
