"""The checks: every broken contract is found, with file and line."""

import pytest
from conftest import ROOT, Workspace

from weaver.check.registry import check
from weaver.check.results import typed_results
from weaver.core.project import Project
from weaver.site import Site


def found(site: Workspace) -> list[str]:
    return [str(problem).replace(f"{site.root}/", "") for problem in check(Site(site.project))]


def test_the_example_is_clean(recorded):
    assert found(recorded) == []


def test_this_site_is_clean():
    assert [str(problem) for problem in check(Site(Project(ROOT)))] == []


FIT = '{{ cell("fit") }}\n\n'
WORDS = '{{ cell("words") }}\n\n'
SLOPE = "Slope {{ slope | number(2) }}"
PLOT = 'cell("plot", alt="Four points and the line through them")'


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        (FIT, "", None, "cell 'fit' of line.py is never shown"),
        (FIT, "", 'tr:cell("fit")', "cell 'fit' is not in docs/en/line.md"),
        (FIT, FIT + "\n" + FIT, 2, "cell 'fit' is shown already, on line 2"),
        ('cell("fit")', 'cell("fitt")', 'cell("fitt")', "no cell 'fitt': there is imports"),
        ('cell("fit")', 'cell("secret")', 'cell("secret")', "cell 'secret' is hidden"),
        (FIT + WORDS, WORDS + FIT, 'cell("fit")', "cell 'fit' must come before 'words'"),
        (PLOT, 'cell("plot")', 'cell("plot")', "cell 'plot' shows a figure: say what"),
        (PLOT, 'cell("plot", alt=" ")', 'cell("plot"', "cell 'plot' shows a figure: say what"),
        ('cell("fit")', 'cell("fit", alt="x")', 'cell("fit"', "cell 'fit' shows no figure"),
        ("slope | n", "slpe | n", "slpe", "{{ slpe | number(2) }}: 'slpe' is undefined"),
        ("quoted.somebody", "quoted.nobody", "nobody", "{{ quoted.nobody | percent }}"),
        (SLOPE, "Slope 2.0", "Slope 2.0", "'2.0' is typed in"),
        (SLOPE, "Slope", "tr:slope |", "value {{ slope | number(2) }} is not in the same section"),
        ("(\\hat y_i - y_i)^2", "(y_i)^2", "$$", "equation $"),
        ("\\frac{1}{n}", "\\frac{1}{n", "$$", "LaTeX $"),
        ("$y = 2x + 1$", "$y = \\foo x$", "\\foo", "LaTeX $y = \\foo x$: Unknown command"),
        ("## Exercise", "### Exercise", "### Exercise", "heading of level 3: docs/tr/line.md"),
        ("## Exercise\n", "", "tr:## Alıştırma", "3 vs 2 headings in tr vs en: this one has no"),
        ("title: A line\n", "", "---", "front matter has no `title:`"),
        ("description: The", "description: 99.5% The", "99.5%", "'99.5%' is typed in"),
        ("tutorial: line", "tutorial: lines", "tutorial:", "there is no tutorials_src/lines.py"),
    ],
)
def test_what_is_wrong_in_an_article_is_named_with_its_line(example, old, new, where, said):
    example.edit(example.page("en"), old, new)
    language, place = "en", where
    if isinstance(where, str) and where.startswith("tr:"):
        language, place = "tr", where.removeprefix("tr:")
    lines = example.page(language).read_text(encoding="utf-8").splitlines()
    if place == 2:  # the second of two
        _, second = [n for n, text in enumerate(lines, 1) if 'cell("fit")' in text]
        line = f":{second}"
    else:
        line = f":{next(n for n, text in enumerate(lines, 1) if place in text)}" if place else ""
    problems = found(example)
    expected = f"docs/{language}/line.md{line}: {said}"
    assert any(problem.startswith(expected) for problem in problems), problems


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "said"),
    [
        ("line.py", "# the line to find", "# our line", "# our line", "no Turkish for '# our"),
        ("line.py", '"input"', '"entry"', '"entry"', "no Turkish for 'entry': add it to"),
        ("line.py", '"slope: {', '"The slope: {', '"The', "no Turkish for 'The slope: {slope}'"),
        ("line.py", "X = rng", f"{'x' * 80} = X = rng", "xxxx", "112 characters: a line of code"),
        (
            "strings.tr.yml",
            "line:\n",
            'line:\n  "mine": "x"\n',
            "mine",
            "nothing shown in line.py",
        ),
        ("strings.tr.yml", "common:\n", 'common:\n  "m": "x"\n', '"m"', "no tutorial uses 'm'"),
        ("strings.tr.yml", "line:\n", "lines:\n", "lines:", "there is no tutorial 'lines'"),
        ("strings.tr.yml", "common:\n", "common: a: b\n", "common:", "not YAML: mapping values"),
        ("../docs/quoted.yml", "link:", "lnk:", "somebody", "'somebody' lacks link"),
    ],
)
def test_what_is_wrong_around_a_program_is_named_with_its_line(
    example, file, old, new, where, said
):
    path = (example.project.sources / file).resolve()
    example.edit(path, old, new)
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if where in text)
    expected = f"{path.relative_to(example.root.resolve())}:{line}: {said}"
    problems = found(example)
    assert any(problem.startswith(expected) for problem in problems), problems


def test_a_page_without_a_twin_is_found(example):
    example.page("en").unlink()
    assert any("docs/tr/line.md: has no twin" in problem for problem in found(example))


def test_a_tutorial_that_never_ran_is_found(example):
    example.record.unlink()
    assert found(example) == ["tutorials_src/line.py: never run: `python -m weaver run line`"]


def test_check_prints_and_exits(example):
    done = example.weaver("check")
    assert (done.status, done.out) == (0, "4 pages, 1 tutorials: 0 problems\n")
    example.edit(example.page("en"), "$y = 2x + 1$", "$\\frac{$")
    done = example.weaver("check")
    assert done.status == 1
    assert done.err.startswith("docs/en/line.md:8: LaTeX")


@pytest.mark.parametrize(
    ("text", "language", "results"),
    [
        ("60.000 görüntü, 784 piksel", "tr", []),
        ("60,000 images of 28 by 28", "en", []),
        ("doğruluk 0,847", "tr", ["0,847"]),
        ("doğruluk %84", "tr", ["%84"]),
        ("yüzde 84", "tr", ["yüzde 84"]),
        ("0.5 değeri", "tr", ["0.5"]),
        ("20 dakika sürer, 3 sn", "tr", ["20 dakika", "3 sn"]),
        ("accuracy of 84%, or 0.84", "en", ["84%", "0.84"]),
        ("in 12 s or 5 minutes", "en", ["12 s", "5 minutes"]),
        ("5 models, 3 sections", "en", []),
        ("1,000.5 lira", "en", ["1,000.5"]),
    ],
)
def test_typed_results_are_told_from_plain_numbers(text, language, results):
    assert typed_results(text, language) == results
