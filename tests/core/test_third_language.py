"""A third language is data: German comes into the example site, and no code knows of it."""

import ast
import json
import lzma
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Workspace, make_once
from playwright.sync_api import Browser, Page, expect

GERMAN = ROOT / "tests" / "german"
# What data files say in German, where `weaver language` put in the English.
SAID = {
    "docs/glossary.yml": {
        "slope": "Steigung",
        "How steep a line is.": "Wie steil eine Gerade ist.",
    },
    "docs/quoted.yml": {"A share that somebody states": '"Ein Anteil, den jemand angibt"'},
    "docs/checked.yml": {
        "The slope": "Die Steigung",
        "The source rounds.": "Die Quelle rundet.",
        '"#fitting"': '"#anpassen"',
        "Two numbers": "Zwei Zahlen",
    },
    "base.yml": {},
}
# A dictionary of the words that the pages have, compounds and endings written out.
DICTIONARY = """
Beispiel eine kleine Website für die Tests Gerade durch vier Punkte der kleinste Beispielartikel
legt liegen auf Startseite Anpassen Steigung Anteil Zeit zitiert und sie Übung Lösung das Doppelte
ist wie steil ein den jemand angibt Quelle rundet zwei Zahlen gesuchte bestimme Achsenabschnitt
nach kleinsten Quadraten Eingabe Verlust
""".split()


@pytest.fixture(scope="module")
def german(recorded: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the example site in three languages, run once and built. Do not change it."""

    def make(root: Path) -> None:
        passing = shutil.ignore_patterns("site", ".cache")
        shutil.copytree(recorded.root, root, symlinks=True, ignore=passing)
        site = Workspace(root)
        counted = f'share = 0.847\nwith open("{root.with_suffix(".runs")}", "a") as file:\n'
        site.edit(site.source, "share = 0.847\n", f'{counted}    file.write("run\\n")\n')
        done = site.weaver("language", "de")
        assert done.status == 0, done.err
        shutil.copytree(GERMAN, root, dirs_exist_ok=True)
        for name, words in SAID.items():
            for english, said in words.items():
                site.edit(root / name, f"de: {english}", f"de: {said}")
        folder = site.project.languages_folder / "de"
        words = "\n".join([str(len(DICTIONARY)), *DICTIONARY])
        (folder / "dictionary.dic.xz").write_bytes(lzma.compress(words.encode()))
        (folder / "dictionary.aff.xz").write_bytes(lzma.compress(b"SET UTF-8\n"))
        done = site.weaver("run")
        assert done.status == 0, done.err
        done = site.build("--strict")
        assert done.status == 0, done.err

    return Workspace(make_once(tmp_path_factory, "german", make))


@pytest.fixture
def free(german: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the site in three languages, free to be broken."""
    shutil.copytree(german.root, tmp_path / "site", symlinks=True)
    return Workspace(tmp_path / "site")


def read(site: Workspace, page: str) -> str:
    return (site.root / "site" / page / "index.html").read_text(encoding="utf-8")


def test_one_run_serves_all_languages(german: Workspace) -> None:
    runs = german.root.with_suffix(".runs").read_text(encoding="utf-8")
    assert runs == "run\n"
    record = nbformat.read(german.record, as_version=4)
    mine = {cell.metadata.weaver.name: cell for cell in record.cells if "weaver" in cell.metadata}
    assert set(mine["table"].metadata.weaver.outputs) == {"tr", "de"}
    assert mine["table"].metadata.weaver.outputs.de[0].text == "Steigung: 2.0\n"
    assert german.weaver("status").status == 0


def test_the_german_page_is_german(german: Workspace) -> None:
    page = read(german, "de/line")
    assert '<html lang="de">' in page
    nbsp = "\N{NO-BREAK SPACE}"
    prose = re.sub("<[^>]*>", "", page)
    for said in (f"Anteil 84,7{nbsp}%", "Steigung 2,00", f"Zeit 12,3{nbsp}s", "Steigung: 2.0"):
        assert said in prose
    figure = re.search(r"(?s)<figure.*?</figure>", page)
    assert figure is not None
    assert set(re.findall(r">(Eingabe|Gerade|Punkte)<", figure[0])) == {
        "Eingabe",
        "Gerade",
        "Punkte",
    }
    for said in ("die gesuchte Gerade", "Wie entstand diese Seite?", "Jede Zahl wurde gerechnet."):
        assert said in page
    home = read(german, "de")
    for said in ("Berichtigung", "Die Quelle rundet.", "Wie steil eine Gerade ist.", "stimmt"):
        assert said in home
    for english in ("slope:", "input", "points", "How steep", "rounds"):
        assert english not in figure[0] + re.sub("<[^>]*>", "", home)


@pytest.mark.parametrize(
    ("page", "others"),
    [("line", {"en", "de"}), ("en/line", {"tr", "de"}), ("de/line", {"tr", "en"})],
)
def test_each_page_links_to_itself_in_the_other_languages(
    german: Workspace, page: str, others: set[str]
) -> None:
    header = read(german, page).partition("</header>")[0].partition("<header")[2]
    links = re.findall(r'<a href="([^"]+)" hreflang="(\w+)"', header)
    assert {code for _address, code in links} == others
    for address, _code in links:
        assert (german.root / "site" / page / address / "index.html").exists()


def test_nothing_is_wrong_with_it(german: Workspace) -> None:
    done = german.weaver("check")
    said = [line for line in done.err.splitlines() if "as far as history goes" not in line]
    assert (said, done.status) == ([], 0)


def test_german_is_checked_as_german(free: Workspace) -> None:
    page = free.project.docs / "de" / "line.md"
    free.edit(page, "Die Punkte liegen", "Die Pumkte liegen die die 50%: 3,5 Sekunden")
    said = free.weaver("check").err
    assert "'Pumkte' is misspelt" in said
    assert "Leerzeichen" in said and "84 %" in said
    assert "'die die'" in said
    assert "'3,5 Sekunden' is typed in" in said or "'3,5' is typed in" in said


def test_the_downloads_are_german(german: Workspace) -> None:
    folder = german.root / "site" / "de" / "line"
    notebook = nbformat.read(folder / "line.ipynb", as_version=4)
    nbformat.validate(notebook)
    texts = [cell.source for cell in notebook.cells]
    assert "Diese Datei stammt von" in texts[0] and "/de/line/" in texts[0]
    assert any("# die gesuchte Gerade" in text for text in texts)
    assert any("Bestimme Steigung und Achsenabschnitt" in text for text in texts)
    assert "die gesuchte Gerade" in (folder / "line.py").read_text(encoding="utf-8")


def ask(page: Page, query: str) -> list[str]:
    page.locator(".site-search__query").fill(query)
    asked = f".site-search__results[data-query={json.dumps(query, ensure_ascii=False)}]"
    page.locator(asked).wait_for(state="attached")
    return [
        " ".join(title.split()) for title in page.locator(".site-search__link").all_inner_texts()
    ]


def test_the_search_knows_german(german: Workspace, browser: Browser, serve) -> None:
    page = browser.new_page()
    page.goto(f"{serve(german.root / 'site')}/de/")
    page.locator(".site-search-open").click()
    for query in ("Punkt", "PUNKTEN", "Geraden", "anpassen", "Uebung", "ubung", "loesungen"):
        found = ask(page, query)
        assert found and "Eine Gerade" in found[0], query
        assert page.locator(".site-search__results mark").count(), query
    assert page.locator(".site-search__status").inner_text().endswith("Treffer")
    assert ask(page, "Zebra") == []
    expect(page.locator(".site-search__status")).to_have_text("Nichts gefunden für „Zebra“.")
    for one, other in (("Schichten", "Schicht"), ("Werte", "Wertes"), ("Bildern", "Bild")):
        stems = page.evaluate(
            """async ([one, other]) => {
              const { comparing } = await import("../assets/search/words.js")
              const { language } = await (await fetch("../search/de.json")).json()
              const { fold, stem } = await comparing(language)
              return [stem(fold(one)), stem(fold(other))]
            }""",
            [one, other],
        )
        assert stems[0] == stems[1], stems
    page.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nirgends/", "Bu adreste bir sayfa yok"),
        ("en/nowhere/", "There is no page at this address"),
        ("de/nirgends/", "Unter dieser Adresse gibt es keine Seite"),
    ],
)
def test_the_page_for_missing_addresses_speaks_all(
    german: Workspace, browser: Browser, serve, address: str, said: str
) -> None:
    page = browser.new_page()
    missing = (german.root / "site" / "404.html").read_text(encoding="utf-8")
    home = serve(german.root / "site")
    page.route("**/" + address, lambda route: route.fulfill(status=404, body=missing,
               content_type="text/html"))  # fmt: skip
    page.goto(f"{home}/{address}")
    assert [text.split("\n")[-1] for text in page.locator("h1:visible").all_inner_texts()] == [
        said
    ]
    assert page.title() == said
    assert page.locator(".site-language:visible").count() == 2
    page.close()


# --- no code names a language ------------------------------------------------

CODE = r"tr|de|en"


def test_no_template_script_or_style_names_a_language() -> None:
    folders = (ROOT / "overrides", ROOT / "docs" / "assets")
    files = [path for folder in folders for path in folder.rglob("*")]
    kinds = {".html", ".j2", ".js", ".css"}
    read = [path for path in files if path.suffix in kinds and "vendor" not in path.parts]
    assert len(read) > 20
    named = (
        rf"""["'`\s(.](?:{CODE})(?:[_-][A-Z]{{2}})?["'`]|\blang=["']?(?:{CODE})\b|\.(?:{CODE})\b"""
    )
    for path in read:
        for found in re.finditer(named, path.read_text(encoding="utf-8")):
            raise AssertionError(f"{path.relative_to(ROOT)}: {found[0]}")


def test_no_module_names_a_language_but_the_one_that_code_is_written_in() -> None:
    named = []
    for path in (ROOT / "weaver").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(rf"(?:{CODE})(?:[_-][A-Z]{{2}})?", text):
                named.append((path.relative_to(ROOT).as_posix(), text))
    assert named == [("weaver/core/project.py", "en")]
