"""What a run's outputs are: one table, a row a type of output.

Runner, page, downloads and comparison ask it; nothing else knows a MIME type.
"""

import html
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.language.language import Language
from weaver.page.figures import fit_svg
from weaver.page.sanitize import (
    OutputError,
    read_html,
    read_latex,
    read_picture,
    read_svg,
    write_svg,
)

LONGEST = 24  # lines of an output that is shown whole

SHOWN = 12  # lines of a longer one, before its fold

Output = Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """Where an output is shown: ``name`` of its cell, ``alt`` text, language."""

    name: str
    alt: str
    language: Language


@dataclass(frozen=True)
class Kind:
    """How outputs of one type are shown, compared and downloaded.

    ``check`` raises OutputError for content that no page may carry, ``show`` makes
    HTML of it. A figure has the ``ending`` of its files: it needs alt text, and it
    differs as a picture; what has none differs as text.
    """

    show: Callable[[str, Place], str]
    check: Callable[[str], object] = str
    ending: str = ""
    download: Callable[[str], str] = str


def show_text(text: str, language: Language) -> str:
    """Return the HTML of what a cell printed; a long output folds after its first lines."""
    lines = text.strip("\n").split("\n")
    if len(lines) <= LONGEST:
        return _show_lines(lines)
    summary = language.words.more_lines.format(len(lines) - SHOWN)
    folded = f"<details><summary>{summary}</summary>{_show_lines(lines[SHOWN:])}</details>"
    return f'<div class="cell-long">{_show_lines(lines[:SHOWN])}{folded}</div>'


def _show_lines(lines: list[str]) -> str:
    text = html.escape("\n".join(lines), quote=False)
    return f'<pre class="cell-output"><samp>{text}</samp></pre>'


def _show_warning(text: str, place: Place) -> str:
    title = f'<p class="admonition-title">{place.language.words.warning}</p>'
    return f'<div class="admonition warning">{title}{show_text(text, place.language)}</div>'


def _show_html(content: str, place: Place) -> str:
    boxed = read_html(content).replace("<table>", '<div class="table-box"><table>')
    return f'<div class="cell-html">{boxed.replace("</table>", "</table></div>")}</div>'


def _markdown(content: str) -> str:
    return MarkdownIt("commonmark", {"html": False}).enable("table").render(content)


def _picture(kind: str, ending: str) -> Kind:
    def show(content: str, place: Place) -> str:
        alt = html.escape(place.alt, quote=True)
        return f'<img src="data:{kind};base64,{read_picture(kind, content)}" alt="{alt}">'

    return Kind(show, lambda content: read_picture(kind, content), ending)


def _on_white(svg: str) -> str:
    """Return matplotlib's black on nothing so that it can be read on a dark page."""
    root = read_svg(svg)
    root.attrib = {
        "style": "background: white",
        "xmlns": "http://www.w3.org/2000/svg",
        "stroke-linejoin": "round",  # what the style sheet that is left out said
        **root.attrib,
    }
    return write_svg(root)


_TEXT = Kind(lambda text, place: show_text(text, place.language))

# Of the types that one output comes in, the first here is shown.
KINDS = {
    "image/svg+xml": Kind(
        lambda svg, place: fit_svg(svg, place.name, place.alt, place.language),
        read_svg,
        "svg",
        _on_white,
    ),
    "image/png": _picture("image/png", "png"),
    "image/jpeg": _picture("image/jpeg", "jpg"),
    "text/html": Kind(_show_html, read_html),
    "text/latex": Kind(lambda latex, place: read_latex(latex), read_latex),
    "text/markdown": Kind(
        lambda text, place: _show_html(_markdown(text), place),
        lambda text: read_html(_markdown(text)),
    ),
    "text/plain": _TEXT,
    "stdout": _TEXT,
    "stderr": Kind(_show_warning),
    "error": _TEXT,
}


def read_output(output: Output) -> tuple[str, str]:
    """Return an output's type, of those that it comes in the one to show, and its content.

    The type may be one that no row knows: plain text beside it only stands in for it.
    """
    if output["output_type"] == "stream":
        return str(output["name"]), _join(output["text"])
    if output["output_type"] == "error":
        return "error", f"{output['ename']}: {output['evalue']}"
    data = output.get("data") or {"": ""}
    assert isinstance(data, Mapping)
    known = [kind for kind in KINDS if kind in data]
    if not known or (known == ["text/plain"] and len(data) > 1):
        known = sorted(data.keys() - {"text/plain"})
    return known[0], _join(data[known[0]])


def _join(content: object) -> str:
    """Return text that a notebook may keep as a list of lines."""
    if isinstance(content, list):
        return "".join(content)
    return content if isinstance(content, str) else json.dumps(content)


def find_kind(output: Output) -> Kind:
    """Return an output's row of the table.

    Raises
    ------
    OutputError
        If none knows its type.
    """
    kind, _content = read_output(output)
    if kind not in KINDS:
        known = ", ".join(KINDS)
        message = _("an output of type {kind!r}, which no page can show: it can be {known}")
        raise OutputError(message.format(kind=kind, known=known))
    return KINDS[kind]


def figure_ending(output: Output) -> str:
    """Return the ending of a figure's files; empty for what is no figure."""
    kind, _content = read_output(output)
    return KINDS[kind].ending if kind in KINDS else ""


def shows_figure(outputs: Iterable[Output]) -> bool:
    """Whether any output is a figure, which needs alt text."""
    return any(map(figure_ending, outputs))


def check_output(output: Output) -> None:
    """Raise OutputError for an output that no page can show, or may carry."""
    find_kind(output).check(read_output(output)[1])


def find_problems(path: Path, cell: str, outputs: Iterable[Output]) -> list[Problem]:
    """Return what a page may not carry of a cell's outputs; ``path`` is the record's."""
    problems = []
    for output in outputs:
        try:
            check_output(output)
        except OutputError as error:
            said = _("cell {cell!r}: {error}").format(cell=cell, error=error)
            problems.append(Problem(path, 0, said))
    return problems


def show_output(name: str, output: Output, alt: str, language: Language) -> str:
    """Return the HTML of one output; ``name`` is what its identifiers start with."""
    return find_kind(output).show(read_output(output)[1], Place(name, alt, language))


def show_outputs(cell: str, outputs: Iterable[Output], alt: str, language: Language) -> str:
    """Return the HTML of all outputs of a cell.

    A figure's address is ``figure-<cell>``; that of the cell's n-th output ends in ``-n``.
    """
    shown = []
    for number, output in enumerate(outputs, 1):
        content = show_output(cell, output, alt, language)
        if figure_ending(output):
            address = f"figure-{cell}-{number}" if number > 1 else f"figure-{cell}"
            content = f'<figure id="{address}" class="cell-figure">{content}</figure>'
        shown.append(content)
    return "".join(shown)


def download_output(output: Output) -> dict[str, object]:
    """Return an output as a downloaded notebook has it."""
    kind, content = read_output(output)
    data = output.get("data")
    if not isinstance(data, Mapping):
        return dict(output)
    return {**output, "data": {**data, kind: find_kind(output).download(content)}}
