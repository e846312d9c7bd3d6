"""The real site, in a real browser: all languages, both widths, both themes."""

import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from browsing import COLOURS, MERGE_ALIKE, violations
from conftest import LANGUAGES, ROOT

from weaver.core.project import Project

PAGES = sorted(path.stem for path in Project(ROOT).article_paths("tr"))
ARTICLES = [
    page
    for page in PAGES
    if "tutorial:" in (ROOT / "docs" / "tr" / f"{page}.md").read_text(encoding="utf-8")
]
# What the layout moved while the page loaded: its cumulative shift.
MOVED = """new Promise(done => document.fonts.ready.then(() => {
  new PerformanceObserver(list => done(
    list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
  )).observe({type: 'layout-shift', buffered: true})
  requestAnimationFrame(() => requestAnimationFrame(() => done(0)))
}))"""
FIGURE_COLOURS = """
[...document.querySelectorAll('.cell-figure svg path, .cell-figure svg text')]
  .map(e => getComputedStyle(e).fill + getComputedStyle(e).stroke)
  .filter(colour => colour !== 'nonenone')"""
FIGURE = ".cell-figure > svg, .cell-figure > img"


def address(page: str, language: str) -> str:
    folder = "" if page == "index" else f"{page}/"
    return f"/{folder}" if language == "tr" else f"/{language}/{folder}"


@pytest.fixture(scope="module")
def home(built, serve) -> str:
    return serve(built)


@pytest.fixture(scope="module")
def style(tmp_path_factory) -> Path:
    """Return the site's style, but that a font which comes late is not used at all.

    Whether it comes in time depends on the machine; what moves for another reason does not.
    """
    text = (ROOT / "docs" / "assets" / "site.css").read_text(encoding="utf-8")
    text, count = re.subn(r"font-display: \w+", "font-display: optional", text)
    assert count == text.count("@font-face") - text.count('local("Georgia")')
    path = tmp_path_factory.mktemp("style") / "site.css"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def visit(browser, home, style):
    """Return a function that opens a page and fails on errors and on foreign requests."""
    contexts, wrong = [], []

    def on_request(request) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            wrong.append(f"request to {request.url}")

    def open_page(path: str, width: int = 1280, theme: str = "light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale="tr-TR",
            **options,
        )
        contexts.append(context)
        context.route("**/assets/site.css", lambda route: route.fulfill(path=style))
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
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_is_accessible(visit, home, name, language, width):
    """All of a page on one opening: to open it and to run axe is what takes its time."""
    page = visit(address(name, language), width)
    assert page.evaluate(MOVED) < 0.01
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    twins = page.locator(".site-language").evaluate_all("all => all.map(link => link.href)")
    assert {home + address(name, other) for other in LANGUAGES if other != language} <= {*twins}
    if name in ARTICLES:
        assert_figures_and_maths_are_there(page)
    # With what is folded: it shows the rest all the same.
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(MERGE_ALIKE, "code span")
    assert violations(page, without=COLOURS) == []
    page.evaluate(MERGE_ALIKE, "math *")
    assert brightness(page) > 200
    assert violations(page, rules=COLOURS) == []
    light = page.evaluate(FIGURE_COLOURS)
    if width == 390:
        page.emulate_media(color_scheme="dark")
    else:
        page.locator("[data-theme-switch]").click()
    page.evaluate("Promise.all(document.getAnimations().map(fade => fade.finished))")
    assert brightness(page) < 200
    assert violations(page, rules=COLOURS) == []
    dark = page.evaluate(FIGURE_COLOURS)
    assert len(light) == len(dark)
    assert (len(light) > 0) or name not in ARTICLES
    changed = sum(one != other for one, other in zip(light, dark, strict=True))
    # The rest are what is drawn on a coloured ground of its own: cells, nodes.
    assert changed >= 0.75 * len(light)


def assert_figures_and_maths_are_there(page) -> None:
    figures = page.locator(FIGURE).evaluate_all(
        """all => all.map(figure => {
          const { width, height } = figure.getBoundingClientRect()
          const alt = figure.getAttribute("aria-label") ?? figure.getAttribute("alt")
          return [alt, figure.checkVisibility(), width, height]
        })"""
    )
    assert figures
    for alt, visible, width, height in figures:
        assert len(alt) > 15
        assert not visible or (width > 150 and height > 50), alt  # not folded away
    maths = page.locator("math")
    assert maths.count() > 0
    assert maths.first.bounding_box()["height"] > 5
    assert page.locator("merror").count() == 0
    assert "\\(" not in page.locator("article").inner_text()


def brightness(page) -> float:
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", ground)[:3])) / 3


@pytest.mark.parametrize("name", ["index", "linear-regression"])
def test_the_language_switch_stays_on_the_page(visit, home, name):
    page = visit(address(name, "tr"))
    page.locator(".site-language").click()
    page.wait_for_url(home + address(name, "en"))
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator(".site-language").click()
    page.wait_for_url(home + address(name, "tr"))
    assert page.evaluate("document.documentElement.lang") == "tr"


def test_the_chosen_theme_is_kept(visit, home):
    page = visit(address("index", "tr"))
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    page.locator("[data-theme-switch]").click()
    assert page.evaluate(scheme) == "dark"
    page.goto(home + address("glossary", "en"))
    assert page.evaluate(scheme) == "dark"
    page.locator("[data-theme-switch]").click()
    assert page.evaluate(scheme) == "light"


def test_a_figure_is_text_that_can_be_selected(visit):
    page = visit(address("linear-regression", "tr"))
    selected = page.evaluate(
        "() => { const text = document.querySelector('.cell-figure svg text');"
        " getSelection().selectAllChildren(text);"
        " return [text.textContent, getSelection().toString()]; }"
    )
    assert selected[0].strip()
    assert selected[0].strip() == selected[1].strip()


def test_a_figure_is_enlarged_by_mouse_and_by_key(visit):
    page = visit(address("linear-regression", "en"))
    figure = page.locator(".cell-figure").first
    small = figure.locator("> svg").bounding_box()["width"]
    figure.locator(".site-enlarge").focus()
    page.keyboard.press("Enter")
    large = page.locator("dialog.site-figure[open] > svg")
    assert large.bounding_box()["width"] > 1.5 * small
    page.keyboard.press("Escape")
    assert page.locator("dialog.site-figure[open]").count() == 0
    assert page.evaluate("document.activeElement.className") == "site-enlarge"
    figure.locator("> svg").click()
    page.locator("dialog.site-figure[open] .site-close").click()
    assert figure.locator("> svg").count() == 1


def test_code_is_copied(visit):
    page = visit(
        address("linear-regression", "tr"), permissions=["clipboard-read", "clipboard-write"]
    )
    block = page.locator(".highlight").first
    block.locator(".site-copy").focus()
    page.keyboard.press("Enter")
    page.locator(".site-copy[aria-label='Kopyalandı']").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == block.locator("code").inner_text().rstrip()


@pytest.mark.parametrize(("menu", "side"), [("site-nav", "nav"), ("site-toc", "toc")])
def test_menus_open_by_key_on_a_phone(visit, menu, side):
    page = visit(address("linear-regression", "tr"), 390)
    assert not page.locator(f"#{menu}").is_visible()
    button = page.locator(f"[popovertarget={menu}]")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(f"#{menu}").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.activeElement.closest('#{menu}') !== null")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.locator(f"#{menu}").is_visible()
    assert button.evaluate("button => button === document.activeElement")


def test_the_table_of_contents_follows_the_reader(visit):
    page = visit(address("linear-regression", "tr"))
    last = page.locator("#site-toc a").last
    last.click()
    page.locator("#site-toc a[aria-current]").wait_for()
    assert page.locator("#site-toc a").count() > 5
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.locator("#site-toc li:last-child > a[aria-current]").wait_for()
    entry, contents = (page.locator(f"#site-toc{part}") for part in (" a[aria-current]", ""))
    bottom = sum(contents.bounding_box()[side] for side in ("y", "height"))
    assert entry.bounding_box()["y"] < bottom - 10
    third = page.locator("#site-toc > ul > li > a").nth(2)
    third.click()
    page.locator(f"#site-toc a[aria-current][href='{third.get_attribute('href')}']").wait_for()


def test_a_page_is_whole_without_javascript(visit):
    page = visit(address("linear-regression", "tr"), java_script_enabled=False)
    assert page.locator(".highlight").first.is_visible()
    assert page.locator(FIGURE).first.is_visible()
    assert page.locator("#site-nav a").first.is_visible()
    assert not page.locator("[data-theme-switch]").is_visible()


def test_print_shows_the_article_alone(visit):
    page = visit(address("linear-regression", "tr"), theme="dark")
    page.emulate_media(media="print")
    assert page.locator("article h1").is_visible()
    for part in (".site-header", "#site-nav", "#site-toc", ".site-series", ".site-copy"):
        assert not page.locator(part).first.is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


@pytest.mark.parametrize("name", ARTICLES)
def test_all_languages_show_the_same_run(built: Path, name):
    code = [
        re.findall(
            r'\bid="(code-[^"]+)"',
            (built / address(name, language).strip("/") / "index.html").read_text("utf-8"),
        )
        for language in LANGUAGES
    ]
    assert all(shown == code[0] for shown in code)
    assert len(code[0]) > 5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stays_in_its_budget(built: Path, name, language):
    content = (built / address(name, language).strip("/") / "index.html").read_bytes()
    assert len(gzip.compress(content, 9)) <= 60 * 1024
    foreign = re.findall(rb'(?:src|srcset)="(?:https?:)?//[^"]+', content)
    assert foreign == []


def test_every_link_and_anchor_resolves(built: Path):
    documents = {path: path.read_text(encoding="utf-8") for path in built.rglob("*.html")}
    anchors = {
        path: set(re.findall(r'\b(?:id|name)="([^"]+)"', text)) for path, text in documents.items()
    }
    broken = []
    for path, text in documents.items():
        base = f"/{path.relative_to(built).as_posix()}"
        text = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        for link in re.findall(r'\b(?:href|src)="([^"]*)"', text):
            target = urlsplit(urljoin(base, link.replace("&amp;", "&")))
            if target.scheme in {"http", "https", "mailto", "data"}:
                continue
            file = built / unquote(target.path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                broken.append(f"{base}: {link}")
            elif target.fragment and unquote(target.fragment) not in anchors.get(file, ()):
                broken.append(f"{base}: {link}: no such anchor")
    assert broken == []
    assert len(documents) > 2 * len(PAGES)
