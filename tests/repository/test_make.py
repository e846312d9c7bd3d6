"""The Makefile's targets, each on a clone where no other has run before."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT


def plan(*arguments: str, **environment: str) -> str:
    """Return what make would do in a clone where nothing is installed."""
    done = subprocess.run(
        ["make", "--dry-run", "VENV=nowhere", *arguments],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": "", "TORCH_INDEX": "", **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("target", ["site", "build", "check", "run", "verify", "data", "test"])
def test_every_target_installs_the_engine_itself(target: str) -> None:
    """MkDocs finds the plugin by an installed entry point, not by the folder it is started in."""
    made = plan(target)
    installing, editable, rest = made.partition("--editable .")
    assert editable
    assert not re.search(r"-m (weaver|mkdocs|pytest)", installing)
    assert "nowhere/bin/python -m venv" not in rest


@pytest.mark.parametrize("target", ["site", "run", "test", "lock", "newest"])
def test_only_the_locks_are_installed(target: str) -> None:
    for line in plan(target).splitlines():
        if "pip install" in line:
            assert "--require-hashes --no-deps" in line or line.endswith("--editable ."), line
            assert not re.search(r"-r (?!locks/)", line), line


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """Return a folder for the PATH: with what a shell needs, and no nvidia-smi."""
    for name in ("sh", "sed", "dirname", "uname", "head"):
        (tmp_path / name).symlink_to(shutil.which(name))
    return tmp_path


def program(path: Path, script: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def choose(folder: Path, root: Path = ROOT) -> tuple[str, str]:
    done = subprocess.run(
        [root / ".ci" / "torch-index"], env={"PATH": str(folder)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_without_a_driver_pytorch_has_no_cuda(driver: Path) -> None:
    assert choose(driver) == ("cpu", "")
    # The driver was taken out, or the module is not loaded: the program is there, and fails.
    program(driver / "nvidia-smi", "echo 'NVIDIA-SMI has failed because …'; exit 9")
    assert choose(driver) == ("cpu", "")


@pytest.mark.parametrize(
    ("version", "index"), [("580.65.06", "pypi"), ("1000.1", "pypi"), ("579.99", "cpu")]
)
def test_the_driver_decides(driver: Path, version: str, index: str) -> None:
    # A machine with two devices says it twice.
    program(
        driver / "nvidia-smi", f'[ "$2" = --format=csv,noheader ] && echo {version} && echo 1.0'
    )
    chosen, said = choose(driver)
    assert chosen == index
    assert ("too old" in said) == (index == "cpu")


def test_an_older_driver_takes_an_older_cuda_if_that_is_locked(
    driver: Path, tmp_path: Path
) -> None:
    program(driver / "nvidia-smi", "echo 550.90.07")
    shutil.copytree(ROOT / ".ci", tmp_path / "copy" / ".ci")
    (tmp_path / "copy" / "locks").mkdir()
    assert choose(driver, tmp_path / "copy")[0] == "cpu"
    (tmp_path / "copy" / "locks" / "torch-cu126.txt").touch()
    assert choose(driver, tmp_path / "copy") == ("cu126", "")
    program(driver / "nvidia-smi", "echo 470.256.02")
    assert choose(driver, tmp_path / "copy")[0] == "cpu"


def test_where_there_is_no_cuda_pypi_has_the_wheels(driver: Path) -> None:
    program(driver / "uname", "echo Darwin")
    assert choose(driver) == ("pypi", "")


def test_the_index_can_be_chosen(driver: Path) -> None:
    program(driver / "nvidia-smi", "echo 580.65.06")
    path = f"{driver}:{os.environ['PATH']}"
    assert "locks/torch-pypi.txt" in plan("run", PATH=path)
    assert "--extra-index-url" not in plan("run", PATH=path)
    made = plan("run", PATH=path, TORCH_INDEX="cpu")
    assert re.search(r"locks/torch-cpu\.txt.*\s.*--extra-index-url \S+/whl/cpu\s", made)
    assert "torch-pypi" not in made


def test_what_is_installed_is_kept(driver: Path, tmp_path: Path) -> None:
    """Whoever has a GPU and asked for no CUDA once is not given it by the next target."""
    program(driver / "nvidia-smi", "echo 580.65.06")
    venv = tmp_path / "venv"
    venv.mkdir()
    for name in ("python", "torch-cpu"):
        (venv / name).touch()
    path = f"{driver}:{os.environ['PATH']}"
    assert "locks/torch" not in plan("run", f"VENV={venv}", PATH=path)
    assert "locks/torch-pypi.txt" in plan("run", f"VENV={venv}", PATH=path, TORCH_INDEX="pypi")


def test_an_index_without_a_lock_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "python").touch()
    done = subprocess.run(
        ["make", f"VENV={tmp_path}", f"{tmp_path}/torch-cu999"],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert (
        "locks/torch-cu999.txt is not there: `make lock TORCH_INDEX=cu999` makes it" in done.stderr
    )
