"""The words that readers of another language see inside code and figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from weaver.core.files import compose_yaml, load_yaml, read_text
from weaver.core.messages import _
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
    load_yaml(path, text)  # says what is no YAML, and what is there twice
    root = compose_yaml(path, text)
    if not isinstance(root, yaml.MappingNode):
        raise fail(path, 1, _("must map tutorial names to their strings"))
    found = {"common": Strings(path)}
    for name, section in root.value:
        if not isinstance(section, yaml.MappingNode):
            said = _("{section} must map English strings to their translations")
            line = name.start_mark.line + 1
            raise fail(path, line, said.format(section=repr(name.value)))
        for key, value in section.value:
            if not isinstance(value, yaml.ScalarNode):
                said = _("{key} must have a string as translation").format(key=repr(key.value))
                raise fail(path, key.start_mark.line + 1, said)
        own = {key.value: value.value for key, value in section.value}
        lines = {key.value: key.start_mark.line + 1 for key, _value in section.value}
        found[name.value] = Strings(path, own, {}, lines)
    common = found["common"]
    return {name: replace(one, common=common.own) for name, one in found.items()}
