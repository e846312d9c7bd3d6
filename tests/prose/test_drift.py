"""Translation drift: what changed in one language only is found, from git's history."""

import re
import subprocess

import pytest
from conftest import ROOT, Workspace

from weaver.check.registry import check
from weaver.core.problems import WeaverError
from weaver.core.project import Project
from weaver.prose.drift import find_drift, follow, pair_up, read_accepted
from weaver.prose.sections import split
from weaver.site import Site

TR, EN = "Noktalar $y", "The points lie on"


def git(site: Workspace, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=site.root, capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(site: Workspace) -> None:
    git(site, "add", "docs", "mkdocs.yml", "base.yml")
    git(site, "commit", "-q", "--allow-empty", "-m", "step")


@pytest.fixture
def versioned(example) -> Workspace:
    """Return the example with its first commit."""
    git(example, "init", "-q", "-b", "main")
    commit(example)
    return example


def behind(site: Workspace) -> list[str]:
    found, _ = find_drift(site.project)
    return [f"{one.language}:{one.line} {one.mine.heading}" for one in found]


@pytest.mark.parametrize("committed", [True, False])
def test_a_change_in_one_language_leaves_the_other_behind(versioned, committed):
    versioned.edit(versioned.page("tr"), "Noktalar", "Bütün noktalar")
    if committed:
        commit(versioned)
    assert behind(versioned) == ["en:8 A line"]
    (problem,) = check(Site(versioned.project))
    assert (problem.path, problem.line) == (versioned.page("en"), 8)
    assert "docs/tr/line.md:8" in problem.text
    versioned.edit(versioned.page("en"), "The points", "All points")
    assert behind(versioned) == []


def test_both_changed_in_one_step_are_in_step(versioned):
    versioned.edit(versioned.page("tr"), "Noktalar", "Bütün noktalar")
    versioned.edit(versioned.page("en"), "The points", "All points")
    assert behind(versioned) == []
    commit(versioned)
    versioned.edit(versioned.page("en"), "All points", "Each point")
    assert behind(versioned) == ["tr:8 Bir doğru"]


def test_only_words_count(versioned):
    versioned.edit(versioned.page("tr"), "Noktalar $y", "Noktalar,  **$y")
    versioned.edit(versioned.page("tr"), "(index.md)", "(line.md)")
    versioned.edit(versioned.page("tr"), "{{ slope | number(2) }}", "\n{{ slope | number(3) }}")
    versioned.edit(versioned.page("tr"), "$$\n\\text{kayıp}", "$$\n\\text{hata}")
    assert behind(versioned) == []
    versioned.edit(versioned.page("tr"), "Dört nokta ve", "Dört benek ve")
    assert behind(versioned) == ["en:27 Fitting"]


def test_other_paragraphs_of_a_section_are_told_apart(versioned):
    for language, first in (("tr", "Noktalar"), ("en", "The points")):
        versioned.edit(versioned.page(language), first, f"Once more.\n\nTwice.\n\n{first}")
    commit(versioned)
    versioned.edit(versioned.page("tr"), "Once more", "Bir daha")
    versioned.edit(versioned.page("en"), "Twice", "Two times")
    assert sorted(behind(versioned)) == ["en:8 A line", "tr:10 Bir doğru"]


def test_a_new_paragraph_leaves_the_other_section_behind_until_it_has_one(versioned):
    versioned.edit(versioned.page("tr"), "Noktalar", "Bir paragraf daha.\n\nNoktalar")
    commit(versioned)
    assert behind(versioned) == ["en:6 A line"]
    versioned.edit(versioned.page("en"), "The points", "One more.\n\nThe points")
    assert behind(versioned) == []


def test_a_section_is_found_again_where_it_moved(versioned):
    versioned.edit(versioned.page("tr"), "Noktalar", "Bütün noktalar")
    commit(versioned)
    for language in ("tr", "en"):
        versioned.edit(versioned.page(language), "# ", "# X\n\nX.\n\n# ")
    commit(versioned)
    assert behind(versioned) == ["en:12 A line"]


def test_half_a_translation_is_passed_over(versioned):
    versioned.edit(versioned.page("tr"), "## Alıştırma", "## Yeni\n\nYeni.\n\n## Alıştırma")
    commit(versioned)
    assert behind(versioned) == []  # the headings differ, which the check says
    assert any(
        "headings in tr vs en" in problem.text for problem in check(Site(versioned.project))
    )
    versioned.edit(versioned.page("en"), "## Exercise", "## New\n\nNew.\n\n## Exercise")
    assert behind(versioned) == []


def test_a_merge_is_one_step(versioned):
    git(versioned, "checkout", "-q", "-b", "work")
    versioned.edit(versioned.page("tr"), "Noktalar", "Bütün noktalar")
    commit(versioned)
    versioned.edit(versioned.page("en"), "The points", "All points")
    commit(versioned)
    git(versioned, "checkout", "-q", "main")
    git(versioned, "merge", "-q", "--no-ff", "-m", "merge", "work")
    assert behind(versioned) == []
    versioned.edit(versioned.page("en"), "All points", "Each point")
    assert behind(versioned) == ["tr:8 Bir doğru"]


def test_one_line_says_that_nothing_needs_translating(versioned):
    versioned.edit(versioned.page("tr"), "Noktalar", "Bütün noktalar")
    (problem,) = check(Site(versioned.project))
    done = versioned.weaver("translated", "line")
    assert done.status == 0
    line = versioned.project.translations.read_text(encoding="utf-8")
    assert re.fullmatch(r"- line [0-9a-f]{12}  # A line\n", line)
    assert line.split("  #")[0] in problem.text  # as the check had said
    assert check(Site(versioned.project)) == []
    versioned.edit(versioned.page("tr"), "Bütün noktalar", "Tüm noktalar")
    assert behind(versioned) == ["en:8 A line"]
    assert versioned.weaver("translated", "line", "exercise").status == 1
    assert versioned.weaver("translated", "line", "#a-line").status == 0
    assert behind(versioned) == []


@pytest.mark.parametrize(
    ("text", "line"), [("- line 0123456789ab\n- line\n", 2), ("line: 1\n", 1), ("- a: b: c\n", 1)]
)
def test_a_line_that_says_nothing_is_refused(example, text, line):
    example.project.translations.write_text(text, encoding="utf-8")
    with pytest.raises(WeaverError) as error:
        read_accepted(example.project)
    assert error.value.problems[0].line == line


def test_a_page_that_is_behind_tells_its_reader(versioned):
    versioned.edit(versioned.page("en"), "The points", "All points")
    versioned.edit(versioned.project.docs / "tr" / "index.md", "# Örnek", "# Örnek\n\nYeni.")
    done = versioned.build("--strict")
    assert done.status == 0, done.err
    page = (versioned.root / "site/line/index.html").read_text(encoding="utf-8")
    assert "Çevirisi geride" in page
    (target,) = re.findall(r'<a href="([^"]*)" hreflang="en"><span lang="en">A line<', page)
    assert target == "../en/line/#a-line"
    twin = (versioned.root / "site/en/line/index.html").read_text(encoding="utf-8")
    assert 'id="a-line"' in twin
    assert "Translation behind" not in twin
    home = (versioned.root / "site/en/index.html").read_text(encoding="utf-8")
    assert '<a href="../#ornek" hreflang="tr"><span lang="tr">Örnek</span></a>' in home


def test_what_history_cannot_tell_is_said(example, versioned, tmp_path):
    commit(versioned)
    clone = tmp_path / "clone"
    git(versioned, "clone", "-q", "--depth=1", f"file://{versioned.root}", str(clone))
    assert find_drift(Project(clone)) == ([], "a shallow clone: run `git fetch --unshallow`")
    (clone / "tutorials_src").mkdir()
    done = Workspace(clone).weaver("check")
    assert "as far as history goes: a shallow clone" in done.err
    (clone / ".git").rename(tmp_path / "gone")
    found, limit = find_drift(Project(clone))
    assert found == []
    assert "not a git repository" in limit


def test_a_file_deleted_and_written_again_starts_anew():
    one, two, changed = "# A\n\nOne.", "# B\n\nTwo.", "# A\n\nUno."
    pairs = [pair_up(split(a), split(b)) for a, b in ((one, two), (changed, two))]
    assert [state.ahead for state in follow(pairs)] == [{}, {1: 0}]
    assert pair_up(split("# A\n\n## B"), split("# A")) is None


def test_a_fence_hides_headings_and_blank_lines():
    text = "# A\n\n```\n# not a heading\n\nx\n```\n\nLast.\n"
    assert [section.words for section in split(text)] == [(), ("A", "not a heading x", "Last")]


def test_no_section_of_this_site_is_behind():
    assert find_drift(Project(ROOT))[0] == []
