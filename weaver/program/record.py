"""The run record: an executed notebook, written whole or not at all."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from weaver.core.files import write_whole
from weaver.core.problems import fail

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
    about = parse_about(path, content)
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


def parse_about(path: Path, content: bytes) -> dict:
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
