"""What a reader takes away from an article: a notebook, and the same as a program.

Both are whole without the site: links are absolute, the Markdown is what Jupyter
reads, and a first cell says where the page is, what to install and the licence.
"""

import re
from collections.abc import Callable, Mapping

import jupytext
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_notebook

from weaver.language.language import Language
from weaver.language.numbers import format_date
from weaver.page.outputs import download_output
from weaver.page.weave import markdown_cell
from weaver.program.record import Record
from weaver.prose.markdown import escape_markdown

_TITLE = re.compile(r"\A\s*# .+\n")

_BLOCK = re.compile(r'(?:!!!|\?\?\?\+?|===[!+]?)[ ]*(?P<kind>[\w -]*?)[ ]*(?:"(?P<title>.*)")?\s*')

# Code and maths stay as they are; outside of them, what only MkDocs reads is rewritten.
_VERBATIM = (
    r"^[ ]*(?P<fence>`{3,}|~{3,}).*?^[ ]*(?P=fence)[`~]*[ ]*$"
    r"|(?P<ticks>`+)[^`].*?(?P=ticks)(?!`)"
    r"|(?P<maths>\$\$.+?\$\$|(?<![\\$])\$(?:[^$\n]|\n(?!\s*\n))+\$)"
)

_ATTRIBUTE = r"(?:[.#][\w-]+|[\w-]+=(?:\"[^\"\n]*\"|[\w-]+))"

_REWRITTEN = re.compile(
    rf"{_VERBATIM}"
    r"|(?P<before>\]\(<?|\b(?:href|src)=\")(?P<link>[^)\s\">]+)"
    rf"|(?P<attributes>[ ]?\{{:?[ ]*{_ATTRIBUTE}(?:[ ]+{_ATTRIBUTE})*[ ]*\}})"
    r"|(?P<abbreviation>^\*\[[^\]\n]+\]:.*\n?)"
    r"|\[\^(?P<footnote>[\w-]+)\](?P<defined>:?)",
    re.MULTILINE | re.DOTALL,
)


def make_notebook(
    woven: NotebookNode,
    record: Record,
    language: Language,
    address: str,
    resolve: Callable[[str], str],
    modules: Mapping[str, str] | None = None,
) -> NotebookNode:
    """Return an article's notebook for downloading.

    ``woven`` is the article's own notebook, ``address`` its page's, and
    ``resolve`` makes a relative link of its Markdown absolute. ``modules`` are
    the local modules that it imports, their text by path: a first cell of code
    writes them where the notebook runs.
    """
    notebook: NotebookNode = new_notebook()
    notebook.metadata = from_dict(
        {"kernelspec": woven.metadata.kernelspec, "language_info": {"name": "python"}}
    )
    depth = 0  # of the admonitions that a cell interrupts
    for cell in woven.cells:
        if cell.cell_type == "markdown":
            text = plain_markdown(cell.source, resolve, depth=depth)
            if not notebook.cells and (title := _TITLE.match(text)):
                top = title[0].strip() + "\n\n" + _about(record, language, address)
                notebook.cells.append(markdown_cell(top, "about"))
                text = text[title.end() :].strip()
            notebook.cells.append(markdown_cell(text, cell.id))
        else:
            depth = len(cell.metadata.weaver.indent) // 4
            if modules and all(made.cell_type == "markdown" for made in notebook.cells):
                notebook.cells.append(_modules_cell(modules))
            notebook.cells.append(_code_cell(cell))
    return notebook


def _modules_cell(modules: Mapping[str, str]) -> NotebookNode:
    """Return a cell that writes modules where the code runs, and finds them there."""
    lines = ["import sys", "from pathlib import Path", "", 'sys.path.insert(0, "")']
    for path, text in modules.items():
        quoted = text.rstrip("\n").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        lines.append(f'Path("{path}").parent.mkdir(parents=True, exist_ok=True)')
        lines.append(f'Path("{path}").write_text("""\\\n{quoted}\n""", encoding="utf-8")')
    about = from_dict({"title": "local-modules", "jupyter": {"source_hidden": True}})
    cell: NotebookNode = new_code_cell("\n".join(lines), id="local-modules", metadata=about)
    return cell


def make_script(notebook: NotebookNode) -> str:
    """Return a notebook as a Python program in percent cells."""
    bare = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "title,-all"}
    options = {"jupytext": {**bare, "comment_magics": False}}
    return str(jupytext.writes(from_dict({**notebook, "metadata": options}), fmt="py:percent"))


def plain_markdown(text: str, resolve: Callable[[str], str], *, depth: int = 0) -> str:
    """Write in plain Markdown what only MkDocs and its extensions read.

    Admonitions become quotations with a bold title, attribute lists and
    abbreviations go, footnotes are bracketed, links become absolute. ``depth``
    is the number of admonitions that the text starts inside of.
    """
    lines = text.strip("\n").splitlines()
    written: list[str] = []
    while lines:
        block = None if depth else _BLOCK.fullmatch(lines[0])
        if block or depth:
            title = ""
            if block:
                del lines[0]
                title = block["kind"].capitalize() if block["title"] is None else block["title"]
            body = "\n".join(line[4:] for line in _take_block(lines)).rstrip()
            quoted = plain_markdown(body, resolve, depth=max(depth - 1, 0))
            quoted = f"**{title}**\n\n{quoted}".rstrip() if title else quoted
            written.append("\n".join(f"> {line}".rstrip() for line in quoted.splitlines()))
            depth = 0
        else:
            plain = [lines.pop(0)]
            while lines and not _BLOCK.fullmatch(lines[0]):
                plain.append(lines.pop(0))
            written.append(_rewrite("\n".join(plain), resolve).strip("\n"))
    return "\n\n".join(filter(None, written))


def _rewrite(text: str, resolve: Callable[[str], str]) -> str:
    def rewrite(match: re.Match[str]) -> str:
        if match["link"]:
            return match["before"] + resolve(match["link"])
        if match["footnote"]:
            return f"\\[{match['footnote']}\\]"
        if match["maths"]:
            # On one line: the marks of a quotation would become part of the formula.
            return match[0].replace("\n", " ")
        return "" if match["attributes"] or match["abbreviation"] else match[0]

    return _REWRITTEN.sub(rewrite, text)


def _take_block(lines: list[str]) -> list[str]:
    """Remove and return the first lines: those indented, and blank ones between them."""
    length = 0
    for number, line in enumerate(lines, 1):
        if line.startswith("    "):
            length = number
        elif line.strip():
            break
    taken = lines[:length]
    del lines[:length]
    return taken


def _about(record: Record, language: Language, address: str) -> str:
    """Return what the first cell says below the title."""
    words = language.words
    packages = " ".join(f"{name}=={pin}" for name, pin in record.about["key"]["packages"].items())
    datasets = sorted({file.partition("/")[0] for file in record.about["datasets"]})
    items = [words.install.format(packages=packages)]
    if datasets:
        items.append(words.data.format(datasets=escape_markdown(", ".join(datasets))))
    date = format_date(record.about["date"], language=language)
    items.append(words.outputs.format(date=date, device=escape_markdown(record.about["device"])))
    items.append(words.licence)
    return words.downloaded.format(address=address) + "\n\n" + "\n".join(f"- {i}" for i in items)


def _code_cell(cell: NotebookNode) -> NotebookNode:
    copy: NotebookNode = from_dict(cell)
    # Percent cells have their name as title; a hidden cell opens folded.
    copy.metadata = from_dict({"title": cell.metadata.weaver.name})
    if "hidden" in cell.metadata.tags:
        copy.metadata["jupyter"] = from_dict({"source_hidden": True})
    copy.outputs = [from_dict(download_output(output)) for output in cell.outputs]
    return copy
