"""Name the sections that a translation is behind in, or declare that they are not."""

from collections.abc import Iterator

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.prose.sections import plain_heading
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


def accept(site: Site, page: str, section: str = "") -> list[str]:
    """Declare that sections of a page need no translation; return the lines written.

    ``section`` is a heading's anchor in either language; without it, all that are
    behind are declared.
    """
    lines = [
        f"- {page} {one.digest}  # {plain_heading(one.mine.heading) or page}"
        for one in site.drift
        if one.page == f"{page}.md" and section in {"", one.mine.anchor, one.twin.anchor}
    ]
    lines = list(dict.fromkeys(lines))
    if lines:
        path = site.project.translations
        old = read_text(path) if path.exists() else ""
        path.write_text(old + "\n".join(lines) + "\n", encoding="utf-8")
    return lines
