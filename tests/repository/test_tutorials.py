"""The tutorials themselves: each runs, and its claims and examples hold, by the standard tools."""

import pytest
from conftest import ROOT, Workspace

from weaver.core.project import Project

PROJECT = Project(ROOT)


@pytest.mark.long
@pytest.mark.parametrize("name", PROJECT.tutorial_names())
def test_the_claims_and_examples_of_a_tutorial_hold(name: str) -> None:
    path = PROJECT.source(name)
    done = Workspace(ROOT).python("-m", "pytest", "-p", "no:randomly", str(path), seconds=900)
    assert done.status == 0, done.out + done.err
    assert " passed" in done.out
