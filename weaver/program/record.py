"""The run record: an executed notebook, written whole or not at all.

Three digests hang together. The SHA-256 of the file is what an attestation signs, and what
``sha256sum`` prints. Among the bytes that it vouches for is the record's own, ``weaver_digest``,
of the file with noughts in its place: it finds a file that was cut off or edited. And in the
run's account is ``source_digest``, of the program and what else its key is made from.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import fastjsonschema
import nbformat

from weaver.core.files import write_whole
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.core.project import SOURCE_LANGUAGE
from weaver.program.key import Key

LARGEST = 20_000_000  # bytes

_DIGEST = re.compile(rb'("weaver_digest": ")([0-9a-f]{64})(")')

_NO_DIGEST = b"0" * 64

Scalar = bool | int | float | str

Output = dict[str, Any]  # of a notebook's cell


class Claim(TypedDict):
    """What a docstring promises: ``of`` is a function, or ``claims`` for the module."""

    of: str
    source: str
    want: str


class Gpu(TypedDict):
    """An accelerator that ``cells`` used; ``timings`` are the times that they measured.

    Its ``name`` is its maker's, its ``kind`` PyTorch's (``cuda``, say); ``driver``
    and ``cuda`` are versions of NVIDIA's.
    """

    name: str
    kind: str
    cells: list[str]
    timings: list[str]
    driver: NotRequired[str]
    cuda: NotRequired[str]


class Device(TypedDict):
    """What a run ran on; ``gpu`` only if a cell used it, ``threads`` of the processor.

    ``instructions`` are those that PyTorch uses of the processor, ``AVX2`` say: processors
    of one name may differ in them, and their sums in the last digits.
    """

    cpu: str
    threads: int
    instructions: NotRequired[str]
    gpu: NotRequired[Gpu]


class About(TypedDict):
    """A run's own account. ``date`` is in ISO form, ``datasets`` has SHA-256 by file."""

    claims: list[Claim]
    date: str
    datasets: dict[str, str]
    device: Device
    key: Key
    seconds: float
    source_digest: str
    values: dict[str, Scalar | list[Scalar] | dict[str, Scalar]]
    versions: dict[str, str]


@dataclass(frozen=True)
class Record:
    """The last run of a tutorial.

    ``outputs`` maps a cell's name to its outputs for each language, ``seconds``
    to the time that it took.
    """

    path: Path
    about: About
    outputs: Mapping[str, Mapping[str, list[Output]]]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Scalar | list[Scalar] | dict[str, Scalar]]:
        """The tutorial's plain values after the run, by name."""
        return self.about["values"]


def name_device(device: Device, of: str | None = None) -> str:
    """Return the name of what a cell ran on, or a time was measured on, by its name.

    Without one, return the names of all that a run used.
    """
    gpu = device.get("gpu")
    if gpu is None or (of is not None and of not in [*gpu["cells"], *gpu["timings"]]):
        return device["cpu"]
    return gpu["name"] if of is not None else f"{gpu['name']}, {device['cpu']}"


def read_record(path: Path) -> Record | None:
    """Read a run record as `parse_record` does; None if there is none."""
    content = _read(path)
    return None if content is None else parse_record(path, content)


def parse_record(path: Path, content: bytes) -> Record:
    """Read a run record from its bytes; ``path`` is what messages call it.

    Raises
    ------
    WeaverError
        If the bytes are not a whole record as the runner writes it.
    """
    about = _parse_about(path, content)
    outputs, seconds = {}, {}
    for cell in _validated(path, content)["cells"]:
        mine = cell["metadata"]["weaver"]
        name = mine["name"]
        outputs[name] = {SOURCE_LANGUAGE: cell["outputs"], **mine.get("outputs", {})}
        seconds[name] = mine["seconds"]
    return Record(path, about, outputs, seconds)


def read_about(path: Path, *, validated: bool = True) -> About | None:
    """Read a record's account of the run only; None if there is none.

    If it is not ``validated``, it may be of another form than it says.
    """
    content = _read(path)
    return None if content is None else _parse_about(path, content, validated=validated)


def write_record(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a record whole, or not at all."""
    text = sign_record(notebook)
    parse_record(path, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def sign_record(notebook: nbformat.NotebookNode) -> bytes:
    """Return a record's bytes, with the digest of all the others among them."""
    notebook.metadata["weaver_digest"] = _NO_DIGEST.decode()
    nbformat.validate(notebook)
    text = nbformat.writes(notebook).encode() + b"\n"
    return _DIGEST.sub(rb"\g<1>" + _whole_digest(text) + rb"\g<3>", text, count=1)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fail(path, 0, _("cannot be read: {reason}").format(reason=error.strerror)) from None


def _parse_about(path: Path, content: bytes, *, validated: bool = True) -> About:
    """Return a record's account of the run.

    Only the end of the file is parsed: the digest vouches for the rest, and a
    site of a thousand tutorials asks each of them whether it is fresh.
    """
    if len(content) > LARGEST:
        said = _("a run record has at most {megabytes} MB: let the tutorial put out less")
        raise fail(path, 0, said.format(megabytes=LARGEST // 1_000_000))
    again = _("run `python -m weaver run {name} --force`, or restore the file from git")
    again = again.format(name=path.stem)
    cells, mark, metadata = content.rpartition(b'\n "metadata": {')
    found = _DIGEST.search(metadata)
    if not found:
        raise fail(path, 0, _("not a whole run record: {again}").format(again=again))
    bare = _DIGEST.sub(rb"\g<1>" + _NO_DIGEST + rb"\g<3>", metadata, count=1)
    if _whole_digest(cells, mark, bare) != found[2]:
        said = _("was changed after the run that wrote it: {again}")
        raise fail(path, 0, said.format(again=again))
    text = b"{" + mark + metadata
    read = _validated(path, text) if validated else json.loads(text)
    about: About = read["metadata"]["weaver"]
    # Elsewhere the day may have begun already.
    if validated and date.fromisoformat(about["date"]) > date.today() + timedelta(days=1):
        raise fail(path, 0, _("{date} is yet to come: {again}").format(**about, again=again))
    return about


def _validated(path: Path, content: bytes) -> dict[str, Any]:
    """Parse what there is of a record, which must have the record's form."""
    try:
        text = content.decode()
        found: dict[str, Any] = _schema()(
            json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_read_object)
        )
        if "\\ud" in text.lower():
            json.dumps(found, ensure_ascii=False).encode()  # half a letter is none
    except (fastjsonschema.JsonSchemaValueException, ValueError, RecursionError) as error:
        said = _("not a run record as `python -m weaver run {name}` writes it: {reason}")
        raise fail(path, 0, said.format(name=path.stem, reason=str(error)[:300])) from None
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _value in pairs).most_common(1)[0][0]
        raise ValueError(_("the key {key!r} is there twice").format(key=twice))
    return found


@cache
def _schema() -> Callable[[object], dict[str, Any]]:
    text = Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8")
    validate: Callable[[object], dict[str, Any]] = fastjsonschema.compile(json.loads(text))
    return validate


def _whole_digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest().encode()
