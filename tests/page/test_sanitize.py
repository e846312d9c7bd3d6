"""What a record may not carry into a page: tried one by one, and all together in a browser."""

import base64
import html
import json
from functools import partial
from pathlib import Path

import nbformat
import pytest
from conftest import LANGUAGE, ROOT, Workspace
from markdown import markdown
from mkdocs.config import load_config
from playwright.sync_api import Browser

from weaver.check.registry import check
from weaver.page.make import bare_page
from weaver.page.markup import FAILED
from weaver.page.outputs import find_problems, show_outputs
from weaver.page.render import find_failures, render_notebook
from weaver.page.sanitize import OutputError, read_html, read_svg
from weaver.program.record import write_record
from weaver.prose.markdown import escape_markdown
from weaver.site import Site

RUNS = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
GIF = base64.b64encode(b"GIF89a").decode()


def svg(inside: str, attributes: str = "") -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 9 9"{attributes}>{inside}</svg>'
    )


REFUSED = [
    ("image/svg+xml", svg("<script>window.ran = 1</script>"), "<script>"),
    ("image/svg+xml", svg("<foreignObject/>"), "<foreignObject>"),
    ("image/svg+xml", svg('<h:p xmlns:h="http://www.w3.org/1999/xhtml"/>'), "<p>"),
    ("image/svg+xml", svg("", ' onload="window.ran = 1"'), "onload="),
    ("image/svg+xml", svg('<g onclick="window.ran = 1"/>'), "onclick="),
    ("image/svg+xml", svg('<a xlink:href="javascript:window.ran = 1"/>'), "<a>"),
    ("image/svg+xml", svg('<use xlink:href="https://example.org/#a"/>'), "https://example.org"),
    ("image/svg+xml", svg('<use href="data:image/svg+xml,&lt;svg/&gt;"/>'), "<use href="),
    ("image/svg+xml", svg('<image href="https://example.org/a.png"/>'), "<image href="),
    ("image/svg+xml", svg('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'), "<image href="),
    ("image/svg+xml", svg(f'<image href="data:image/png;base64,{GIF}"/>'), "image/png is none"),
    ("image/svg+xml", svg('<animate attributeName="href" to="javascript:0"/>'), "<animate>"),
    ("image/svg+xml", svg('<set attributeName="onload" to="window.ran = 1"/>'), "<set>"),
    ("image/svg+xml", svg('<g style="fill: url(https://example.org/)"/>'), "<g style="),
    ("image/svg+xml", svg('<g style="background: red"/>'), "<g style="),
    ("image/svg+xml", svg('<g fill="url(//example.org)"/>'), "<g fill="),
    ("image/svg+xml", svg('<path d="M 0 0 a 1 1 0 0 0 1 1"/>'), "<path d="),
    ("image/svg+xml", svg('<path d="M 0 0 L 1"/>'), "<path d="),
    ("image/svg+xml", svg('<path d="M 0 0 L 1.2.3 4"/>'), "<path d="),
    ("image/svg+xml", svg(f'<path d="M {"9" * 400} 0"/>'), "<path d="),
    ("image/svg+xml", svg("<g>" * 2000 + "</g>" * 2000), "recursion"),
    ("image/svg+xml", '<svg width="9"/>', "no viewBox"),
    ("image/svg+xml", '<svg viewBox="0 0 9"/>', "<svg viewBox="),
    ("image/svg+xml", "<svg", "cannot be read"),
    ("image/svg+xml", "no figure", "cannot be read"),
    ("image/png", f'{PNG}"><script>window.ran = 1</script>', "not base64"),
    ("image/png", base64.b64encode(RUNS.encode()).decode(), "image/png is none"),
    ("image/jpeg", PNG, "image/jpeg is none"),
    ("text/html", "<script>window.ran = 1</script>", "<script>"),
    ("text/html", "<img src='x' onerror='window.ran = 1'/>", "<img>"),
    ("text/html", "<iframe srcdoc='&lt;script>parent.ran = 1&lt;/script>'></iframe>", "<iframe>"),
    ("text/html", "<a href='javascript:window.ran = 1'>a</a>", "<a>"),
    ("text/html", "<meta http-equiv='refresh' content='0; url=https://example.org'/>", "<meta>"),
    ("text/html", "<style>body { display: none }</style>", "<style>"),
    ("text/html", "<style scoped>body { display: none }</style>", "cannot be read"),
    ("text/html", "<svg><script>window.ran = 1</script></svg>", "<svg>"),
    ("text/html", "<td onclick='window.ran = 1'>a</td>", "onclick="),
    ("text/html", "<p style='background: url(https://example.org)'>a</p>", "style="),
    ("text/html", "<p id='content'>a</p>", "id="),
    ("text/html", "</div></main>", "cannot be read"),
    ("text/html", "<table><tr><td>", "cannot be read"),
    ("text/html", "<!DOCTYPE html>", "cannot be read"),
    ("text/html", "&lt;<b>", "cannot be read"),
    ("text/latex", r"$\href{javascript:alert(1)}{x}$", r"Unknown command "),
    ("text/latex", r"$\frac{1}{2$", "LaTeX"),
]


@pytest.mark.parametrize(
    ("kind", "content", "named"), REFUSED, ids=[f"{kind} {named}" for kind, _, named in REFUSED]
)
def test_what_is_on_no_list_is_refused_by_its_name(kind, content, named):
    output = {"output_type": "display_data", "data": {kind: content}, "metadata": {}}
    (problem,) = find_problems(Path("runs/line.ipynb"), "plot", [output])
    assert str(problem).startswith("runs/line.ipynb: cell 'plot': ")
    assert named in problem.text
    with pytest.raises((OutputError, RecursionError)):
        show_outputs("plot", [output], "", LANGUAGE["en"])


def test_markup_in_text_stays_text():
    words = RUNS.replace("<", "&lt;")
    figure = svg(f"<text>{words}</text><g><text><![CDATA[{RUNS}]]></text></g>")
    table = f"<table><tr><td class='a\"b'>{words}</td></tr></table>"
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": RUNS},
        {"output_type": "stream", "name": "stderr", "text": RUNS},
        {"output_type": "error", "ename": "Error", "evalue": RUNS, "traceback": []},
        *(
            {"output_type": "display_data", "data": {kind: content}, "metadata": {}}
            for kind, content in {
                "image/svg+xml": figure,
                "text/html": table,
                "text/markdown": f"{RUNS}\n\n[a](javascript:window.ran=1)",
                "text/plain": RUNS,
                "text/latex": r"\text{<script>window.ran = 1</script>}",
            }.items()
        ),
    ]
    shown = show_outputs("plot", outputs, f'"{RUNS}', LANGUAGE["en"])
    assert "<script" not in shown
    assert "<img" not in shown
    assert "href" not in shown
    assert shown.count("&lt;script&gt;") == 10  # one of them in the alt text


def test_what_matplotlib_and_pandas_write_is_kept():
    assert len(read_svg(svg('<g style="fill: #1f77b4; stroke: none"/>'))) == 1
    assert len(read_svg(svg('<use xlink:href="#m1" style="fill: url(#h)"/>'))) == 1
    assert len(read_svg(svg("<metadata><script/></metadata><style>a{}</style>"))) == 0
    row = '<tr style="text-align: right;"><th colspan="2" scope="row">a &lt; b<br>c</th></tr>'
    assert read_html(f'<table border="1" class="dataframe">{row}</table>') == (
        f'<div class="cell-html"><div class="table-box"><table>{row}</table></div></div>'
    )


def test_html_that_two_parsers_read_differently_is_written_anew():
    hidden = "<p>a<!--><script>window.ran = 1</script>--><![CDATA[<script>b</script>]]></p>"
    assert read_html(hidden) == (
        '<div class="cell-html"><p>a&lt;script&gt;b&lt;/script&gt;</p></div>'
    )


def test_escaped_text_is_the_same_text_once_it_is_rendered():
    for text in ("a_b *c* `d` [e](f) <b> & $x$ \\* | {#a} 'q' \"r\"", "_x_", "cuda (v1.0)", RUNS):
        shown = markdown(escape_markdown(text), extensions=["tables", "attr_list", "smarty"])
        assert html.unescape(shown.removeprefix("<p>").removesuffix("</p>")) == text


# --- a record made by hand, in a site -----------------------------------------


def forge(site: Workspace, change) -> None:
    """Change a record and sign it, as the runner would."""
    notebook = nbformat.read(site.record, as_version=4)
    change(notebook, {cell.metadata.weaver.name: cell for cell in notebook.cells})
    write_record(site.record, notebook)


def test_a_forged_record_stops_the_build_and_the_check_and_is_named(example):
    def change(notebook, cells) -> None:
        data = cells["plot"].outputs[0].data
        data["image/svg+xml"] = data["image/svg+xml"].replace("</svg>", "<script/></svg>")

    forge(example, change)
    said = "tutorials_src/runs/line.ipynb: cell 'plot': a page may not carry its <script>"
    for done in (example.build("--strict"), example.weaver("check")):
        assert done.status == 1
        assert said in done.err
        assert "Traceback" not in done.err


def inject(site: Workspace) -> None:
    """Put markup wherever a record, and what a contributor writes, may hold a text."""

    def change(notebook, cells) -> None:
        about = notebook.metadata.weaver
        about.device.cpu = RUNS
        about.datasets = {f"{RUNS}/{RUNS}": "0" * 64}
        about["values"]["said"] = RUNS
        about.claims[0] = {"of": RUNS, "source": RUNS, "want": RUNS}
        cells["fit"].outputs[0].text = RUNS
        data = cells["plot"].outputs[0].data
        words = RUNS.replace("<", "&lt;")
        data["image/svg+xml"] = data["image/svg+xml"].replace(">points<", f">{words}<")
        cells["solution"].outputs = nbformat.from_dict(
            [
                {"output_type": "stream", "name": "stderr", "text": RUNS},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/markdown": RUNS, "text/plain": RUNS},
                },
            ]
        )

    forge(site, change)
    title = json.dumps(f"A title {RUNS}")
    config = f"INHERIT: base.yml\nsite_name: {title}\nnav: [{title}: index.md, {title}: line.md]\n"
    (site.root / "mkdocs.yml").write_text(config, encoding="utf-8")
    for language in ("tr", "en"):
        page = site.page(language)
        old = page.read_text(encoding="utf-8").partition("title: ")[2].partition("\n")[0]
        site.edit(page, f"title: {old}", f"title: {json.dumps(old + RUNS)}")
        site.edit(page, "{{ share | percent }}", "{{ said }} {{ run.device }}")
        words = site.project.languages_folder / language / "language.yml"
        for word in ("series", "promise", "theme"):
            old = (
                words.read_text(encoding="utf-8").partition(f"    {word}: ")[2].partition("\n")[0]
            )
            said = json.dumps(f'{old}" onfocus="window.ran = 1"{RUNS}')
            site.edit(words, f"    {word}: {old}", f"    {word}: {said}")
        home = page.with_name("index.md")
        text = home.read_text(encoding="utf-8")
        home.write_text(f"{text}\n{{{{ line.said }}}} {{{{ runs() }}}}\n", encoding="utf-8")


def test_nothing_of_a_forged_record_runs_or_becomes_an_element(example, browser, serve):
    inject(example)
    assert example.build("--strict").status == 0
    visit = watch(browser)
    home = serve(example.root / "site")
    for address in ("/", "/line/", "/en/line/", "/en/", "/404.html"):
        page = visit(home + address)
        assert page.evaluate("window.ran") is None, address
        assert page.locator("[onerror], [onfocus], img[src=x]").count() == 0, address
        assert "window.ran" in page.locator("body").text_content(), address
    page.context.close()


def test_no_inline_script_but_the_themes_runs_in_a_page_that_came_to_hold_one(
    example, browser, serve
):
    assert example.build("--strict").status == 0
    path = example.root / "site" / "en" / "line" / "index.html"
    text = path.read_text(encoding="utf-8").replace("</main>", f"{RUNS}</main>")
    path.write_text(text, encoding="utf-8")
    address = serve(example.root / "site") + "/en/line/"
    visit = watch(browser)
    page = visit(address)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.documentElement.dataset.theme") == ""  # its own ran
    # Without the policy it would: this is what the test sees.
    path.write_text(text.replace("Content-Security-Policy", "X-Nothing"), encoding="utf-8")
    page = visit(f"{address}?again")  # the browser keeps the other
    assert page.evaluate("window.ran") == 1
    page.context.close()


def watch(browser: Browser):
    """Return a function that opens an address; a dialog fails."""
    context = browser.new_context()

    def visit(address: str):
        page = context.new_page()
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
        page.goto(address, wait_until="load")
        return page

    return visit


# --- raw HTML, typed into prose --------------------------------------------------

COVER = "position:fixed;inset:0;z-index:99999;background:#fff"

# What is typed, and what is said of it.
TYPED = [
    ("<script>window.ran = 1</script>", "<script>"),
    ("<SCRIPT SRC=x.js></SCRIPT>", "<script>"),
    ("<script/x>window.ran = 1</script>", "<script>"),
    ("<img src=x onerror='window.ran = 1'>", "<img onerror="),
    ("<p onclick=window.ran=1>a</p>", "<p onclick="),
    ("<details open ontoggle='window.ran = 1'>a</details>", "<details ontoggle="),
    ("<svg onload='window.ran = 1'></svg>", "<svg>"),
    ("<math><mtext>a</mtext></math>", "<math>"),
    ('<meta http-equiv="refresh" content="0; url=https://example.org/">', "<meta>"),
    ("<style>body { display: none }</style>", "<style>"),
    ('<base href="https://example.org/">', "<base>"),
    ('<link rel="stylesheet" href="https://example.org/a.css">', "<link>"),
    ('<form action="https://example.org/"><button>a</button></form>', "<form>"),
    ('<button popovertarget="site-nav">a</button>', "<button>"),
    ('<iframe srcdoc="&lt;script>parent.ran = 1&lt;/script>"></iframe>', "<iframe>"),
    ('<object data="x.html"></object>', "<object>"),
    ('<embed src="x.html">', "<embed>"),
    ('<video src="x.mp4" autoplay></video>', "<video>"),
    ("<textarea autofocus></textarea>", "<textarea>"),
    ("<dialog open>a</dialog>", "<dialog>"),
    ("<noscript>a</noscript>", "<noscript>"),
    ("<template>a</template>", "<template>"),
    ("<plaintext>", "<plaintext>"),
    ("<marquee>a</marquee>", "<marquee>"),
    ("<x-y>a</x-y>", "<x-y>"),
    ("<!DOCTYPE html>", "<!DOCTYPE html>"),
    ("<?php a ?>", "<?php a ?>"),
    ("<![CDATA[ <b> ]]>", "<![CDATA["),
    (f'<div style="{COVER}">a</div>', "<div style="),
    ('<div class="site-search">a</div>', "<div class="),
    ('<div id="site-words">a</div>', "<div id="),
    ("<div hidden>a</div>", "<div hidden>"),
    ('<a href="javascript:window.ran=1">a</a>', "<a href="),
    ('<a href="&#106;avascript:window.ran=1">a</a>', "<a href="),
    ('<a href=" java\tscript:window.ran=1">a</a>', "<a href="),
    ('<a href="data:text/html,a">a</a>', "<a href="),
    ('<a href="vbscript:a">a</a>', "<a href="),
    ('<a href="x" target="_blank" ping="https://example.org/">a</a>', "<a target="),
    ('<img src="data:image/svg+xml,a" alt="a">', "<img src="),
    ('<img src="https://example.org/a.png" alt="a">', "<img src="),
    ('<img src="x" srcset="https://example.org/a.png 2x" alt="a">', "<img srcset="),
    ("[a](javascript:window.ran=1)", "javascript:"),
    ("[a](JaVaScRiPt:window.ran=1 'b')", "JaVaScRiPt:"),
    ("[a](data:text/html,a)", "data:"),
    ("![a](data:image/svg+xml,a)", "data:"),
    ("<javascript:window.ran=1>", "javascript:"),
    ("[a][b]\n\n[b]: javascript:window.ran=1", "javascript:"),
    ('A paragraph.\n{ onclick="window.ran=1" }', "onclick="),
    (f'A paragraph.\n{{: style="{COVER}" }}', "style="),
    ("*word*{ onmouseover=window.ran=1 }", "onmouseover="),
    ("A paragraph.\n{ .site-search }", "class="),
    ("## Heading { onclick=window.ran=1 }", "onclick="),
    ("| a | b |\n| --- | --- |\n| <script>window.ran = 1</script> | b |", "<script>"),
    ('!!! note "<script>window.ran = 1</script>"\n    A note.', "<script>"),
    ("!!! note\n    A note.\n\n    <script>window.ran = 1</script>", "<script>"),
    ("- one\n\n    <style>body { display: none }</style>", "<style>"),
    ("Term\n:   <script>window.ran = 1</script>", "<script>"),
    ("Text[^n].\n\n[^n]: <script>window.ran = 1</script>", "<script>"),
    ('<div markdown="1">\n\n<div markdown="1">\n\n<style>a</style>\n\n</div>\n</div>', "<style>"),
    ('<details markdown="1"><summary>a</summary>\n<i onclick=b>c</i>\n</details>', "<i onclick="),
    ("<!-- a --><script>window.ran = 1</script>", "<script>"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "said"), TYPED, ids=[typed[:40] for typed, _ in TYPED])
def test_what_prose_may_not_hold_is_refused_by_the_check_and_by_the_page(example, typed, said):
    page = example.page("en")
    text = page.read_text(encoding="utf-8")
    page.write_text(f"{text}\n{typed}\n", encoding="utf-8")
    first = text.count("\n") + 2
    lines = range(first, first + typed.count("\n") + 1)
    found = [one for one in check(Site(example.project)) if one.path == page and said in one.text]
    assert [one for one in found if one.line in lines], found
    shown = render(typed)
    error = find_failures(shown, page)
    assert error is not None
    wrong = [one for one in error.problems if "a page may not hold" in one.text]
    assert wrong, error.problems
    assert {one.path for one in wrong} == {page}


def render(text: str) -> str:
    """Return the HTML of Markdown, with the site's own extensions."""
    notebook = json.loads(bare_page("en/line.md", text).notebook)
    config = load_config(str(ROOT / "mkdocs.yml"))
    return render_notebook(notebook, config.markdown_extensions, config.mdx_configs)


def fulfill(answer: dict[str, str], route) -> None:
    route.fulfill(**answer)


SEES = """() => {
    for (const one of document.querySelectorAll("main details")) one.open = !one.open;
    const marker = document.getElementById("marker");
    marker.scrollIntoView({block: "center"});
    const {left, top, width, height} = marker.getBoundingClientRect();
    const schemes = [...document.querySelectorAll("main a[href]")].map(link => link.protocol);
    return [window.ran ?? null, schemes.find(scheme => !/^(https?|mailto):$/.test(scheme)) ?? null,
            document.elementFromPoint(left + width / 2, top + height / 2)?.id,
            document.documentElement.dataset.theme];
}"""


def test_what_is_left_of_refused_html_runs_nothing_leads_nowhere_and_hides_nothing(
    plain, browser, serve
):
    """Without a Content-Security-Policy, and were it published all the same."""
    before, _, rest = (plain / "en/line/index.html").read_text("utf-8").partition("<h1")
    frame = before.replace("Content-Security-Policy", "X-Nothing")
    after = rest[rest.index("</article>") :]
    address = serve(plain) + "/en/line/"
    page = browser.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    hidden = "<!--> <script>window.ran = 1</script> -->"
    for typed in [*(typed for typed, _ in TYPED), hidden]:
        left = FAILED.sub("", render(f"{typed}\n\n# A {{#marker}}\n"))
        shown = {"body": f"{frame}{left}{after}", "content_type": "text/html"}
        page.route(address, partial(fulfill, shown))
        page.goto(address, wait_until="load")
        assert page.evaluate(SEES) == [None, None, "marker", ""], typed
        assert page.url.partition("#")[0] == address, typed
    assert {url for url in asked if not url.startswith(serve(plain))} == set()
    page.close()
