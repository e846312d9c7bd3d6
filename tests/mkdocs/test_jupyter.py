"""The adapter to mkdocs-jupyter: what it must keep doing, and what is rendered again."""

import json
import re
from pathlib import Path

import pytest
from conftest import Workspace
from mkdocs_jupyter import convert

from weaver.mkdocs import jupyter


def rendered(said: str) -> list[str]:
    """Return the pages that mkdocs-jupyter rendered, by what it logs of its cache."""
    return sorted(re.findall(r"Cache miss, writing: \S+/notebooks/(\S+)\.ipynb", said))


def test_what_mkdocs_jupyter_returns_is_what_the_page_shows(example: Workspace) -> None:
    assert example.build("--strict").status == 0
    notebooks = example.project.cache / "pages" / "notebooks"
    kept = [
        json.loads(path.read_text(encoding="utf-8"))["content"]
        for path in (example.project.cache / "pages" / "rendered").rglob("*.json")
    ]
    assert len(kept) == len(list(notebooks.rglob("*.ipynb"))) == 4
    for content in kept:
        page = jupyter.take_back(content)
        assert any(
            page in path.read_text(encoding="utf-8")
            or page.partition("</h1>")[2] in path.read_text(encoding="utf-8")
            for path in (example.root / "site").rglob("index.html")
        )


def test_a_page_leaves_its_envelope_untouched(tmp_path: Path) -> None:
    """An HTML parser in between would write ``viewbox``, and close what needs no closing."""
    page = '<p>a &amp; b &nbsp;<br></p>\n<svg viewBox="0 0 9 9"><clipPath id="c"/></svg>\n\n'
    templates = Path(__file__).parents[2] / "overrides" / "nbconvert"
    jupyter.set_up(templates, lambda notebook: page)
    path = tmp_path / "a.ipynb"
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "x"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert jupyter.take_back(convert.nb2html(str(path))) == page
    assert convert.nb2md(str(path)).strip() == ""  # no second table of contents


def test_a_page_without_its_envelope_is_noticed() -> None:
    with pytest.raises(ValueError, match="no page in an envelope"):
        jupyter.take_back("<div>something else</div>")


def test_only_what_changed_is_rendered_again(example: Workspace) -> None:
    first = example.build("--strict")
    assert rendered(first.err) == ["en/index", "en/line", "tr/index", "tr/line"]
    assert rendered(example.build("--strict").err) == []
    example.edit(example.page("en"), "The points", "All points")
    assert rendered(example.build("--strict").err) == ["en/line"]
    text = (example.root / "site/en/line/index.html").read_text(encoding="utf-8")
    assert "All points" in text


def test_a_page_that_was_made_of_something_else_is_made_again(example: Workspace) -> None:
    assert example.build("--strict").status == 0
    made = example.project.cache / "pages" / "made" / "en" / "line.md.json"
    kept = json.loads(made.read_text(encoding="utf-8"))
    made.write_text(json.dumps({**kept, "digest": "another"}), encoding="utf-8")
    assert example.build("--strict").status == 0
    assert json.loads(made.read_text(encoding="utf-8")) == kept


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"digest": 1}'])
def test_a_damaged_cache_is_made_again(example: Workspace, broken: str) -> None:
    assert example.build("--strict").status == 0
    for path in (example.project.cache / "pages" / "made").rglob("*.json"):
        path.write_text(broken, encoding="utf-8")
    done = example.build("--strict")
    assert done.status == 0, done.err


def test_nothing_is_kept_of_a_page_that_is_gone(example: Workspace) -> None:
    for language in ("tr", "en"):
        page = example.page(language).with_name("more.md")
        page.write_text("---\ntitle: T\ndescription: D\n---\n# T\n", encoding="utf-8")
    assert example.build().status == 0
    pages = example.project.cache / "pages"
    assert len(list(pages.rglob("more.*"))) == 6
    for language in ("tr", "en"):
        example.page(language).with_name("more.md").unlink()
    assert example.build("--strict").status == 0
    assert list(pages.rglob("more.*")) == []
    assert len(list(pages.rglob("line.*"))) >= 6
