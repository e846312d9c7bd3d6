"""The key of a run record: what a tutorial's outputs depend on."""

import ast
import hashlib
import json
import re

from weaver.core.files import read_text
from weaver.core.project import Project
from weaver.program.datasets import DATASETS, used_datasets
from weaver.program.localise import localise
from weaver.program.meaning import canonical
from weaver.program.modules import imported_modules, local_modules
from weaver.program.strings import Strings
from weaver.program.tutorial import Tutorial


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
    parts += [other.read_bytes() for other in local_modules(path)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
