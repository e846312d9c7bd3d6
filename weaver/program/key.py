"""The key of a run record: what a tutorial's outputs depend on."""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.project import Project
from weaver.program.datasets import DATASETS, used_datasets
from weaver.program.localise import localise
from weaver.program.meaning import canonical, parse
from weaver.program.modules import imported_modules, local_modules
from weaver.program.strings import Strings
from weaver.program.tutorial import Tutorial

Key = dict[str, Any]  # claims, cells, order, modules, datasets, packages and runner

# How weaver/runner/kernel.py draws figures, checks claims and tells what ran: one more when it
# does so otherwise.
RUNNER = 2


def read_pins(project: Project) -> dict[str, str]:
    """Return the pinned version of each package that tutorials may import."""
    text = read_text(project.root / "requirements-run.txt")
    return dict(re.findall(r"(?m)^([\w-]+)==(\S+)", text))


def make_key(tutorial: Tutorial, strings: Mapping[str, Strings], pins: Mapping[str, str]) -> Key:
    """Return what a tutorial's outputs depend on, part by part.

    Each cell counts by its meaning, not by its looks; a display cell counts in
    every language. The docstring's claims, local modules, datasets, pinned
    packages and the runner follow.
    """
    cells = {}
    for cell in tutorial.cells:
        tags = ",".join(sorted(cell.tags - {"hidden"}))
        meaning = [cell.name, tags, canonical(cell.source)]
        if cell.displays:
            forms = [canonical(localise(cell, each).source) for each in strings.values()]
            # A further language counts where it differs: until then a record stays fresh.
            known = {meaning[-1], *forms[:1]}
            meaning += forms[:1] + [form for form in forms[1:] if form not in known]
        cells[cell.name] = _digest("\n".join(meaning))
    local = {path: read_text(path) for path in local_modules(tutorial.path)}
    programs = {tutorial.path: read_text(tutorial.path), **local}
    tree = ast.Module([node for path in programs for node in parse(path, programs[path]).body], [])
    imported = imported_modules(tree)
    return {
        "claims": _digest(canonical(f"def claims():\n    {tutorial.docstring!r}")),
        "cells": cells,
        "order": list(cells),  # JSON objects of a notebook are sorted
        "modules": {
            path.relative_to(tutorial.path.parent).as_posix(): _digest(canonical(text))
            for path, text in local.items()
        },
        "datasets": {
            f"{dataset.name}/{name}": digest
            for dataset in used_datasets(tree)
            for name, digest in dataset.digests.items()
        },
        "packages": {name: pins[name] for name in sorted(imported) if name in pins},
        "runner": RUNNER,
    }


def compare_keys(recorded: Key, current: Key) -> Iterator[str]:
    """Say in words which parts of the key differ; nothing if none does."""
    said = {
        "cells": (
            _("cell `{name}` is new"),
            _("cell `{name}` is gone"),
            _("cell `{name}` changed"),
        ),
        "modules": (
            _("local module `{name}` is new"),
            _("local module `{name}` is gone"),
            _("local module `{name}` changed"),
        ),
        "datasets": (
            _("dataset file `{name}` is new"),
            _("dataset file `{name}` is gone"),
            _("dataset file `{name}` changed"),
        ),
        "packages": (
            _("package `{name}` is new"),
            _("package `{name}` is gone"),
            _("package `{name}` went from {old} to {new}"),
        ),
    }
    same = True
    if recorded["claims"] != current["claims"]:
        same = False
        yield _("the claims in the docstring changed")
    for part, (is_new, is_gone, is_other) in said.items():
        old, new = recorded[part], current[part]
        for name in [*new, *(name for name in old if name not in new)]:
            if old.get(name) != new.get(name):
                same = False
                text = is_new if name not in old else is_gone if name not in new else is_other
                yield text.format(name=name, old=old.get(name), new=new.get(name))
    if same and recorded["order"] != current["order"]:
        yield _("the cells are in another order")
    # Records from before this part was kept are of its first value.
    if recorded.get("runner", 1) != current["runner"]:
        yield _("the runner draws figures, checks claims or tells what ran otherwise now")


def source_digest(
    project: Project, name: str, pins: dict[str, str], strings: Mapping[str, Strings]
) -> str:
    """Return a digest of the very bytes that the key is made from.

    While it is the same, so is the key: nothing needs to be parsed. What only the
    runner knows is not in it: the versions that ran, and the runner's own.
    """
    path = project.source(name)
    digests = {name: dataset.digests for name, dataset in DATASETS.items()}
    parts = [path.read_bytes(), json.dumps([pins, digests]).encode()]
    words = ([dict(each.own), dict(each.common)] for each in strings.values())
    parts += [json.dumps(one).encode() for one in words]
    parts += [other.read_bytes() for other in local_modules(path, parsed=False)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
