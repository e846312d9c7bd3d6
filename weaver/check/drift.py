"""Name the sections that a translation is behind in."""

from collections.abc import Iterator

from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.site import Site


def check_drift(site: Site) -> Iterator[Problem]:
    """Name the sections that are behind, with file and line."""
    project = site.project
    for one in site.drift:
        path, twin = (project.docs / code / one.page for code in (one.language, one.ahead))
        page = one.page.removesuffix(".md")
        text = _(
            "not brought up to date with {place}: translate the change; if it needs none, run "
            "`python -m weaver translated {page}` or add the line `{line}` to {file}"
        ).format(
            place=f"{twin.relative_to(project.root).as_posix()}:{one.twin_line}",
            page=page,
            line=f"- {page} {one.digest}",
            file=f"docs/{project.translations.name}",
        )
        yield Problem(path, one.line, text)
