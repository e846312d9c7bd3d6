"""Read a tutorial: a plain Python program in named percent cells."""

import ast
import doctest
import re
import symtable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jupytext

from weaver.core.files import read_text
from weaver.core.problems import Problem, WeaverError, fail
from weaver.program.modules import imported_modules

TAGS = frozenset({"display", "hidden", "stderr"})

_MARKER = re.compile(r"^# %%")

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Cell:
    """A named piece of a tutorial.

    ``line`` is the line of the file on which ``source`` starts, from 1.
    """

    name: str
    source: str
    line: int
    tags: frozenset[str]

    @property
    def displays(self) -> bool:
        """Whether the cell only shows what others computed."""
        return "display" in self.tags

    @property
    def hidden(self) -> bool:
        """Whether the cell is left out of articles."""
        return "hidden" in self.tags


@dataclass(frozen=True)
class Tutorial:
    """A program that an article is woven from."""

    name: str
    path: Path
    docstring: str
    cells: tuple[Cell, ...]

    def cell(self, name: str) -> Cell | None:
        """Return the cell of that name, or None."""
        return next((cell for cell in self.cells if cell.name == name), None)


def read_tutorial(path: Path) -> Tutorial:
    """Read and check a tutorial source.

    Raises
    ------
    WeaverError
        If the file is not plain Python, has no docstring with claims, or has
        a cell without a name, with a name used twice, or with an unknown tag.
    """
    return _parse(path, read_text(path))


@lru_cache(maxsize=64)
def _parse(path: Path, text: str) -> Tutorial:
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise fail(path, error.lineno or 0, f"not plain Python: {error.msg}") from None
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, 1) if _MARKER.match(line)]
    # jupytext reads the markers, which takes a tenth of the time of reading all.
    markers = "".join(f"\n{lines[start - 1]}\n0\n" for start in starts)
    cells = jupytext.reads(f"0\n{markers}", fmt="py:percent").cells
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    sources = ["\n".join(lines[a:b]).strip("\n") for a, b in zip(starts, ends, strict=False)]
    docstring = ast.get_docstring(module)
    before = [node for node in module.body if not starts or node.lineno < starts[0]]
    if docstring is None or len(before) != 1 or len(cells) != len(starts) + 1:
        raise fail(path, 1, "must start with its docstring, then a `# %% name` line")
    problems = []
    if not doctest.DocTestParser().get_examples(docstring):
        problems.append(Problem(path, 1, "the docstring claims nothing: add a doctest"))
    named: dict[str, Cell] = {}
    for start, cell, source in zip(starts, cells[1:], sources, strict=True):
        name = cell.metadata.get("title", "")
        tags = frozenset(cell.metadata.get("tags", ()))
        if cell.cell_type != "code":
            problems.append(Problem(path, start, "prose belongs in docs/, not in a cell"))
        elif not _NAME.fullmatch(name):
            problems.append(Problem(path, start, f"cell name {name!r}: write `# %% some-name`"))
        elif name in named:
            problems.append(Problem(path, start, f"a second cell is named {name!r}"))
        if unknown := sorted(tags - TAGS):
            known = ", ".join(sorted(TAGS))
            problems.append(
                Problem(path, start, f"unknown tag {unknown[0]!r}: use one of {known}")
            )
        first = next((n for n, line in enumerate(lines[start:], start + 1) if line.strip()), start)
        named[name] = Cell(name, source, first, tags)
    problems += _check_imports(path, module)
    tutorial = Tutorial(path.stem, path, docstring, tuple(named.values()))
    problems += _check_display_names(tutorial)
    if problems:
        raise WeaverError(problems)
    return tutorial


def _check_imports(path: Path, module: ast.Module) -> list[Problem]:
    return [
        Problem(path, node.lineno, "a tutorial must run without weaver: do not import it")
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom) and "weaver" in imported_modules(node)
    ]


def _check_display_names(tutorial: Tutorial) -> list[Problem]:
    """Find names that display cells bind and other cells use."""
    used: set[str] = set()
    for cell in tutorial.cells:
        if not cell.displays:
            used |= _shared_names(symtable.symtable(cell.source, cell.name, "exec"))
    return [
        Problem(
            tutorial.path,
            cell.line + node.lineno - 1,
            f"display cell {cell.name!r} sets `{node.id}`, which a cell that is not a"
            " display cell uses: compute it there, or give it another name",
        )
        for cell in tutorial.cells
        if cell.displays
        for node in _module_level_stores(ast.parse(cell.source))
        if node.id in used
    ]


def _shared_names(table: symtable.SymbolTable) -> set[str]:
    """Return the module's names that code uses: those local to a function do not count."""
    top = table.get_type() == "module"
    names = {symbol.get_name() for symbol in table.get_symbols() if top or symbol.is_global()}
    return names.union(*map(_shared_names, table.get_children()))


def _module_level_stores(tree: ast.AST) -> list[ast.Name]:
    """Return the names that code binds outside functions and comprehensions."""
    scopes: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.Lambda, ast.ClassDef)
    scopes += (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    found: list[ast.Name] = []
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            found.append(child)
        elif not isinstance(child, scopes):
            found += _module_level_stores(child)
    return found
