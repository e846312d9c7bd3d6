"""Numbers and words of both languages."""

from pathlib import Path

import pytest
from conftest import LANGUAGE, ROOT

from weaver.check.results import typed_results
from weaver.core.language import load_language
from weaver.core.numbers import (
    format_date,
    format_integer,
    format_number,
    format_percentage,
    format_points,
    format_seconds,
    with_decimal_mark,
)
from weaver.core.problems import WeaverError
from weaver.program.localise import localise
from weaver.program.meaning import canonical
from weaver.program.strings import Strings, read_strings
from weaver.program.tutorial import Cell


def cell(source: str, *tags: str) -> Cell:
    return Cell("it", source, 1, frozenset(tags))


def strings(**own: str) -> Strings:
    return Strings(Path("strings.tr.yml"), own)


@pytest.mark.parametrize(
    ("function", "arguments", "turkish", "english"),
    [
        (format_percentage, (0.8474,), "%84,7", "84.7%"),
        (format_percentage, (0.1, 0), "%10", "10%"),
        (format_percentage, (-0.034,), "-%3,4", "-3.4%"),
        (format_number, (1234.5678, 2), "1.234,57", "1,234.57"),
        (format_number, (0.001,), "0,001", "0.001"),
        (format_number, (1e-6, 6), "0,000001", "0.000001"),
        (format_points, (0.0123,), "1,2", "1.2"),
        (format_seconds, (12.34,), "12,3\N{NO-BREAK SPACE}sn", "12.3\N{NO-BREAK SPACE}s"),
        (format_integer, (60000,), "60.000", "60,000"),
    ],
)
def test_numbers_are_written_as_the_language_does(function, arguments, turkish, english):
    assert function(*arguments, language=LANGUAGE["tr"]) == turkish
    assert function(*arguments, language=LANGUAGE["en"]) == english


def test_a_third_language_writes_numbers_by_its_data_alone(tmp_path: Path):
    text = (ROOT / "languages" / "en" / "language.yml").read_text(encoding="utf-8")
    (tmp_path / "de").mkdir()
    german = text.replace("locale: en_GB", "locale: de_DE")
    (tmp_path / "de" / "language.yml").write_text(german, encoding="utf-8")
    language = load_language(tmp_path, "de")
    assert format_percentage(0.8474, language=language) == "84,7\N{NO-BREAK SPACE}%"
    assert format_number(1234.5678, 2, language=language) == "1.234,57"
    assert format_date("2026-11-21", language=language) == "21. November 2026"
    assert with_decimal_mark("2.13", language) == "2,13"
    assert typed_results("60.000 Bilder, 0,5 und 84 %", language) == ["0,5", "84 %"]


def test_comments_docstrings_and_display_words_are_translated():
    source = (
        "def f(x):\n"
        '    """Return x.\n\n    >>> f(1)  # kept\n    1\n    """\n'
        "    return x  # the same\n"
        'print(f"epoch {f(2)}", end="")\n'
    )
    table = {"Return x.": "x'i döndür.", "# the same": "# aynısı", "epoch {f(2)}": "dönem {f(2)}"}
    found = localise(cell(source, "display"), strings(**table))
    assert '"""x\'i döndür.' in found.source
    assert "return x  # aynısı" in found.source
    assert 'print(f"dönem {f(2)}", end="")' in found.source
    assert ">>> f(1)  # kept" in found.source
    assert found.used == set(table)
    assert found.missing == ()


def test_a_word_after_turkish_letters_on_its_line_is_found():
    source = 'print("ığüşöç", "epoch")'
    found = localise(cell(source, "display"), strings(epoch="dönem", ığüşöç="ığüşöç"))
    assert found.source == 'print("ığüşöç", "dönem")'


def test_words_outside_display_cells_stay():
    source = 'names = ["epoch"]'
    found = localise(cell(source), strings(epoch="dönem"))
    assert found.source == source
    assert found.used == frozenset()


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("x = 1  # a comment", [(1, "# a comment")]),
        ("x = 1  # %", []),
        ('ax.set_xlabel("epoch")', [(1, "epoch")]),
        ('ax.plot(x, y, "o-", color="red", label="loss")', [(1, "loss")]),
        ('print("\\n" + "seconds")', [(1, "seconds")]),
        ('print(f"{x:.3f}")', []),
        ('print(table["loss"])', []),
        ('def f():\n    """Say it."""', [(2, "Say it.")]),
    ],
)
def test_missing_translations_are_found_with_their_line(source, missing):
    found = localise(cell(source, "display"), strings())
    assert list(found.missing) == missing


@pytest.mark.parametrize(
    "other",
    [
        "x = f(1,2)   # why",
        "x = (f(1, 2))",
        "# first\n\nx = f(\n    1,\n    2,\n)",
    ],
)
def test_looks_do_not_count_as_meaning(other):
    assert canonical(other) == canonical("x = f(1, 2)")


@pytest.mark.parametrize("other", ["x = f(1, 3)", "x = f(1.0, 2)", "y = f(1, 2)", "x = f(2, 1)"])
def test_meaning_counts(other):
    assert canonical(other) != canonical("x = f(1, 2)")


def test_a_docstring_counts_by_its_examples():
    plain = 'def f():\n    """Say.\n\n    >>> f()\n    1\n    """\n    return 1'
    assert canonical(plain) == canonical(plain.replace("Say.", "Söyle."))
    assert canonical(plain) != canonical(plain.replace("    1\n", "    2\n"))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("line:\n  'a: b", 3, "not YAML"),
        ("line:\n  a: b\n  a: c\n", 3, "is there twice"),
        ("line:\n  - a\n", 1, "must map English strings to"),
        ("line:\n  a: [b]\n", 2, "must have a string"),
    ],
)
def test_bad_strings_are_named_with_their_line(tmp_path, text, line, said):
    path = tmp_path / "strings.tr.yml"
    path.write_text(text)
    with pytest.raises(WeaverError) as caught:
        read_strings(path)
    (problem,) = caught.value.problems
    assert said in problem.text
    assert abs(problem.line - line) <= 1
