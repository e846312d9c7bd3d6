"""Read a tutorial: a plain Python program in named percent cells."""

import ast
import doctest
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError, fail
from weaver.program.meaning import docstring_nodes, parse
from weaver.program.modules import imported_modules
from weaver.program.names import binding_line, top_level_names

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
    module = parse(path, text)
    lines = text.removesuffix("\n").split("\n")  # a form feed ends no line of Python
    starts = [number for number, line in enumerate(lines, 1) if _MARKER.match(line)]
    # jupytext reads the markers, which takes a tenth of the time of reading all.
    markers = "".join(f"\n{lines[start - 1]}\n0\n" for start in starts)
    try:
        cells = jupytext.reads(f"0\n{markers}", fmt="py:percent").cells
    except Exception as error:  # of whatever kind: it evaluates what stands in a marker
        text = _("a `# %%` line cannot be read: {reason}").format(reason=error)
        raise fail(path, starts[0], text) from None
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    docstring = ast.get_docstring(module)
    before = [node for node in module.body if not starts or node.lineno < starts[0]]
    if docstring is None or len(before) != 1 or len(cells) != len(starts) + 1:
        raise fail(path, 1, _("must start with its docstring, then a `# %% name` line"))
    problems = list(_doctest_faults(path, module))
    if not problems and not doctest.DocTestParser().get_examples(docstring):
        problems.append(Problem(path, 1, _("the docstring claims nothing: add a doctest")))
    named: dict[str, Cell] = {}
    for start, end, cell in zip(starts, ends, cells[1:], strict=True):
        body = lines[start:end]
        name, tags = cell.metadata.get("title", ""), frozenset(map(str, _tags(cell)))
        problems += [Problem(path, start, said) for said in _marker_faults(cell, tags, named)]
        first = next((n for n, line in enumerate(body, start + 1) if line.strip()), start)
        named[name] = Cell(name, "\n".join(body).strip("\n"), first, tags)
        problems += _body_faults(path, start, named[name].source)
    if problems:
        raise WeaverError(problems)
    tutorial = Tutorial(path.stem, path, docstring, tuple(named.values()))
    problems = [*_check_imports(path, module), *_check_display_names(tutorial)]
    if problems:
        raise WeaverError(problems)
    return tutorial


def _doctest_faults(path: Path, module: ast.Module) -> Iterator[Problem]:
    """Yield what is wrong with the form of the examples in docstrings."""
    first = [node.value for node in module.body[:1] if isinstance(node, ast.Expr)]
    for node in [*first, *docstring_nodes(module)]:
        try:
            doctest.DocTestParser().get_examples(str(getattr(node, "value", "")))
        except ValueError as error:
            text = _("a doctest cannot be read: {reason}").format(reason=error)
            yield Problem(path, node.lineno, text)


def _body_faults(path: Path, line: int, source: str) -> Iterator[Problem]:
    """Yield what is wrong with a cell that is no program: its marker stands within a text."""
    try:
        parse(path, source)
    except WeaverError as error:
        yield from (Problem(path, line, one.text) for one in error.problems)


def _tags(cell: NotebookNode) -> list[object]:
    """Return the tags of a cell; what is no list is one that nobody knows."""
    tags = cell.metadata.get("tags", [])
    return tags if isinstance(tags, list) else [tags]


def _marker_faults(
    cell: NotebookNode, tags: frozenset[str], named: Mapping[str, Cell]
) -> Iterator[str]:
    """Yield what is wrong with the line that begins a cell."""
    name = cell.metadata.get("title", "")
    if cell.cell_type != "code":
        yield _("prose belongs in docs/, not in a cell")
    elif not _NAME.fullmatch(name):
        yield _("cell name {name}: write `# %% some-name`").format(name=repr(name))
    elif name in named:
        yield _("a second cell is named {name}").format(name=repr(name))
    for tag in sorted(tags - TAGS):
        said = _("unknown tag {tag}: use one of {known}")
        yield said.format(tag=repr(tag), known=", ".join(sorted(TAGS)))


def _check_imports(path: Path, module: ast.Module) -> list[Problem]:
    said = _("a tutorial must run without weaver: do not import it")
    return [
        Problem(path, node.lineno, said)
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom) and "weaver" in imported_modules(node)
    ]


def _check_display_names(tutorial: Tutorial) -> list[Problem]:
    """Find names that display cells bind and other cells use."""
    names = {cell: top_level_names(cell.source) for cell in tutorial.cells}
    used = {name for cell in names if not cell.displays for name in names[cell].used}
    said = _(
        "display cell {cell} sets `{name}`, which a cell that is not a display cell uses:"
        " compute it there, or give it another name"
    )
    return [
        Problem(
            tutorial.path,
            cell.line + binding_line(cell.source, name) - 1,
            said.format(cell=repr(cell.name), name=name),
        )
        for cell in names
        if cell.displays
        for name in sorted(names[cell].bound & used)
    ]
