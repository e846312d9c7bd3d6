"""Reading an article and its expressions."""

import pytest
from conftest import LANGUAGE

from weaver.core.problems import WeaverError
from weaver.prose.article import CellReference, Prose, Value
from weaver.prose.expressions import evaluate
from weaver.prose.parse import read_article

FRONT = "---\ntitle: A\ntutorial: line\n---\n"


def read(folder, text: str, language: str = "en"):
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return read_article(path, LANGUAGE[language])


def problem(folder, text: str) -> str:
    with pytest.raises(WeaverError) as caught:
        article = read(folder, text)
        for part in article.parts:
            if isinstance(part, Value):
                evaluate(article, part, {"x": 0.5, "n": 3, "flag": True, "many": [1.0]})
    return str(caught.value)


def test_prose_values_and_cells_are_told_apart(tmp_path):
    article = read(tmp_path, FRONT + 'One {{ x | percent }}.\n\n    {{ cell("a", alt="b") }}\n')
    assert article.tutorial == "line"
    assert article.parts == (
        Prose(5, "One "),
        Value(5, " x | percent "),
        Prose(5, ".\n\n    "),
        CellReference(7, "a", "b", "    "),
        Prose(7, "\n"),
    )


def test_a_page_without_a_tutorial_may_hold_braces(tmp_path):
    article = read(tmp_path, "---\ntitle: A\n---\n{{ anything }}\n")
    assert article.parts == (Prose(4, "{{ anything }}\n"),)


def test_attribute_lists_are_not_comments(tmp_path):
    article = read(tmp_path, FRONT + "# A {#top}\n")
    assert article.parts[0].text == "# A {#top}\n"


def test_whole_numbers_are_grouped_as_in_the_language(tmp_path):
    for language, written in (("tr", "60.000"), ("en", "60,000")):
        article = read(tmp_path, FRONT + "{{ n }}", language)
        assert evaluate(article, article.parts[0], {"n": 60000}) == written


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("a\n{{ y | percent }}\n", 6, "'y' is undefined: line has no such value"),
        ("{{ x }}\n", 5, "needs a filter"),
        ("{{ flag }}\n", 5, "is not a number or a word"),
        ("{{ many }}\n", 5, "is not a number or a word"),
        ("{{ x | percnt }}\n", 5, "No filter named 'percnt'"),
        ("{{ x | percent\n", 5, "not an expression"),
        ("{{ x + }}\n", 5, "{{ x + }}"),
        ("{{ }}\n", 5, "is empty"),
        ("{% if x %}\n", 5, "only `{{ … }}` is allowed"),
        ("{{ x.__class__.__mro__ | number }}\n", 5, "x.__class__"),
        ("{{ 1 / (n - 3) | number }}\n", 5, "n - 3"),
        ('text {{ cell("a") }}\n', 5, "must stand alone on its line"),
        ("{{ cell(a) }}\n", 5, "write `{{ cell("),
        ('{{ cell("a", size=3) }}\n', 5, "write `{{ cell("),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, body, line, said):
    text = problem(tmp_path, FRONT + body)
    assert f"page.md:{line}: " in text
    assert said in text


def test_bad_front_matter_is_named_with_its_line(tmp_path):
    assert "page.md:3: not YAML" in problem(tmp_path, "---\ntitle: A\ntutorial: a: b\n---\n")
