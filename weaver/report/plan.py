"""Plan jobs: which tutorials share a machine, so that setting it up costs less than the runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from weaver.program.status import Status

SETUP = 240.0  # seconds that a job takes before its first run

MOST = 256  # jobs of a matrix of GitHub's


@dataclass
class Job:
    """Tutorials that one machine runs in turn; ``seconds`` is what their last runs took."""

    tutorials: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The first tutorial's name, and how many more; no two jobs of a plan share it."""
        more = len(self.tutorials) - 1
        return self.tutorials[0] + (f"-and-{more}-more" if more else "")

    @property
    def row(self) -> dict[str, str | float]:
        """The job as a row of a matrix."""
        tutorials = " ".join(self.tutorials)
        return {"job": self.name, "tutorials": tutorials, "seconds": self.seconds}

    def __str__(self) -> str:
        return f"{self.name}: {self.seconds:.0f} s: {' '.join(self.tutorials)}"


def plan_jobs(statuses: Iterable[Status], *, setup: float = SETUP, most: int = MOST) -> list[Job]:
    """Group tutorials into jobs, the longest job first.

    A job has room for as many seconds as the longest run takes, or the set-up if
    that is longer: nobody waits longer for more sharing, and no machine is set up
    for less work than that, if there is more. The longest run is placed first, each
    into the first job with room for it. What never ran takes a job of its own. Of
    more than ``most`` jobs none is left out: what remains joins the shortest.
    """
    statuses = list(statuses)
    room = max([setup, *(one.seconds for one in statuses if one.seconds is not None)])
    jobs: list[Job] = []
    for one in sorted(statuses, key=lambda one: -(one.seconds or room)):
        took = room if one.seconds is None else one.seconds
        roomy = next((job for job in jobs if job.seconds + took <= room), None)
        if roomy is None and len(jobs) < most:
            jobs.append(roomy := Job())
        roomy = roomy or min(jobs, key=lambda job: job.seconds)
        roomy.tutorials.append(one.name)
        roomy.seconds = round(roomy.seconds + took, 3)
    return sorted(jobs, key=lambda job: -job.seconds)
