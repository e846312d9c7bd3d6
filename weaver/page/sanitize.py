"""What a run's outputs may carry into a page: what is listed here, and nothing else.

A record is a file that anybody can write. What is on no list is refused by its
name; it is neither shown nor dropped without a word.
"""

import binascii
import html
import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser

from math_core import LatexError, LatexToMathML

from weaver.core.messages import _
from weaver.page.maths import say_latex

# What matplotlib writes.
_SVG_ELEMENTS = frozenset("svg g defs path use clipPath rect text tspan image pattern".split())

_SVG_STYLES = frozenset(
    "fill fill-opacity stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin"
    " stroke-dasharray stroke-dashoffset opacity clip-path image-rendering text-anchor font"
    " font-family font-size font-style font-variant font-weight font-stretch".split()
)

_SVG_ATTRIBUTES = _SVG_STYLES | frozenset(
    "id d transform style x y width height viewBox version patternUnits href".split()
)

_SVG_ABOUT = frozenset({"metadata", "style", "title"})  # left out: they draw nothing

_POINT = r"-?[\d.]+\s+-?[\d.]+"

_PATH = re.compile(rf"\s*(?:(?:[MLCQ]\s*{_POINT}(?:\s+{_POINT})*|[zZ])\s*)*")

_VIEW_BOX = re.compile(r"-?[\d.]+(?: -?[\d.]+){3}")

_TARGET = re.compile(r"#[\w.:-]+")

_STYLE_VALUE = re.compile(r"url\(#[\w.:-]+\)|[^()\\<>@;]*")

_SVG_PICTURE = re.compile(r"data:(image/(?:png|jpeg));base64,([\s\w+/=]*)", re.ASCII)

_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}

_HTML_ELEMENTS = frozenset(
    "table caption thead tbody tfoot tr th td div span p code em strong br sub sup"
    " ul ol li".split()
)

_HTML_ATTRIBUTES = frozenset({"class", "scope", "colspan", "rowspan"})

_ALIGNED = re.compile(r"\s*text-align:\s*(?:left|right|center)\s*;?\s*")

# The dress that pandas gives a table; the site has its own.
_PANDAS_STYLE = re.compile(r"(?:\s*\.dataframe [\w :-]+\{[\w\s:;-]*\}\s*)*")

_DOLLARS = re.compile(r"(?s)\s*(\$\$?)(.*)\1\s*")


class OutputError(ValueError):
    """An output that no page may carry; the message names what it holds."""


def read_svg(svg: str) -> ET.Element:
    """Return the tree of an SVG, its names without namespaces.

    Raises
    ------
    OutputError
        If it holds what matplotlib does not write: scripts, references to
        elsewhere, other elements or attributes.
    """
    try:
        root = ET.fromstring(svg[svg.index("<svg") :])
    except (ValueError, ET.ParseError) as error:
        raise OutputError(_("not a whole SVG: {error}").format(error=error)) from None
    for parent in root.iter():
        parent.tag = parent.tag.rpartition("}")[2]
        parent[:] = [child for child in parent if child.tag.rpartition("}")[2] not in _SVG_ABOUT]
        attributes = {key.rpartition("}")[2]: value for key, value in parent.items()}
        parent.attrib = attributes
        _check_svg(parent)
    if root.tag != "svg" or not _VIEW_BOX.fullmatch(root.get("viewBox", "")):
        raise OutputError(_("the SVG has no viewBox"))
    return root


def _check_svg(element: ET.Element) -> None:
    if element.tag not in _SVG_ELEMENTS:
        raise OutputError(_("an SVG may not hold <{tag}>").format(tag=element.tag))
    for name, value in element.items():
        if name == "style":
            styles = [entry.partition(":") for entry in value.split(";") if entry.strip()]
            fine = all(_is_style(key.strip(), said.strip()) for key, _colon, said in styles)
        elif name == "href" and element.tag == "image":
            found = _SVG_PICTURE.fullmatch(value)
            fine = found is not None and bool(read_picture(found[1], found[2]))
        elif name == "href":
            fine = bool(_TARGET.fullmatch(value))
        elif name == "d":
            fine = bool(_PATH.fullmatch(value))
        else:
            fine = name in _SVG_ATTRIBUTES and (name not in _SVG_STYLES or _is_style(name, value))
        if not fine:
            said = _("an SVG may not hold <{tag} {name}={value!r}>")
            raise OutputError(said.format(tag=element.tag, name=name, value=value[:40]))


def _is_style(name: str, value: str) -> bool:
    return name in _SVG_STYLES and bool(_STYLE_VALUE.fullmatch(value))


def write_svg(element: ET.Element) -> str:
    """Return an element as SVG within HTML, in the fewest characters."""
    return "".join(_write(element))


def _write(element: ET.Element) -> Iterator[str]:
    attributes = "".join(
        f' {key}="{html.escape(value, quote=True)}"' for key, value in element.items()
    )
    text = html.escape(element.text, quote=False) if element.text and element.text.strip() else ""
    if not (text or len(element)):
        yield f"<{element.tag}{attributes}/>"
        return
    yield f"<{element.tag}{attributes}>{text}"
    for child in element:
        yield from _write(child)
        if child.tail and child.tail.strip():
            yield html.escape(child.tail, quote=False)
    yield f"</{element.tag}>"


def read_picture(kind: str, content: str) -> str:
    """Return the base64 of a PNG or JPEG, on one line.

    Raises
    ------
    OutputError
        If it is not base64, or not of a picture of that kind.
    """
    line = "".join(content.split())
    try:
        start = b64decode(line, validate=True)[:8]
    except (binascii.Error, ValueError):
        raise OutputError(_("its {kind} is not base64").format(kind=kind)) from None
    if not start.startswith(_MAGIC[kind]):
        raise OutputError(_("what it calls {kind} is none").format(kind=kind))
    return line


def read_latex(latex: str) -> str:
    """Return LaTeX, in dollar signs or not, as MathML.

    Raises
    ------
    OutputError
        If it cannot be read.
    """
    found = _DOLLARS.fullmatch(latex)
    source = found[2] if found else latex
    try:
        return LatexToMathML().convert_with_local_state(source, displaystyle=True)
    except LatexError as error:
        raise OutputError(say_latex(source, error)) from None


def read_html(content: str) -> str:
    """Return HTML of a table or of words, written anew from what is allowed.

    Raises
    ------
    OutputError
        If it holds anything else, or elements that are not closed in order.
    """
    if found := re.search(r"<[!?]\W*\w*", content):  # a comment, or an instruction
        raise OutputError(_("an HTML output may not hold {tag}").format(tag=found[0]))
    parser = _Html()
    parser.feed(content)
    parser.close()
    if parser.opened:
        raise OutputError(_("its <{tag}> is never closed").format(tag=parser.opened[-1]))
    return "".join(parser.written)


class _Html(HTMLParser):
    """Writes what it reads, and refuses what is on no list."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.written: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style" and ("scoped", None) in attrs:
            self.opened.append(tag)
            return
        if tag not in _HTML_ELEMENTS:
            raise OutputError(_("an HTML output may not hold {tag}").format(tag=f"<{tag}>"))
        said = ""
        for name, value in attrs:
            aligned = name == "style" and _ALIGNED.fullmatch(value or "")
            if tag == "table" and name in {"class", "border"}:
                continue  # the site dresses its own
            if not aligned and name not in _HTML_ATTRIBUTES:
                message = _("an HTML output may not hold <{tag} {name}={value!r}>")
                raise OutputError(message.format(tag=tag, name=name, value=(value or "")[:40]))
            said += f' {name}="{html.escape(value or "", quote=True)}"'
        self.written.append(f"<{tag}{said}>")
        if tag != "br":
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "br":
            return
        if not self.opened or self.opened.pop() != tag:
            raise OutputError(_("its </{tag}> closes nothing").format(tag=tag))
        if tag != "style":
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.opened[-1:] != ["style"]:
            self.written.append(html.escape(data, quote=False))
        elif not _PANDAS_STYLE.fullmatch(data):
            raise OutputError(_("an HTML output may not hold {tag}").format(tag="<style>"))
