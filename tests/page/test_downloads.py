"""What an article gives to take away, and what it says of its own making."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import LANGUAGE, LANGUAGES, ROOT, Workspace
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbclient import NotebookClient

from weaver.core.numbers import format_date, format_duration
from weaver.core.project import Project
from weaver.page.downloads import plain_markdown
from weaver.page.provenance import repository_links
from weaver.program.meaning import canonical
from weaver.program.tutorial import read_tutorial
from weaver.prose.markdown import parse_markdown, walk
from weaver.prose.parse import read_article, reading_minutes

PROJECT = Project(ROOT)
SITE_URL = "https://example.org/"
REPOSITORY = "https://example.org/repository/"
ARTICLES = [
    (language, path.stem, article.tutorial)
    for language in LANGUAGES
    for path in PROJECT.article_paths(language)
    if (article := read_article(path, language)).tutorial
]
each_article = pytest.mark.parametrize(("language", "page", "name"), ARTICLES)


def folder(built: Path, language: str, page: str) -> Path:
    return built / ("" if language == "tr" else language) / ("" if page == "index" else page)


@cache
def soup(built: Path, language: str, page: str) -> BeautifulSoup:
    text = (folder(built, language, page) / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


@cache
def notebook(built: Path, language: str, page: str, name: str) -> nbformat.NotebookNode:
    return nbformat.read(folder(built, language, page) / f"{name}.ipynb", as_version=4)


@cache
def record_of(name: str) -> dict:
    return json.loads(PROJECT.record(name).read_text(encoding="utf-8"))["metadata"]["weaver"]


def prose(downloaded: nbformat.NotebookNode) -> list:
    """Return the Markdown tokens of a notebook, depth first."""
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    text = "\n\n".join(cell.source for cell in downloaded.cells if cell.cell_type == "markdown")
    return [token for _, token in walk(parser.parse(text))]


def links_among(tokens: Iterable) -> list[str]:
    return [
        str(token.attrs.get("href") or token.attrs.get("src"))
        for token in tokens
        if token.type in {"link_open", "image"}
    ]


# --- what is downloaded ------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notebook_runs_in_an_empty_folder(built, tmp_path, monkeypatch, language):
    monkeypatch.delenv("MPLBACKEND")  # figures go into the notebook, as for a reader
    shared = notebook(built, language, "linear-regression", "linear_regression")
    downloaded = deepcopy(shared)  # it is going to be run
    for cell in downloaded.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(downloaded, timeout=300, resources={"metadata": {"path": tmp_path}})
    client.execute()
    outputs = [out for cell in downloaded.cells for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out.output_type == "error"]
    assert any("image/png" in out.get("data", {}) for out in outputs)
    printed = "".join(out.text for out in outputs if out.output_type == "stream")
    assert {"tr": "120 metrekare: 750.0", "en": "120 square metres: 750.0"}[language] in printed


def test_a_program_runs_in_an_empty_folder(built, tmp_path):
    program = folder(built, "tr", "linear-regression") / "linear_regression.py"
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", str(program)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "120 metrekare: 750.0" in done.stdout


@each_article
def test_the_code_is_the_tutorials_own(built, language, page, name):
    """All of it, in its order: what runs there runs here."""
    downloaded = notebook(built, language, page, name)
    nbformat.validate(downloaded)
    cells = [cell for cell in downloaded.cells if cell.cell_type == "code"]
    source = read_tutorial(PROJECT.source(name)).cells
    assert [cell.metadata.title for cell in cells] == [cell.name for cell in source]
    for mine, its in zip(cells, source, strict=True):
        if language == "en":
            assert mine.source == its.source
        elif not its.displays:
            assert canonical(mine.source) == canonical(its.source)
        else:
            ast.parse(mine.source)


@each_article
def test_the_program_is_the_notebook(built, language, page, name):
    path = folder(built, language, page) / f"{name}.py"
    program = jupytext.read(path)
    downloaded = notebook(built, language, page, name)
    assert [cell.source for cell in program.cells] == [cell.source for cell in downloaded.cells]
    assert "# %% imports" in path.read_text(encoding="utf-8")


@each_article
def test_a_notebook_says_where_it_is_from_and_how_to_run_it(built, language, page, name):
    first = notebook(built, language, page, name).cells[0].source
    record = record_of(name)
    title = read_article(PROJECT.docs / language / f"{page}.md", language).meta["title"]
    prefix = "" if language == "tr" else f"{language}/"
    assert re.match(r"# \S", first)
    assert str(title).split(":")[0].split(" ")[0] in first.splitlines()[0]
    assert f"]({SITE_URL}{prefix}{page}/)" in first
    for package, pin in record["key"]["packages"].items():
        assert f"{package}=={pin}" in first
    assert ("`data`" in first) == bool(record["datasets"])
    assert "MIT" in first
    assert "https://creativecommons.org/licenses/by/4.0/" in first


@each_article
def test_links_of_a_notebook_are_absolute_and_lead_somewhere(built, language, page, name):
    article = read_article(PROJECT.docs / language / f"{page}.md", language)
    written = links_among(token for _, token in walk(parse_markdown(article)))
    links = links_among(prose(notebook(built, language, page, name)))
    assert len(links) == len(written) + 2  # the page itself, and the licence
    inside = 0
    for link in links:
        target = urlsplit(link)
        assert target.scheme in {"https", "http"}, link
        if not link.startswith(SITE_URL):
            continue
        inside += 1
        file = built / unquote(target.path).lstrip("/")
        file = file / "index.html" if file.is_dir() else file
        assert file.is_file(), link
        if target.fragment:
            assert f'id="{target.fragment}"' in file.read_text(encoding="utf-8"), link
    assert inside == 1 + sum(not urlsplit(link).scheme for link in written)


@each_article
def test_a_notebook_has_no_markdown_that_only_mkdocs_reads(built, language, page, name):
    tokens = prose(notebook(built, language, page, name))
    texts = [token.content for token in tokens if token.type == "text"]
    assert len(texts) > 100
    for text in texts:
        assert not re.search(r'^(!!!|\?\?\?|=== ")|\{:? ?[.#]|\{ ?lang=|\[\^|^\*\[', text), text
    assert sum(token.type == "blockquote_open" for token in tokens) > 4
    # Maths inside a quotation stays on one line, away from the quotation's marks.
    assert not [t for t in tokens if t.type == "math_block" and re.search("(?m)^>", t.content)]


def test_figures_of_a_notebook_can_be_read_on_a_dark_page(built):
    downloaded = notebook(built, "en", "linear-regression", "linear_regression")
    figures = [
        out.data["image/svg+xml"]
        for cell in downloaded.cells
        for out in cell.get("outputs", [])
        if "image/svg+xml" in out.get("data", {})
    ]
    assert len(figures) > 3
    assert all('<svg style="background: white"' in figure for figure in figures)


def resolve(link: str) -> str:
    return link if ":" in link else f"https://here/{link}"


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ('!!! note "Title"\n\n    Text.\n\nAfter.', "> **Title**\n>\n> Text.\n\nAfter."),
        ("??? success\n    Text.", "> **Success**\n>\n> Text."),
        ('!!! warning ""\n    Text.\n\n    More.', "> Text.\n>\n> More."),
        (
            '!!! note "A"\n    One.\n\n    !!! tip "B"\n        Two.\n\n    Three.',
            "> **A**\n>\n> One.\n>\n> > **B**\n> >\n> > Two.\n>\n> Three.",
        ),
        (
            '!!! note "M"\n\n    $$\n    a\n    > b\n    $$\n',
            "> **M**\n>\n> $$ a > b $$",
        ),
        (
            '??? note "C"\n\n    ```python\n    x = {"a": 1}  # [t](t.md)\n    ```\n',
            '> **C**\n>\n> ```python\n> x = {"a": 1}  # [t](t.md)\n> ```',
        ),
        ("Facts.\n{ .facts }", "Facts.\n"),
        ("# Head { #here }", "# Head"),
        (
            "[a](https://a.b/c){ lang=en }, [b](b.md#c)",
            "[a](https://a.b/c), [b](https://here/b.md#c)",
        ),
        ('![alt](p.png "t"){ .wide }', '![alt](https://here/p.png "t")'),
        ('<a href="b.md">b</a>', '<a href="https://here/b.md">b</a>'),
        ("`{ .not }`, `[n](o.md)`, $x_{.5}$", "`{ .not }`, `[n](o.md)`, $x_{.5}$"),
        ("Text[^1].\n\n[^1]: Note.", "Text\\[1\\].\n\n\\[1\\] Note."),
        ("An SGD.\n\n*[SGD]: descent\n", "An SGD.\n"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ],
)
def test_plain_markdown(given, plain):
    assert plain_markdown(given, resolve).strip() == plain.strip()


def test_a_cell_inside_an_admonition_leaves_two_quotations():
    assert (
        plain_markdown('??? note "S"\n\n    Before.\n\n    ', resolve) == "> **S**\n>\n> Before."
    )
    assert plain_markdown("\n\n    After.\n\nOut.", resolve, depth=1) == "> After.\n\nOut."
    assert plain_markdown("\n\nOut.", resolve, depth=1) == "Out."


# --- what an article says of itself ------------------------------------------


@each_article
def test_facts_and_panel_are_the_records(built, language, page, name):
    html, record = soup(built, language, page), record_of(name)
    article = read_article(PROJECT.docs / language / f"{page}.md", language)
    duration = format_duration(record["seconds"], language=language)
    date = format_date(record["date"], language=language)

    facts = html.select_one(".page-facts")
    assert html.select_one("h1").find_next_sibling() == facts
    text = facts.get_text()
    assert re.search(r"\d+", text)[0] == str(reading_minutes(article))
    for fact in (duration, record["device"]["cpu"], date):
        assert fact in text
    assert html.find(id=facts.select_one("a")["href"].removeprefix("#"))

    panel = html.select_one(".page-made")
    rows = [
        dd.get_text().replace("\N{NO-BREAK SPACE}", " ") for dd in panel.select_one("dl")("dd")
    ]
    assert rows[0].startswith(record["device"]["cpu"] + "; ")
    assert rows[1] == date
    assert rows[2].startswith(duration.replace("\N{NO-BREAK SPACE}", " ") + ";")
    said = dict(part.rsplit(" ", 1) for part in rows[3].split(", "))
    assert {name.lower(): version for name, version in said.items()} == record["versions"]
    assert all(time["datetime"] == record["date"] for time in html("time"))
    slowest = [a["href"] for a in panel.select("dl a[href^='#']")]
    assert len(slowest) == 3
    assert all(html.find(id=link.removeprefix("#")) for link in slowest)

    claims = [[code.get_text() for code in li("code")] for li in panel.select("ul li")]
    assert claims == [
        [claim["source"]] + [claim["want"]] * (claim["want"] not in {"", "True"})
        for claim in record["claims"]
    ]
    assert str(len(record["claims"])) in panel.select_one("summary").get_text()
    digests = {
        dt.get_text(): dt.find_next_sibling("dd").get_text() for dt in panel.select("details dt")
    }
    assert digests == record["datasets"]
    assert f"make run NAME={name}" in panel.get_text()


@each_article
def test_the_slowest_cells_are_the_runs(built, language, page, name):
    path = PROJECT.record(name)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    seconds = {
        cell["metadata"]["weaver"]["name"]: cell["metadata"]["weaver"]["seconds"]
        for cell in cells
        if "hidden" not in cell["metadata"].get("tags", [])
    }
    panel = soup(built, language, page).select_one(".page-made dl")
    named = [a.get_text() for a in panel.select("a[href^='#']")]
    assert named == sorted(seconds, key=lambda cell: -seconds[cell])[:3]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", sorted(path.stem for path in PROJECT.article_paths("tr")))
def test_actions_lead_to_files(built, language, page):
    html = soup(built, language, page)
    links = [a["href"] for a in html.select(".page-actions a, .page-made a[rel]")]
    tutorial = read_article(PROJECT.docs / language / f"{page}.md", language).tutorial
    assert f"{REPOSITORY}edit/main/docs/{language}/{page}.md" in links
    assert len(links) == (6 if tutorial else 1)
    for link in links:
        inside = re.fullmatch(rf"{REPOSITORY}(?:edit|blob)/main/(.+)", link)
        path = ROOT / inside[1] if inside else folder(built, language, page) / link
        assert path.is_file(), link
    for a in html.select(".page-actions a"):
        assert a.get_text().strip()
        assert a.has_attr("download") or a["rel"] == ["noopener", "noreferrer"]
    assert "colab" not in str(html)


def test_colab_opens_the_published_notebook_of_a_fork(example):
    assert example.build("--strict", REPO_URL="https://github.com/someone/fork").status == 0
    site = example.root / "site"
    for language, page in (("tr", "line"), ("en", "en/line")):
        html = BeautifulSoup((site / page / "index.html").read_text("utf-8"), "html.parser")
        links = [a["href"] for a in html.select(".page-actions a")]
        colab = "https://colab.research.google.com/github/someone/fork/blob/notebooks/"
        (opened,) = (link for link in links if link.startswith(colab))
        assert (site / opened.removeprefix(colab)).is_file()
        assert opened.endswith(f"{page}/line.ipynb")
        assert f"https://github.com/someone/fork/edit/main/docs/{language}/line.md" in links
        assert "https://github.com/someone/fork/blob/main/tutorials_src/line.py" in links


def test_addresses_of_a_repository():
    links = repository_links(
        "a", "en/p/a.ipynb", "https://github.com/me/it.git/", "edit/dev/docs/"
    )
    assert links["colab"].endswith("/github/me/it/blob/notebooks/en/p/a.ipynb")
    assert "colab" not in repository_links(
        "a", "a.ipynb", "https://gitlab.com/me/it", "edit/x/docs/"
    )
    assert repository_links("a", "a.ipynb", None, None) == {}


@pytest.mark.parametrize(
    ("seconds", "tr", "en"),
    [(7.64, "7,6 sn", "7.6 s"), (216.8, "3 dk 37 sn", "3 min 37 s"), (120.2, "2 dk", "2 min")],
)
def test_durations(seconds, tr, en):
    for language, written in (("tr", tr), ("en", en)):
        said = format_duration(seconds, language=LANGUAGE[language])
        assert said.replace("\N{NO-BREAK SPACE}", " ") == written


def test_dates():
    assert format_date("2026-02-01", language=LANGUAGE["tr"]) == "1 Şubat 2026"
    assert format_date("2026-02-01", language=LANGUAGE["en"]) == "1 February 2026"


# --- links of cells ----------------------------------------------------------


@each_article
def test_each_cell_and_figure_links_to_itself(built, language, page, name):
    html = soup(built, language, page)
    words = {
        "tr": ("Bu hücrenin", "Bu şeklin"),
        "en": ("Link to this cell", "Link to this figure"),
    }
    shown = [cell.name for cell in read_tutorial(PROJECT.source(name)).cells if not cell.hidden]
    links = html.select(".highlight > .cell-link")
    assert [link["href"] for link in links] == [f"#code-{cell}" for cell in shown]
    figures = html.select(".cell-figure > .cell-link")
    assert len(figures) == len(html.select("article figure")) > 0
    for number, kind in enumerate((links, figures)):
        for link in kind:
            assert link.parent["id"] == link["href"].removeprefix("#")
            assert link["aria-label"].startswith(words[language][number])
            assert link["aria-label"].endswith(": " + link["href"].partition("-")[2])
    assert len({link["href"] for link in [*links, *figures]}) == len(links) + len(figures)
    assert "Permanent link" not in str(html)


@pytest.fixture(scope="module")
def address(built, serve) -> str:
    return serve(built)


OPACITY = "link => getComputedStyle(link).opacity"


def test_a_link_of_a_cell_shows_to_keys_and_mouse(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/linear-regression/")
    block = page.locator(".highlight").first
    link = block.locator(".cell-link")
    assert link.evaluate(OPACITY) == "0"
    block.hover()
    assert link.evaluate(OPACITY) == "1"
    page.mouse.move(1, 1)
    link.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert link.evaluate("link => link === document.activeElement")
    assert link.evaluate(OPACITY) == "1"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == link.get_attribute("href")
    figure = page.locator(".cell-figure").first
    figure.locator(".cell-link").click()
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("location.hash").startswith("#figure-")
    page.close()


def test_links_of_cells_are_always_seen_on_touch(browser, address):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{address}/en/linear-regression/")
    for link in page.locator(".cell-link").all()[:5]:
        assert link.evaluate(OPACITY) == "1"
        box = link.bounding_box()
        assert box["width"] >= 24
        assert box["height"] >= 24
        assert box["x"] + box["width"] <= 390
    context.close()


@pytest.mark.parametrize(("path", "name"), [("", "Kodu kopyala"), ("en/", "Copy the code")])
def test_copy_buttons_have_a_name(browser, address, path, name):
    page = browser.new_page()
    page.goto(f"{address}/{path}linear-regression/")
    buttons = page.locator(".highlight").get_by_role("button", name=name)
    visible = [block for block in page.locator(".highlight").all() if block.is_visible()]
    assert buttons.count() == len(visible) > 5
    buttons.first.focus()
    assert buttons.first.evaluate("button => button === document.activeElement")
    page.close()


def test_a_stale_pages_downloads_are_still_whole(example: Workspace):
    example.edit(example.source, "share = 0.847", "share = 0.848")
    assert example.build().status == 0
    text = (example.root / "site" / "en" / "line" / "line.py").read_text(encoding="utf-8")
    assert "share = 0.848" in text
