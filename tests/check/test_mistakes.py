"""Mistakes that contributors make, seeded one by one: each is caught with file and line."""

import re
import subprocess
from dataclasses import dataclass

import pytest
from conftest import ROOT, Workspace

from weaver.check.registry import check
from weaver.core.messages import translate
from weaver.core.project import Project
from weaver.site import Site

EN, TR = "docs/en/line.md", "docs/tr/line.md"
SOURCE, STRINGS = "tutorials_src/line.py", "tutorials_src/strings.tr.yml"
RECORD, QUOTED = "tutorials_src/runs/line.ipynb", "docs/quoted.yml"
CHECKED, GLOSSARY = "docs/checked.yml", "docs/glossary.yml"
PLOT = 'cell("plot", alt="Four points and the line through them")'
FIT = '{{ cell("fit") }}\n\n'
WORDS = '{{ cell("words") }}\n\n'


@dataclass(frozen=True)
class Mistake:
    """Replace ``old`` by ``new`` in ``file``; a problem that ``said`` says is found there.

    Its line is the first that has ``where``, 0 for the file as a whole; ``other`` is the
    file it is found in, if that is another one.
    """

    file: str
    old: str
    new: str
    where: str | int
    said: str
    other: str = ""

    @property
    def id(self) -> str:
        return re.sub(r"\W+", "-", f"{self.file.rpartition('/')[2]} {self.said}")[:60]


MISTAKES = [
    # names
    Mistake(EN, 'cell("fit")', 'cell("fitt")', 'cell("fitt")', "no cell 'fitt'"),
    Mistake(TR, 'cell("fit")', 'cell("Fit")', 'cell("Fit")', "no cell 'Fit'"),
    Mistake(EN, "slope | n", "slpe | n", "slpe", "'slpe' is undefined"),
    Mistake(TR, "share | percent", "share | yuzde", "yuzde", "No filter named 'yuzde'"),
    Mistake(EN, "quoted.somebody", "quoted.nobody", "nobody", "no attribute 'nobody'"),
    Mistake(EN, "slope | number(2)", "slope", "{{ slope }}", "needs a filter"),
    Mistake(EN, "tutorial: line", "tutorial: lines", "tutorial:", "no tutorials_src/lines.py"),
    Mistake(EN, "{{ slope |", "{{ slope | |", "slope", "slope"),
    Mistake(EN, "number(2) }}, share", "number(2) , share", "Slope {{", "not an expression"),
    Mistake(EN, FIT, "{% if x %}\n\n" + FIT, "{% if", "only `{{ … }}` is allowed"),
    # what both languages share
    Mistake(EN, FIT, "", 0, "cell 'fit' of line.py is never shown"),
    Mistake(EN, FIT, "", 'cell("fit")', "cell 'fit' is not in docs/en/line.md", TR),
    Mistake(EN, FIT + WORDS, WORDS + FIT, 'cell("fit")', "must come before 'words'"),
    Mistake(EN, WORDS, FIT + WORDS, 25, "cell 'fit' is shown already"),
    Mistake(EN, 'cell("fit")', 'cell("secret")', "secret", "cell 'secret' is hidden"),
    Mistake(EN, "## Exercise", "### Exercise", "### Ex", "heading of level 3: docs/tr"),
    Mistake(EN, "## Exercise\n", "", "## Alıştırma", "headings in tr vs en", TR),
    Mistake(EN, "(\\hat y_i - y_i)^2", "(y_i)^2", "$$", "equation $"),
    Mistake(EN, "Slope {{ slope | number(2) }}", "Slope", "slope |", "value {{ slope", TR),
    # LaTeX, results, alt texts
    Mistake(EN, "\\frac{1}{n}", "\\frac{1}{n", "$$", "LaTeX $"),
    Mistake(TR, "$y = 2x + 1$", "$y = \\foo x$", "\\foo", "Unknown command"),
    Mistake(EN, "Slope {{ slope | number(2) }}", "Slope 2.0", "Slope 2.0", "'2.0' is typed in"),
    Mistake(TR, "{{ share | percent }}", "%84,7", "%84,7", "'%84,7' is typed in"),
    Mistake(EN, "{{ 12.34 | seconds }}", "12 s", "12 s", "'12 s' is typed in"),
    Mistake(EN, "description: The", "description: 99.5% The", "99.5%", "'99.5%' is typed in"),
    Mistake(EN, PLOT, 'cell("plot")', 'cell("plot")', "cell 'plot' shows a figure"),
    Mistake(EN, 'cell("fit")', 'cell("fit", alt="A line")', 'cell("fit"', "shows no figure"),
    Mistake(EN, "The points lie", "![](x.png) The points lie", "![]", "has no alt text"),
    # front matter
    Mistake(EN, "title: A line\n", "", 1, "front matter has no `title:`"),
    Mistake(TR, "description: Dört", "desc: Dört", 1, "front matter has no `description:`"),
    Mistake(EN, "title: A line", "title: A: line", "title:", "not YAML"),
    Mistake(EN, "tutorial: line\n", "", "slope |", "value {{ slope", TR),
    # links, anchors, Markdown
    Mistake(EN, "(index.md)", "(indx.md)", "indx", "the link to 'indx.md' leads nowhere"),
    Mistake(EN, "(index.md)", "(line.md#top)", "#top", "line.md has no heading 'top'"),
    Mistake("docs/en/index.md", "#fitting", "#fiting", "#fiting", "no heading 'fiting'"),
    Mistake(EN, "## Fitting", "##Fitting", "##Fit", "a heading needs a blank"),
    Mistake(EN, "\n## Fitting", "## Fitting", 13, "a heading needs an empty line"),
    Mistake(EN, "(index.md).", "(index.md).\n- one", "- one", "a list needs an empty line"),
    Mistake(EN, FIT, "```python\nx = 1\n\n" + FIT, "```", "is never closed"),
    Mistake(EN, "# A line\n", "# A line\n\n# B line\n", "# B line", "one heading of level 1"),
    # words
    Mistake(TR, "Noktalar $y", "Noktlar $y", "Noktlar", "'Noktlar' is misspelt"),
    Mistake(EN, "The points", "The pionts", "pionts", "'pionts' is misspelt: points"),
    Mistake(TR, "Dört nokta ve", "Dört nokkta ve", "nokkta", "'nokkta' is misspelt"),
    Mistake(TR, "Eğim {{", "GPUda {{", "GPUda", "an ending of an abbreviation"),
    Mistake(TR, "Eğim {{", "Yokuş {{", "Yokuş", "'yokuş': the glossary's term is 'eğim'"),
    Mistake(TR, "süre", "süre süre  bir", "süre  bir", "two spaces"),
    Mistake(EN, "home](index.md).", "home](index.md) .", "index.md", "a space before a mark"),
    Mistake(EN, "The points", "“The points”", "“", "a curved quotation mark"),
    Mistake(EN, "The points lie", "The points the the lie", "the the", "a word twice"),
    Mistake(TR, "pay {{ share | percent }}", "pay {{ share | percent }} %", "%", "percent sign"),
    # the program and its words
    Mistake(SOURCE, "# %% points", "# %%", 13, "write `# %% some-name`"),
    Mistake(SOURCE, "# %% points", "# %% imports", 13, "a second cell is named 'imports'"),
    Mistake(SOURCE, '# %% table tags=["display"]', '# %% table tags=["show"]', '["show"]',
            "unknown tag 'show'"),
    Mistake(SOURCE, "seed = 0", "seed = (0", 14, "not plain Python"),
    Mistake(SOURCE, "import numpy", "import weaver\nimport numpy", "import weaver",
            "must run without weaver"),
    Mistake(SOURCE, 'names = ["line", "points"]', 'names = X = ["line", "points"]', "names = X",
            "display cell 'words' sets `X`"),
    Mistake(SOURCE, "# the line to find", "# our line", "# our line", "no Turkish for '# our"),
    Mistake(STRINGS, "line:\n", 'line:\n  "mine": "benim"\n', "mine", "nothing shown in line.py"),
    Mistake(STRINGS, "common:\n", 'common:\n  "mine": "benim"\n', "mine", "no tutorial uses"),
    Mistake(STRINGS, "line:\n", "lines:\n", "lines:", "there is no tutorial 'lines'"),
    Mistake(STRINGS, '"points": "noktalar"', '"points": "noktlar"', "noktlar", "misspelt"),
    # data files
    Mistake(STRINGS, "common:\n", "common: a: b\n", "common:", "not YAML"),
    Mistake(QUOTED, "link:", "lnk:", "somebody", "'somebody' lacks link"),
    Mistake(QUOTED, "  value: 0.8", " value: [0.8", 3, "not YAML"),
    Mistake(GLOSSARY, "  en: slope\n", "", "tr: eğim", "entry lacks en"),
    Mistake(GLOSSARY, "  en: slope", "  en: slope: x", "slope: x", "not YAML"),
    Mistake(CHECKED, "verdict: holds", "verdict: hold", 11, "verdict 'hold'"),
    Mistake(CHECKED, "  what: {tr: Eğim, en", "  what: {en", "- source", "`what` needs tr and en"),
    Mistake(CHECKED, "value: slope", "value: slpe", "- source", "'slpe' is undefined"),
    Mistake(QUOTED, "somebody:\n", "- somebody:\n", 1, "must map names to entries"),
    Mistake(CHECKED, "tutorial: line", "tutorial: lines", "- source", "no tutorial 'lines'"),
    Mistake("docs/en/index.md", 'figure("line"', 'figure("lin"', '"lin"', "no tutorial 'lin'"),
    # the record
    Mistake(RECORD, '"slope": 2.0', '"slope": 2.1', 0, "was changed after the run"),
    Mistake(RECORD, '"weaver_digest"', '"digest"', 0, "not a whole run record"),
]  # fmt: skip


def line_of(site: Workspace, file: str, where: str | int) -> int:
    if isinstance(where, int):
        return where
    lines = (site.root / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, text in enumerate(lines, 1) if where in text)


def assert_found(site: Workspace, file: str, where: str | int, said: str) -> None:
    problems = check(Site(site.project))
    here = [
        problem for problem in problems
        if problem.path == site.root / file and said in problem.text
        and problem.line == line_of(site, file, where)
    ]  # fmt: skip
    assert here, [str(problem) for problem in problems]
    for problem in here:
        assert translate(problem.text), problem.text


@pytest.fixture
def site(example) -> Workspace:
    example.edit(example.root / GLOSSARY, "  what:", "  avoid: {tr: [yokuş]}\n  what:")
    assert check(Site(example.project)) == []
    return example


def test_there_are_forty():
    assert len({mistake.id for mistake in MISTAKES}) >= 40


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_a_mistake_is_caught_with_file_and_line(site, mistake):
    site.edit(site.root / mistake.file, mistake.old, mistake.new)
    assert_found(site, mistake.other or mistake.file, mistake.where, mistake.said)


def test_a_missing_translation_is_caught(site):
    (site.root / EN).unlink()
    assert_found(site, TR, 0, "has no twin")


def test_a_program_that_never_ran_is_caught(site):
    site.record.unlink()
    assert_found(site, SOURCE, 0, "never run")


def test_half_a_record_is_caught(site):
    content = site.record.read_bytes()
    site.record.write_bytes(content[: len(content) // 2])
    assert_found(site, RECORD, 0, "not a whole run record")


def test_a_page_in_another_encoding_is_caught(site):
    text = (site.root / TR).read_text(encoding="utf-8")
    (site.root / TR).write_bytes(text.encode("iso-8859-9"))
    assert_found(site, TR, 2, "not UTF-8")


def test_a_section_that_is_behind_is_caught(site):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], ["add", "docs"], ["commit", "-qm", "one"]):
        subprocess.run(["git", *identity, *command], cwd=site.root, check=True)
    site.edit(site.root / TR, "ana sayfa", "ilk sayfa")
    assert_found(site, EN, "The points lie", "not brought up to date with docs/tr/line.md:8")


def test_a_stale_record_stops_a_strict_build(site):
    site.edit(site.source, "seed = 0", "seed = 1")
    done = site.build("--strict")
    assert done.status == 1
    assert "tutorials_src/runs/line.ipynb: stale (cell `points` changed" in done.err


def test_no_correct_article_of_this_site_is_flagged():
    assert [str(problem) for problem in check(Site(Project(ROOT)))] == []
