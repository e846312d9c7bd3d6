"""Mistakes that contributors make, seeded one by one: each is caught with file and line."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Workspace

from weaver.check.registry import CHECKS, check, find_problems, name_of
from weaver.core.project import Project
from weaver.program.record import write_record
from weaver.site import Site

EN, TR = "docs/en/line.md", "docs/tr/line.md"
SOURCE, STRINGS = "tutorials_src/line.py", "tutorials_src/strings.tr.yml"
RECORD, QUOTED = "tutorials_src/runs/line.ipynb", "docs/quoted.yml"
CHECKED, GLOSSARY = "docs/checked.yml", "docs/glossary.yml"
WORDS_FILE, HOME, HOME_TR = "docs/words.yml", "docs/en/index.md", "docs/tr/index.md"
PLOT = 'cell("plot", alt="Four points and the line through them")'
FIT = '{{ cell("fit") }}\n\n'
WORDS = '{{ cell("words") }}\n\n'
TIMES = "| one | s |\n| --- | --- |\n"
TIMES += "".join(f"| {it} | {{{{ {it}_seconds | number(1) }}}} |\n" for it in "ab") + "\n"


@dataclass(frozen=True)
class Mistake:
    """Replace ``old`` by ``new`` in ``file``; ``check`` says ``said`` of it.

    ``old`` is None where the whole file goes.
    Its line is the first that has ``where``, 0 for the file as a whole; ``other`` is the
    file it is found in, if that is another one.
    """

    check: str
    file: str
    old: str | None
    new: str | None
    where: str | int
    said: str
    other: str = ""

    @property
    def id(self) -> str:
        return re.sub(r"\W+", "-", f"{self.file.rpartition('/')[2]} {self.said}")[:60]


MISTAKES = [
    # names
    Mistake("cells", EN, 'cell("fit")', 'cell("fitt")', 'cell("fitt")', "no cell 'fitt'"),
    Mistake("cells", TR, 'cell("fit")', 'cell("Fit")', 'cell("Fit")', "no cell 'Fit'"),
    Mistake("values", EN, "slope | n", "slpe | n", "slpe", "'slpe' is undefined"),
    Mistake("values", TR, "share | percent", "share | yuzde", "yuzde", "No filter named 'yuzde'"),
    Mistake("values", EN, "quoted.somebody", "quoted.nobody", "nobody", "no attribute 'nobody'"),
    Mistake("values", EN, "slope | number(2)", "slope", "{{ slope }}", "needs a filter"),
    Mistake("cells", EN, "tutorial: line", "tutorial: lines", "tutorial:",
            "no tutorials_src/lines.py"),
    Mistake("files", EN, "{{ slope |", "{{ slope | |", "slope", "slope"),
    Mistake("files", EN, "number(2) }}, share", "number(2) , share", "Slope {{",
            "not an expression"),
    Mistake("files", EN, FIT, "{% if x %}\n\n" + FIT, "{% if", "only `{{ … }}` is allowed"),
    # what both languages share
    Mistake("cells", EN, FIT, "", 0, "cell 'fit' of line.py is never shown"),
    Mistake("parity", EN, FIT, "", 'cell("fit")', "cell 'fit' is not in docs/en/line.md", TR),
    Mistake("cells", EN, FIT + WORDS, WORDS + FIT, 'cell("fit")', "must come before 'words'"),
    Mistake("cells", EN, WORDS, FIT + WORDS, 25, "cell 'fit' is shown already"),
    Mistake("cells", EN, 'cell("fit")', 'cell("secret")', "secret", "cell 'secret' is hidden"),
    Mistake("parity", EN, "## Exercise", "### Exercise", "### Ex", "heading of level 3: docs/tr"),
    Mistake("parity", EN, "## Exercise\n", "", "## Alıştırma", "headings in tr vs en", TR),
    Mistake("parity", EN, "(\\hat y_i - y_i)^2", "(y_i)^2", "$$", "equation $"),
    Mistake("parity", EN, "Slope {{ slope | number(2) }}", "Slope", "slope |",
            "value {{ slope", TR),
    Mistake("devices", EN, FIT, TIMES + FIT, "b_seconds", "times of several devices"),
    # LaTeX, results, alt texts
    Mistake("latex", EN, "\\frac{1}{n}", "\\frac{1}{n", "$$", "LaTeX $"),
    Mistake("latex", TR, "$y = 2x + 1$", "$y = \\foo x$", "\\foo", "Unknown command"),
    Mistake("results", EN, "Slope {{ slope | number(2) }}", "Slope 2.0", "Slope 2.0",
            "'2.0' is typed in"),
    Mistake("results", TR, "{{ share | percent }}", "%84,7", "%84,7", "'%84,7' is typed in"),
    Mistake("results", EN, "{{ took | seconds }}", "12 s", "12 s", "'12 s' is typed in"),
    Mistake("results", EN, "description: The", "description: 99.5% The", "99.5%",
            "'99.5%' is typed in"),
    Mistake("cells", EN, PLOT, 'cell("plot")', 'cell("plot")', "cell 'plot' shows a figure"),
    Mistake("cells", EN, PLOT, 'cell("plot", alt=" ")', 'cell("plot"',
            "cell 'plot' shows a figure: say"),
    Mistake("cells", EN, 'cell("fit")', 'cell("fit", alt="A line")', 'cell("fit"',
            "shows no figure"),
    Mistake("links", EN, "The points lie", "![](x.png) The points lie", "![]", "has no alt text"),
    # front matter
    Mistake("front_matter", EN, "title: A line\n", "", 1, "front matter has no `title:`"),
    Mistake("front_matter", TR, "description: Dört", "desc: Dört", 1,
            "front matter has no `description:`"),
    Mistake("files", EN, "title: A line", "title: A: line", "title:", "not YAML"),
    Mistake("parity", EN, "tutorial: line\n", "", "slope |", "value {{ slope", TR),
    # links, anchors, Markdown
    Mistake("links", EN, "(index.md)", "(indx.md)", "indx", "the link to 'indx.md' leads nowhere"),
    Mistake("links", EN, "(index.md)", "(index)", "(index)",
            "the link to 'index' leads nowhere: there is"),
    Mistake("links", EN, "(index.md)", "(../quoted.yml)", "quoted.yml", "leads nowhere"),
    Mistake("links", EN, "(index.md)", "(../../tutorials_src/line.py)", "line.py",
            "leads nowhere"),
    Mistake("links", EN, "(index.md)", "(../tr/index.md)", "../tr", "leads to another language"),
    Mistake("links", EN, "(index.md)", "(/line/)", "/line/", "is absolute"),
    Mistake("links", EN, "(index.md)", "(htp://example.org)", "htp", "nothing opens the link"),
    Mistake("links", EN, "[home](index.md)", '<a href="indx.md">home</a>', "indx",
            "leads nowhere"),
    Mistake("links", EN, "[home](index.md)", "[home][start]", "start", "no line `[start]: …`"),
    Mistake("links", EN, "The points lie", "![A](https://e.org/a.png) The points lie", "![",
            "the picture 'https://e.org/a.png' is on another host"),
    Mistake("links", EN, "The points lie", '<img src="no.png" alt="A"> The points lie', "no.png",
            "leads nowhere"),
    Mistake("links", EN, "home](index.md).", "home](index.md).[^1]", "[^1]",
            "there is no footnote '1'"),
    Mistake("links", EN, "home](index.md).", "home](index.md).\n\n[^1]: A note.", "[^1]",
            "no text refers to the footnote '1'"),
    Mistake("links", EN, "home](index.md).", "home](index.md).[^1]\n\n[^1]: One.\n[^1]: Two.",
            "Two",
            "a second footnote is named '1'"),
    Mistake("links", EN, "(index.md)", "(#cell-plot)", "#cell-plot",
            "line.md has no heading 'cell-plot'"),
    Mistake("links", EN, "(index.md)", "(index.md#how-made)", "made",
            "index.md has no heading 'how-made'"),
    Mistake("links", EN, "## Exercise", "## Exercise {#code-fit}", "## Ex",
            "the anchor 'code-fit' is taken already"),
    Mistake("navigation", "mkdocs.yml", "line.md", "lines.md", 2,
            "the navigation names 'lines.md'"),
    Mistake("navigation", "mkdocs.yml", ", line.md", "", 0, "is not in the navigation", TR),
    Mistake("links", EN, "(index.md)", "(line.md#top)", "#top", "line.md has no heading 'top'"),
    Mistake("links", HOME, "#fitting", "#fiting", "#fiting", "no heading 'fiting'"),
    Mistake("form", EN, "## Fitting", "##Fitting", "##Fit", "a heading needs a blank"),
    Mistake("form", EN, "\n## Fitting", "## Fitting", 13, "a heading needs an empty line"),
    Mistake("form", EN, "(index.md).", "(index.md).\n- one", "- one",
            "a list needs an empty line"),
    Mistake("form", EN, FIT, "```python\nx = 1\n\n" + FIT, "```", "is never closed"),
    Mistake("form", EN, "# A line\n", "# A line\n\n# B line\n", "# B line",
            "one heading of level 1"),
    Mistake("html", EN, "The points", "<script>1</script> The points", "<script>",
            "a page may not hold <script>"),
    Mistake("html", TR, "Noktalar $y", "<img src=x onerror=a> $y", "onerror",
            "a page may not hold <img onerror="),
    Mistake("html", EN, "## Exercise", "## Exercise {#a onclick=b}", "onclick",
            "a page may not hold onclick="),
    Mistake("html", GLOSSARY, "How steep", "<style>b{}</style> How steep", "How steep",
            "a page may not hold <style>"),
    # words
    Mistake("wording", TR, "Noktalar $y", "Noktlar $y", "Noktlar", "'Noktlar' is misspelt"),
    Mistake("wording", EN, "The points", "The pionts", "pionts", "'pionts' is misspelt: points"),
    Mistake("wording", TR, "Dört nokta ve", "Dört nokkta ve", "nokkta", "'nokkta' is misspelt"),
    Mistake("wording", EN, "fits a line", "fitts a line", "fitts", "'fitts' is misspelt"),
    Mistake("wording", TR, "ana sayfa](", "aana sayfa](", "aana", "'aana' is misspelt"),
    Mistake("wording", TR, "Eğim {{", "Meyil (*slpoe*) {{", "slpoe", "'slpoe' is misspelt"),
    Mistake("wording", EN, "quoted\n", 'quoted <span lang="tr">eğiim</span>\n', "eğiim",
            "'eğiim' is"),
    Mistake("wording", TR, "Eğim {{", "GPUda {{", "GPUda", "kısaltmaya gelen ek"),
    Mistake("wording", TR, "Eğim {{", "Yokuş {{", "Yokuş",
            "'yokuş': the glossary's term is 'eğim'"),
    Mistake("wording", TR, "Eğim {{", "Yokuşlarda {{", "Yokuş",
            "'yokuşlarda': the glossary's term is"),
    Mistake("wording", TR, "süre", "süre süre  bir", "süre  bir", "two spaces"),
    Mistake("wording", EN, "home](index.md).", "home](index.md) .", "index.md",
            "a space before a mark"),
    Mistake("wording", EN, "The points", "“The points”", "“", "a curved quotation mark"),
    Mistake("wording", EN, "The points lie", "The points the the lie", "the the", "a word twice"),
    Mistake("wording", TR, "pay {{ share | percent }}", "pay {{ share | percent }} %", "%",
            "yüzde işareti"),
    # the program and its words
    Mistake("files", SOURCE, "# %% points", "# %%", 13, "write `# %% some-name`"),
    Mistake("files", SOURCE, "# %% points", "# %% imports", 13,
            "a second cell is named 'imports'"),
    Mistake("files", SOURCE, '# %% table tags=["display"]', '# %% table tags=["show"]', '["show"]',
            "unknown tag 'show'"),
    Mistake("files", SOURCE, ">>> abs(", ">>>abs(", 1, "a doctest cannot be read: line"),
    Mistake("files", SOURCE, ">>> fit(", ">>>fit(", 22, "a doctest cannot be read: line"),
    Mistake("files", SOURCE, "seed = 0", "seed = (0", 14, "not plain Python"),
    Mistake("files", SOURCE, "import numpy", "import weaver\nimport numpy", "import weaver",
            "must run without weaver"),
    Mistake("files", SOURCE, 'names = ["line", "points"]', 'names = X = ["line", "points"]',
            "names = X",
            "display cell 'words' sets `X`"),
    Mistake("strings", SOURCE, "# the line to find", "# our line", "# our line",
            "no translation of '# our"),
    Mistake("strings", SOURCE, '"input"', '"entry"', '"entry"',
            "no translation of 'entry': add it to"),
    Mistake("strings", SOURCE, '"slope: {', '"The slope: {', '"The',
            "no translation of 'The slope: {slope}'"),
    Mistake("strings", SOURCE, "X = rng", f"{'x' * 80} = X = rng", "xxxx",
            "112 characters: a line of code"),
    Mistake("strings", STRINGS, "line:\n", 'line:\n  "mine": "benim"\n', "mine",
            "nothing shown in line.py"),
    Mistake("strings", STRINGS, "common:\n", 'common:\n  "mine": "benim"\n', "mine",
            "no tutorial uses"),
    Mistake("strings", STRINGS, "line:\n", "lines:\n", "lines:", "there is no tutorial 'lines'"),
    Mistake("wording", STRINGS, '"points": "noktalar"', '"points": "noktlar"', "noktlar",
            "misspelt"),
    Mistake("wording", STRINGS, "küçük karelerle", "küçük kareler ile egitim", "egitim",
            "misspelt"),
    # data files
    Mistake("files", STRINGS, "common:\n", "common: a: b\n", "common:", "not YAML"),
    Mistake("files", QUOTED, "link:", "lnk:", "somebody", "somebody: lacks link"),
    Mistake("files", QUOTED, "  value: 0.8", " value: [0.8", 3, "not YAML"),
    Mistake("files", GLOSSARY, "  en: slope\n", "", "tr: eğim", "lacks en"),
    Mistake("files", GLOSSARY, "  en: slope", "  en: slope: x", "slope: x", "not YAML"),
    Mistake("files", CHECKED, "verdict: holds", "verdict: hold", 18, "'hold' is none of holds"),
    Mistake("files", CHECKED, "  what: {tr: Eğim, en", "  what: {en", 4, "what: lacks tr"),
    Mistake("values", CHECKED, "value: slope", "value: slpe", "- source", "'slpe' is undefined"),
    Mistake("files", QUOTED, "link:", "lnk:", "lnk", "no key 'lnk': there is value, what, source"),
    Mistake("files", QUOTED, "value: 0.8", 'value: "0.8"', "0.8", "value: must be number"),
    Mistake("files", QUOTED, "  link:", "  value: 1\n  link:", "value: 1", "is there twice"),
    Mistake("files", CHECKED, "verdict: holds", "verdict: close", 11, "lacks note"),
    Mistake("files", CHECKED, "stated: 2.1", "stated: [[true]]", "true", "stated: must be"),
    Mistake("wording", WORDS_FILE, "", "tr: elma\n", 1, "tr: must be a list"),
    Mistake("drift", "docs/translations.yml", "", "- line 12\n", 1, "write `- <page> <digest>`"),
    Mistake("files", CHECKED, "  stated: 2.1\n", "", "- source", "lacks stated"),
    Mistake("links", CHECKED, '"#fitting"', '"#fiting"', "- source",
            "line.md has no heading 'fiting'"),
    Mistake("wording", CHECKED, "The slope", "The sloppe", "sloppe", "misspelt"),
    Mistake("links", QUOTED, "https://example.org/", "nowhere.md", "somebody", "leads nowhere"),
    Mistake("wording", QUOTED, "A share", "A shaare", "shaare", "misspelt"),
    Mistake("wording", GLOSSARY, "dikliği", "diklği", "diklği", "misspelt"),
    Mistake("wording", WORDS_FILE, "", "- elma\n", 1, "must be `key: value` lines"),
    Mistake("parity", HOME, "line.slope", "line.slpe", "slpe", "{{ line.slpe | number(2) }}"),
    Mistake("values", HOME, '"plot"', '"table"', '"table"', "cell 'table' of line has no figure"),
    Mistake("parity", HOME, "line.slope |", "line.intercept |", "line.slope",
            "is not in the same section", HOME_TR),
    Mistake("files", QUOTED, "somebody:\n", "- somebody:\n", 1, "must be `key: value` lines"),
    Mistake("values", CHECKED, "tutorial: line", "tutorial: lines", "- source",
            "no tutorial 'lines'"),
    Mistake("values", HOME, 'figure("line"', 'figure("lin"', '"lin"', "no tutorial 'lin'"),
    Mistake("languages", "languages/en/language.yml", "    series: The series\n", "", 0,
            "lacks theme: frame: series"),
    Mistake("files", "languages/en/language.yml", "units:", "unit:", 5, "no key 'unit'"),
    # what is not there
    Mistake("twins", EN, None, None, 0, "has no twin", TR),
    Mistake("translated", EN, "tutorial: line", "untranslated: tr\ntutorial: line",
            "untranslated", "is not translated yet"),
    Mistake("runs", RECORD, None, None, 0, "never run", SOURCE),
    Mistake("drift", TR, "ana sayfa", "ilk sayfa", "The points lie",
            "not brought up to date with docs/tr/line.md:8", EN),
    # the record
    Mistake("files", RECORD, '"slope": 2.0', '"slope": 2.1', 0, "was changed after the run"),
    Mistake("files", RECORD, '"weaver_digest"', '"digest"', 0, "not a whole run record"),
    Mistake("outputs", RECORD, "image/svg+xml", "image/tiff", 0, "'image/tiff', which no page"),
]  # fmt: skip


@pytest.fixture
def site(example) -> Workspace:
    example.edit(example.root / GLOSSARY, "  what:", "  avoid: {tr: [yokuş]}\n  what:")
    return example


def test_the_site_is_right_before(site):
    assert check(Site(site.project)) == []


def test_every_check_has_its_mistake():
    assert {mistake.check for mistake in MISTAKES} == {name_of(one) for one in CHECKS}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_a_mistake_is_caught_with_file_and_line(site, mistake):
    make(site, mistake)
    path = site.root / (mistake.other or mistake.file)
    found = find_problems(Site(site.project))
    assert [
        problem
        for problem, name in found.items()
        if (problem.path, problem.line) == (path, line_of(path, mistake.where))
        and mistake.said in problem.text
        and name == mistake.check
    ], found


def use_two_devices(notebook: dict) -> None:
    about = notebook["metadata"]["weaver"]
    about["values"].update(a_seconds=1.0, b_seconds=2.0)
    gpu = {"name": "GPU", "kind": "cuda", "cells": ["fit"], "timings": ["a_seconds"]}
    about["device"]["gpu"] = gpu


def make(site: Workspace, mistake: Mistake) -> None:
    path = site.root / mistake.file
    if mistake.check == "drift":
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        for command in (["init", "-q"], ["add", "docs"], ["commit", "-qm", "one"]):
            subprocess.run(["git", *identity, *command], cwd=site.root, check=True)
    if mistake.check == "devices":
        site.forge(use_two_devices)
    if mistake.old is None:
        path.unlink()
    elif path.exists():
        site.edit(path, mistake.old, mistake.new)
    else:
        path.write_text(mistake.new, encoding="utf-8")
    if mistake.check == "outputs":
        write_record(path, nbformat.read(path, as_version=4))  # as if a run had written it


def line_of(path: Path, where: str | int) -> int:
    if isinstance(where, int):
        return where
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, text in enumerate(lines, 1) if where in text)


def test_half_a_record_is_caught(site):
    content = site.record.read_bytes()
    site.record.write_bytes(content[: len(content) // 2])
    (problem,) = check(Site(site.project))
    assert (problem.path, problem.line) == (site.record, 0)
    assert "not a whole run record" in problem.text


def test_a_page_in_another_encoding_is_caught(site):
    text = site.page("tr").read_text(encoding="utf-8")
    site.page("tr").write_bytes(text.encode("iso-8859-9"))
    problems = check(Site(site.project))
    assert [(problem.line, "not UTF-8" in problem.text) for problem in problems
            if problem.path == site.page("tr")] == [(2, True)]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["#code-plot", "#figure-plot", "#how-made", "line.md#exercise", "index.md#slope",
                "https://example.org/a#b", "mailto:a@example.org", "index.md?x=1"],
)  # fmt: skip
def test_right_addresses_are_not_flagged(site, address):
    site.edit(site.page("en"), "(index.md)", f"({address})")
    site.edit(site.page("en"), "## Exercise", "A note.[^1]\n\n[^1]: Here.\n\n## Exercise")
    assert check(Site(site.project)) == []


def test_no_correct_article_of_this_site_is_flagged():
    assert [str(problem) for problem in check(Site(Project(ROOT)))] == []


def test_the_command_prints_and_exits(site):
    done = site.weaver("check")
    assert (done.status, done.out) == (0, "4 pages, 1 tutorials: 0 problems\n")
    site.edit(site.page("en"), "$y = 2x + 1$", "$\\frac{$")
    done = site.weaver("check")
    assert done.status == 1
    assert done.err.startswith("docs/en/line.md:8: LaTeX")
    done = site.weaver("check", "--json")
    assert done.status == 1
    told = json.loads(done.out)
    assert told["counts"] == {"latex": 1, "parity": 2}
    problem = next(one for one in told["problems"] if one["check"] == "latex")
    assert (problem["path"], problem["line"]) == ("docs/en/line.md", 8)
    assert problem["text"].startswith("LaTeX $\\frac{$")
