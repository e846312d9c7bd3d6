"""The real site, in a real browser: both languages, both widths, both themes."""

import gzip
import re
from pathlib import Path

import pytest
from conftest import ROOT

from weaver.project import LANGUAGES, Project

PAGES = sorted(path.stem for path in Project(ROOT).article_paths("tr"))
ARTICLES = [
    page
    for page in PAGES
    if "tutorial:" in (ROOT / "docs" / "tr" / f"{page}.md").read_text(encoding="utf-8")
]


def address(page: str, language: str) -> str:
    folder = "" if page == "index" else f"{page}/"
    return f"/{folder}" if language == "tr" else f"/{language}/{folder}"


@pytest.fixture(scope="module")
def home(built, serve) -> str:
    return serve(built)


@pytest.fixture
def visit(browser, home):
    """Return a function that opens a page and fails on errors and on foreign requests."""
    contexts, wrong = [], []

    def on_request(request) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            wrong.append(f"request to {request.url}")

    def open_page(path: str, width: int = 1280, theme: str = "light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, locale="tr-TR"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", on_request)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                wrong.append(f"{message.type}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.goto(home + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_works(visit, name, language, width, theme):
    page = visit(address(name, language), width, theme)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    scheme = page.evaluate("document.body.getAttribute('data-md-color-scheme')")
    assert scheme == {"light": "default", "dark": "slate"}[theme]
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("name", PAGES)
def test_the_language_switch_stays_on_the_page(visit, home, name):
    page = visit(address(name, "tr"))
    page.locator(".site-language").click()
    page.wait_for_url(home + address(name, "en"))
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator(".site-language").click()
    page.wait_for_url(home + address(name, "tr"))
    assert page.evaluate("document.documentElement.lang") == "tr"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ARTICLES)
def test_figures_and_maths_are_there(visit, name, language):
    page = visit(address(name, language))
    figures = page.locator(".cell-figure svg, .cell-figure img")
    assert figures.count() > 0
    for index in range(figures.count()):
        figure = figures.nth(index)
        box = figure.bounding_box()
        if box is not None:  # not folded away
            assert box["width"] > 150
            assert box["height"] > 50
        alt = figure.get_attribute("aria-label") or figure.get_attribute("alt")
        assert alt
        assert len(alt) > 15
    maths = page.locator("math")
    assert maths.count() > 0
    assert maths.first.bounding_box()["height"] > 5
    assert page.locator("merror").count() == 0
    assert "\\(" not in page.locator("article").inner_text()


@pytest.mark.parametrize("name", ARTICLES)
def test_figures_follow_the_theme(visit, name):
    page = visit(address(name, "tr"))
    colour = "getComputedStyle(document.querySelector('.cell-figure svg')).color"
    light = page.evaluate(colour)
    page.locator("label[for=__palette_1]").click()
    assert page.evaluate(colour) != light


@pytest.mark.parametrize("name", ARTICLES)
def test_both_languages_show_the_same_run(visit, name):
    code = [
        visit(address(name, language))
        .locator("[id^=code-]")
        .evaluate_all("all => all.map(e => e.id)")
        for language in LANGUAGES
    ]
    assert code[0] == code[1]
    assert len(code[0]) > 5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stays_in_its_budget(built: Path, name, language):
    content = (built / address(name, language).strip("/") / "index.html").read_bytes()
    assert len(gzip.compress(content, 9)) <= 60 * 1024
    foreign = re.findall(rb'(?:src|srcset)="(?:https?:)?//[^"]+', content)
    assert foreign == []


def test_the_search_finds_a_turkish_page(visit):
    page = visit(address("index", "tr"))
    page.locator("input.md-search__input").click()
    page.keyboard.type("lojistik")
    page.locator(".md-search-result__link").first.wait_for()
    assert "lojistik" in page.locator(".md-search-result__list").inner_text().lower()
