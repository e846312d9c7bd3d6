"""Pages about all articles: checked figures, glossary, figures of records."""

import pytest
from conftest import LANGUAGE, LANGUAGES, Workspace


def html(site: Workspace, language: str) -> str:
    assert site.build("--strict").status == 0
    folder = site.root / "site" / ("" if language == "tr" else language)
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(recorded) -> dict[str, str]:
    return {language: html(recorded, language) for language in LANGUAGES}


def test_an_overview_page_shows_values_and_figures_of_records(pages):
    assert "<p>2,00</p>" in pages["tr"]
    assert "<p>2.00</p>" in pages["en"]
    assert 'aria-label="Dört noktadan geçen doğru"' in pages["tr"]
    assert ">noktalar<" in pages["tr"]
    assert ">points<" in pages["en"]


def test_checked_figures_stand_beside_what_was_stated(pages):
    assert '<a href="line/#isiginda-uydurma">Z.1</a>' in pages["tr"]
    for page, stated, measured, verdict in (
        (pages["tr"], "2,1", "2,0", "düzeltme"),
        (pages["en"], "2.1", "2.0", "erratum"),
    ):
        assert f"<td>{stated}</td>\n<td>{measured}</td>\n<td><strong>{verdict}<" in page
    assert "<td>2; 1.0</td>\n<td>2.0; 1.0</td>\n<td>holds</td>" in pages["en"]


def test_a_term_has_a_tooltip_where_an_article_first_says_it(recorded, pages):
    page = (recorded.root / "site" / "line" / "index.html").read_text(encoding="utf-8")
    assert page.count('<abbr title="Doğrunun dikliği.">') == 1


def test_turkish_words_are_sorted_as_in_a_turkish_dictionary():
    words = ["zaman", "şekil", "sigmoid", "ışık", "isim", "çizgi", "cisim", "öğe", "oran"]
    assert sorted(words, key=LANGUAGE["tr"].sort_key) == [
        *("cisim", "çizgi", "ışık", "isim", "oran", "öğe", "sigmoid", "şekil", "zaman"),
    ]


def test_old_addresses_lead_to_the_new_pages(recorded, pages):
    page = recorded.root / "site/blog/derin-ogrenme/Pytroch-ile-Logistic-Regression/index.html"
    assert 'content="0; url=../../../pytorch-logistic-regression/"' in page.read_text()
