"""The modules that a program imports."""

import ast
import re
from pathlib import Path


def imported_modules(module: ast.AST) -> set[str]:
    """Return the top-level names of the modules that a program imports."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def local_modules(path: Path) -> list[Path]:
    """Return local modules that a source may import, found without parsing it."""
    text = path.read_text(encoding="utf-8", errors="replace")
    names = re.findall(r"(?m)^\s*(?:from|import) (\w+)", text)
    return [
        other
        for name in sorted(set(names))
        if (other := path.with_name(f"{name}.py")).exists() and other != path
    ]
