"""What changed, as a comment on GitHub: pages in both languages, runs, and nothing injected."""

import base64
import json
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import unquote

import cmarkgfm
import nbformat
import pytest
from bs4 import BeautifulSoup
from cmarkgfm.cmark import Options
from conftest import Workspace
from markdown_it import MarkdownIt

from weaver.program.record import write_record
from weaver.report import figures
from weaver.report.markup import say, take
from weaver.report.words import compare_lines, compare_prose

GIT = ("-c", "user.name=Test", "-c", "user.email=test@example.org")

# What GitHub's sanitizer would let through of HTML, and a comment needs.
ELEMENTS = set(
    "h3 h4 p ul li table tr th td b i br code pre del ins details summary a img".split()
)

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def git(site: Workspace, *arguments: str) -> None:
    subprocess.run(["git", *GIT, *arguments], cwd=site.root, check=True, capture_output=True)


@pytest.fixture
def site(example: Workspace) -> Workspace:
    """Return the example as a repository with one commit."""
    git(example, "init", "--quiet")
    git(example, "add", ".")
    git(example, "commit", "--quiet", "--message", "before")
    return example


def renew(site: Workspace, change: Callable[[nbformat.NotebookNode], None]) -> None:
    """Change a record as another run would have, and sign it."""
    notebook = nbformat.read(site.record, as_version=4)
    change(notebook)
    write_record(site.record, notebook)


def move(notebook: nbformat.NotebookNode) -> None:
    """Let the line be steeper, in value, print and figure."""
    notebook.metadata["weaver"]["values"]["slope"] = 2.5
    for cell in notebook.cells:
        outputs = [*cell.outputs]
        for in_language in cell.metadata["weaver"].get("outputs", {}).values():
            outputs += in_language
        for output in outputs:
            if output["output_type"] == "stream":
                output["text"] = output["text"].replace("2.0", "2.5")
            elif "image/svg+xml" in output["data"]:
                svg = "".join(output["data"]["image/svg+xml"])
                output["data"]["image/svg+xml"] = svg.replace("stroke-width", "stroke-opacity", 1)


def comment(site: Workspace, *arguments: str, status: int = 0) -> str:
    done = site.weaver("diff", "--markdown", *arguments)
    assert done.status == status, done.err
    assert "Traceback" not in done.err
    return done.out


class Balance(HTMLParser):
    """Looks whether every element is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(text: str) -> BeautifulSoup:
    """Return a comment as GitHub's Markdown gives it, having looked that nothing got through."""
    rendered = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    assert rendered == text  # nothing in it is read as Markdown,
    assert MarkdownIt("gfm-like", {"linkify": False}).render(text) == text  # by this one neither
    Balance(text)
    soup = BeautifulSoup(rendered, "html.parser")
    assert {element.name for element in soup.find_all()} <= ELEMENTS
    shown = soup.get_text()
    assert not re.search(r"@\w|#\d|gh-\d|://|www\.", shown, re.IGNORECASE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
    return soup


def row(soup: BeautifulSoup, name: str) -> list[str]:
    """Return what the table says of a page, by language."""
    found = next(tr for tr in soup.find_all("tr") if tr.td and tr.td.get_text() == name)
    cells = [" ".join(td.get_text(" ").split()) for td in found.find_all("td")[1:]]
    return [cell.replace(" ,", ",") for cell in cells]


def marked(soup: BeautifulSoup) -> list[tuple[str, str]]:
    return [(one.name, one.get_text()) for one in soup.find_all(["del", "ins"])]


def test_a_sentence_is_shown_by_its_words(site):
    site.edit(site.page("tr"), "Noktalar", "Bütün noktalar")
    text = comment(site, "--site-url", "https://preview.example/42")
    soup = read(text)
    assert soup.h3.get_text() == "1 of 4 pages changes"
    assert row(soup, "line.md") == ["Bir doğru text", "A line the same"]
    assert [a["href"] for a in soup.table.find_all("a")] == [
        "https://preview.example/42/line/",
        "https://preview.example/42/en/line/",
    ]
    assert marked(soup) == [("del", "Noktalar"), ("ins", "Bütün noktalar")]
    assert soup.details.summary.get_text() == "Türkçe: 1 passage"
    assert soup.details.code.get_text() == "$y = 2x + 1$"  # or GitHub would typeset it


def test_a_run_moves_pages_that_nobody_wrote(site, tmp_path):
    renew(site, move)
    folder = tmp_path / "figures"
    soup = read(comment(site, "--figures", str(folder), "--figures-url", "https://host/raw/f/"))
    assert row(soup, "line.md") == ["Bir doğru values, outputs, figures"] + [
        "A line values, outputs, figures"
    ]
    assert row(soup, "index.md") == ["Örnek values, figures", "Example values, figures"]
    assert ("del", "2,00") in marked(soup)
    assert ("ins", "2.50") in marked(soup)
    values = next(table for table in soup.find_all("table") if "relative" in table.get_text())
    cells = [td.get_text() for td in values.find_all("td")]
    assert cells == ["slope", "2", "2.5", "+0.5", "+25.00%"]
    assert [pre.get_text() for pre in soup.find_all("pre")] == [
        "-slope 2.0\n+slope 2.5",
        "-slope: 2.0\n+slope: 2.5",
    ]
    for image, when in zip(soup.find_all("img"), ("before", "after"), strict=True):
        assert image["alt"] == when
        assert image["src"].startswith("https://host/raw/f/line/")
        written = folder / unquote(image["src"].removeprefix("https://host/raw/f/"))
        drawn = written.read_text(encoding="utf-8")
        assert 'style="background: white"' in drawn  # legible on a dark page
        assert ("stroke-opacity" in drawn) == (when == "after")


def test_a_figure_that_changed_in_one_language_is_shown(site):
    def relabel(notebook: nbformat.NotebookNode) -> None:
        for cell in notebook.cells:
            for output in cell.metadata["weaver"].get("outputs", {}).get("tr", []):
                if "image/svg+xml" in output.get("data", {}):
                    svg = "".join(output["data"]["image/svg+xml"])
                    output["data"]["image/svg+xml"] = svg.replace(">girdi<", ">giren<")

    renew(site, relabel)
    soup = read(comment(site))
    assert row(soup, "line.md") == ["Bir doğru figures", "A line the same"]
    assert "plot" in soup.find_all("table")[-1].get_text()


def test_pages_that_came_went_or_moved(site):
    first = (site.project.docs / "en" / "index.md").read_text(encoding="utf-8")
    extra = "---\ntitle: Extra\n---\n# Extra\n\nWords that are no one else's, many of them.\n"
    (site.project.docs / "en" / "extra.md").write_text(extra, encoding="utf-8")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "more")
    (site.project.docs / "en" / "extra.md").rename(site.project.docs / "en" / "moved.md")
    git(site, "add", ".")
    (site.project.docs / "en" / "new.md").write_text(first, encoding="utf-8")
    (site.project.docs / "tr" / "index.md").unlink()
    soup = read(comment(site))
    assert row(soup, "moved.md") == ["—", "Extra was extra.md"]
    assert row(soup, "new.md") == ["—", "Example new"]
    assert row(soup, "index.md") == ["Örnek gone", "Example the same"]
    assert "extra.md" not in [code.get_text() for code in soup.find_all("td")]


def test_what_all_pages_share_is_said_and_no_page_is_blamed(site):
    site.edit(site.root / "overrides" / "main.html", "{%", "{# new #}{%")
    site.edit(site.root / "mkdocs.yml", "INHERIT", "# new\nINHERIT")
    site.edit(site.page("en"), "The points lie on", "The points\nlie on")
    (site.project.docs / "assets" / "new.css").write_text("a {}")
    soup = read(comment(site))
    assert soup.h3.get_text() == "No page changes"
    assert [li.get_text() for li in soup.find_all("li")] == [
        "theme: docs/assets/new.css, overrides/main.html",
        "settings: mkdocs.yml",
        "text of pages that read the same: docs/en/line.md",
    ]
    site.edit(site.project.quoted, "0.8", "0.81")
    soup = read(comment(site))
    assert "data: docs/quoted.yml" in [li.get_text() for li in soup.find_all("li")]
    assert row(soup, "line.md") == ["Bir doğru values", "A line text"]


def test_a_page_that_cannot_be_made_is_named(site):
    site.edit(site.page("en"), "{{ slope | number(2) }}", "{{ slop | number(2) }}")
    [_same, said] = row(read(comment(site)), "line.md")
    assert "cannot be made: docs/en/line.md:20: " in said


def test_an_earlier_version_that_no_longer_fits_is_compared_by_its_text(site):
    content = site.record.read_text(encoding="utf-8")
    site.record.write_text(content.replace("2.0", "2.1"), encoding="utf-8")
    git(site, "commit", "--quiet", "--all", "--message", "of another form")
    site.record.write_text(content, encoding="utf-8")
    site.edit(site.page("en"), "The points", "All points")
    soup = read(comment(site))
    said = row(soup, "line.md")[1]
    assert "cannot be compared, its old version does not fit this engine: " in said
    assert said.endswith("text")
    assert "was changed after the run that wrote it" in soup.get_text()


def test_without_a_revision_the_rest_is_said_still(site):
    site.edit(site.page("en"), "share {{ share | percent }}", "share 84.7%")
    done = site.weaver("diff", "--markdown", "--check", "--base", "nowhere")
    assert done.status == 1
    assert "no such revision" in done.err
    soup = read(done.out)
    assert soup.h3.get_text() == "What changed cannot be said"
    assert "no such revision" in soup.p.get_text()
    assert any("docs/en/line.md" in li.get_text() for li in soup.find_all("li"))


def test_a_shallow_clone_says_that_it_lacks_the_revision(site, tmp_path):
    git(site, "commit", "--quiet", "--allow-empty", "--message", "more")
    clone = Workspace(tmp_path / "clone")
    git(site, "clone", "--quiet", "--depth", "1", f"file://{site.root}", str(clone.root))
    done = clone.weaver("diff", "--markdown", "--base", "HEAD^1")
    assert done.status == 1
    assert "What changed cannot be said" in read(done.out).get_text()


HOSTILE = (
    "@admin fixes #1, closes GH-2 and owner/repo#3 \u202e"
    " https://github.com/o/r/issues/4 www.evil.example"
    " </details></td></table></pre></code> <script>alert(1)</script> <img src=https://evil.example/x>"
    " ![x](https://evil.example/x.png) [x](javascript:alert(1)) `code` **bold** | cell | $x$ $"
    " ``` ~~~ <!-- --> &lt;b&gt; &#64;admin"
)


def hostile_values(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata["weaver"]["values"] |= {"text": HOSTILE, "table": {HOSTILE[:200]: 1.5}}
    notebook.metadata["weaver"]["device"]["cpu"] = "@admin <b> #1 |"
    notebook.metadata["weaver"]["claims"][0]["source"] = repr(HOSTILE)
    notebook.cells[2].outputs[0]["text"] = f"\n\n    {HOSTILE}\n\n```\n\n# @admin\n\n- {HOSTILE}\n"


def test_nothing_of_a_stranger_is_anything_but_text(site, tmp_path):
    name = f"<b>@admin #1 {'x' * 40}.md"
    page = f"---\ntitle: {json.dumps(HOSTILE)}\n---\n# Title\n\n{HOSTILE}\n\n- {HOSTILE}\n"
    (site.project.docs / "tr" / name).write_text(page, encoding="utf-8")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "more")
    (site.project.docs / "tr" / name).write_text(
        page.replace("Title", "A #2 @b"), encoding="utf-8"
    )
    (site.project.docs / "tr" / f"2{name}").write_text(page, encoding="utf-8")
    (site.root / "languages" / name).write_text("")
    site.edit(
        site.page("en"), "The points lie", f"{HOSTILE}\n\n    {HOSTILE}\n\n> {HOSTILE}\n\nlie"
    )
    site.edit(site.source, "# the line to find", f"# the line {HOSTILE}\n\n\n\n# @admin")
    renew(site, hostile_values)
    text = comment(
        site, "line", "--check", "--figures", str(tmp_path / "f"), "--site-url", "https://p"
    )
    soup = read(text)
    assert {a["href"].split("/")[2] for a in soup.find_all("a")} == {"p"}
    assert soup.find_all("img") == []
    assert "alert(1)" in soup.get_text()  # it is shown, so that a reviewer sees it


def test_a_summary_is_as_careful(site):
    site.edit(site.page("en"), "The points lie", f"{HOSTILE} 84.7%")
    site.edit(site.source, "# %% secret", "# %% secret</b>@admin")
    soup = BeautifulSoup(site.weaver("summary").out, "html.parser")
    assert {one.name for one in soup.find_all()} <= ELEMENTS | {"h2"}
    assert not re.search(r"@\w", soup.get_text())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <b> & c", "a &lt;b&gt; &amp; c"),
        ("one\n\ntwo", "one&#10;&#10;two"),
        ("@name", "@\u200bname"),
        ("fixes #12", "fixes #\u200b12"),
        ("# heading", "# heading"),
        ("gh-7", "gh-\u200b7"),
        ("https://a", "https:\u200b//a"),
        ("a\u202eb\u200bc\x1b[0m\ud800", "a\\u202eb\\u200bc\\u001b[0m\\ud800"),
    ],
)
def test_text_is_said_as_it_is(text, shown):
    assert say(text) == shown


def test_a_comment_fits_however_much_changed(site):
    for number in range(300):
        title = f"Page {number} " + "long " * 30
        for language in ("tr", "en"):
            page = site.project.docs / language / f"page{number:03}.md"
            page.write_text(f"---\ntitle: {title}\n---\n# {title}\n", encoding="utf-8")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "many")
    for number in range(300):
        page = site.project.docs / "en" / f"page{number:03}.md"
        page.write_text(f"---\ntitle: P\n---\n# P\n\n{'Işık ' * 400}{number}\n", encoding="utf-8")
    whole = comment(site, "--limit", "4000000")
    short = comment(site)
    assert len(short.encode()) <= 60_000 < len(whole)
    soup = read(short)
    assert "300 of 604 pages change" in soup.get_text()
    [rows, items] = re.findall(r"… and (\d+) more, for which there is no room", soup.get_text())
    assert len(soup.table.find_all("tr")) - 2 + int(rows) == 300
    assert len(soup.find_all("h4")) + int(items) == 300
    assert len(comment(site, "--limit", "3000").encode()) <= 3000
    read(whole)


def test_what_is_taken_is_whole():
    assert take(["aa", "bb"], 1000) == "aabb"
    assert take(["a" * 100, "b" * 100], 190) == "a" * 100 + (
        "<p>… and 1 more, for which there is no room here</p>\n"
    )
    assert take([], 0) == ""


def test_figures_are_bounded_and_keep_to_their_folder(site, tmp_path, monkeypatch):
    def draw(notebook: nbformat.NotebookNode) -> None:
        for cell in notebook.cells:
            if cell.metadata["weaver"]["name"] == "plot":
                png = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL}}
                cell.outputs.append(nbformat.from_dict(png))
                script = "<svg viewBox='0 0 1 1'><script>alert(1)</script></svg>"
                bad = {**png, "data": {"image/svg+xml": script}}
                cell.outputs.append(nbformat.from_dict(bad))

    renew(site, move)
    renew(site, draw)
    from weaver.report.comparison import compare_records

    runs = compare_records(site.project)
    written = figures.write_figures(runs, tmp_path / "f", "https://h")
    files = sorted(path.name for path in (tmp_path / "f").rglob("*.*"))
    assert files == ["1-plot.before.svg", "2-plot.after.svg", "3-plot-2.after.png"]
    assert len(written) == 3  # what holds a script is not among them
    monkeypatch.setattr(figures, "ALL", 100)
    assert len(figures.write_figures(runs, tmp_path / "g", "https://h")) == 1
    assert figures._safe("../../x y/é") == "------x-y--"


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("same", "same", []),
        ("a b c", "a x c", [[(" ", "a "), ("-", "b"), ("+", "x"), (" ", " c")]]),
        ("2,00, or", "2,50, or", [[("-", "2,00"), ("+", "2,50"), (" ", ", or")]]),
        (
            "is $x + 1$.",
            "is $x + 2$.",
            [[(" ", "is "), ("-", "$x + 1$"), ("+", "$x + 2$"), (" ", ".")]],
        ),
        ("one\ntwo", "one", [[("-", "two")]]),
        ("", "one\ntwo", [[("+", "one")], [("+", "two")]]),
        ("ışık\x00 a", "ışık\x00 b", [[(" ", "ışık␀ "), ("-", "a"), ("+", "b")]]),
        (
            "w " * 40 + "a " + "w " * 40 + "b",
            "w " * 40 + "x " + "w " * 40 + "b",
            [[(" ", "… " + "w " * 11), ("-", "a"), ("+", "x"), (" ", " " + "w " * 11 + "…")]],
        ),
    ],
)
def test_prose_is_compared_word_by_word(before, after, pieces):
    assert compare_prose(before, after) == pieces


def test_code_is_compared_line_by_line():
    lines = compare_lines("a\n\nb\nc\n" + "d\n" * 9 + "e", "a\n\nx\nc\n" + "d\n" * 9 + "f")
    assert lines == [" a", " ", "-b", "+x", " c", " d", "⋯", " d", " d", "-e", "+f"]
