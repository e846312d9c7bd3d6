"""Render a page's notebook as HTML: the filter that the notebook template calls.

Everything that the HTML depends on is in the notebook, beside the Markdown extensions of
the site: so it can be kept as long as the notebook is the same.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Any

from markdown import Markdown

from weaver.core.files import read_text
from weaver.core.problems import Problem, WeaverError
from weaver.core.urls import resolve_link
from weaver.page.markup import FAILED, Context, PageExtension, mark_output


def render_notebook(
    notebook: Mapping[str, Any],
    extensions: Sequence[Any],
    configs: Mapping[str, Mapping[str, object]],
) -> str:
    """Return the HTML of a page.

    ``extensions`` and ``configs`` are Python-Markdown's. Prose and code are one
    Markdown text, so that footnotes and callouts reach over cells; outputs are HTML
    already, and stay as they are.
    """
    about = notebook["metadata"]["weaver"]
    page, default, words = about["page"], about["default"], about["words"]
    resolve = partial(resolve_link, path=page, default=default)
    outputs: list[str] = [*notebook["metadata"].get("held", ())]
    text = "".join(part for cell in notebook["cells"] for part in _markdown(cell, outputs))
    context = Context(resolve, about["terms"], about["foreign"], words, outputs)
    own = {
        "abbr": {"glossary": {word: meaning for word, (meaning, _) in about["terms"].items()}},
        "toc": {"permalink_title": words["heading"]},
    }
    markdown = Markdown(
        extensions=[*extensions, PageExtension(context)],
        extension_configs={
            name: {**configs.get(name, {}), **own.get(name, {})} for name in {*configs, *own}
        },
    )
    return markdown.convert(text)


def _markdown(cell: Mapping[str, Any], outputs: list[str]) -> Iterator[str]:
    """Yield a cell's Markdown; its outputs are added to the others, and a mark stands for them."""
    if cell["cell_type"] == "markdown":
        yield f"{cell['source']}\n"
        return
    about = cell["metadata"]["weaver"]
    code = f"~~~~~~ {{ .python #code-{about['name']} }}\n{cell['source']}\n~~~~~~\n"
    mark = ""
    if cell["outputs"]:
        mark = f"{mark_output(len(outputs))}\n"
        outputs.append("".join(output["data"]["text/html"] for output in cell["outputs"]))
    # A picture is what the reader came for; how it is drawn can wait.
    fold = f'??? code "{about["fold"]}"\n\n{indent(code, "    ")}' if about["fold"] else code
    parts = [mark, fold] if about["fold"] else [fold, mark]
    yield indent("\n" + "\n".join(filter(None, parts)) + "\n", about["indent"])


def find_failures(content: str, path: Path) -> WeaverError | None:
    """Return what of a page's content could not be drawn, with the lines of its source."""
    text = read_text(path)
    problems = []
    for match in FAILED.finditer(content):
        source, said = (html.unescape(match[part]) for part in ("source", "said"))
        # As it is written there; of what is not, the first part.
        parts = (part for part in (source.strip(), *source.splitlines()) if part in text)
        line = text[: text.find(next(parts, ""))].count("\n") + 1
        problems.append(Problem(path, line, said))
    return WeaverError(problems) if problems else None
