"""``make preview``: a stranger's site, apart from ours."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from conftest import ROOT

# Stands in for GitHub's own program, which fetches the site that a check kept.
GH = """#!/bin/sh
test "$1 $2 $3 $4 $5 $6" = "run download 42 --name site --dir" || exit 1
echo "<h1>A stranger's page</h1>" > "$7/index.html"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with the Makefile, an environment that is ready, and a program ``gh``."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "python").touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    return tmp_path


def start(checkout: Path, run: str) -> subprocess.Popen[str]:
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        ["make", "preview", f"RUN={run}"],
        cwd=checkout,
        env={**os.environ, "MAKEFLAGS": "", "PATH": path, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def stop(server: subprocess.Popen[str]) -> None:
    """End a preview as closing its terminal does."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        raise


def listens(server: subprocess.Popen[str]) -> str:
    """Return the address that a preview says, once it is there."""
    assert server.stdout
    said = (re.search(r"http://127\.0\.0\.1:\d+/", line) for line in server.stdout)
    return next(address[0] for address in said if address)


@pytest.fixture
def addresses(checkout: Path) -> Iterator[list[str]]:
    """Return the addresses of two previews at once."""
    servers = [start(checkout, "42"), start(checkout, "42")]
    try:
        yield [listens(server) for server in servers]
    finally:
        for server in servers:
            stop(server)


def test_a_preview_shares_no_origin(addresses: list[str], checkout: Path) -> None:
    assert len(set(addresses)) == 2
    assert "http://127.0.0.1:8000/" not in addresses  # where `make serve` is
    for address in addresses:
        assert "A stranger's page" in urlopen(address, timeout=30).read().decode()
    assert len(list((checkout / ".cache").iterdir())) == 2


def test_a_preview_leaves_nothing(checkout: Path) -> None:
    (checkout / ".cache").mkdir()
    (checkout / ".cache" / "preview").write_text("somebody's own")
    server = start(checkout, "42")
    listens(server)
    stop(server)
    assert [path.name for path in (checkout / ".cache").iterdir()] == ["preview"]


def test_a_run_that_is_not_there_is_told(checkout: Path) -> None:
    server = start(checkout, "43")
    said, _none = server.communicate(timeout=30)
    assert server.returncode == 2, said
    assert list((checkout / ".cache").iterdir()) == []
