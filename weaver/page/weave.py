"""Weave prose and a run into one notebook per language."""

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_notebook

from weaver.core.problems import WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE
from weaver.page.outputs import find_problems, show_outputs, shows_figure
from weaver.program.localise import localise
from weaver.program.record import Record
from weaver.program.strings import Strings
from weaver.program.tutorial import Cell, Tutorial
from weaver.prose.article import Article, CellReference, Prose, Value
from weaver.prose.expressions import evaluate


def weave(
    article: Article,
    tutorial: Tutorial,
    strings: Mapping[str, Strings],
    record: Record,
    quoted: Mapping[str, Mapping[str, object]],
) -> NotebookNode:
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
    notebook: NotebookNode = new_notebook()
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    names = namespace(record, quoted)
    hidden = [cell for cell in tutorial.cells if cell.hidden]
    text = ""

    def flush() -> None:
        nonlocal text
        if text.strip():
            notebook.cells.append(markdown_cell(text, f"text-{len(notebook.cells)}"))
        text = ""

    for part in article.parts:
        if isinstance(part, Prose):
            text += part.text
        elif isinstance(part, Value):
            text += evaluate(article, part, names)
        else:
            cell = tutorial.cell(part.name)
            if cell is None:
                known = ", ".join(cell.name for cell in tutorial.cells if not cell.hidden)
                raise fail(
                    article.path,
                    part.line,
                    f"{tutorial.path.name} has no cell {part.name!r}; it has: {known}",
                )
            flush()
            while hidden and tutorial.cells.index(hidden[0]) < tutorial.cells.index(cell):
                notebook.cells.append(_code(hidden.pop(0), None, article, strings, record))
            notebook.cells.append(_code(cell, part, article, strings, record))
    flush()
    notebook.cells += [_code(cell, None, article, strings, record) for cell in hidden]
    return notebook


def page_notebook(woven: NotebookNode, article: Article, preface: str) -> dict[str, Any]:
    """Return what a page shows of a woven notebook: its outputs are HTML, hidden cells are gone.

    ``preface`` is Markdown that stands before all else.
    """
    cells = [_prose_cell(preface, "preface")] if preface else []
    for cell in woven.cells:
        if cell.cell_type == "markdown":
            cells.append(_prose_cell(cell.source, cell.id))
        elif "hidden" not in cell.metadata.tags:
            about = cell.metadata.weaver
            shown = show_outputs(about.name, cell.outputs, about.alt, article.language)
            html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": shown}}
            cells.append({**cell, "outputs": [html] if shown else []})
    return _notebook(cells)


def prose_notebook(text: str) -> dict[str, Any]:
    """Return the notebook of a page that is prose alone."""
    return _notebook([_prose_cell(text, "text")])


def _notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _prose_cell(text: str, identifier: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": text}


def markdown_cell(text: str, identifier: str) -> NotebookNode:
    """Return a Markdown cell; nbformat's own maker validates each cell, at a cost."""
    cell = {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": text}
    node: NotebookNode = from_dict(cell)
    return node


def namespace(record: Record, quoted: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Return the names that an article's expressions may use.

    They are the run's values, ``quoted`` figures by key, and ``run``: its
    device, date and seconds.
    """
    run = {key: record.about[key] for key in ("device", "date", "seconds")}
    figures = {key: entry["value"] for key, entry in quoted.items()}
    return {**record.values, "quoted": figures, "run": run}


def _code(
    cell: Cell,
    part: CellReference | None,
    article: Article,
    strings: Mapping[str, Strings],
    record: Record,
) -> NotebookNode:
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
    node: NotebookNode = from_dict(
        {
            "cell_type": "code",
            "id": cell.name[:64],
            "metadata": {"tags": sorted(cell.tags), "weaver": about},
            "execution_count": None,
            "source": source,
            "outputs": outputs,
        }
    )
    return node
