"""The tutorials themselves: each runs, and its claims and examples hold, by the standard tools.

A fresh record says that the runner has seen both hold, of this very program with these
packages and data. So where it took long, it is not asked again but when EVERY_TUTORIAL is
set, as check.yml does once a week; stale tutorials and short ones run every time.
"""

import os

import pytest
from conftest import ROOT, Workspace

from weaver.core.project import Project
from weaver.site import Site

LONG = 60.0  # seconds
PROJECT = Project(ROOT)


def tutorials_to_run() -> list[str]:
    """Return the tutorials that run here: all, or those that are stale or short."""
    site = Site(PROJECT)
    statuses = [site.status(name) for name in PROJECT.tutorial_names()]
    every = bool(os.environ.get("EVERY_TUTORIAL"))
    return [one.name for one in statuses if every or not one.fresh or (one.seconds or 0) < LONG]


@pytest.mark.long
@pytest.mark.parametrize("name", tutorials_to_run())
def test_the_claims_and_examples_of_a_tutorial_hold(name: str) -> None:
    path = PROJECT.source(name)
    done = Workspace(ROOT).python("-m", "pytest", "-p", "no:randomly", str(path), seconds=900)
    assert done.status == 0, done.out + done.err
    assert " passed" in done.out
