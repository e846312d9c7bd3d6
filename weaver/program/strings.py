"""The words that readers of another language see inside code and figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from weaver.core.files import compose_yaml, load_yaml, read_text
from weaver.core.problems import fail


@dataclass(frozen=True)
class Strings:
    """The translations that one tutorial's code may use."""

    path: Path
    own: Mapping[str, str] = field(default_factory=dict)
    common: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """Return the translation of ``key``, or None."""
        return self.own.get(key, self.common.get(key))


def read_strings(path: Path) -> dict[str, Strings]:
    """Read ``strings.<code>.yml``: a mapping per tutorial, and one named ``common``."""
    if not path.exists():
        return {}
    text = read_text(path)
    tree = load_yaml(path, text)
    if not isinstance(tree, dict):
        raise fail(path, 1, "must map tutorial names to their strings")
    lines: dict[str, dict[str, int]] = {}
    root = compose_yaml(path, text)
    for key_node, value_node in root.value if root else ():
        section = key_node.value
        lines[section] = {}
        if not isinstance(value_node, yaml.MappingNode):
            line = key_node.start_mark.line + 1
            raise fail(path, line, f"{section!r} must map English strings to their translations")
        for entry, translation in value_node.value:
            line = entry.start_mark.line + 1
            if not isinstance(translation, yaml.ScalarNode):
                raise fail(path, line, f"{entry.value!r} must have a string as translation")
            lines[section][entry.value] = line
    sections = {
        name: {str(key): str(value) for key, value in (section or {}).items()}
        for name, section in tree.items()
    }
    common = sections.get("common", {})
    return {
        name: Strings(path, own, {} if name == "common" else common, lines[name])
        for name, own in sections.items()
    } | {"common": Strings(path, common, {}, lines.get("common", {}))}
