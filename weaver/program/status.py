"""Whether a tutorial's record is what a run would give now."""

from collections.abc import Mapping
from dataclasses import dataclass

from weaver.core.messages import _
from weaver.core.project import Project
from weaver.program.key import RUNNER, compare_keys, make_key, source_digest
from weaver.program.record import read_about
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


def read_status(
    project: Project, name: str, pins: dict[str, str], strings: Mapping[str, Strings]
) -> Status:
    """Return whether a tutorial needs a run, and why."""
    try:
        return _compare(project, name, pins, strings, validated=False)
    except (AttributeError, KeyError, TypeError, ValueError):
        # It takes longest to tell what is wrong with a record that no run wrote.
        return _compare(project, name, pins, strings, validated=True)


def _compare(
    project: Project,
    name: str,
    pins: dict[str, str],
    strings: Mapping[str, Strings],
    *,
    validated: bool,
) -> Status:
    about = read_about(project.record(name), validated=validated)
    if about is None:
        return Status(name, (_("never run"),), None)
    recorded = about["key"]
    if about["source_digest"] == source_digest(project, name, pins, strings):
        wanted = {package: pins[package] for package in recorded["packages"] if package in pins}
        current = {**recorded, "packages": wanted, "runner": RUNNER}
    else:
        current = make_key(read_tutorial(project.source(name)), strings, pins)
    return Status(name, tuple(compare_keys(recorded, current)), about["seconds"])
