"""Weave prose and a run into one notebook per language.

Notebooks are JSON here, as nbformat 4.5 has it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from weaver.core.messages import _
from weaver.core.problems import WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE
from weaver.page.outputs import find_problems, show_outputs, shows_figure
from weaver.page.provenance import with_devices
from weaver.program.localise import localise
from weaver.program.record import Record, name_device
from weaver.program.strings import Strings
from weaver.program.tutorial import Cell, Tutorial
from weaver.prose.article import Article, CellReference, Prose
from weaver.prose.expressions import evaluate

Notebook = dict[str, Any]
Quoted = Mapping[str, Mapping[str, object]]


def weave(
    article: Article,
    tutorial: Tutorial,
    strings: Mapping[str, Strings],
    record: Record,
    quoted: Quoted,
) -> Notebook:
    """Return the article as an executed notebook in its language.

    Code comes from the source, with the language's comments and words; outputs
    and values come from the record. Hidden cells are kept in their places, so
    that the notebook runs from top to bottom.

    Raises
    ------
    WeaverError
        If the article names a cell or a value that there is not, or a cell has
        an output that no page may carry.
    """
    cells: list[dict[str, Any]] = []
    hidden = [cell for cell in tutorial.cells if cell.hidden]
    for text, part in _pieces(article, namespace(record, quoted)):
        if text.strip():
            cells.append(prose_cell(text, f"text-{len(cells)}"))
        cell = part and _find(article, part, tutorial)
        end = tutorial.cells.index(cell) if cell else len(tutorial.cells)
        while hidden and tutorial.cells.index(hidden[0]) < end:
            cells.append(_code(hidden.pop(0), None, article, strings, record))
        if cell:
            cells.append(_code(cell, part, article, strings, record))
    return new_notebook(cells)


def _pieces(
    article: Article, names: Mapping[str, object]
) -> Iterator[tuple[str, CellReference | None]]:
    """Yield the prose before each cell, and the cell; at last what follows them all."""
    text = ""
    for part in article.parts:
        if isinstance(part, CellReference):
            yield text, part
            text = ""
        else:
            text += part.text if isinstance(part, Prose) else evaluate(article, part, names)
    yield text, None


def _find(article: Article, part: CellReference, tutorial: Tutorial) -> Cell:
    cell = tutorial.cell(part.name)
    if cell is None:
        known = ", ".join(cell.name for cell in tutorial.cells if not cell.hidden)
        said = _("{file} has no cell {name!r}; it has: {known}")
        said = said.format(file=tutorial.path.name, name=part.name, known=known)
        raise fail(article.path, part.line, said)
    return cell


def page_notebook(woven: Notebook, article: Article, preface: str) -> Notebook:
    """Return what a page shows of a woven notebook: its outputs are HTML, hidden cells are gone.

    ``preface`` is Markdown that stands before all else.
    """
    cells = [prose_cell(preface, "preface")] if preface else []
    for cell in woven["cells"]:
        if cell["cell_type"] == "markdown":
            cells.append(cell)
        elif "hidden" not in cell["metadata"]["tags"]:
            about = cell["metadata"]["weaver"]
            shown = show_outputs(about["name"], cell["outputs"], about["alt"], article.language)
            html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": shown}}
            cells.append({**cell, "outputs": [html] if shown else []})
    return new_notebook(cells)


def prose_notebook(text: str) -> Notebook:
    """Return the notebook of a page that is prose alone."""
    return new_notebook([prose_cell(text, "text")])


def new_notebook(cells: list[dict[str, Any]]) -> Notebook:
    """Return a notebook for Python."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def prose_cell(text: str, identifier: str) -> dict[str, Any]:
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": text}


def code_cell(
    source: str, identifier: str, metadata: Mapping[str, Any], outputs: list[Any]
) -> dict[str, Any]:
    """Return a cell of code and what it gave."""
    return {
        "cell_type": "code",
        "id": identifier,
        "metadata": metadata,
        "execution_count": None,
        "source": source,
        "outputs": outputs,
    }


def namespace(record: Record, quoted: Quoted) -> dict[str, object]:
    """Return the names that an article's expressions may use.

    They are the run's values, ``quoted`` figures by key, and ``run``: its
    device, processor (``cpu``), date and seconds. Of a run that used a GPU, seconds say
    what they were measured on.
    """
    run = {key: record.about[key] for key in ("date", "seconds")}
    device = record.about["device"]
    run |= {"device": name_device(device), "cpu": device["cpu"]}
    figures = {key: entry["value"] for key, entry in quoted.items()}
    values = with_devices(record) if "gpu" in device else record.values
    return {**values, "quoted": figures, "run": run}


def _code(
    cell: Cell,
    part: CellReference | None,
    article: Article,
    strings: Mapping[str, Strings],
    record: Record,
) -> dict[str, Any]:
    by_language = record.outputs.get(cell.name, {SOURCE_LANGUAGE: []})
    outputs = by_language.get(article.language, by_language[SOURCE_LANGUAGE])
    if problems := find_problems(record.path, cell.name, outputs):
        raise WeaverError(problems)
    source = cell.source
    if article.language in strings:
        source = localise(cell, strings[article.language]).source
    folded = cell.displays and shows_figure(outputs)
    about = {
        "name": cell.name,
        "alt": part.alt if part and part.alt else "",
        "indent": part.indent if part else "",
        # A picture is what the reader came for; how it is drawn can wait.
        "fold": article.language.words.figure_code if folded else "",
    }
    metadata = {"tags": sorted(cell.tags), "weaver": about}
    return code_cell(source, cell.name[:64], metadata, outputs)
