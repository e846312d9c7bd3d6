"""Every check there is, and what they find together.

A check is a function from ``Site`` to problems. It runs nothing, and it may let the
WeaverError through that the site raises for what cannot be read.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from weaver.check.cells import check_cells, check_outputs, check_values
from weaver.check.devices import check_devices
from weaver.check.drift import check_drift
from weaver.check.files import (
    check_files,
    check_languages,
    check_runs,
    check_translated,
    check_twins,
)
from weaver.check.html import check_html
from weaver.check.links import check_links, check_navigation
from weaver.check.markdown import check_form
from weaver.check.parity import check_parity
from weaver.check.results import check_front_matter, check_latex, check_results
from weaver.check.strings import check_strings
from weaver.check.wording import check_wording
from weaver.core.problems import Problem, WeaverError
from weaver.site import Site

Check = Callable[[Site], Iterable[Problem]]

CHECKS: tuple[Check, ...] = (
    check_files,
    check_languages,
    check_twins,
    check_translated,
    check_runs,
    check_front_matter,
    check_form,
    check_html,
    check_links,
    check_navigation,
    check_latex,
    check_results,
    check_cells,
    check_outputs,
    check_values,
    check_devices,
    check_parity,
    check_strings,
    check_wording,
    check_drift,
)


def name_of(one: Check) -> str:
    """Return a check's name: ``links`` for ``check_links``."""
    return one.__name__.removeprefix("check_")


def find_problems(site: Site) -> dict[Problem, str]:
    """Return everything that is wrong with a site's sources, and which check found it.

    Problems are in order: by file, then by line. What two checks find is the
    first one's.
    """
    try:
        site.project.refuse_links()
    except WeaverError as error:  # no check follows them
        return dict.fromkeys(error.problems, name_of(check_files))
    found: dict[Problem, str] = {}
    for one in CHECKS:
        try:
            problems = list(one(site))
        except WeaverError as error:
            problems = list(error.problems)
        for problem in problems:
            found.setdefault(problem, name_of(one))
    return dict(sorted(found.items()))


def check(site: Site) -> list[Problem]:
    """Return everything that is wrong with a site's sources, in order."""
    return list(find_problems(site))


def problems_as_json(found: Mapping[Problem, str], root: Path) -> dict[str, object]:
    """Return problems, their paths relative to a site's root, and how many each check has."""
    problems = [
        {
            "path": problem.path.relative_to(root).as_posix(),
            "line": problem.line,
            "text": problem.text,
            "check": name,
        }
        for problem, name in found.items()
    ]
    return {"problems": problems, "counts": Counter(found.values())}
