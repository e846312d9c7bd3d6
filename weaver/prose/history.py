"""The versions of each page, from git's history."""

from collections.abc import Mapping

from weaver.core.git import GitError, git
from weaver.core.messages import _
from weaver.core.project import Project


def history_limit(project: Project) -> str:
    """Return what keeps history from being seen; empty when all of it is there."""
    try:
        shallow = git(project.root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except GitError as error:
        return str(error)
    return _("a shallow clone: run `git fetch --unshallow`") if shallow else ""


_Change = tuple[str, str]  # path below docs/, blob; an empty blob where it was deleted


def read_history(project: Project) -> tuple[dict[str, list[dict[str, str]]], str]:
    """Return each page's versions: for each step, the text of each language that changed."""
    pages: dict[str, list[dict[str, str]]] = {}
    limit = history_limit(project)
    try:
        log = git(
            project.root,
            *("log", "--first-parent", "-m", "--reverse", "--raw", "--no-renames"),
            *("--no-abbrev", "--format=tformat:commit", "--relative", "--"),
            *(f"docs/{language}" for language in project.languages),
        ).decode()
    except GitError as error:
        return pages, limit or str(error)
    steps: list[list[_Change]] = []
    for row in log.splitlines():
        if row == "commit":
            steps.append([])
        elif row.startswith(":"):
            about, path = row.split("\t", 1)
            blob = about.split()[3]
            if path.endswith(".md"):
                steps[-1].append((path.removeprefix("docs/"), blob if blob.strip("0") else ""))
    texts = _read_blobs(project, {blob for step in steps for __, blob in step if blob})
    for step in steps:
        changed: dict[str, dict[str, str]] = {}
        for path, blob in step:
            language, page = path.split("/", 1)
            changed.setdefault(page, {})[language] = texts[blob] if blob else ""
        for page, version in changed.items():
            pages.setdefault(page, []).append(version)
    return pages, limit


def _read_blobs(project: Project, blobs: set[str]) -> Mapping[str, str]:
    """Return the text of each blob, all from one process."""
    order = sorted(blobs)
    out = git(project.root, "cat-file", "--batch", feed="".join(f"{b}\n" for b in order).encode())
    texts, position = {}, 0
    for blob in order:
        end = out.index(b"\n", position)
        size = int(out[position:end].split()[2])
        texts[blob] = out[end + 1 : end + 1 + size].decode(errors="replace")
        position = end + 1 + size + 1
    return texts
