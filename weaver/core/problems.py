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
        """Return ``path:line: text``."""
        line = f":{self.line}" if self.line else ""
        return f"{self.place}{line}: {self.text}"

    @property
    def place(self) -> Path:
        """The path, relative to here if it can be."""
        here = Path.cwd()
        within = self.path.is_absolute() and self.path.is_relative_to(here)
        return self.path.relative_to(here) if within else self.path

    def annotation(self) -> str:
        """Return the problem as GitHub Actions shows it beside the line."""
        file = _escape(self.place.as_posix(), "%\r\n:,")
        line = f",line={self.line}" if self.line else ""
        return f"::error file={file}{line}::" + _escape(self.text, "%\r\n")


def _escape(text: str, signs: str) -> str:
    """Write signs that a workflow command gives a meaning by their codes."""
    return "".join(f"%{ord(sign):02X}" if sign in signs else sign for sign in text)


class WeaverError(Exception):
    """Work stopped by one or more problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def fail(path: Path, line: int, text: str) -> WeaverError:
    """Return the error for a single problem, to be raised."""
    return WeaverError([Problem(path, line, text)])
