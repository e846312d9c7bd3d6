"""What a run's outputs become on a page, from a real run to the finished site."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import LANGUAGE, Workspace, make_once

from weaver.page.outputs import (
    KINDS,
    LONGEST,
    SHOWN,
    download_output,
    find_problems,
    show_outputs,
    show_text,
    shows_figure,
)

# What pandas 2.3 gives for DataFrame({"width": [1.5, 2]}, index=["a & b", "c"]).
FRAME = """<div>
<style scoped>
    .dataframe tbody tr th:only-of-type {
        vertical-align: middle;
    }

    .dataframe tbody tr th {
        vertical-align: top;
    }

    .dataframe thead th {
        text-align: right;
    }
</style>
<table border="1" class="dataframe">
  <thead>
    <tr style="text-align: right;">
      <th></th>
      <th>width</th>
    </tr>
  </thead>
  <tbody>
    <tr>
      <th>a &amp; b</th>
      <td>1.5</td>
    </tr>
    <tr>
      <th>c</th>
      <td>2.0</td>
    </tr>
  </tbody>
</table>
</div>"""

CELLS = f'''

# %% helpers
import base64
import io
import warnings


class Said:
    def __init__(self, kind, content):
        self.kind, self.content = kind, content

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {{self.kind: self.content}}


def draw(kind):
    fig, ax = plt.subplots(figsize=(1, 1))
    ax.plot([0, 1])
    file = io.BytesIO()
    fig.savefig(file, format=kind)
    plt.close(fig)
    return base64.b64encode(file.getvalue()).decode()


# %% frame
Said("text/html", """{FRAME}""")

# %% photo
Said("image/jpeg", draw("jpg"))

# %% pixels
Said("image/png", draw("png"))

# %% formula
Said("text/latex", r"$\\displaystyle x^{{2}}$")

# %% words-of-it
Said("text/markdown", "**bold** and `code`")

# %% told tags=["stderr"]
warnings.warn("mind <this>", stacklevel=1)
'''


ALT = '1 < 2 & "3"'


@pytest.fixture(scope="session")
def site(recorded: Workspace, tmp_path_factory) -> Workspace:
    """Return a site whose article shows an output of every type, run and built."""

    def make(root: Path) -> None:
        passing = shutil.ignore_patterns("site", ".cache")
        shutil.copytree(recorded.root, root, symlinks=True, ignore=passing)
        made = Workspace(root)
        made.source.write_text(made.source.read_text(encoding="utf-8") + CELLS, encoding="utf-8")
        for language in ("tr", "en"):
            text = made.page(language).read_text(encoding="utf-8")
            for name in re.findall(r"# %% ([\w-]+)", CELLS):
                alt = f", alt={json.dumps(ALT)}" if name in {"photo", "pixels"} else ""
                text += f'\n{{{{ cell("{name}"{alt}) }}}}\n'
            made.page(language).write_text(text, encoding="utf-8")
        for done in (made.weaver("run"), made.weaver("check"), made.build("--strict")):
            assert done.status == 0, done.err + done.out

    return Workspace(make_once(tmp_path_factory, "outputs", make))


@pytest.fixture(scope="module")
def page(site: Workspace) -> BeautifulSoup:
    text = (site.root / "site" / "en" / "line" / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def after(page: BeautifulSoup, name: str) -> BeautifulSoup:
    """Return what a page shows right after a cell's code."""
    return page.find(id=f"code-{name}").find_next_sibling()


def test_a_table_of_pandas_is_a_table_of_the_page(page):
    shown = after(page, "frame")
    table = shown.find("table")
    assert table.parent["class"] == ["table-box"]
    assert table.attrs == {}
    cells = [cell.get_text() for cell in table.find_all(["th", "td"])]
    assert cells == ["", "width", "a & b", "1.5", "c", "2.0"]
    assert len(shown.find_all(class_="table-box")) == 1
    assert shown.find("style") is None


@pytest.mark.parametrize(("name", "kind"), [("photo", "jpeg"), ("pixels", "png")])
def test_a_picture_is_a_figure_with_its_words(page, name, kind):
    figure = page.find(id=f"figure-{name}")
    assert figure.name == "figure"
    assert figure.img["alt"] == ALT
    assert figure.img["src"].startswith(f"data:image/{kind};base64,")


def test_a_picture_without_words_is_told(site, tmp_path):
    copy = Workspace(tmp_path / "site")
    shutil.copytree(site.root, copy.root, symlinks=True)
    copy.edit(copy.page("en"), f'cell("photo", alt={json.dumps(ALT)})', 'cell("photo")')
    lines = copy.page("en").read_text(encoding="utf-8").splitlines()
    line = next(n for n, row in enumerate(lines, 1) if 'cell("photo"' in row)
    assert f"docs/en/line.md:{line}: cell 'photo' shows a figure" in copy.weaver("check").err


def test_latex_is_mathml_and_markdown_is_words(page):
    assert after(page, "formula").name == "math"
    assert after(page, "formula").find("msup").get_text() == "x2"
    assert after(page, "words-of-it").strong.get_text() == "bold"


def test_a_warning_shown_on_purpose_stands_in_a_box_and_names_no_file(page):
    box = after(page, "told")
    assert box["class"] == ["admonition", "warning"]
    assert box.find("p").get_text() == "Warning"
    assert box.find("samp").get_text().startswith("UserWarning: mind <this>")
    assert "ipykernel" not in box.get_text()


def test_the_downloaded_notebook_has_every_output(site):
    path = site.root / "site" / "en" / "line" / "line.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    kinds = {kind for out in outputs for kind in out.get("data", {})}
    assert kinds >= {kind for kind in KINDS if "/" in kind}


# --- one output at a time -----------------------------------------------------


def shown_as(kind: str, content: str) -> dict:
    return {"output_type": "display_data", "data": {kind: content}, "metadata": {}}


def test_a_short_output_is_shown_whole_and_escaped():
    text = "\n".join(["a < b & c"] * LONGEST)
    assert "<details>" not in show_text(f"{text}\n", LANGUAGE["tr"])
    assert show_text("a < b & c\n", LANGUAGE["en"]) == (
        '<pre class="cell-output"><samp>a &lt; b &amp; c</samp></pre>'
    )


@pytest.mark.parametrize(
    ("language", "summary"), [("tr", "13 satır daha"), ("en", "13 more lines")]
)
def test_a_long_output_folds_after_its_first_lines_and_loses_none(language, summary):
    lines = [f"line {number}" for number in range(LONGEST + 1)]
    shown = show_text("\n".join(lines), LANGUAGE[language])
    first, _, rest = shown.partition("<details>")
    assert re.findall(r"line \d+", first) == lines[:SHOWN]
    assert re.findall(r"line \d+", rest) == lines[SHOWN:]
    assert f"<summary>{summary}</summary>" in rest


def test_every_output_of_a_cell_is_shown_and_a_figure_has_its_address():
    svg = '<svg viewBox="0 0 9 9"><text>here</text></svg>'
    text = {"output_type": "stream", "name": "stdout", "text": ["one\n", "two"]}
    shown = show_outputs(
        "loss", [shown_as("image/svg+xml", svg), text] * 2, "a line", LANGUAGE["en"]
    )
    assert re.findall(r'<figure id="([^"]+)"', shown) == ["figure-loss", "figure-loss-3"]
    assert shown.count("one\ntwo") == 2
    assert shown.count('aria-label="a line"') == 2


def test_of_several_types_of_one_output_the_richest_is_shown():
    output = {
        "output_type": "execute_result",
        "data": {"text/plain": "x", "text/html": "<p>y</p>"},
    }
    assert "<p>y</p>" in show_outputs("table", [output], "", LANGUAGE["en"])
    assert not shows_figure([output])


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"application/json": {"a": 1}}, "application/json"),
        ({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "HBox()"}, "widget-view"),
        ({"image/webp": "UklGRg=="}, "image/webp"),
        ({}, "type ''"),
    ],
)
def test_an_output_that_no_row_knows_stops_the_page_and_never_vanishes(data, named):
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    (problem,) = find_problems(Path("runs/line.ipynb"), "plot", [output])
    assert str(problem).startswith("runs/line.ipynb: cell 'plot': ")
    assert named in str(problem)
    assert not shows_figure([output])


def test_a_downloaded_figure_can_be_read_on_a_dark_page_and_elsewhere():
    svg = (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink"><metadata><a/></metadata>'
        '<defs><path id="m" d="M 0 0 L 1 1"/></defs><use xlink:href="#m"/></svg>'
    )
    output = download_output(shown_as("image/svg+xml", svg))
    assert output["data"]["image/svg+xml"] == (
        '<svg style="background: white" xmlns="http://www.w3.org/2000/svg"'
        ' stroke-linejoin="round" viewBox="0 0 9 9">'
        '<defs><path id="m" d="M 0 0 L 1 1"/></defs><use href="#m"/></svg>'
    )
    json.dumps(output)
