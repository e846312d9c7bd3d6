"""Languages are data: read from their folders, and what is wrong there is named."""

import shutil
from pathlib import Path

import pytest
from conftest import ROOT

from weaver.core.language import Language, load_language
from weaver.core.problems import WeaverError
from weaver.core.project import Project


def load(code: str) -> Language:
    return load_language(ROOT / "languages", code)


def test_the_site_names_its_languages_the_originals_first(tmp_path: Path):
    project = Project(tmp_path)
    config = tmp_path / "mkdocs.yml"
    base = tmp_path / "base.yml"
    base.write_text("site_url: !ENV [URL, x]\nslugify: !!python/name:a.b\nplugins:\n  i18n:\n"
        "    languages: [{locale: en}, {locale: fr, build: false}, {locale: tr, default: true}]\n"
    )  # fmt: skip
    config.write_text("INHERIT: base.yml\nnav: [index.md]\n")
    assert project.languages == ("tr", "en")
    config.write_text("plugins: [search, i18n: {languages: [{locale: de}]}]\n")
    assert project.languages == ("de",)
    config.write_text("nav: [index.md]\n")
    with pytest.raises(WeaverError, match="names no language"):
        _ = project.languages


def test_letters_are_the_languages_own():
    turkish, english = load("tr"), load("en")
    assert (turkish.lowered("IŞIK İŞLEM"), english.lowered("IT")) == ("ışık işlem", "it")
    assert (turkish.capitalised("ileri"), english.capitalised("it")) == ("İleri", "It")
    words = ["zar", "çam", "Cam", "ılık", "ince"]
    assert sorted(words, key=turkish.sort_key) == ["Cam", "çam", "ılık", "ince", "zar"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("units: {second: sn, minute: dk}", "units: {second: sn}", 5, "lacks minute"),
        ("units: {second", "unit: {second", 5, "no key 'unit': there is name, locale, units"),
        ("units: {second: sn, minute: dk}", "units: sn", 5, "must be `key: value` lines"),
        ("second: sn", "second: [sn]", 5, "must be a text"),
        ("before: [yüzde]", "before: yüzde", 15, "must be a list"),
        ("locale: tr_TR", "locale: xx_YY", 0, "Babel knows no locale 'xx_YY'"),
        ("name: Türkçe", "name: [Türkçe", 4, "not YAML"),
    ],
)
def test_what_is_wrong_with_a_language_is_named_with_its_line(tmp_path, old, new, line, said):
    shutil.copytree(ROOT / "languages" / "tr", tmp_path / "tr")
    path = tmp_path / "tr" / "language.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(WeaverError) as caught:
        load_language(tmp_path, "tr")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (path, line)
    assert said in problem.text
