"""What the HTML of a page needs beyond Markdown."""

import base64
import hashlib

import pytest

from weaver.core.slugs import slugify
from weaver.language.words import capitalised
from weaver.page.markup import box_tables, link_terms, mark_language
from weaver.page.policy import add_policy

LOSS = '<abbr title="How far off.">{}</abbr>'


def test_a_term_is_linked_where_it_is_first_said():
    content = f"<p>{LOSS.format('kayıp')}, {LOSS.format('Kayıp')}</p>"
    linked = link_terms(content, "../glossary/", {"kayıp": "kayip", "Kayıp": "kayip"})
    assert linked == (
        '<p><a class="term" href="../glossary/#kayip" title="How far off.">kayıp</a>, Kayıp</p>'
    )


def test_headings_links_and_summaries_keep_their_words():
    for tag in ("h2", "a", "summary"):
        content = f"<{tag}>{LOSS.format('loss')}</{tag}>"
        assert link_terms(content, "g/", {"loss": "loss"}) == f"<{tag}>loss</{tag}>"


def test_an_abbreviation_that_is_no_term_stays_one():
    assert link_terms(LOSS.format("MSE"), "g/", {}) == LOSS.format("MSE")


def test_only_a_turkish_page_marks_english_terms():
    assert mark_language("(<em>loss</em>)", "tr") == '(<em lang="en">loss</em>)'
    assert mark_language("(<em>loss</em>)", "en") == "(<em>loss</em>)"
    assert mark_language("<em>çok</em>", "tr") == "<em>çok</em>"


def test_a_table_gets_a_box():
    assert box_tables("<table>a</table>") == '<div class="table-box"><table>a</table></div>'


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("Işığında İşlem", "isiginda-islem"), ("ŷ = σ(z)", "y-z"), ("Adım 2: çöz", "adim-2-coz")],
)
def test_an_anchor_is_plain_ascii(heading, anchor):
    assert slugify(heading, "-") == anchor


def test_a_turkish_capital_keeps_its_dot():
    assert capitalised("ileri yayılım", "tr") == "İleri yayılım"
    assert capitalised("iteration", "en") == "Iteration"


def test_the_policy_names_the_inline_scripts_and_no_other():
    document = add_policy("<head></head><script>one()</script><script src='a.js'></script>")
    digest = base64.b64encode(hashlib.sha256(b"one()").digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in document
    assert "default-src 'none'" in document
    assert document.index("Content-Security-Policy") < document.index("<script>")
