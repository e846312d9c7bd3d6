"""Reading an article and its expressions."""

import copy

import pytest
from conftest import LANGUAGE

from weaver.core.problems import WeaverError
from weaver.prose.article import Article, CellReference, Prose, Value
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
        ("{{ (1 / (n - n)) | number }}\n", 5, "division by zero"),
        ('text {{ cell("a") }}\n', 5, "must stand alone on its line"),
        ("{{ cell(a) }}\n", 5, "write `{{ cell("),
        ('{{ cell("a", size=3) }}\n', 5, "write `{{ cell("),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, body, line, said):
    text = problem(tmp_path, FRONT + body)
    assert f"page.md:{line}: " in text
    assert said in text


VALUES = {"x": 0.5, "n": 3, "word": "a", "many": [1.0, 2.0], "by": {"slow": 0.25}}
NO_VALUE, NO_FACTOR = "names no value", "a number beside a value can only be"
OTHER = "an expression picks, adds, subtracts, multiplies and divides values"


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("(1 - x) | percent(2)", "50.00%"),
        ("(x - by.slow) | points", "25.0"),
        ('(100 * by["slow"] / 60) | number(digits=2)', "0.42"),
        ("many[-1] | number(n)", "2.000"),
        ("many[:1][0] | integer", "1"),
        ("-n", "-3"),
        ("word", "a"),
    ],
)
def test_an_expression_reckons_with_values(tmp_path, expression, written):
    article = read(tmp_path, f"{FRONT}{{{{ {expression} }}}}")
    assert evaluate(article, article.parts[0], VALUES) == written


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0.99 | percent", NO_VALUE),
        ('"84.7%"', NO_VALUE),
        ('"84.7%"[0]', NO_VALUE),
        ("none", NO_VALUE),
        ("[1, 2][0]", NO_VALUE),
        ("3 * 4", NO_FACTOR),
        ("(x * 0 + 0.847) | percent", NO_FACTOR),
        ("(x / x * 847 / 1000) | percent", NO_FACTOR),
        ("(x - x + (2 - 1)) | percent", NO_FACTOR),
        ('word + "84.7%"', NO_FACTOR),
        ('word ~ "84.7%"', OTHER),
        ('"84.7%" if x else n', OTHER),
        ('x and "84.7%"', OTHER),
        ("n == 3", OTHER),
        ("n ** n ** n", OTHER),
        ("n is defined", OTHER),
        ("(n, n)", OTHER),
        ('by.update({"slow": 0.999}) or ""', OTHER),
        ("by.update(slow=0.999)", OTHER),
        ("many.append(x)", OTHER),
        ("x | percent(**by)", OTHER),
        ("x | number(1000000)", "a whole number to 20"),
        ("many[0.0] | number", "a whole number to"),
        ('x | default("84.7")', "No filter named 'default'"),
        ('many | join("84.7")', "No filter named 'join'"),
        ("range(9)", "'range' is undefined"),
        ("lipsum()", "'lipsum' is undefined"),
        ("cycler", "'cycler' is undefined"),
        ("self", "is not a number or a word"),
        ("by.items", "is not a number or a word"),
        ("word * 1000000", "only numbers are"),
        ("many * 1000000", "only numbers are"),
        ("9" * 500, "longer than 500 characters"),
        ("(" * 240 + "n" + ")" * 240, "recursion"),
        ("word | percent", "{{ word | percent }}"),
        ("many[5] | number", "has no attribute 5"),
        ("x(1)", "not callable"),
    ],
)
def test_what_is_typed_into_an_expression_becomes_no_result(tmp_path, expression, said):
    article = Article(tmp_path / "page.md", LANGUAGE["en"], {"tutorial": "line"}, ())
    values = copy.deepcopy(VALUES)
    with pytest.raises(WeaverError) as caught:
        evaluate(article, Value(5, f" {expression} "), values)
    assert "page.md:5: " in str(caught.value)
    assert said in str(caught.value)
    assert values == VALUES


@pytest.mark.parametrize("between", ["}} 84.7% {{", "}}{{", "}} {{# a #}} {{"])
def test_an_expression_ends_where_it_says(tmp_path, between):
    article = Article(tmp_path / "checked.yml", LANGUAGE["en"], {}, ())
    with pytest.raises(WeaverError, match="write one expression"):
        evaluate(article, Value(5, f" n {between} n "), VALUES)


def test_bad_front_matter_is_named_with_its_line(tmp_path):
    assert "page.md:3: not YAML" in problem(tmp_path, "---\ntitle: A\ntutorial: a: b\n---\n")
