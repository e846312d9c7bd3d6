"""How the pages are found and shared: what search engines, feed readers and chats see."""

import gzip
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from browsing import violations
from bs4 import BeautifulSoup
from conftest import LANGUAGES, ROOT, Workspace
from PIL import Image

from weaver.core.project import Project
from weaver.page.highlight import Highlight
from weaver.program.record import read_record
from weaver.publish.cards import SIZE, Card, draw_card, make_card
from weaver.publish.head import Edition, Entry, make_head

HOME = "https://example.org/"
FORK = "https://someone.github.io/fork/"
FONT = ROOT / "docs/assets/headings.woff2"
NAMES = {"tr": "PyTorch ile Derin Öğrenme", "en": "Deep Learning with PyTorch"}
SPACES = {"": "http://www.w3.org/2005/Atom", "map": "http://www.sitemaps.org/schemas/sitemap/0.9"}
SPACES["xhtml"] = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True)
class Page:
    """A page of the built site, and what its head says."""

    name: str
    language: str
    soup: BeautifulSoup

    @property
    def address(self) -> str:
        return address(self.name, self.language)

    def meta(self, key: str) -> str:
        """Return what one meta element says; it must be there once."""
        kind = "property" if ":" in key and not key.startswith("twitter:") else "name"
        (found,) = self.soup.head.find_all("meta", attrs={kind: key})
        return found["content"]

    def links(self, relation: str, **attributes: object) -> list:
        return [
            link
            for link in self.soup.head.find_all("link", **attributes)
            if relation in link["rel"]
        ]

    def data(self) -> dict:
        """Return the JSON-LD."""
        (script,) = self.soup.find_all("script", type="application/ld+json")
        data = json.loads(script.string)
        assert (data["@context"], data["@type"]) == ("https://schema.org", "TechArticle")
        return data


def address(name: str, language: str, home: str = HOME) -> str:
    folder = "" if language == "tr" else f"{language}/"
    return home + folder + ("" if name == "index" else f"{name}/")


def page_names() -> list[str]:
    """Return the names of all pages, in the order of the navigation."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    return re.findall(r"(?m)^  - ([\w-]+)\.md$", text)


PAGES = page_names()
ARTICLES = [
    name
    for name in PAGES
    if "\ntutorial:" in (ROOT / f"docs/tr/{name}.md").read_text(encoding="utf-8")
]


@cache
def parse(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def file_at(built: Path, where: str, home: str = HOME) -> Path:
    """Return the file that an address of the site leads to; it must be there."""
    assert where.startswith(home), where
    path = built / urlsplit(where.removeprefix(home)).path
    path = path / "index.html" if path.is_dir() else path
    assert path.is_file(), where
    return path


@pytest.fixture(scope="module")
def site(built) -> list[Page]:
    """Return every page of the real site."""
    return [
        Page(name, language, parse(file_at(built, address(name, language))))
        for language in LANGUAGES
        for name in PAGES
    ]


def date_of(name: str) -> str:
    """Return the day of an article's run."""
    record = read_record(Project(ROOT).record(name.replace("-", "_")))
    assert record is not None
    return record.about["date"]


# --- the head of each page ------------------------------------------------------


def test_all_pages_are_looked_at():
    assert len(ARTICLES) == 6
    assert set(PAGES) == {path.stem for path in Project(ROOT).article_paths("tr")}


def test_titles_and_descriptions_are_each_pages_own(site):
    titles = [page.soup.title.string for page in site]
    descriptions = [page.meta("description") for page in site]
    assert len(set(titles)) == len(set(descriptions)) == len(site) == 2 * len(PAGES)
    for page, title, description in zip(site, titles, descriptions, strict=True):
        assert 50 <= len(description) <= 160, (page.address, len(description))
        assert title.endswith(NAMES[page.language])
        assert len(title) <= 80
        assert page.meta("og:title") in title
        assert page.meta("og:description") == description


def test_every_page_names_itself_and_its_twin(site):
    by_address = {page.address: page for page in site}
    for page in site:
        (canonical,) = page.links("canonical")
        assert canonical["href"] == page.address == page.meta("og:url")
        alternates = {
            link["hreflang"]: link["href"] for link in page.links("alternate", hreflang=True)
        }
        assert alternates == {
            "tr": address(page.name, "tr"),
            "en": address(page.name, "en"),
            "x-default": address(page.name, "tr"),
        }
        for other in alternates.values():
            links = by_address[other].links("alternate", hreflang=page.language)
            assert [link["href"] for link in links] == [page.address]


def test_every_page_has_what_chats_and_networks_ask_for(site):
    locales = {"tr": "tr_TR", "en": "en_GB"}
    for page in site:
        assert page.meta("og:type") == ("article" if page.name in ARTICLES else "website")
        assert page.meta("og:site_name") == NAMES[page.language]
        assert page.meta("og:locale") == locales[page.language]
        assert page.meta("og:locale:alternate") in set(locales.values()) - {page.meta("og:locale")}
        assert page.meta("twitter:card") == "summary_large_image"
        if page.name in ARTICLES:
            assert page.meta("article:modified_time") == date_of(page.name)


def test_every_page_has_a_card(built, site):
    shown = {}
    for page in site:
        path = file_at(built, page.meta("og:image"))
        assert path.stat().st_size < 40_000
        with Image.open(path) as picture:
            picture.load()
            assert picture.size == SIZE == (1200, 630)
            assert (picture.format, picture.mode) == ("PNG", "P")
        assert page.meta("og:image:type") == "image/png"
        assert (page.meta("og:image:width"), page.meta("og:image:height")) == ("1200", "630")
        assert NAMES[page.language] in page.meta("og:image:alt")
        shown.setdefault(path, []).append(page)
    # Each article has its own; the other pages of a language share one.
    assert len(shown) == 2 * len(ARTICLES) + 2
    assert {path.name for path in (built / "assets/cards").iterdir()} == {p.name for p in shown}


def test_a_card_says_the_number_of_the_run_as_its_language_writes_it(site):
    alts = {(page.name, page.language): page.meta("og:image:alt") for page in site}
    mean = read_record(Project(ROOT).record("pytorch_logistic_regression")).values
    percent = f"{100 * mean['test_accuracy_mean']:.1f}"
    name = "pytorch-logistic-regression"
    assert (
        f", 3 / 6: PyTorch ile lojistik regresyon. %{percent.replace('.', ',')}, "
        in alts[name, "tr"]
    )
    assert f", 3 / 6: Logistic regression with PyTorch. {percent}%, " in alts[name, "en"]
    for article in ARTICLES:
        assert re.search(r"\. %?[\d.,]+%?, \w", alts[article, "tr"])


# --- JSON-LD --------------------------------------------------------------------


def test_articles_describe_themselves_in_json_ld(built, site):
    for page in site:
        if page.name not in ARTICLES:
            continue
        article = page.data()
        assert article["headline"] == page.meta("og:title")
        assert article["description"] == page.meta("description")
        assert article["inLanguage"] == page.language
        assert article["mainEntityOfPage"] == page.address
        assert article["author"] == {
            "@type": "Organization",
            "name": NAMES[page.language],
            "url": address("index", page.language),
        }
        assert article["dateModified"] == date_of(page.name)
        assert "datePublished" not in article  # nothing knows it
        assert file_at(built, article["image"]).suffix == ".png"
        assert article["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert article["license"] in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_translations_point_at_each_other(site):
    articles = {(page.name, page.language): page.data() for page in site if page.name in ARTICLES}
    for name in ARTICLES:
        turkish, english = articles[name, "tr"], articles[name, "en"]
        (translation,) = turkish["workTranslation"]
        assert translation["@id"] == english["@id"]
        assert english["translationOfWork"]["@id"] == turkish["@id"]
        assert "translationOfWork" not in turkish


def test_only_articles_have_json_ld(site):
    for page in site:
        found = page.soup.find("script", type="application/ld+json")
        assert (found is not None) == (page.name in ARTICLES), page.address


def test_no_title_can_end_the_script_or_an_attribute():
    entry = Entry(
        "en", '</script><b>"&', "It's \"<!--", {"en": HOME}, 1, "2026-01-02", "A. Author"
    )
    home = replace(entry, number=0, date=None)
    edition = Edition(HOME, "Site", "About it", (home, entry), {"en": "en_GB"})
    head = make_head(edition, entry)
    assert "<" not in head.data
    article = json.loads(head.data)
    assert article["headline"] == '</script><b>"&'
    assert article["author"] == {"@type": "Person", "name": "A. Author"}


def test_quotation_marks_in_a_description_do_not_break_the_head(example):
    example.edit(example.page("en"), "The smallest example", '\'The "smallest" <example>')
    example.edit(example.page("en"), "four points.\n", "four points & more.'\n")
    assert example.build("--strict").status == 0
    page = Page("line", "en", parse(example.root / "site/en/line/index.html"))
    said = 'The "smallest" <example> article, which fits a line through four points & more.'
    assert page.meta("description") == page.meta("og:description") == said
    assert page.data()["description"] == said


# --- lists of pages -------------------------------------------------------------


def test_the_site_map_lists_the_pages_and_nothing_else(built, site):
    tree = ElementTree.parse(built / "sitemap.xml").getroot()
    listed = {}
    for url in tree.findall("map:url", SPACES):
        links = url.findall("xhtml:link", SPACES)
        assert {link.get("rel") for link in links} == {"alternate"}
        where = url.findtext("map:loc", None, SPACES)
        assert where not in listed
        listed[where] = {link.get("hreflang"): link.get("href") for link in links}
        name = where.rstrip("/").rpartition("/")[2]
        expected = date_of(name) if name in ARTICLES else None
        assert url.findtext("map:lastmod", None, SPACES) == expected
    assert list(listed) == [page.address for page in site]
    for page in site:
        assert listed[page.address] == {
            link["hreflang"]: link["href"] for link in page.links("alternate", hreflang=True)
        }
    assert not (built / "sitemap.xml.gz").exists()


def test_every_built_page_is_listed_forwards_or_is_for_missing_addresses(built, site):
    listed = {file_at(built, page.address) for page in site}
    for path in built.rglob("*.html"):
        refresh = parse(path).find("meta", attrs={"http-equiv": "refresh"})
        assert (path in listed) + (refresh is not None) + (path.name == "404.html") == 1, path


def test_robots_are_told_where_the_site_map_is(built):
    lines = (built / "robots.txt").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["User-agent: *", "Allow: /"]
    (where,) = [line.removeprefix("Sitemap: ") for line in lines if line.startswith("Sitemap")]
    assert file_at(built, where) == built / "sitemap.xml"


def test_old_addresses_forward_to_a_page(built):
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    moved = dict(re.findall(r"(?m)^ +(blog/\S+): (\S+)$", config))
    assert len(moved) == 3
    for old, new in moved.items():
        page = parse(built / old / "index.html")
        refresh = page.find("meta", attrs={"http-equiv": "refresh"})["content"]
        target = (built / old / refresh.removeprefix("0; url=")).resolve()
        assert target == (built / new).resolve()
        assert (target / "index.html").is_file()
        canonical = page.find("link", rel="canonical")["href"]
        assert file_at(built, canonical).parent == target
        assert page.html["lang"] == "tr"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feed_has_an_entry_for_each_article(built, site, language):
    where = address("index", language) + "feed.xml"
    feed = ElementTree.parse(file_at(built, where)).getroot()
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    for required in ("id", "title", "updated", "author/name"):
        assert feed.findtext(required, None, SPACES)
    links = {
        (link.get("rel"), link.get("type")): link.get("href")
        for link in feed.findall("link", SPACES)
    }
    assert links["self", "application/atom+xml"] == where
    assert links["alternate", "text/html"] == address("index", language)
    entries = feed.findall("entry", SPACES)
    found = [entry.find("link", SPACES).get("href") for entry in entries]
    assert sorted(found) == sorted(address(name, language) for name in ARTICLES)
    moments = [entry.findtext("updated", None, SPACES) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert feed.findtext("updated", None, SPACES) == moments[0]
    pages = {page.address: page for page in site}
    for entry, link in zip(entries, found, strict=True):
        name = link.rstrip("/").rpartition("/")[2]
        assert entry.findtext("updated", None, SPACES) == f"{date_of(name)}T00:00:00Z"
        assert entry.findtext("id", None, SPACES) == link
        assert entry.findtext("title", None, SPACES) == pages[link].meta("og:title")
        assert entry.findtext("summary", None, SPACES) == pages[link].meta("description")


def test_every_page_leads_to_its_languages_feed(built, site):
    for page in site:
        (link,) = page.links("alternate", type="application/atom+xml")
        assert link["href"] == address("index", page.language) + "feed.xml"
        assert file_at(built, link["href"])
        assert link["title"] == NAMES[page.language]


# --- cards ----------------------------------------------------------------------


CARD = Card("tr", "Işığın gölgesi", "Dizi", 2, 3, Highlight("%84,7", "doğruluk"))


def test_a_card_is_the_same_each_time():
    assert draw_card(CARD, FONT) == draw_card(CARD, FONT)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Işığın gölgesi!"},
        {"title": "Işıgın gölgesi"},
        {"number": 3},
        {"highlight": replace(CARD.highlight, value="84.7%")},
        {"highlight": replace(CARD.highlight, label="kesinlik")},
        {"highlight": None},
    ],
)
def test_a_card_shows_all_that_it_is_given(change):
    assert draw_card(replace(CARD, **change), FONT) != draw_card(CARD, FONT)


def test_a_card_has_room_for_long_words():
    title = (
        "Evrişimli sinir ağlarında " * 6
        + "Muvaffakiyetsizleştiricileştiriveremeyebileceklerimizden"
    )
    card = replace(CARD, title=title, highlight=Highlight("1.000.000.000 kat", "eğri " * 30))
    picture = Image.open(io.BytesIO(draw_card(card, FONT))).convert("RGB")
    # Nothing reaches the margins, of which the left one has a stripe.
    paper = picture.getpixel((40, 0))
    for box in ((16, 0, 1200, 40), (16, 0, 80, 630), (1125, 0, 1200, 630), (16, 600, 1200, 630)):
        assert set(picture.crop(box).get_flattened_data()) == {paper}, box


def test_a_letter_that_the_font_lacks_is_named():
    with pytest.raises(ValueError, match="'あ'"):
        draw_card(replace(CARD, title="Işık あ"), FONT)
    for letters in ("ÇĞİÖŞÜ", "çğıöşü", "%84,7 ± 0.5% · 3 / 6 → ≈"):
        draw_card(replace(CARD, title=letters), FONT)


def test_a_card_is_drawn_once(tmp_path):
    first = make_card(CARD, FONT, tmp_path, "a")
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"kept")
    assert make_card(CARD, FONT, tmp_path, "a") == b"kept"
    assert make_card(replace(CARD, number=1), FONT, tmp_path, "a") not in {first, b"kept"}
    assert len(list(tmp_path.iterdir())) == 1  # the former one is gone


def test_a_second_build_does_not_even_load_the_drawing_library(example, tmp_path):
    assert example.build("--strict").status == 0
    cards = {path.name: path.read_bytes() for path in example.root.glob("site/assets/cards/*")}
    assert set(cards) == {"index.tr.png", "index.en.png", "line.tr.png", "line.en.png"}
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "PIL.py").write_text("raise SystemExit('the build draws')\n")
    assert example.build("--strict", PYTHONPATH=str(stubs)).status == 0
    assert {p.name: p.read_bytes() for p in example.root.glob("site/assets/cards/*")} == cards
    set_card(example, "value: '{{ share | percent }}', label: a share")
    assert "the build draws" in example.build("--strict", PYTHONPATH=str(stubs)).err


def set_card(site: Workspace, card: str, *languages: str) -> None:
    for language in languages or LANGUAGES:
        site.edit(site.page(language), "tutorial: line\n", f"tutorial: line\ncard: {{{card}}}\n")


def test_a_card_takes_its_number_from_the_run(example):
    set_card(example, "value: '{{ share | percent }}', label: pay")
    done = example.weaver("check")
    assert done.status == 0, done.err
    assert example.build("--strict").status == 0
    page = Page("line", "tr", parse(example.root / "site/line/index.html"))
    assert page.meta("og:image:alt") == f"{NAMES['tr']}, 1 / 1: Bir doğru. %84,7, pay"


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("value: '84.7%', label: a share", "`value` must be a value of the run"),
        ("value: 'about {{ share | percent }}', label: a", "`value` must be a value of the run"),
        ("value: '{{ shrae | percent }}', label: a share", "has no such value"),
        ("value: '{{ share }}', label: a share", "needs a filter"),
        ("value: '{{ share | percent }}'", "write `card:` with `value:"),
        ("value: '{{ share | percent }}', label: 84.7% of all", "'84.7%' is typed in"),
        ("value: '{{ share | percent }}', label: a, colour: red", "write `card:` with `value:"),
    ],
)
def test_a_card_without_a_value_of_the_run_is_a_problem(example, card, said):
    set_card(example, card)
    done = example.weaver("check")
    assert done.status == 1
    assert re.search(rf"docs/en/line\.md:5: .*{re.escape(said)}", done.err), done.err


def test_both_languages_have_the_same_card(example):
    set_card(example, "value: '{{ share | percent }}', label: pay", "tr")
    set_card(example, "value: '{{ slope | number(2) }}', label: slope", "en")
    done = example.weaver("check")
    assert done.status == 1
    assert "docs/en/line.md:5: `card` shows other values" in done.err


# --- a copy published elsewhere, and its missing pages ---------------------------


@pytest.fixture(scope="module")
def fork(recorded, tmp_path_factory) -> Path:
    """Return a folder that holds the example, built as somebody else's, in ``fork/``."""
    folder = tmp_path_factory.mktemp("elsewhere")
    repository = "https://github.com/someone/fork"
    shutil.copytree(recorded.root, folder / "source", symlinks=True)
    done = Workspace(folder / "source").build(
        "--strict", "--site-dir", str(folder / "fork"), SITE_URL=FORK, REPO_URL=repository
    )
    assert done.status == 0, done.err
    return folder


def test_a_fork_names_itself_only(fork):
    read = [
        path
        for path in (fork / "fork").rglob("*")
        if path.suffix in {".html", ".xml", ".txt", ".json", ".ipynb"}
    ]
    assert len(read) > 10
    for path in read:
        text = path.read_text(encoding="utf-8")
        assert "example.org" not in text, path
    for language in LANGUAGES:
        page = Page(
            "line", language, parse(file_at(fork / "fork", address("line", language, FORK), FORK))
        )
        for link in page.links("canonical") + page.links("alternate"):
            assert file_at(fork / "fork", link["href"], FORK)
        assert file_at(fork / "fork", page.meta("og:image"), FORK)
        assert page.meta("og:url") == address("line", language, FORK)
    for name in ("sitemap.xml", "feed.xml", "en/feed.xml", "robots.txt"):
        found = re.findall(rf"{FORK}[^\s\"<]*", (fork / "fork" / name).read_text(encoding="utf-8"))
        assert found
        for where in found:
            file_at(fork / "fork", where, FORK)


@pytest.fixture(scope="module")
def pages(fork, serve) -> str:
    """Return the address of the fork, served as GitHub Pages would."""
    return f"{serve(fork)}/fork/"


@pytest.fixture
def lose(browser, pages) -> Iterator[Callable]:
    """Return a function that opens a missing address; all else it asks for must be there."""
    contexts, wrong = [], []

    def open_page(missing: str, *, width: int = 1280, theme: str = "light", script: bool = True):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda request: request.url.startswith(pages) or wrong.append(request.url)
        )
        page.on(
            "console",
            lambda message: (
                wrong.append(f"{message.type}: {message.text}")
                if message.type in {"error", "warning"}
                and message.location["url"] != pages + missing  # which is missing indeed
                else None
            ),
        )
        assert page.goto(pages + missing).status == 404
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


MISSING = {"tr": "deep/missing/path/", "en": "en/deep/missing/path"}
HEADINGS = {"tr": "Bu adreste bir sayfa yok", "en": "There is no page at this address"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_speaks_the_language_of_its_address(lose, language, width, theme):
    page = lose(MISSING[language], width=width, theme=theme)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.title() == HEADINGS[language]
    assert page.locator("h1:visible").all_inner_texts() == [f"404\n{HEADINGS[language]}"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Its own style sheet and the site's have been found, however deep the address is.
    number = page.locator("h1:visible .not-found-number")
    assert number.evaluate("e => getComputedStyle(e).display") == "block"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", ground)[:3])) / 3
    assert (brightness > 200) == (theme == "light")
    assert violations(page) == []


def test_a_missing_page_has_the_readers_theme(lose):
    page = lose(MISSING["en"])
    page.get_by_role("button", name="Light or dark theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_leads_on(lose, pages, language):
    page = lose(MISSING[language])
    home = pages if language == "tr" else f"{pages}en/"
    links = page.locator("header a:visible, main a:visible").evaluate_all(
        "all => all.map(a => [a.href, a.innerText])"
    )
    other = f"{pages}en/" if language == "tr" else pages
    assert {where for where, _ in links} == {home, other, f"{home}line/"}
    title = {"tr": "Bir doğru", "en": "A line"}[language]
    page.get_by_role("link", name=title).click()
    page.wait_for_url(f"{home}line/")
    assert page.locator("h1").first.inner_text().startswith(title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_asks_its_languages_home_page_to_search(lose, pages, language):
    page = lose(MISSING[language])
    page.locator("input[type=search]:visible").fill("slope")
    page.keyboard.press("Enter")
    page.wait_for_url((pages if language == "tr" else f"{pages}en/") + "?q=slope")
    assert page.locator("html").get_attribute("lang") == language
    page.locator("dialog.site-search[open]").wait_for()
    assert page.locator(".site-search__query").input_value() == "slope"


def test_a_missing_page_speaks_both_languages_without_a_script(lose):
    page = lose("deep/missing/path/", width=390, script=False)
    sections = page.locator("section:visible")
    assert sections.evaluate_all("all => all.map(e => e.lang)") == ["tr", "en"]
    assert page.locator("h1:visible").count() == 2
    assert page.locator("html").get_attribute("lang") == "tr"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_for_missing_addresses_is_not_to_be_found(built):
    page = parse(built / "404.html")
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert page.find("link", rel="canonical") is None
    assert page.find("script", type="application/ld+json") is None
    for element in page.find_all(["a", "link", "script", "img", "form"]):
        for key in ("href", "src", "action"):
            if element.get(key) and element[key] != "#content":
                assert element[key].startswith("/"), element  # right at any depth
                file_at(built, HOME.rstrip("/") + element[key])
    listed = [
        [link["href"] for link in section.ol.find_all("a")] for section in page.find_all("section")
    ]
    assert listed == [
        ["/" + address(name, language, "") for name in ARTICLES] for language in LANGUAGES
    ]
    assert len(gzip.compress((built / "404.html").read_bytes())) < 10_000


# --- how to cite ----------------------------------------------------------------


def test_the_citation_file_is_whole():
    cite = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert cite["cff-version"] == "1.2.0"
    assert cite["type"] == "software"
    assert cite["message"]
    for work, identifier, name in (
        (cite, "MIT", "MIT License"),
        (cite["preferred-citation"], "CC-BY-4.0", "CC BY 4.0"),
    ):
        assert work["title"] == " · ".join(NAMES[language] for language in LANGUAGES)
        assert work["authors"] == [{"name": NAMES["tr"]}]
        assert work["license"] == identifier
        assert name in licence
    assert cite["preferred-citation"]["type"] == "website"
    assert f"(c) {cite['preferred-citation']['year']}" in licence
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for name in NAMES.values():
        assert f"site_name: {name}\n" in config
