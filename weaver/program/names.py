"""The names that code binds and uses at its top level."""

import ast
import symtable
from dataclasses import dataclass
from functools import lru_cache

_NAMING = ("id", "name", "asname", "rest")  # fields of nodes that bind a name


@dataclass(frozen=True)
class Names:
    """``bound`` by assignment, import, definition or deletion; ``used`` has those too."""

    bound: frozenset[str]
    used: frozenset[str]


class _Generators(ast.NodeTransformer):
    """Make every comprehension a generator.

    From Python 3.12 on, the symbol table has the variables of other
    comprehensions among the names of the code around them.
    """

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


@lru_cache(maxsize=512)
def top_level_names(source: str) -> Names:
    """Return the names of the module that code binds and uses, also from within functions."""
    tree = ast.parse(source)
    if any(isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp) for node in ast.walk(tree)):
        source = ast.unparse(ast.fix_missing_locations(_Generators().visit(tree)))
    table = symtable.symtable(source, "<cell>", "exec")
    bound = (
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_declared_global()
    )
    return Names(frozenset(bound), frozenset(_used(table, top=True)))


def _used(table: symtable.SymbolTable, *, top: bool = False) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if top or symbol.is_global()}
    return names.union(*map(_used, table.get_children()))


def binding_line(source: str, name: str) -> int:
    """Return the first line on which code binds a name, from 1."""
    found = (
        node.lineno
        for node in ast.walk(ast.parse(source))
        if not isinstance(getattr(node, "ctx", None), ast.Load)
        and any(str(getattr(node, key, "")).split(".")[0] == name for key in _NAMING)
        and hasattr(node, "lineno")
    )
    return min(found, default=1)
