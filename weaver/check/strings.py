"""Find words of programs that have no translation, and translations that nothing uses."""

from collections.abc import Iterator, Mapping

from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.program.localise import localise
from weaver.program.meaning import canonical
from weaver.program.strings import Strings
from weaver.program.tutorial import Tutorial
from weaver.site import Site

CODE_WIDTH = 78  # what fits beside a table of contents, and in a printed book


def check_strings(site: Site) -> Iterator[Problem]:
    """Find words that have no translation, and translations that nothing uses."""
    for tutorial in site.tutorials.values():
        yield from _check_width(tutorial)
    if len(site.tutorials) < len(site.names):
        return  # what they would use is not known
    for language, sections in site.all_strings.items():
        used: set[str] = set()
        for name, tutorial in site.tutorials.items():
            yield from _check_tutorial(tutorial, name, site.strings(name)[language], used)
        yield from _check_sections(site, sections, used)


def _check_tutorial(
    tutorial: Tutorial, name: str, strings: Strings, used_anywhere: set[str]
) -> Iterator[Problem]:
    """Check one tutorial's words in one language, and note those that it uses."""
    used: set[str] = set()
    for cell in tutorial.cells:
        if cell.hidden:
            continue
        found = localise(cell, strings)
        used |= found.used
        changed = found.source != cell.source and not cell.displays
        if changed and canonical(found.source) != canonical(cell.source):
            text = _("the translation of cell {cell} changes what it computes")
            yield Problem(tutorial.path, cell.line, text.format(cell=repr(cell.name)))
        for line, key in found.missing:
            text = _("no translation of {key}: add it to {file} under {name}")
            text = text.format(key=repr(key), file=strings.path.name, name=name)
            yield Problem(tutorial.path, cell.line + line - 1, text)
    used_anywhere |= used
    for key in [key for key in strings.own if key not in used]:
        text = _("nothing shown in {name}.py uses {key}").format(name=name, key=repr(key))
        yield Problem(strings.path, strings.lines[key], text)


def _check_sections(
    site: Site, sections: Mapping[str, Strings], used: set[str]
) -> Iterator[Problem]:
    """Find what no tutorial uses: strings for all, and sections of none."""
    for name, strings in sections.items():
        if name == "common":
            for key in [key for key in strings.own if key not in used]:
                text = _("no tutorial uses {key}").format(key=repr(key))
                yield Problem(strings.path, strings.lines[key], text)
        elif name not in site.names:
            line = min(strings.lines.values(), default=2) - 1
            text = _("there is no tutorial {name}").format(name=repr(name))
            yield Problem(strings.path, line, text)


def _check_width(tutorial: Tutorial) -> Iterator[Problem]:
    for cell in tutorial.cells:
        for number, line in enumerate(cell.source.splitlines(), cell.line):
            if len(line) > CODE_WIDTH and not cell.hidden:
                text = _("{count} characters: a line of code has at most {most}")
                yield Problem(tutorial.path, number, text.format(count=len(line), most=CODE_WIDTH))
