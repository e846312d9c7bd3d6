"""Make matplotlib's SVG fit a page: smaller, in the page's colours and words."""

import html
import re

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
_DROPPED = re.compile(
    r"(?s)\A.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>"
    r"|font-family: [^;\"]*;? ?| transform=\"rotate\(-?0 [^)]*\)\"|(?<= )[\n ]+|(?<=>)\s+(?=<)"
)
_SHORTHAND = re.compile(r"font: ((?:[a-z]+ |\d+ )*)(\d+(?:\.\d+)?px) [^;\"]*")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)")
_DECIMAL = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?![\d.])")


def fit_svg(svg: str, name: str, alt: str, language: str) -> str:
    """Return an SVG for a page.

    Its identifiers start with ``name``, its colours follow the theme, its
    numbers are written as in ``language``, and ``alt`` describes it.
    """
    svg = _DROPPED.sub("", svg.replace("\n", " "))
    svg = _SHORTHAND.sub(r"font-weight: \1; font-size: \2", svg).replace("font-weight: ;", "")
    svg = re.sub(r'\b(id="|url\(#|href="#)', rf"\1{name}-", svg)
    referred = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda match: match[0] * (match[1] in referred), svg)
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda match: _COLOURS.get(match[0], match[0]), svg)
    svg = re.sub(r"<(?!image)[^>]*>", _round_numbers, svg)
    if language == "tr":
        svg = _TEXT.sub(lambda match: match[1] + _DECIMAL.sub(r"\1,\2", match[2]), svg)
    size = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)
    if size is None:
        raise ValueError("the SVG has no viewBox")
    root = (
        f'<svg viewBox="0 0 {size[1]} {size[2]}" width="{size[1]}pt" role="img"'
        f' aria-label="{html.escape(alt)}" fill="currentColor" stroke-linejoin="round">'
    )
    return re.sub(r"<svg[^>]*>", lambda _: root, svg, count=1)


def _round_numbers(tag: re.Match) -> str:
    """Round the coordinates of a tag to what an eye can tell."""
    digits = 4 if "matrix" in tag[0] or "scale" in tag[0] else 1
    return _NUMBER.sub(
        lambda number: f"{float(number[0]):.{digits}f}".rstrip("0").rstrip("."), tag[0]
    )
