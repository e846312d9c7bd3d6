"""What a run's outputs may carry into a page: what is listed here, and nothing else.

A record is a file that anybody can write. What is on no list is refused by its
name; it is neither shown nor dropped without a word.
"""

import binascii
import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from collections.abc import Callable, Mapping

from math_core import LatexError, LatexToMathML

from weaver.core.messages import _
from weaver.page.maths import say_latex


class OutputError(ValueError):
    """An output that no page may carry; the message names what it holds."""


_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def read_picture(kind: str, content: str) -> str:
    """Return the base64 of a PNG or JPEG on one line; raise OutputError if it is not one."""
    line = "".join(content.split())
    try:
        start = b64decode(line, validate=True)[:8]
    except (binascii.Error, ValueError):
        raise OutputError(_("its {kind} is not base64").format(kind=kind)) from None
    if not start.startswith(_MAGIC[kind]):
        raise OutputError(_("what it calls {kind} is none").format(kind=kind))
    return line


def _anything(value: str) -> bool:
    return True


def _refers_inside(address: str) -> bool:
    """Whether an address is one of the figure's own, or a picture that it brings."""
    picture = re.fullmatch(r"data:(image/(?:png|jpeg));base64,(.*)", address, re.DOTALL)
    if picture:
        return bool(read_picture(picture[1], picture[2]))
    return bool(re.fullmatch(r"#[\w.:-]+", address))


# What matplotlib writes.
_SVG_ELEMENTS = frozenset("svg g defs path use clipPath rect text tspan image pattern".split())

_STYLES = (
    "fill fill-opacity stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin"
    " stroke-dasharray stroke-dashoffset opacity clip-path image-rendering text-anchor font"
    " font-family font-size font-style font-variant font-weight font-stretch".split()
)

_STYLE = r"\s*(?:url\(#[\w.:-]+\)|[^()\\<>@;]*)"

_NUMBER = r"-?\d{0,9}\.?\d{1,9}"

_POINT = rf"{_NUMBER}\s+{_NUMBER}"

_PATH = rf"\s*(?:(?:[MLCQ]\s*{_POINT}(?:\s+{_POINT})*|[zZ])\s*)*"

_SVG_ATTRIBUTES: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys("id transform x y width height version patternUnits".split(), _anything),
    **dict.fromkeys(_STYLES, re.compile(_STYLE).fullmatch),
    "style": re.compile(rf"(?:\s*(?:{'|'.join(_STYLES)}):{_STYLE}(?:;|$))*\s*").fullmatch,
    "d": re.compile(_PATH).fullmatch,
    "viewBox": re.compile(rf"{_NUMBER}(?: {_NUMBER}){{3}}").fullmatch,
    "href": _refers_inside,
}

_SVG_ABOUT = frozenset({"metadata", "style", "title"})  # left out: they draw nothing


def read_svg(svg: str) -> ET.Element:
    """Return the tree of an SVG without namespaces, and without blanks between elements.

    Raises
    ------
    OutputError
        If it holds what matplotlib does not write: scripts, references to
        elsewhere, other elements or attributes.
    """
    root = _parse(svg[max(svg.find("<svg"), 0) :])
    for element in root.iter():
        element.tag = _bare(element.tag)
        element.attrib = {_bare(name): value for name, value in element.items()}
        element[:] = [child for child in element if _bare(child.tag) not in _SVG_ABOUT]
        for part in (element, *element):
            part.tail = part.tail if part.tail and part.tail.strip() else None
        element.text = element.text if element.text and element.text.strip() else None
    _check(root, _SVG_ELEMENTS, _SVG_ATTRIBUTES)
    if root.tag != "svg" or "viewBox" not in root.attrib:
        raise OutputError(_("the SVG has no viewBox"))
    return root


def write_svg(root: ET.Element) -> str:
    """Return a tree as SVG within HTML."""
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


_HTML_ELEMENTS = frozenset(
    "table caption thead tbody tfoot tr th td div span p code em strong br sub sup"
    " ul ol li".split()
)

_HTML_ATTRIBUTES: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys("class scope colspan rowspan".split(), _anything),
    "style": re.compile(r"\s*text-align:\s*(?:left|right|center)\s*;?\s*").fullmatch,
}

# The dress that pandas gives a table; the site has its own.
_PANDAS_STYLE = re.compile(r"<style scoped>(?:\s*\.dataframe [\w :-]+\{[\w\s:;-]*\}\s*)*</style>")


def read_html(content: str) -> str:
    """Return HTML of a table or of words, written anew from what is allowed.

    Raises
    ------
    OutputError
        If it holds anything else, or elements that are not closed in order.
    """
    content = _PANDAS_STYLE.sub("", content).replace("&nbsp;", "\xa0").replace("<br>", "<br/>")
    root = _parse(f'<div class="cell-html">{content}</div>')
    for table in root.iter("table"):
        for name in ("class", "border"):
            table.attrib.pop(name, None)
    _check(root, _HTML_ELEMENTS, _HTML_ATTRIBUTES)
    written = ET.tostring(root, encoding="unicode", method="html")
    written = written.replace("<table>", '<div class="table-box"><table>')
    return written.replace("</table>", "</table></div>")


def read_latex(latex: str) -> str:
    """Return LaTeX, in dollar signs or not, as MathML; raise OutputError if it cannot be read."""
    found = re.fullmatch(r"(?s)\s*(\$\$?)(.*)\1\s*", latex)
    source = found[2] if found else latex
    try:
        return LatexToMathML().convert_with_local_state(source, displaystyle=True)
    except LatexError as error:
        raise OutputError(say_latex(source, error)) from None


def _parse(content: str) -> ET.Element:
    try:
        return ET.fromstring(content)
    except ET.ParseError as error:
        raise OutputError(_("it cannot be read: {error}").format(error=error)) from None


def _bare(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]


def _check(
    root: ET.Element, elements: frozenset[str], attributes: Mapping[str, Callable[[str], object]]
) -> None:
    for element in root.iter():
        held = [f"<{element.tag}>"] * (element.tag not in elements)
        held += [
            f"<{element.tag} {name}={value[:40]!r}>"
            for name, value in element.items()
            if name not in attributes or not attributes[name](value)
        ]
        if held:
            raise OutputError(_("a page may not carry its {what}").format(what=held[0]))
