"""Name the sections that a translation is behind in."""

from weaver.core.problems import Problem
from weaver.prose.drift import find_drift
from weaver.site import Site


def check_drift(site: Site) -> list[Problem]:
    """Name the sections that are behind, with file and line."""
    project = site.project
    behind, _ = find_drift(project)
    problems = []
    for one in behind:
        path, twin = (project.docs / code / one.page for code in (one.language, one.ahead))
        place = f"{twin.relative_to(project.root).as_posix()}:{one.twin_line}"
        name = one.page.removesuffix(".md")
        text = f"not brought up to date with {place}: translate the change; if it needs none, "
        text += f"run `python -m weaver translated {name}` or add the line `- {name} "
        text += f"{one.digest}` to docs/{project.translations.name}"
        problems.append(Problem(path, one.line, text))
    return problems
