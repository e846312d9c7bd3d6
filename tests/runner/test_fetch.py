"""Fetching datasets, from a real server on this machine."""

import gzip
import hashlib
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

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
    ranges: list[str | None] = []

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if not self.path.endswith("images.gz"):
            return self.send_error(404)
        if start >= len(self.body):
            return self.send_error(416)
        self.send_response(206 if asked else 200)
        rest = self.body[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.breaks_after])
        return None

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[str]:
    Mirror.breaks_after, Mirror.body, Mirror.ranges = None, PACKED, []
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
    return Dataset("Tiny", {"images": DIGEST}, mirrors)


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


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
        download(f"{mirror}images.gz", part)
    assert part.read_bytes() == PACKED[:1000]
    Mirror.breaks_after = None
    download(f"{mirror}images.gz", part)
    assert part.read_bytes() == PACKED
    assert Mirror.ranges == [None, "bytes=1000-"]


def test_the_real_datasets_are_complete():
    for entry in DATASETS.values():
        assert len(entry.digests) == 4
        assert all(len(digest) == 64 for digest in entry.digests.values())
