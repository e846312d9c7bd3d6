"""The Makefile's targets, each on a clone where no other has run before."""

import os
import subprocess

import pytest
from conftest import ROOT


@pytest.mark.parametrize("target", ["site", "build", "check", "run", "verify", "data", "test"])
def test_every_target_installs_the_engine_itself(target: str) -> None:
    """MkDocs finds the plugin by an installed entry point, not by the folder it is started in."""
    done = subprocess.run(
        ["make", "--dry-run", "VENV=nowhere", target],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    installing, _, rest = done.stdout.partition("touch nowhere/python")
    assert "--no-deps --editable ." in installing
    assert "nowhere/bin/python -m venv" not in rest
