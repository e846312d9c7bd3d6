"""Find words of programs that have no translation, and translations that nothing uses."""

from collections.abc import Iterator

from weaver.core.problems import Problem
from weaver.program.localise import localise
from weaver.program.meaning import canonical
from weaver.program.tutorial import Tutorial
from weaver.site import Site

CODE_WIDTH = 78  # what fits beside a table of contents, and in a printed book


def check_strings(site: Site) -> list[Problem]:
    """Find words that have no Turkish, and Turkish that nothing uses."""
    if len(site.tutorials) < len(site.names):
        return []  # what they would use is not known
    problems: list[Problem] = []
    used_anywhere: set[str] = set()
    for name, tutorial in site.tutorials.items():
        strings = site.strings(name)
        used: set[str] = set()
        problems += _check_width(tutorial)
        for cell in tutorial.cells:
            if cell.hidden:
                continue
            found = localise(cell, strings)
            used |= found.used
            changed = found.source != cell.source and not cell.displays
            if changed and canonical(found.source) != canonical(cell.source):
                text = f"the translation of cell {cell.name!r} changes what it computes"
                problems.append(Problem(tutorial.path, cell.line, text))
            for line, key in found.missing:
                text = f"no Turkish for {key!r}: add it to {strings.path.name} under {name}"
                problems.append(Problem(tutorial.path, cell.line + line - 1, text))
        used_anywhere |= used
        problems += [
            Problem(strings.path, strings.lines[key], f"nothing shown in {name}.py uses {key!r}")
            for key in strings.own
            if key not in used
        ]
    for name, strings in site.all_strings.items():
        if name == "common":
            unused = [key for key in strings.own if key not in used_anywhere]
            problems += [
                Problem(strings.path, strings.lines[key], f"no tutorial uses {key!r}")
                for key in unused
            ]
        elif name not in site.names:
            line = min(strings.lines.values(), default=2) - 1
            problems.append(Problem(strings.path, line, f"there is no tutorial {name!r}"))
    return problems


def _check_width(tutorial: Tutorial) -> Iterator[Problem]:
    for cell in tutorial.cells:
        for number, line in enumerate(cell.source.splitlines(), cell.line):
            if len(line) > CODE_WIDTH and not cell.hidden:
                text = f"{len(line)} characters: a line of code has at most {CODE_WIDTH}"
                yield Problem(tutorial.path, number, text)
