"""Change YAML files as their authors would: the new is put in, the rest stays as it is."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from weaver.core.files import YAML_LOADER
from weaver.core.messages import _
from weaver.core.problems import fail

Edit = tuple[int, int, str]  # from one place in the text to another: what stands there instead


def compose(path: Path, text: str) -> yaml.Node:
    """Return the node of a whole file; where it is no YAML, say so."""
    try:
        return yaml.compose(text, YAML_LOADER) or yaml.MappingNode("", [])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise fail(path, line, _("not YAML: {problem}").format(problem=error.problem)) from None


def child(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """Return what stands under keys, one in the other."""
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    return node


def walk(node: yaml.Node) -> Iterator[tuple[yaml.MappingNode, yaml.Node, yaml.Node]]:
    """Yield every mapping with each of its keys and values, from the outside in."""
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from walk(item)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield node, key, value  # type: ignore[misc]
        yield from walk(value)


def end_of(node: yaml.Node, text: str) -> int:
    """Return where a value ends, blank lines and comments after it apart."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return len(text[: node.end_mark.index].rstrip())


def after(node: yaml.Node, text: str, new: str, *, flow: bool, column: int) -> Edit:
    """Put something after a value: on its line, or on lines of its own at a column."""
    end = end_of(node, text)
    if flow:
        return end, end, f", {new}"
    line_end = text.find("\n", end)
    place = len(text) if line_end < 0 else line_end
    return place, place, f"\n{' ' * column}{new}"


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with all edits made, which do not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text
