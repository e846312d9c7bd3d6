"""Make matplotlib's SVG fit a page: smaller, in the page's colours and words."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

from weaver.core.language import Language
from weaver.core.numbers import with_decimal_mark
from weaver.page.sanitize import read_svg, write_svg

# matplotlib's colours -> the page's own, which site.css defines for both themes.
_COLOURS = {
    "#000000": "currentColor",
    "#1f77b4": "var(--figure-0)",
    "#ff7f0e": "var(--figure-1)",
    "#2ca02c": "var(--figure-2)",
    "#d62728": "var(--figure-3)",
    "#9467bd": "var(--figure-4)",
    "#8c564b": "var(--figure-5)",
    "#808080": "var(--figure-grey)",
    "#999999": "var(--figure-grey)",
    "#7f7f7f": "var(--figure-grey)",
    "#b0b0b0": "var(--figure-grid)",
    "#cccccc": "var(--figure-grid)",
}

# What the root says for all, and what SVG takes for granted.
_ROOT = {"fill": "currentColor", "stroke-linejoin": "round"}

_GRANTED = {"stroke-width": "1", "stroke-linecap": "butt", "stroke-dashoffset": "0"}

_COORDINATES = frozenset(
    "x y width height transform viewBox stroke-width stroke-dasharray".split()
)

_REFERENCE = re.compile(r"(?:url\()?#([^)]+)\)?")

_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")

_NO_TURN = re.compile(r" ?rotate\(-?0 [^)]*\)")

_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")

_DECIMAL = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?![\d.])")


def fit_svg(svg: str, name: str, alt: str, language: Language) -> str:
    """Return an SVG for a page.

    Its identifiers start with ``name``, its colours follow the theme, its
    numbers are written as in ``language``, and ``alt`` describes it.

    Raises
    ------
    OutputError
        If it holds what matplotlib does not write.
    """
    root = read_svg(svg)
    width, height = (_round(size) for size in root.get("viewBox", "").split()[2:])
    for element in root.iter():
        _simplify(element, language)
    _drop_unseen(root)
    _name_targets(root, name)
    root.attrib = {
        "viewBox": f"0 0 {width} {height}",
        "width": f"{width}pt",
        "role": "img",
        "aria-label": alt,
        **_ROOT,
        **_hoist_text(root),
    }
    return write_svg(root)


def _simplify(element: ET.Element, language: Language) -> None:
    """Write an element's attributes in the fewest characters that look the same."""
    attributes = dict(element.items())
    for entry in attributes.pop("style", "").split(";"):
        key, _, value = entry.partition(":")
        if value and key.strip() != "font-family":
            attributes[key.strip()] = value.strip()
    for key, value in list(attributes.items()):
        if key in {"fill", "stroke"}:
            attributes[key] = _COLOURS.get(value, value)
        elif element.tag == "image":
            continue  # its pixels must meet the frame's exactly
        elif key == "d":
            attributes[key] = _relative(value)
        elif key == "transform":
            digits = 4 if "matrix" in value or "scale" in value else 1
            attributes[key] = _round(_NO_TURN.sub("", value), digits)
        elif key in _COORDINATES:
            attributes[key] = _round(value)
        # A target must say it: what refers to it may say otherwise.
        granted = "id" not in attributes and _GRANTED.get(key) == attributes[key]
        if granted or not attributes[key]:
            del attributes[key]
    element.attrib = attributes
    if element.tag in {"text", "tspan"} and element.text:
        element.text = _DECIMAL.sub(
            lambda number: with_decimal_mark(number[0], language), element.text
        )


def _drop_unseen(parent: ET.Element) -> None:
    """Drop what draws nothing, and groups that only group."""
    kept: list[ET.Element] = []
    for child in parent:
        _drop_unseen(child)
        if child.tag == "defs" and not len(child):
            continue
        blank = child.get("fill") == "none" and not {"stroke", "id"} & set(child.keys())
        if child.tag == "path" and blank and parent.tag != "clipPath":
            continue
        if child.tag == "g" and not set(child.keys()) - {"id"}:
            kept += child
        else:
            kept.append(child)
    parent[:] = kept


def _name_targets(root: ET.Element, name: str) -> None:
    """Name what is referred to, and drop what a reference says that its target says."""
    targets = {element.get("id"): element for element in root.iter()}
    names: dict[str, str] = {}
    for element in root.iter():
        for key in [key for key in ("href", "clip-path", "fill") if key in element.attrib]:
            match = _REFERENCE.fullmatch(element.attrib[key])
            if match and match[1] in targets:
                new = names.setdefault(match[1], f"{name}-{len(names)}")
                element.set(key, element.attrib[key].replace(match[1], new))
                if element.tag == "use":
                    said = set(targets[match[1]].keys()) - {"id"}
                    element.attrib = {k: v for k, v in element.items() if k not in said}
    for identifier, element in targets.items():
        if identifier in names:
            element.set("id", names[identifier])
        else:
            element.attrib.pop("id", None)


def _hoist_text(root: ET.Element) -> dict[str, str]:
    """Return what most texts of a figure say of themselves, and drop it from them."""
    texts = list(root.iter("text"))
    for text in texts:
        text.attrib.setdefault("text-anchor", "start")
    common = {}
    for key in ("text-anchor", "font-size"):
        said = Counter(text.attrib[key] for text in texts if key in text.attrib)
        for value, _ in said.most_common(1):
            common[key] = value
            for text in texts:
                if text.get(key) == value:
                    del text.attrib[key]
    return common


def _round(text: str, digits: int = 1) -> str:
    """Round the numbers in a text to what an eye can tell."""
    return _NUMBER.sub(lambda number: _shortest(float(number[0]), digits), text)


def _shortest(number: float, digits: int = 1) -> str:
    """Write a number without the zeros that say nothing."""
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".")
    if text.startswith(("0.", "-0.")):
        return text.replace("0.", ".", 1)
    return "0" if text == "-0" else text


def _relative(path: str) -> str:
    """Write a path of absolute coordinates with relative ones, which are shorter.

    Distances are between rounded points, so that errors do not add up.
    """
    written, last = "", ""
    x = y = start_x = start_y = 0  # in tenths
    for command, rest in _STEP.findall(path):
        if command in "zZ":
            written, last, x, y = written + "z", "z", start_x, start_y
            continue
        points = [round(float(number) * 10) for number in rest.split()]
        pairs = list(zip(points[::2], points[1::2], strict=True))
        numbers = [
            _shortest(distance / 10) for pair in pairs for distance in (pair[0] - x, pair[1] - y)
        ]
        if command.lower() != last:
            written += command.lower()
        elif not numbers[0].startswith("-"):
            written += " "
        last = command.lower()
        written += "".join(
            number if index == 0 or number.startswith("-") else f" {number}"
            for index, number in enumerate(numbers)
        )
        x, y = pairs[-1]
        if command == "M":
            start_x, start_y = x, y
            last = "l"  # what follows a moveto without a letter of its own is a line
    return written
