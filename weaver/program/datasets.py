"""The datasets that tutorials may use; ``datasets.yml`` lists them."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fastjsonschema

from weaver.core.files import load_yaml, read_text
from weaver.core.problems import fail


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


_FORM = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["files"],
        "additionalProperties": False,
        "properties": {
            "files": {
                "type": "object",
                "propertyNames": {"pattern": r"^\w[\w.-]*$"},
                "additionalProperties": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": [
                        {"type": "integer", "minimum": 1, "maximum": 10**10},
                        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    ],
                },
            },
            "mirrors": {"type": "array", "items": {"type": "string", "pattern": "^https?://"}},
            "debian": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9.+-]+$"},
            "npm": {"type": "string", "pattern": r"^[@a-z0-9][@a-z0-9._/-]+$"},
        },
    },
}


def read_datasets(path: Path) -> dict[str, Dataset]:
    """Read a list of datasets, by name.

    Raises
    ------
    WeaverError
        If it is not YAML, or of another form.
    """
    tree = load_yaml(path, read_text(path))
    try:
        fastjsonschema.validate(_FORM, tree)
    except fastjsonschema.JsonSchemaValueException as error:
        raise fail(path, 0, str(error)[:300]) from None
    assert isinstance(tree, dict)
    return {name: Dataset(name, **entry) for name, entry in tree.items()}


DATASETS = read_datasets(Path(__file__).with_suffix(".yml"))


def used_datasets(module: ast.AST) -> list[Dataset]:
    """Return the datasets that a program names."""
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(module)}
    return [dataset for name, dataset in DATASETS.items() if name in names]
