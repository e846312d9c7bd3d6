"""The modules that a program imports, and those of them that lie beside it.

A file beside the tutorials that has no cell is a module, for tutorials to import.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from weaver.core.files import read_text
from weaver.program.meaning import parse

# Import statements, wherever they stand on a line, and whatever looks like one.
_IMPORT = re.compile(r"\b(?:import|from)\b(?:[^\n\\]|\\\n?)*")


def imported_modules(module: ast.AST) -> set[str]:
    """Return the top-level names of the modules that a program imports."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import | ast.ImportFrom):  # from . import these
            names.update(alias.name.split(".")[0] for alias in node.names)
    return names


def local_modules(path: Path, *, parsed: bool = True) -> list[Path]:
    """Return the files beside a program that it imports, and that those import, sorted.

    Without ``parsed`` they are those that it may import, found in less time.
    """
    found: set[Path] = set()
    todo = [path]
    while todo:
        here = todo.pop()
        text = here.read_text(encoding="utf-8", errors="replace")
        names = {word for line in _IMPORT.findall(text) for word in re.findall(r"\w+", line)}
        if parsed and any(True for name in names for _ in _files(path.parent, name)):
            names = imported_modules(parse(here, read_text(here)))
        new = {file for name in names for file in _files(path.parent, name)} - found - {path}
        found |= new
        todo += new
    return sorted(found)


def _files(folder: Path, name: str) -> Iterator[Path]:
    """Yield the files of a module, or of a package with all that is in it."""
    there = _entries(folder, folder.stat().st_mtime_ns)
    if f"{name}.py" in there:
        yield folder / f"{name}.py"
    if name in there and (folder / name / "__init__.py").is_file():
        yield from sorted((folder / name).rglob("*.py"))


@lru_cache(maxsize=8)  # a thousand programs ask for forty names each
def _entries(folder: Path, changed: int) -> frozenset[str]:
    return frozenset(path.name for path in folder.iterdir())
