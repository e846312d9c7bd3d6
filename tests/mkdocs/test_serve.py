"""The contributor's loop, in a real browser: save a file, see it, be told what is wrong."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from conftest import ROOT, Workspace
from playwright.sync_api import Browser, Page, expect

TOLD = ".serve-problems"


def find_port() -> int:
    """Return a free port, below those that the system gives to others meanwhile."""
    first = 20_000 + os.getpid() * 7 % 12_000  # another one for each test process
    for port in range(first, first + 100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no port is free")


class Server:
    """`make serve`'s command, over a site of its own."""

    def __init__(self, site: Workspace) -> None:
        address = f"127.0.0.1:{find_port()}"
        command = re.search(
            r"(?m)^\t\$\(PY\) (-m mkdocs serve .*)$",
            (ROOT / "Makefile").read_text(encoding="utf-8"),
        )
        self.process = subprocess.Popen(
            [sys.executable, *command[1].replace("$(ADDRESS)", address).split()],
            cwd=site.root,
            env=site.environment(PYTHONUNBUFFERED="1"),
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = f"http://{address}"
        self.lines: list[str] = []
        self._ready = Event()
        Thread(target=self._read, daemon=True).start()
        assert self._ready.wait(120) and self.process.poll() is None, "".join(self.lines)

    def _read(self) -> None:
        for line in self.process.stderr:
            self.lines.append(line)
            if "Serving on" in line:
                self._ready.set()
        self._ready.set()

    @property
    def made(self) -> list[str]:
        """The pages that were made again, in order."""
        since = "".join(self.lines).partition("Serving on")[2]
        made = re.findall(r"Cache miss, writing: \S+/notebooks/(\S+)\.ipynb", since)
        return [f"{page}.md" for page in made]

    def stop(self) -> None:
        os.kill(self.process.pid, signal.SIGINT)
        self.process.wait(60)


@pytest.fixture
def server(example: Workspace) -> Iterator[Server]:
    server = Server(example)
    yield server
    server.stop()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Return a function that opens a page of the site; nothing may fail in its console."""
    context = browser.new_context()
    said: list[str] = []
    context.on("weberror", lambda error: said.append(str(error.error)))

    def open_page(url: str) -> Page:
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(url)
        return page

    yield open_page
    context.close()
    assert said == []


def wait_for(page: Page, text: str) -> None:
    page.wait_for_function("text => document.body?.innerText.includes(text)", arg=text)


def test_a_saved_page_is_shown_and_nothing_else_is_made(
    example: Workspace, server: Server, tab: Callable[[str], Page]
) -> None:
    turkish, english = tab(f"{server.url}/line/"), tab(f"{server.url}/en/line/")
    example.edit(example.page("tr"), "Noktalar ", "Bütün noktalar ")
    wait_for(turkish, "Bütün noktalar")
    assert server.made == ["tr/line.md"]
    wait_for(english, "The points lie on")

    example.edit(example.page("en"), "The points", "All points")
    wait_for(english, "All points lie on")
    assert server.made == ["tr/line.md", "en/line.md"]

    # The switch leads from a page to its twin and back, at the same address.
    turkish.locator("header a[hreflang=en]").click()
    wait_for(turkish, "All points lie on")
    assert turkish.url == f"{server.url}/en/line/"
    turkish.locator("header a[hreflang=tr]").click()
    wait_for(turkish, "Bütün noktalar")
    # Menus of a page name the pages that were not made with it.
    expect(turkish.locator("#site-nav")).to_contain_text("Bir doğru")

    # The search still knows every page of the language.
    index = turkish.request.get(f"{server.url}/search/tr.json").text()
    assert "Bütün noktalar" in index and "Örnek" in index and "All points" not in index

    # A title is in every page's menu.
    example.edit(example.page("tr"), "title: Bir doğru", "title: Tek doğru")
    wait_for(turkish, "Tek doğru")
    turkish.locator(".site-brand").click()
    wait_for(turkish, "Tek doğru")
    assert server.made[2:] == []  # it is of the frame, not of the page


def test_an_error_is_shown_over_the_last_good_page(
    example: Workspace, server: Server, tab: Callable[[str], Page]
) -> None:
    page = tab(f"{server.url}/line/")
    assert page.locator(TOLD).count() == 0
    example.edit(example.page("tr"), "{{ slope |", "{{ slopes |")
    told = page.locator(f"{TOLD}--failed")
    expect(told).to_contain_text("docs/tr/line.md:20", timeout=90_000)
    expect(told).to_contain_text("slopes")
    expect(told).to_contain_text("Sayfa yenilenemedi")
    wait_for(page, "Noktalar")
    expect(page.locator("main svg").first).to_be_visible()
    # The other language says it in its own words, and any page can be opened.
    english = tab(f"{server.url}/en/")
    expect(english.locator(TOLD)).to_contain_text("The page could not be renewed")
    english.keyboard.press("Escape")
    expect(english.locator(TOLD)).to_have_count(0)

    example.edit(example.page("tr"), "{{ slopes |", "Yeniden {{ slope |")
    wait_for(page, "Yeniden 2,00")
    expect(page.locator(TOLD)).to_have_count(0)

    # A broken configuration does not stop the server either.
    example.edit(example.root / "mkdocs.yml", "nav: [", "nav: [[")
    expect(page.locator(f"{TOLD}--failed")).to_contain_text("mkdocs.yml", timeout=90_000)
    example.edit(example.root / "mkdocs.yml", "nav: [[", "nav: [")
    expect(page.locator(TOLD)).to_have_count(0, timeout=90_000)


def test_what_can_be_shown_all_the_same_is_told_in_a_corner(
    example: Workspace, server: Server, tab: Callable[[str], Page]
) -> None:
    page = tab(f"{server.url}/line/")
    example.edit(example.page("tr"), "(index.md)", "(indeks.md)")
    told = page.locator(TOLD)
    told.locator("summary").click(timeout=90_000)
    expect(told).to_contain_text("docs/tr/line.md:8")
    expect(told).to_contain_text("indeks.md")
    expect(told).not_to_contain_text("yenilenemedi")

    # What `make check` finds comes a moment after the page; the corner stays open.
    example.edit(example.page("tr"), "(indeks.md)", "(index.md), yani %84,7")
    wait_for(page, "yani %84,7")
    expect(told).to_contain_text("'%84,7' is typed in", timeout=90_000)
    expect(told).to_contain_text("docs/tr/line.md:8")
    expect(told).not_to_contain_text("indeks.md")
    told.get_by_role("button", name="Kapat").click()
    expect(told).to_have_count(0)


def test_a_changed_program_marks_its_article_until_it_is_run(
    example: Workspace, server: Server, tab: Callable[[str], Page]
) -> None:
    page = tab(f"{server.url}/line/")
    example.edit(example.source, "y = 2 * X + 1", "y = 2 * X + 3")
    wait_for(page, "son çalıştırmadan sonra değişti")
    expect(page.locator(".admonition.warning")).to_contain_text("make run NAME=line")
    assert set(server.made) == {"tr/line.md", "en/line.md"}

    done = example.weaver("run", "line")
    assert done.status == 0, done.err
    expect(page.locator(".admonition.warning")).to_have_count(0, timeout=90_000)

    # A program that cannot be read is an error like any other.
    example.edit(example.source, "y = 2 * X + 3", "y = 2 * X +")
    expect(page.locator(f"{TOLD}--failed")).to_contain_text(
        "tutorials_src/line.py:17", timeout=90_000
    )


def test_a_page_that_was_never_made_says_why(
    example: Workspace, tab: Callable[[str], Page]
) -> None:
    assert example.weaver("new", "second").status == 0  # never run
    example.edit(example.page("en"), "{{ slope |", "{{ slopes |")
    example.edit(example.page("tr"), "\\frac{1}{n}", "\\frac{1}{n")
    server = Server(example)
    try:
        page = tab(f"{server.url}/second/")
        told = page.locator(f"{TOLD}--failed")
        for said in ("make run NAME=second", "docs/en/line.md:20", "docs/tr/line.md:17"):
            expect(told).to_contain_text(said, timeout=90_000)
        expect(page.locator("main pre")).to_contain_text("never run")
        home = tab(f"{server.url}/en/")
        wait_for(home, "Example")

        example.edit(example.page("en"), "{{ slopes |", "{{ slope |")
        expect(told).not_to_contain_text("docs/en/line.md", timeout=90_000)
        example.edit(example.page("tr"), "\\frac{1}{n", "\\frac{1}{n}")
        expect(told).not_to_contain_text("docs/tr/line.md", timeout=90_000)
        assert example.weaver("run", "second").status == 0
        wait_for(page, "Gradyan inişi")
        expect(told).to_have_count(0, timeout=90_000)
    finally:
        server.stop()


def test_a_third_language_is_served_and_tells_of_errors_in_its_own_words(
    example: Workspace, tab: Callable[[str], Page]
) -> None:
    assert example.weaver("language", "de").status == 0
    german = ROOT / "tests" / "german" / "languages" / "de" / "language.yml"
    shutil.copy(german, example.project.languages_folder / "de")
    server = Server(example)
    try:
        page = tab(f"{server.url}/de/line/")
        wait_for(page, "Diese Seite ist noch nicht übersetzt.")
        example.edit(example.page("de"), "{{ slope |", "{{ slopes |")
        told = page.locator(f"{TOLD}--failed")
        expect(told).to_contain_text("Die Seite konnte nicht erneuert werden", timeout=90_000)
        expect(told).to_contain_text("docs/de/line.md")
    finally:
        server.stop()


def test_nothing_of_this_is_in_the_built_site(built: Path) -> None:
    assert not list(built.rglob("serve.*"))
    assert "serve." not in (built / "index.html").read_text(encoding="utf-8")
