"""What a reader takes away from an article: a notebook, and the same as a program.

Both are whole without the site: links are absolute, the Markdown is what Jupyter
reads, and a first cell says where the page is, what to install and the licence.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jupytext
from nbformat import from_dict

from weaver.core.language import Language
from weaver.core.numbers import format_date
from weaver.page.outputs import download_output
from weaver.page.weave import Notebook, code_cell, new_notebook, prose_cell
from weaver.program.record import Record, name_device
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
    woven: Notebook,
    record: Record,
    language: Language,
    address: str,
    resolve: Callable[[str], str],
    modules: Mapping[str, str] | None = None,
) -> Notebook:
    """Return an article's notebook for downloading.

    ``woven`` is the article's own notebook, ``address`` its page's, and
    ``resolve`` makes a relative link of its Markdown absolute. ``modules`` are
    the local modules that it imports, their text by path: a first cell of code
    writes them where the notebook runs.
    """
    cells: list[dict[str, Any]] = []
    depth = 0  # of the admonitions that a cell interrupts
    for cell in woven["cells"]:
        if cell["cell_type"] == "markdown":
            text = plain_markdown(cell["source"], resolve, depth=depth)
            if not cells and (title := _TITLE.match(text)):
                top = title[0].strip() + "\n\n" + _about(record, language, address)
                cells.append(prose_cell(top, "about"))
                text = text[title.end() :].strip()
            cells.append(prose_cell(text, cell["id"]))
        else:
            depth = len(cell["metadata"]["weaver"]["indent"]) // 4
            if modules and all(made["cell_type"] == "markdown" for made in cells):
                cells.append(_modules_cell(modules))
            cells.append(_take_away(cell))
    notebook = new_notebook(cells)
    notebook["metadata"]["language_info"] = {"name": "python"}
    return notebook


def _modules_cell(modules: Mapping[str, str]) -> dict[str, Any]:
    """Return a cell that writes modules where the code runs, and finds them there."""
    lines = ["import sys", "from pathlib import Path", "", 'sys.path.insert(0, "")']
    for path, text in modules.items():
        quoted = text.rstrip("\n").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        lines.append(f'Path("{path}").parent.mkdir(parents=True, exist_ok=True)')
        lines.append(f'Path("{path}").write_text("""\\\n{quoted}\n""", encoding="utf-8")')
    about = {"title": "local-modules", "jupyter": {"source_hidden": True}}
    return code_cell("\n".join(lines), "local-modules", about, [])


def make_script(notebook: Notebook) -> str:
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
            return f"{match['before']}{resolve(match['link'])}"
        if match["footnote"]:
            return f"\\[{match['footnote']}\\]"
        if match["maths"]:
            # On one line: the marks of a quotation would become part of the formula.
            return str(match[0]).replace("\n", " ")
        return "" if match["attributes"] or match["abbreviation"] else str(match[0])

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
    device = escape_markdown(name_device(record.about["device"]))
    items.append(words.outputs.format(date=date, device=device))
    items.append(words.licence)
    return words.downloaded.format(address=address) + "\n\n" + "\n".join(f"- {i}" for i in items)


def _take_away(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell of code: its name is its title, and a hidden one opens folded."""
    about: dict[str, Any] = {"title": cell["metadata"]["weaver"]["name"]}
    if "hidden" in cell["metadata"]["tags"]:
        about["jupyter"] = {"source_hidden": True}
    return {**cell, "metadata": about, "outputs": [*map(download_output, cell["outputs"])]}
