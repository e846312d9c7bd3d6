"""Write the figures that changed, before and after, where a comment can show them."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from weaver.page.outputs import KINDS
from weaver.report.comparison import Comparison, Figure

ALL = 8_000_000  # bytes that are written of them

WHEN = ("before", "after")

_KINDS = {kind.ending: kind for kind in KINDS.values() if kind.ending}


def write_figures(
    comparisons: list[Comparison], folder: Path, address: str
) -> dict[tuple[str, str, str], Markup]:
    """Write both versions of each changed figure below a folder, as long as there is room.

    Return the address of each by (tutorial, cell, before or after); ``address`` is the
    folder's. What no page may carry is not written.
    """
    written: dict[tuple[str, str, str], Markup] = {}
    room = ALL
    for one in comparisons:
        for figure in one.figures:
            for when, content in _contents(figure):
                if len(content) > room:
                    continue
                room -= len(content)
                name = f"{len(written) + 1}-{_safe(figure.cell)}.{when}.{figure.kind}"
                path = Path(_safe(one.name), name)
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
                key = (one.name, figure.cell, when)
                written[key] = escape(f"{address.rstrip('/')}/{quote(path.as_posix())}")
    return written


def _contents(figure: Figure) -> Iterator[tuple[str, bytes]]:
    """Yield (before or after, its file) of what a page may carry of a figure."""
    for when, content in zip(WHEN, (figure.before, figure.after), strict=True):
        if content is None:
            continue
        try:
            shown = _KINDS[figure.kind].read(content)
        except (ValueError, RecursionError):
            continue
        # On the reader's background, dark maybe, a figure's black text is lost.
        drawn = _KINDS[figure.kind].download(content) if figure.kind == "svg" else ""
        yield when, drawn.encode() or base64.b64decode(shown)


def _safe(name: str) -> str:
    """Return a name as a file's, whatever signs it has."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)[:60]
