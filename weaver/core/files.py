"""Files of a project: read as UTF-8, YAML with its lines, and written whole."""

import errno
import os
import tempfile
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from weaver.core.messages import _
from weaver.core.problems import WeaverError, fail

# What the system says when there is no room, or no right, to write.
NO_ROOM = {errno.EISDIR, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS}


def read_text(path: Path) -> str:
    """Read a text file of the project as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise fail(path, 0, _("no such file")) from None
    except OSError as error:
        raise fail(path, 0, _("cannot be read: {reason}").format(reason=error.strerror)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise fail(path, line, _("not UTF-8: save the file as UTF-8")) from None


# libyaml reads as PyYAML's own safe loader does, ten times as fast.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# A date that there is not is a ValueError, a mapping as a key a TypeError.
_NO_YAML = (yaml.YAMLError, ValueError, TypeError, RecursionError)


class _Loader(YAML_LOADER):  # type: ignore[misc, valid-type]
    """Refuses a key that is there twice, of which YAML's own loader takes the last."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        """Return a mapping's keys and values."""
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                text = _("the key {key!r} is there twice").format(key=key.value)
                raise yaml.MarkedYAMLError(problem=text, problem_mark=key.start_mark)
            seen.add(str(key.value))
        tree: dict[Hashable, object] = super().construct_mapping(node, deep)
        return tree


def load_yaml(path: Path, text: str, loader: Any = _Loader) -> object:
    """Parse YAML, naming file and line of what cannot be parsed."""
    try:
        return yaml.load(text, loader)
    except _NO_YAML as error:
        raise _not_yaml(path, error) from None


def _not_yaml(path: Path, error: Exception) -> WeaverError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return fail(
        path, mark.line + 1 if mark else 0, _("not YAML: {problem}").format(problem=problem)
    )


def compose_yaml(path: Path, text: str) -> yaml.Node | None:
    """Return YAML as nodes, which know their lines; None if there is nothing in it."""
    try:
        node: yaml.Node | None = yaml.compose(text, YAML_LOADER)
    except _NO_YAML as error:
        raise _not_yaml(path, error) from None
    return node


def yaml_texts(node: yaml.Node | None, key: str = "") -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Yield (its key, its node) of every scalar below a node; in a list it has no key."""
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from yaml_texts(value, str(name.value))
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from yaml_texts(item)


def find_line(node: yaml.Node | None, keys: Iterable[object]) -> int:
    """Return the line of what keys and indices lead to; of the last thing there is."""
    line = node.start_mark.line + 1 if node else 1
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = place = node.value[key]
        else:
            pairs = node.value if isinstance(node, yaml.MappingNode) else ()
            found = [pair for pair in pairs if pair[0].value == str(key)]
            if not found:
                break
            place, node = found[0]
        line = place.start_mark.line + 1
    return line


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
