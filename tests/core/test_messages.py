"""Messages: each has its Turkish, and the locale says which is shown."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

from weaver.core.messages import _, ngettext, reader_language, use
from weaver.core.problems import Problem


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ({"LANG": "tr_TR.UTF-8"}, "tr"),
        ({"LANG": "tr_TR.UTF-8", "LC_ALL": "C"}, ""),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "tr"}, "tr"),
        ({"LANG": "tr_TR.UTF-8", "LC_ALL": ""}, "tr"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "trv_TW"}, "trv"),
        ({"LANG": "POSIX"}, ""),
        ({}, ""),
    ],
)
def test_the_locale_says_the_language(monkeypatch, locale, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    assert reader_language() == language


PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "no cell {name}"
msgstr "keine Zelle {name}"

msgid "{count} page"
msgid_plural "{count} pages"
msgstr[0] "{count} Seite"
msgstr[1] "{count} Seiten"
"""


def test_a_catalogue_of_the_site_is_spoken_when_the_locale_asks(monkeypatch, tmp_path):
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "messages.po").write_text(PO, encoding="utf-8")
    use(tmp_path)
    try:
        for locale, said in (
            ("de_AT.UTF-8", ["keine Zelle {name}", "{count} Seite", "{count} Seiten", "other"]),
            ("nl_NL.UTF-8", ["no cell {name}", "{count} page", "{count} pages", "other"]),
            ("C", ["no cell {name}", "{count} page", "{count} pages", "other"]),
        ):
            monkeypatch.setenv("LC_ALL", locale)
            forms = [ngettext("{count} page", "{count} pages", count) for count in (1, 2)]
            assert [_("no cell {name}"), *forms, _("other")] == said
    finally:
        use(ROOT / "languages")


def test_without_a_site_the_catalogues_of_this_repository_are_spoken(monkeypatch):
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    assert _("no such file") == "böyle bir dosya yok"


def test_an_annotation_names_file_and_line_and_escapes():
    problem = Problem(Path("docs/a,b:c.md"), 3, "50% of\nit: a, b")
    assert problem.annotation() == "::error file=docs/a%2Cb%3Ac.md,line=3::50%25 of%0Ait: a, b"
    assert Problem(Path("x.md"), 0, "y").annotation() == "::error file=x.md::y"


def test_the_check_speaks_both_languages_and_to_github(example):
    example.edit(example.page("tr"), 'cell("fit")', 'cell("fitt")')
    line = next(
        n for n, text in enumerate(example.page("tr").read_text("utf-8").splitlines(), 1)
        if "fitt" in text
    )  # fmt: skip
    done = example.weaver("check", LC_ALL="tr_TR.UTF-8")
    assert f"docs/tr/line.md:{line}: 'fitt' adlı bir hücre yok; olanlar: imports" in done.err
    assert re.search(r"^4 sayfa, 1 program: \d+ sorun$", done.out, re.MULTILINE)
    done = example.weaver("check", "--github")
    assert f"docs/tr/line.md:{line}: no cell 'fitt'" in done.err
    assert f"\n::error file=docs/tr/line.md,line={line}::no cell 'fitt'" in "\n" + done.out


def test_a_strict_build_speaks_turkish(example):
    example.edit(example.page("tr"), "slope | n", "slpe | n")
    done = example.build("--strict", LC_ALL="tr_TR.UTF-8")
    assert done.status == 1
    assert "'slpe' tanımlı değil" in done.err
