"""The run record: an executed notebook, and the key that says whether it is fresh."""

import ast
import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from weaver.datasets import DATASETS, used_datasets
from weaver.languages import Strings, canonical, localise, read_strings
from weaver.problems import fail
from weaver.project import Project
from weaver.tutorial import Tutorial, imported_modules, read_text, read_tutorial

_DIGEST = re.compile(rb'("weaver_digest": ")([0-9a-f]{64})(")')
_NO_DIGEST = b"0" * 64


@dataclass(frozen=True)
class Record:
    """The last run of a tutorial.

    ``outputs`` maps a cell's name to its outputs for each language, ``code`` to
    the code that ran, ``seconds`` to the time that it took; ``about`` is the
    run's own account: key, values, claims, device, versions, seconds, date,
    dataset digests.
    """

    path: Path
    about: dict
    outputs: dict[str, dict[str, list]]
    code: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def values(self) -> dict:
        """The tutorial's plain values after the run, by name."""
        return self.about["values"]


@dataclass(frozen=True)
class Status:
    """Whether a tutorial's record is fresh, and if not, what changed."""

    name: str
    changed: tuple[str, ...]
    seconds: float | None  # of the last run

    @property
    def fresh(self) -> bool:
        """Whether the record is what a run would give now."""
        return not self.changed


def read_record(path: Path) -> Record | None:
    """Read a run record; None if there is none.

    Raises
    ------
    WeaverError
        If the file is not a whole record as the runner wrote it.
    """
    try:
        return parse_record(path, path.read_bytes())
    except FileNotFoundError:
        return None


def parse_record(path: Path, content: bytes) -> Record:
    """Read a run record from its bytes; ``path`` is what messages call it.

    Raises
    ------
    WeaverError
        If the bytes are not a whole record as the runner wrote it.
    """
    about = _parse_about(path, content)
    outputs, code, seconds = {}, {}, {}
    for cell in json.loads(content)["cells"]:
        mine = cell["metadata"].get("weaver", {})
        if "name" in mine:
            outputs[mine["name"]] = {"en": cell["outputs"], **mine.get("outputs", {})}
            code[mine["name"]] = "".join(cell["source"])
            seconds[mine["name"]] = mine["seconds"]
    return Record(path, about, outputs, code, seconds)


def write_record(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a record whole, or not at all."""
    notebook.metadata["weaver_digest"] = _NO_DIGEST.decode()
    nbformat.validate(notebook)
    text = nbformat.writes(notebook).encode() + b"\n"
    text = _DIGEST.sub(rb"\g<1>" + _whole_digest(text) + rb"\g<3>", text, count=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that nobody ever sees half of it."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(part).chmod(0o644)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)


def read_pins(project: Project) -> dict[str, str]:
    """Return the pinned version of each package that tutorials may import."""
    text = read_text(project.root / "requirements-run.txt")
    return dict(re.findall(r"(?m)^([\w-]+)==(\S+)", text))


def make_key(
    tutorial: Tutorial, strings: Strings, pins: dict[str, str], text: str | None = None
) -> dict:
    """Return what a tutorial's outputs depend on, part by part.

    Each cell counts by its meaning, not by its looks; a display cell counts in
    every language. The docstring's claims, local modules, datasets and pinned
    packages follow.
    """
    text = read_text(tutorial.path) if text is None else text
    module = ast.parse(text)
    cells = {}
    for cell in tutorial.cells:
        tags = ",".join(sorted(cell.tags - {"hidden"}))
        meaning = [cell.name, tags, canonical(cell.source)]
        if cell.displays:
            meaning.append(canonical(localise(cell, strings).source))
        cells[cell.name] = _digest("\n".join(meaning))
    imported = imported_modules(module)
    local = (tutorial.path.with_name(f"{name}.py") for name in sorted(imported))
    return {
        "claims": _digest(canonical(f"def claims():\n    {tutorial.docstring!r}")),
        "cells": cells,
        "order": list(cells),  # JSON objects of a notebook are sorted
        "modules": {
            path.name: _digest(canonical(read_text(path))) for path in local if path.exists()
        },
        "datasets": {
            f"{dataset.name}/{name}": digest
            for dataset in used_datasets(module)
            for name, digest in dataset.digests.items()
        },
        "packages": {name: pins[name] for name in sorted(imported) if name in pins},
    }


def compare_keys(recorded: dict, current: dict) -> list[str]:
    """Say in words which parts of the key differ; empty if none does."""
    said = []
    if recorded.get("claims") != current["claims"]:
        said.append("the claims in the docstring changed")
    nouns = {
        "cells": "cell",
        "modules": "local module",
        "datasets": "dataset file",
        "packages": "package",
    }
    for part, noun in nouns.items():
        old, new = recorded.get(part, {}), current[part]
        for name in [*new, *(name for name in old if name not in new)]:
            if name not in old:
                said.append(f"{noun} `{name}` is new")
            elif name not in new:
                said.append(f"{noun} `{name}` is gone")
            elif old[name] != new[name] and part == "packages":
                said.append(f"{noun} `{name}` went from {old[name]} to {new[name]}")
            elif old[name] != new[name]:
                said.append(f"{noun} `{name}` changed")
    if not said and recorded.get("order") != current["order"]:
        said.append("the cells are in another order")
    return said


def source_digest(project: Project, name: str, pins: dict[str, str], strings: Strings) -> str:
    """Return a digest of the very bytes that the key is made from.

    While it is the same, so is the key: nothing needs to be parsed.
    """
    path = project.source(name)
    digests = {name: dataset.digests for name, dataset in DATASETS.items()}
    parts = [path.read_bytes(), json.dumps([pins, digests]).encode()]
    parts.append(json.dumps([dict(strings.own), dict(strings.common)]).encode())
    parts += [other.read_bytes() for other in _local_modules(path)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_status(project: Project, name: str, shared: "Shared") -> Status:
    """Return whether a tutorial needs a run, and why."""
    path = project.record(name)
    try:
        about = _parse_about(path, path.read_bytes())
    except FileNotFoundError:
        return Status(name, ("never run",), None)
    strings = shared.strings_of(name)
    if about["source_digest"] == source_digest(project, name, shared.pins, strings):
        return Status(name, (), about["seconds"])
    tutorial = read_tutorial(project.source(name))
    changed = compare_keys(about["key"], make_key(tutorial, strings, shared.pins))
    return Status(name, tuple(changed), about["seconds"])


@dataclass(frozen=True)
class Shared:
    """What all tutorials share: read once."""

    pins: dict[str, str]
    strings: dict[str, Strings]
    strings_path: Path

    @classmethod
    def of(cls, project: Project) -> "Shared":
        """Read the pins and strings of a project."""
        return cls(read_pins(project), read_strings(project.strings), project.strings)

    def strings_of(self, name: str) -> Strings:
        """Return the strings that a tutorial may use."""
        common = self.strings.get("common", Strings(self.strings_path)).own
        return self.strings.get(name, Strings(self.strings_path, {}, common))


def _local_modules(path: Path) -> list[Path]:
    """Return local modules that a source may import, found without parsing it."""
    text = path.read_text(encoding="utf-8", errors="replace")
    names = re.findall(r"(?m)^\s*(?:from|import) (\w+)", text)
    return [
        other
        for name in sorted(set(names))
        if (other := path.with_name(f"{name}.py")).exists() and other != path
    ]


def _parse_about(path: Path, content: bytes) -> dict:
    """Return a record's account of the run.

    Only the end of the file is parsed: the digest vouches for the rest, and a
    site of a thousand tutorials asks each of them whether it is fresh.
    """
    again = f"run `python -m weaver run {path.stem} --force`, or restore the file from git"
    cells, mark, metadata = content.rpartition(b'\n "metadata": {')
    found = _DIGEST.search(metadata)
    if not found:
        raise fail(path, 0, f"not a whole run record: {again}")
    bare = _DIGEST.sub(rb"\g<1>" + _NO_DIGEST + rb"\g<3>", metadata, count=1)
    if _whole_digest(cells, mark, bare) != found[2]:
        raise fail(path, 0, f"was changed after the run that wrote it: {again}")
    return json.loads(b"{" + mark + metadata)["metadata"]["weaver"]


def _whole_digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest().encode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
