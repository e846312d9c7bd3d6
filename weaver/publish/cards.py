"""Card images: what a chat program or a social network shows beside a link.

A card says a page's title and its place in the series, and shows one number of the
article's own run, with a drawing of recorded values beside it. It is drawn with the
site's heading font when the site is built, and kept in the cache. (Pillow spaces the
letters a little better where the system has FriBiDi; the words are the same.)
"""

import hashlib
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weaver.core.files import write_whole
from weaver.page.highlight import Highlight

if TYPE_CHECKING:  # Pillow takes a while to import, and most builds draw nothing
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = (1200, 630)  # what Open Graph's readers expect, in pixels

_SCALE = 3  # shapes are drawn larger and scaled down, so that their edges are smooth

_LEFT, _RIGHT = 76, 1124

_BACKGROUND = "#12203a"

_TRACK = "#22345a"

_PALE = "#a8c0e6"

_WHITE = "#f1f4f9"

_BLUE = "#92bdf3"

_ORANGE = "#ff9d66"


@dataclass(frozen=True)
class Card:
    """What a card shows.

    An article has its ``number`` in the series of ``total``, and the series' name as
    ``subtitle``; the card of all other pages has neither number nor highlight.
    """

    language: str
    title: str
    subtitle: str
    number: int = 0
    total: int = 0
    highlight: Highlight | None = None


def make_card(card: Card, font: Path, cache: Path) -> bytes:
    """Return a card as PNG, drawn unless the cache holds it.

    Raises
    ------
    ValueError
        If the font lacks a letter of the card.
    """
    made_from = [repr(card).encode(), font.read_bytes(), Path(__file__).read_bytes()]
    made_from.append(version("pillow").encode())
    path = cache / f"{hashlib.sha256(b''.join(made_from)).hexdigest()[:32]}.png"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, draw_card(card, font))
    return path.read_bytes()


def draw_card(card: Card, font: Path) -> bytes:
    """Draw a card: 1200 by 630 pixels, PNG with a palette."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", SIZE, _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    words = _Words(font, card.language, draw)
    if card.number:
        _paste(picture, (_LEFT, 56, _RIGHT, 66), partial(_draw_place, card=card))
        words.write((_LEFT, 118), card.subtitle, 32, _PALE)
        words.write((_RIGHT, 118), f"{card.number} / {card.total}", 32, _PALE, "rs")
        words.fill((_LEFT, 170, _RIGHT, 390 if card.highlight else 560), card.title, 92, _WHITE)
    else:
        _paste(picture, (730, 60, _RIGHT, 570), _draw_descent)
        words.fill((_LEFT, 150, 700, 390), card.title, 96, _WHITE)
        words.fill((_LEFT, 430, 660, 560), card.subtitle, 38, _PALE)
    if card.highlight:
        words.fill((_LEFT - 3, 416, 660, 536), card.highlight.value, 104, _ORANGE)
        words.fill((_LEFT, 526, 630, 610), card.highlight.label, 31, _PALE)
        _paste(picture, (690, 420, _RIGHT, 586), partial(_draw_values, shown=card.highlight))
    buffer = io.BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class _Words:
    """Text in the heading font, as a language sets it."""

    font: Path
    language: str
    draw: "ImageDraw"

    def write(
        self, position: tuple[float, float], text: str, size: int, colour: str, anchor: str = "ls"
    ) -> None:
        """Write a line that starts on its baseline at a position (or ends there, ``rs``)."""
        text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        if missing := [letter for letter in text if not _has(self.font, letter)]:
            raise ValueError(f"{self.font.name} has no {missing[0]!r}, of {text!r}")
        face = _face(self.font, size)
        self.draw.text(position, text, colour, face, anchor, **self._options(face))

    def fill(self, box: tuple[int, int, int, int], text: str, size: int, colour: str) -> None:
        """Write a text into a box from its top, no larger than ``size``, in even lines."""
        left, top, right, bottom = box
        width = right - left
        while True:
            lines = self._wrap(text, size, width)
            fits = max(self._width(line, size) for line in lines) <= width
            if (fits and 1.15 * size * len(lines) <= bottom - top) or size <= 20:
                break
            size -= 2
        while width > 100 and len(self._wrap(text, size, width - 10)) == len(lines):
            width -= 10
        for index, line in enumerate(self._wrap(text, size, width)):
            self.write((left, top + size * (0.85 + 1.15 * index)), line, size, colour)

    def _wrap(self, text: str, size: int, width: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _width(self, text: str, size: int) -> float:
        face = _face(self.font, size)
        return face.getlength(text, **self._options(face))

    def _options(self, face: "FreeTypeFont") -> dict[str, Any]:
        # Turkish tells fi from fı, so it joins neither letter; only Raqm knows.
        from PIL import ImageFont

        raqm = face.layout_engine == ImageFont.Layout.RAQM
        return {"language": self.language} if raqm else {}


@cache
def _face(path: Path, size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(path, size)


@cache
def _has(path: Path, letter: str) -> bool:
    """Whether a font has a letter: one that it lacks is drawn as a box."""
    from PIL import ImageFont

    face = ImageFont.truetype(path, 40, layout_engine=ImageFont.Layout.BASIC)
    box, drawn = (face.getmask(character) for character in ("\U0010ffff", letter))
    return letter.isspace() or bytes(drawn) != bytes(box)


@cache
def _palette() -> "Image":
    """Return every colour of a card: each ink, in steps from the background."""
    from PIL import Image, ImageColor

    paper = ImageColor.getrgb(_BACKGROUND)
    steps = 24
    colours = [
        round(dark + (bright - dark) * step / steps)
        for ink in (_TRACK, _PALE, _WHITE, _BLUE, _ORANGE)
        for step in range(1, steps + 1)
        for dark, bright in zip(paper, ImageColor.getrgb(ink), strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*paper, *colours])
    return palette


def _paste(
    picture: "Image", box: tuple[int, int, int, int], draw: "Callable[[ImageDraw, _Frame], None]"
) -> None:
    """Draw shapes into a box, with smooth edges."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = box
    frame = _Frame(_SCALE * (right - left), _SCALE * (bottom - top))
    large = Image.new("RGB", (frame.width, frame.height), _BACKGROUND)
    draw(ImageDraw.Draw(large), frame)
    picture.paste(large.reduce(_SCALE), (left, top))


@dataclass(frozen=True)
class _Frame:
    """The room that shapes are drawn in, in pixels of the enlarged drawing."""

    width: int
    height: int


def _draw_place(draw: "ImageDraw", frame: _Frame, card: Card) -> None:
    """Draw the series as a row of bars, one an article, lit up to this one."""
    gap = 10 * _SCALE
    width = (frame.width + gap) / card.total
    for index in range(card.total):
        colour = (_BLUE, _ORANGE, _TRACK)[(index + 1 >= card.number) + (index + 1 > card.number)]
        _bar(draw, index * width, 0, (index + 1) * width - gap, frame.height, colour)


def _draw_values(draw: "ImageDraw", frame: _Frame, shown: Highlight) -> None:
    """Draw shares as bars, each in a track of one, or numbers as lines."""
    slot = frame.width / max(len(shown.bars), 6)
    start = frame.width - slot * len(shown.bars)
    for index, share in enumerate(shown.bars):
        left, right = start + (index + 0.3) * slot, start + (index + 1) * slot
        _bar(draw, left, 0, right, frame.height, _TRACK)
        if share > 0:
            _bar(draw, left, (1 - share) * frame.height, right, frame.height, _BLUE)
    if not shown.lines:
        return
    margin = 8 * _SCALE
    width, height = frame.width - 2 * margin, frame.height - 2 * margin
    for index in range(4):
        y = margin + index * height / 3
        _bar(draw, 0, y - _SCALE, frame.width, y + _SCALE, _TRACK)
    for line, colour in zip(_scaled(shown.lines), (_BLUE, _ORANGE, _PALE), strict=False):
        step = width / (len(line) - 1)
        points = [
            (margin + index * step, margin + (1 - level) * height)
            for index, level in enumerate(line)
        ]
        draw.line(points, colour, 5 * _SCALE, joint="curve")
        few = len(points) < 12
        for point in points if few else (points[0], points[-1]):
            draw.circle(point, (6 if few else 2.5) * _SCALE, colour)


def _draw_descent(draw: "ImageDraw", frame: _Frame) -> None:
    """Draw the site's mark: the level lines of a loss, and a way down them."""
    width = frame.width

    def at(x: float, y: float) -> tuple[float, float]:
        return width * (0.5 + x), frame.height / 2 + width * y

    turn = math.radians(-24)
    for size, colour in ((0.5, _TRACK), (0.37, _TRACK), (0.25, _BLUE), (0.13, _BLUE)):
        around = [math.tau * step / 180 for step in range(182)]
        ring = [(size * math.cos(angle), 0.8 * size * math.sin(angle)) for angle in around]
        turned = [
            at(x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
            for x, y in ring
        ]
        draw.line(turned, colour, 5 * _SCALE, joint="curve")
    way = [at(-0.44, -0.36), at(-0.27, -0.2), at(-0.21, -0.02), at(-0.07, -0.05), at(0, 0)]
    draw.line(way, _ORANGE, 9 * _SCALE, joint="curve")
    draw.circle(way[0], 4.5 * _SCALE, _ORANGE)
    draw.circle(way[-1], 17 * _SCALE, _ORANGE)


def _scaled(lines: tuple[tuple[float, ...], ...]) -> list[list[float]]:
    """Return lines between 0 and 1; logarithmic where they span thousands."""
    low, high = (extreme(map(extreme, lines)) for extreme in (min, max))
    if low > 0 and high / low > 1000:
        lines = tuple(tuple(map(math.log, line)) for line in lines)
        low, high = math.log(low), math.log(high)
    return [[(number - low) / ((high - low) or 1) for number in line] for line in lines]


def _bar(
    draw: "ImageDraw", left: float, top: float, right: float, bottom: float, colour: str
) -> None:
    edges = [round(edge) for edge in (left, top, right - 1, bottom - 1)]
    radius = min(4 * _SCALE, (edges[2] - edges[0]) // 2, (edges[3] - edges[1]) // 2)
    draw.rounded_rectangle(edges, max(radius, 0), colour)
