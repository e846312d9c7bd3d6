"""What can be wrong, said once: a file, a line and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong.

    ``line`` counts from 1; 0 means the file as a whole.
    """

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        """Return ``path:line: text``, the path relative to here if it can be."""
        path = self.path
        if path.is_absolute() and path.is_relative_to(Path.cwd()):
            path = path.relative_to(Path.cwd())
        return f"{path}:{self.line}: {self.text}" if self.line else f"{path}: {self.text}"


class WeaverError(Exception):
    """Work stopped by one or more problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def fail(path: Path, line: int, text: str) -> WeaverError:
    """Return the error for a single problem, to be raised."""
    return WeaverError([Problem(path, line, text)])
