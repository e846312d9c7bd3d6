"""The versions of each page, from git's history."""

from collections.abc import Mapping

from weaver.core.git import GitError, git
from weaver.core.messages import _
from weaver.core.project import Project

Versions = list[dict[str, str]]  # for each step, the text of each language that changed


def history_limit(project: Project) -> str:
    """Return what keeps history from being seen; empty when all of it is there."""
    try:
        shallow = git(project.root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except GitError as error:
        return str(error)
    return _("a shallow clone: run `git fetch --unshallow`") if shallow else ""


def read_history(project: Project) -> tuple[dict[str, Versions], str]:
    """Return each page's versions, and what keeps more of them from being seen."""
    limit = history_limit(project)
    try:
        log = git(
            project.root,
            *("log", "--first-parent", "-m", "--reverse", "--raw", "--no-renames"),
            *("--no-abbrev", "--format=tformat:commit", "--relative", "--"),
            *(f"docs/{language}" for language in project.languages),
        ).decode()
    except GitError as error:
        return {}, limit or str(error)
    steps: list[dict[tuple[str, str], str]] = []  # (page, language) -> blob
    for row in log.splitlines():
        if row == "commit":
            steps.append({})
        elif row.startswith(":") and row.endswith(".md"):
            about, path = row.split("\t", 1)
            _docs, language, page = path.split("/", 2)
            steps[-1][page, language] = about.split()[3]
    texts = _read_blobs(project, sorted({blob for step in steps for blob in step.values()}))
    pages: dict[str, Versions] = {}
    for step in steps:
        for page in dict.fromkeys(page for page, _language in step):
            changed = {code: texts[blob] for (name, code), blob in step.items() if name == page}
            pages.setdefault(page, []).append(changed)
    return pages, limit


def _read_blobs(project: Project, blobs: list[str]) -> Mapping[str, str]:
    """Return the text of each blob, all from one process; empty where a file was deleted."""
    texts = {blob: "" for blob in blobs if not blob.strip("0")}
    asked = [blob for blob in blobs if blob not in texts]
    out = git(project.root, "cat-file", "--batch", feed="".join(f"{b}\n" for b in asked).encode())
    start = 0
    for blob in asked:
        head = out.index(b"\n", start) + 1
        end = head + int(out[start:head].split()[2])
        texts[blob] = out[head:end].decode(errors="replace")
        start = end + 1
    return texts
