"""What a run's outputs are: one table, a row a type of output.

Runner, page, downloads and comparison ask it; nothing else knows a MIME type.
"""

import html
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from markdown_it import MarkdownIt

from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.page import sanitize
from weaver.page.figures import fit_svg
from weaver.page.sanitize import OutputError

LONGEST = 24  # lines of an output that is shown whole

SHOWN = 12  # lines of a longer one, before its fold

Output = Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """Where an output is shown: ``name`` of its cell, ``alt`` text, language."""

    name: str
    alt: str
    language: Language


def _as_it_is(content: str, place: Place) -> str:
    return content


@dataclass(frozen=True)
class Kind:
    """How outputs of one type are read, shown, compared and downloaded.

    ``read`` returns what a page may carry of the content, or raises OutputError;
    ``show`` makes HTML of that. A figure has the ``ending`` of its files: it needs alt
    text, and it differs as a picture; what has none differs as text.
    """

    read: Callable[[str], str]
    show: Callable[[str, Place], str] = _as_it_is
    ending: str = ""
    download: Callable[[str], str] = str

    @property
    def is_text(self) -> bool:
        """Whether the content is plain text, which may hold anything."""
        return self.read is str


def show_text(text: str, language: Language) -> str:
    """Return the HTML of what a cell printed; a long output folds after its first lines."""
    lines = text.strip("\n").split("\n")
    if len(lines) <= LONGEST:
        return _show_lines(lines)
    summary = html.escape(language.words.more_lines.format(len(lines) - SHOWN))
    folded = f"<details><summary>{summary}</summary>{_show_lines(lines[SHOWN:])}</details>"
    return f'<div class="cell-long">{_show_lines(lines[:SHOWN])}{folded}</div>'


def _show_lines(lines: list[str]) -> str:
    text = html.escape("\n".join(lines), quote=False)
    return f'<pre class="cell-output"><samp>{text}</samp></pre>'


def _show_warning(text: str, place: Place) -> str:
    title = f'<p class="admonition-title">{html.escape(place.language.words.warning)}</p>'
    return f'<div class="admonition warning">{title}{show_text(text, place.language)}</div>'


def _read_markdown(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return sanitize.read_html(parser.render(text))


def _picture(kind: str, ending: str) -> Kind:
    def show(line: str, place: Place) -> str:
        return f'<img src="data:{kind};base64,{line}" alt="{html.escape(place.alt)}">'

    return Kind(partial(sanitize.read_picture, kind), show, ending)


@lru_cache(maxsize=256)  # it is asked for when checked, shown and downloaded
def _read_svg(svg: str) -> str:
    return sanitize.write_svg(sanitize.read_svg(svg))


def _on_white(svg: str) -> str:
    """Return matplotlib's black on nothing so that it can be read on a dark page."""
    said = '<svg style="background: white" xmlns="http://www.w3.org/2000/svg"'
    # What its style sheet said, which is left out.
    return _read_svg(svg).replace("<svg", f'{said} stroke-linejoin="round"', 1)


def _refuse(kind: str, content: str) -> str:
    message = _("an output of type {kind!r}, which no page can show: it can be {known}")
    raise OutputError(message.format(kind=kind, known=", ".join(KINDS)))


_SVG = Kind(
    _read_svg,
    lambda svg, place: fit_svg(svg, place.name, place.alt, place.language),
    "svg",
    _on_white,
)

_TEXT = Kind(str, lambda text, place: show_text(text, place.language))

# Of the types that one output comes in, the first here is shown.
KINDS = {
    "image/svg+xml": _SVG,
    "image/png": _picture("image/png", "png"),
    "image/jpeg": _picture("image/jpeg", "jpg"),
    "text/html": Kind(sanitize.read_html),
    "text/latex": Kind(sanitize.read_latex),
    "text/markdown": Kind(_read_markdown),
    "text/plain": _TEXT,
    "stdout": _TEXT,
    "stderr": Kind(str, _show_warning),
    "error": _TEXT,
}


def _named(output: Output) -> tuple[str, object]:
    """Return the type of an output, of several the one to show, and its content."""
    if output["output_type"] == "stream":
        return str(output["name"]), output["text"]
    if output["output_type"] == "error":
        return "error", f"{output['ename']}: {output['evalue']}"
    data = output.get("data") or {"": ""}
    assert isinstance(data, Mapping)
    known = [kind for kind in KINDS if kind in data]
    if known in ([], ["text/plain"]) and len(data) > len(known):
        # Plain text only stands in for a type that no row knows.
        known = sorted(data.keys() - {"text/plain"})
    return known[0], data[known[0]]


def read_output(output: Output) -> tuple[Kind, str]:
    """Return an output's row of the table, and its content.

    That of a type that no row knows refuses whatever it reads.
    """
    name, content = _named(output)
    lines = content if isinstance(content, list) else [content]
    text = "".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return KINDS.get(name, Kind(partial(_refuse, name))), text


def shows_figure(outputs: Iterable[Output]) -> bool:
    """Whether any output is a figure, which needs alt text."""
    return any(read_output(output)[0].ending for output in outputs)


def find_problems(path: Path, cell: str, outputs: Iterable[Output]) -> list[Problem]:
    """Return what a page may not carry of a cell's outputs; ``path`` is their file."""
    problems = []
    for kind, content in map(read_output, outputs):
        try:
            kind.read(content)
        except (OutputError, RecursionError) as error:
            said = _("cell {cell!r}: {error}").format(cell=cell, error=error)
            problems.append(Problem(path, 0, said))
    return problems


def show_output(name: str, output: Output, alt: str, language: Language) -> str:
    """Return the HTML of one output; ``name`` is what its identifiers start with."""
    kind, content = read_output(output)
    return kind.show(kind.read(content), Place(name, alt, language))


def figure_anchors(cell: str, outputs: Iterable[Output]) -> list[str]:
    """Return for each output of a cell the anchor of its figure; empty for what is none.

    It is ``figure-<cell>``, and for the cell's n-th output ends in ``-n``.
    """
    return [
        (f"figure-{cell}-{number}" if number > 1 else f"figure-{cell}") * shows_figure([output])
        for number, output in enumerate(outputs, 1)
    ]


def show_outputs(cell: str, outputs: Sequence[Output], alt: str, language: Language) -> str:
    """Return the HTML of all outputs of a cell, each figure with its anchor."""
    shown = []
    for output, anchor in zip(outputs, figure_anchors(cell, outputs), strict=True):
        content = show_output(cell, output, alt, language)
        if anchor:
            content = f'<figure id="{anchor}" class="cell-figure">{content}</figure>'
        shown.append(content)
    return "".join(shown)


def download_output(output: Output) -> dict[str, object]:
    """Return an output as a downloaded notebook has it."""
    data = output.get("data")
    if not isinstance(data, Mapping):
        return dict(output)
    kind, content = read_output(output)
    return {**output, "data": {**data, _named(output)[0]: kind.download(content)}}
