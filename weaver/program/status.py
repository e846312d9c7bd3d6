"""Whether a tutorial's record is what a run would give now."""

from dataclasses import dataclass

from weaver.core.project import Project
from weaver.program.key import compare_keys, make_key, source_digest
from weaver.program.record import parse_about
from weaver.program.strings import Strings
from weaver.program.tutorial import read_tutorial


@dataclass(frozen=True)
class Status:
    """Whether a tutorial's record is fresh, and if not, what changed."""

    name: str
    changed: tuple[str, ...]
    seconds: float | None  # of the last run

    @property
    def fresh(self) -> bool:
        """Whether the record is what a run would give now."""
        return not self.changed


def read_status(project: Project, name: str, pins: dict[str, str], strings: Strings) -> Status:
    """Return whether a tutorial needs a run, and why."""
    path = project.record(name)
    try:
        about = parse_about(path, path.read_bytes())
    except FileNotFoundError:
        return Status(name, ("never run",), None)
    if about["source_digest"] == source_digest(project, name, pins, strings):
        return Status(name, (), about["seconds"])
    tutorial = read_tutorial(project.source(name))
    changed = compare_keys(about["key"], make_key(tutorial, strings, pins))
    return Status(name, tuple(changed), about["seconds"])
