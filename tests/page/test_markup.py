"""What the HTML of a page needs beyond Markdown."""

from functools import partial
from pathlib import Path

import pytest
from conftest import LANGUAGE
from markdown import Markdown

from weaver.core.slugs import slugify
from weaver.core.urls import resolve_link
from weaver.page.markup import Context, PageExtension, mark_output
from weaver.page.render import find_failures

WORDS = {"code": "Link to this cell", "figure": "Link to this figure", "heading": "Link"}
TERMS = {"kayıp": ("How far off.", "g.md#kayip"), "Kayıp": ("How far off.", "g.md#kayip")}


def convert(
    text: str,
    *,
    foreign: str | None = None,
    outputs: tuple[str, ...] = (),
    **terms: tuple[str, str],
) -> str:
    """Return the HTML of a page's Markdown, as the site's extensions make it."""
    context = Context(
        partial(resolve_link, path="en/a.md", default="tr"), terms, foreign, WORDS, outputs
    )
    return Markdown(
        extensions=[
            *("abbr", "tables", "attr_list", "admonition", "toc", "pymdownx.superfences"),
            *("pymdownx.arithmatex", "pymdownx.details", PageExtension(context)),
        ],
        extension_configs={
            "abbr": {"glossary": {word: meaning for word, (meaning, _) in terms.items()}},
            "pymdownx.arithmatex": {"generic": True},
        },
    ).convert(text)


def test_a_term_is_linked_where_it_is_first_said():
    assert convert("Bu kayıp, Kayıp.", **TERMS) == (
        '<p>Bu <a class="term" href="../g/#kayip" title="How far off.">kayıp</a>, Kayıp.</p>'
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("## kayıp", '<h2 id="kayp">kayıp</h2>'),
        ("[kayıp](b.md)", '<p><a href="../b/">kayıp</a></p>'),
        (
            '??? note "kayıp"\n    Bir.',
            '<details class="note">\n<summary>kayıp</summary>\n<p>Bir.</p>\n</details>',
        ),
    ],
)
def test_headings_links_and_summaries_keep_their_words(text: str, html: str):
    assert convert(text, **TERMS) == html


def test_an_abbreviation_that_is_no_term_stays_one():
    assert "<abbr" in convert("MSE\n\n*[MSE]: Mean squared error")


def test_only_a_page_in_another_language_marks_terms_of_the_code():
    assert 'kayıp (<em lang="en">loss</em>)' in convert("kayıp (*loss*)", foreign="en")
    assert "(<em>loss</em>)" in convert("loss (*loss*)")
    assert "<em>çok</em> (" in convert("*çok* (az)", foreign="en")


def test_a_table_gets_a_box_and_what_follows_stays_outside():
    html = convert("|a|b|\n|-|-|\n|1|2|\n\nText")
    assert html.startswith('<div class="table-box"><table>')
    assert html.endswith("</table></div>\n<p>Text</p>")


def test_formulas_are_mathml_in_their_places():
    html = convert("With $x$, and\n\n$$y$$\n\n$z$ too.")
    assert html.count("<math") == 3 and "arithmatex" not in html
    assert html.startswith("<p>With <math>") and html.endswith("</math> too.</p>")
    assert "<p><math" not in html.split("display=")[0].rpartition("\n")[2]


def test_latex_that_cannot_be_read_is_marked_and_found_with_its_line(tmp_path: Path):
    page = tmp_path / "a.md"
    page.write_text("# A\n\nText $x$ and $\\foo < 1$\n", encoding="utf-8")
    error = find_failures(convert(page.read_text(encoding="utf-8")), page)
    assert [(one.line, "\\foo" in one.text) for one in error.problems] == [(3, True)]
    assert find_failures(convert("$x$"), page) is None


def test_an_output_is_html_wherever_its_cell_stands():
    shown = '<figure id="figure-a"><svg></svg>\n\n*no Markdown*</figure>'
    html = convert(f"!!! note\n    {mark_output(0)}\n\nText", outputs=(shown,))
    assert shown.partition(">")[2] in html and "<p><figure" not in html
    assert '<a class="cell-link" href="#figure-a" aria-label="Link to this figure: a">' in html


def test_code_has_a_link_and_no_markup_that_no_style_colours():
    html = convert("~~~ { .python #code-fit }\nx = None\n~~~")
    assert '<a class="cell-link" href="#code-fit" aria-label="Link to this cell: fit">' in html
    assert "x " in html and 'class="n"' not in html


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("Işığında İşlem", "isiginda-islem"), ("ŷ = σ(z)", "y-z"), ("Adım 2: çöz", "adim-2-coz")],
)
def test_an_anchor_is_plain_ascii(heading, anchor):
    assert slugify(heading, "-") == anchor


def test_a_turkish_capital_keeps_its_dot():
    assert LANGUAGE["tr"].capitalised("ileri yayılım") == "İleri yayılım"
    assert LANGUAGE["en"].capitalised("iteration") == "Iteration"
