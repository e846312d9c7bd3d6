"""The datasets that tutorials may use; ``datasets.yml`` lists them."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from weaver.core.files import YAML_LOADER


@dataclass(frozen=True)
class Dataset:
    """A dataset; ``files`` has the bytes and the SHA-256 of each, decompressed."""

    name: str
    files: Mapping[str, tuple[int, str]]
    mirrors: tuple[str, ...] = ()
    debian: str | None = None
    npm: str | None = None

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each file."""
        return {name: digest for name, (_, digest) in self.files.items()}


_LISTED = yaml.load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"), YAML_LOADER)

DATASETS = {name: Dataset(name, **entry) for name, entry in _LISTED.items()}


def used_datasets(module: ast.AST) -> list[Dataset]:
    """Return the datasets that a program names."""
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(module)}
    return [dataset for name, dataset in DATASETS.items() if name in names]
