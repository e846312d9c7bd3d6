"""The engine's size and shape: what a reader can keep in mind, measured.

`make lint` has the rest: import-linter holds the floors (pyproject.toml), Ruff the complexity.
"""

import ast
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import grimp
from conftest import ROOT

MODULES = sorted((ROOT / "weaver").rglob("*.py"))
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module and its lines, decorators and docstring included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, FUNCTION):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield f"{path.relative_to(ROOT)}:{first} {node.name}", node.end_lineno - first + 1


def arrows() -> set[tuple[str, str]]:
    """Return which package, or module at the top, imports which."""
    graph = grimp.build_graph("weaver", cache_dir=None)
    found = {
        (importer.split(".")[1], imported.split(".")[1])
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if "." in importer and "." in imported
    }
    return {(upper, lower) for upper, lower in found if upper != lower and "__" not in upper}


def floors() -> list[list[str]]:
    """Return the packages, floor by floor from the roof, as pyproject.toml has them."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    [layers] = [one["layers"] for one in linter["contracts"] if one["type"] == "layers"]
    return [floor.replace("|", " ").split() for floor in layers]


def test_a_module_can_be_read_at_one_sitting():
    assert {path.name: lines_of(path) for path in MODULES if lines_of(path) > 300} == {}


def test_the_engine_does_not_grow_unnoticed():
    """Who adds may look for something to take away, or say why there is more to do."""
    assert sum(map(lines_of, MODULES)) <= 11_850


def test_there_are_few_floors():
    assert len(floors()) <= 9


def test_every_package_is_on_a_floor():
    named = [name for floor in floors() for name in floor]
    there = [path.stem for path in (ROOT / "weaver").iterdir() if path.name[0] not in "_."]
    assert sorted(named) == sorted(there)
    # And the floors are needed: each stands on the one below it, at some place.
    for upper, lower in pairwise(floors()):
        assert {(one, other) for one in upper for other in lower} & arrows(), (upper, lower)


def test_a_function_fits_on_a_screen():
    lengths = dict(one for path in MODULES for one in functions(path))
    assert len(lengths) > 300
    assert {name: length for name, length in lengths.items() if length > 50} == {}
    assert len([name for name, length in lengths.items() if length > 40]) <= 2


def test_few_arrows_lead_from_package_to_package():
    assert len(arrows()) <= 40, sorted(arrows())
