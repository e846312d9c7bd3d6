"""The device of a run: asked for, tried, refused.

There is no GPU here. CUDA is a *stand-in*: a ``sitecustomize.py`` that patches
``torch.cuda`` in the process, and a shell script for ``nvidia-smi``, which say what the
real ones say. What the patched functions return is therefore assumed, not measured; what
the engine makes of it is what is tested.
"""

import json
from pathlib import Path

import pytest
import torch
from bs4 import BeautifulSoup
from conftest import Outcome, Workspace

OLD = (
    "CUDA initialization: The NVIDIA driver on your system is too old (found version 12020). "
    "Please update your GPU driver by downloading and installing a new version from the URL: "
    "http://www.nvidia.com/Download/index.aspx"
)

STAND_IN = """
import os, warnings
import torch

torch.version.cuda = os.environ["FAKE_CUDA"]
to = torch.Tensor.to

def moved(tensor, place=None, *rest, **options):
    if place != "cuda":
        return to(tensor, place, *rest, **options)
    if os.environ["FAKE_STATE"] == "raises":
        raise RuntimeError("CUDA error: no kernel image is available\\nmore")
    return tensor * (1.01 if os.environ["FAKE_STATE"] == "wrong" else 1)

def available():
    if os.environ["FAKE_STATE"] == "old":
        warnings.warn(%r)
    return os.environ["FAKE_STATE"] in {"works", "raises", "wrong"}

def init():
    raise RuntimeError("No CUDA GPUs are available")

torch.Tensor.to = moved
torch.cuda.is_available = available
torch.cuda.init = init
torch.cuda.get_device_name = lambda device=None: "Stand-in T4"
"""

SMI = """#!/bin/sh
case "$*" in
  *driver_version*) echo 535.104.05 ;;
  *) echo "NVIDIA-SMI 535.104.05   Driver Version: 535.104.05   CUDA Version: 12.2" ;;
esac
"""


def pretend(folder: Path, state: str, smi: str | None = SMI) -> dict[str, str]:
    """Return the environment of a machine whose GPU is in a certain state."""
    (folder / "bin").mkdir()
    (folder / "sitecustomize.py").write_text(STAND_IN % OLD)
    if smi is not None:
        (folder / "bin" / "nvidia-smi").write_text(smi)
        (folder / "bin" / "nvidia-smi").chmod(0o755)
    return {
        "FAKE_CUDA": "13.0",
        "FAKE_STATE": state,
        "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
        "PYTHONPATH": str(folder),
    }


def device(site: Workspace, environment: dict[str, str], name: str = "cuda") -> Outcome:
    return site.weaver("device", "--device", name, **environment)


def test_a_device_that_works_is_named_and_was_tried(example, tmp_path):
    done = device(example, pretend(tmp_path, "works"))
    assert done.status == 0, done.err
    assert "CUDA 13.0" in done.out
    assert "Driver Version: 535.104.05" in done.out
    assert "Stand-in T4: product of two matrices right" in done.out


@pytest.mark.parametrize(
    ("state", "smi", "said"),
    [
        ("none", None, "no NVIDIA driver: there is no nvidia-smi; install the driver"),
        (
            "none",
            '#!/bin/sh\necho "couldn\'t communicate with the NVIDIA driver"\nexit 9\n',
            "nvidia-smi says: couldn't communicate with the NVIDIA driver",
        ),
        (
            "old",
            SMI,
            "driver 535.104.05 is too old: it knows CUDA 12.2, PyTorch 2.13.0",
        ),
        ("none", SMI, "PyTorch cannot use CUDA: No CUDA GPUs are available"),
        ("raises", SMI, "Stand-in T4: a product of two matrices fails: CUDA error: no kernel"),
        ("wrong", SMI, "Stand-in T4: a product of two matrices is wrong, by 2e-02"),
    ],
)
def test_each_cause_has_its_message(example, tmp_path, state, smi, said):
    done = device(example, pretend(tmp_path, state, smi))
    assert done.status == 1
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_build_without_cuda_is_told_from_a_missing_driver(example, tmp_path):
    environment = pretend(tmp_path, "none")
    environment["PYTHONPATH"] = ""  # PyTorch as it is here, without CUDA
    done = device(example, environment)
    assert done.status == 1
    assert "was built without CUDA: install it from PyPI, or from an index such as" in done.err


def test_without_a_gpu_the_cpu_is_tried(example):
    done = example.weaver("device")
    assert done.status == 0, done.err
    assert "cpu: product of two matrices right" in done.out


def test_a_run_that_asks_for_cuda_runs_nothing_without_it(example):
    before = example.record.read_bytes()
    done = example.weaver("run", "--force", "--device", "cuda")
    assert done.status == 1
    assert "[ 1/8]" not in done.out
    assert example.record.read_bytes() == before
    assert example.weaver("run", "--device", "gpu").status == 2


def test_a_run_that_asks_for_cuda_runs_with_it(example, tmp_path):
    done = example.weaver("run", "--force", "--device", "cuda", **pretend(tmp_path, "works"))
    assert done.status == 0, done.err
    assert "[ 8/8]" in done.out


def test_a_run_on_the_cpu_sees_no_accelerator(example):
    example.edit(
        example.source,
        "doubled = 2",
        "import os\nhid = os.environ['CUDA_VISIBLE_DEVICES']\ndoubled = 2",
    )
    done = example.weaver("run", "--device", "cpu", CUDA_VISIBLE_DEVICES="0")
    assert done.status == 0, done.err
    record = json.loads(example.record.read_text(encoding="utf-8"))
    assert record["metadata"]["weaver"]["values"]["hid"] == "-1"


ON_A_DEVICE = """
# %% device
import time

import torch

device = torch.accelerator.current_accelerator(check_available=True) or "cpu"

# %% move
A = torch.eye(3).to(device)

# %% numbers
start_seconds = time.perf_counter()
count = int(np.sum([1, 2, 3]))
count_seconds = time.perf_counter() - start_seconds

# %% multiply
start_seconds = time.perf_counter()
B = A @ A + A
multiply_seconds = time.perf_counter() - start_seconds

# %% look tags=["display"]
print(count)
"""


@pytest.fixture
def stand_in(example, tmp_path) -> dict[str, str]:
    """Return an environment with a stand-in of PyTorch's own kind: see standin.py."""
    text = example.source.read_text(encoding="utf-8")
    example.source.write_text(text + ON_A_DEVICE, encoding="utf-8")
    for language in ("en", "tr"):
        page = example.page(language)
        cells = "".join(f'\n\n{{{{ cell("{name}") }}}}' for name in ADDED)
        page.write_text(page.read_text(encoding="utf-8") + cells + "\n", encoding="utf-8")
    (tmp_path / "sitecustomize.py").symlink_to(Path(__file__).with_name("standin.py"))
    return {"PYTHONPATH": str(tmp_path)}


ADDED = ("device", "move", "numbers", "multiply", "look")


def recorded_device(site: Workspace) -> dict:
    record = json.loads(site.record.read_text(encoding="utf-8"))
    return record["metadata"]["weaver"]["device"]


def test_a_record_names_the_gpu_and_the_cells_that_used_it(example, stand_in):
    done = example.weaver("run", **stand_in)
    assert done.status == 0, done.err
    device = recorded_device(example)
    gpu = {"name": "Stand-in 9000", "kind": "standin", "cells": ["move", "multiply"]}
    gpu["timings"] = ["multiply_seconds", "start_seconds"]
    instructions = torch.backends.cpu.get_cpu_capability()
    cpu = {"cpu": device["cpu"], "instructions": instructions, "threads": 1}
    assert device == {**cpu, "gpu": gpu}
    assert "Stand-in" not in device["cpu"]


def test_a_gpu_that_no_cell_used_is_not_recorded(example, stand_in):
    example.edit(example.source, "torch.eye(3).to(device)", "torch.eye(3)")
    done = example.weaver("run", **stand_in)
    assert done.status == 0, done.err
    assert "gpu" not in recorded_device(example)


def test_what_cannot_be_hidden_is_refused_where_the_cpu_was_asked_for(example, stand_in):
    before = example.record.read_bytes()
    done = example.weaver("run", "--device", "cpu", **stand_in)
    assert done.status == 1
    said = "line.py: asked for the CPU, but move, multiply used an accelerator that cannot be"
    assert said in done.err
    assert example.record.read_bytes() == before


def test_pages_say_which_device_made_a_number(example, stand_in):
    done = example.weaver("run", **stand_in)
    assert done.status == 0, done.err
    cpu = recorded_device(example)["cpu"]

    def time(notebook):  # which are the slowest differs from run to run
        for cell in notebook["cells"]:
            mine = cell["metadata"]["weaver"]
            mine["seconds"] = {"move": 5.0, "fit": 4.0}.get(mine["name"], 0.5)

    example.forge(time)
    done = example.build("--strict")
    assert done.status == 0, done.err
    html = BeautifulSoup((example.root / "site/en/line/index.html").read_text(), "html.parser")
    assert f"Stand-in 9000, {cpu}" in html.select_one(".page-facts").get_text()
    made = html.select_one(".page-made").get_text()
    assert f"Stand-in 9000, {cpu}; threads: 1" in made
    assert "move 5.0\N{NO-BREAK SPACE}s (Stand-in 9000)" in made
    assert f"fit 4.0\N{NO-BREAK SPACE}s ({cpu})" in made
