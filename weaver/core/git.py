"""Git, asked for what it keeps."""

import subprocess
from pathlib import Path

from weaver.core.messages import _


class GitError(Exception):
    """Git cannot answer; the text says why, in a line."""


def git(folder: Path, *arguments: str, feed: bytes = b"", refused: int = 1) -> bytes:
    """Run git in a folder, give it ``feed`` to read, and return what it prints.

    It refuses by an exit status of at least ``refused``: of ``diff --no-index``, 1 says that
    the files differ.

    Raises
    ------
    GitError
        If git is not installed, or refuses.
    """
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(command, cwd=folder, input=feed, capture_output=True)
    except FileNotFoundError:
        raise GitError(_("git is not installed")) from None
    if done.returncode >= refused:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(said[0] if said else _("no such revision"))
    return done.stdout
