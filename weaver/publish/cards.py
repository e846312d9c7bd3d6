"""Card images: what a chat program or a social network shows beside a link.

A card says a page's title and its place in the series, and shows one number of the
article's own run. It is drawn with the site's heading font when the site is built, and
kept in the cache.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from weaver.core.files import write_whole
from weaver.core.messages import _
from weaver.page.highlight import Highlight

if TYPE_CHECKING:  # Pillow takes a while to import, and most builds draw nothing
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = (1200, 630)  # what Open Graph's readers expect, in pixels

_LEFT, _RIGHT = 84, 1116

_BACKGROUND, _RULE, _PALE, _WHITE, _ORANGE = "#12203a", "#22345a", "#a8c0e6", "#f1f4f9", "#ff9d66"


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


def make_card(card: Card, font: Path, cache: Path, name: str) -> bytes:
    """Return a card as PNG, drawn unless the cache holds it under its name.

    Raises
    ------
    ValueError
        If the font lacks a letter of the card.
    """
    made_from = [repr(card).encode(), font.read_bytes(), Path(__file__).read_bytes()]
    made_from.append(version("pillow").encode())
    path = cache / f"{name}.{hashlib.sha256(b''.join(made_from)).hexdigest()[:32]}.png"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        for former in cache.glob(f"{name}.*.png"):
            former.unlink()
        write_whole(path, draw_card(card, font))
    return path.read_bytes()


def draw_card(card: Card, font: Path) -> bytes:
    """Draw a card: 1200 by 630 pixels, PNG with a palette."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", SIZE, _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 15, SIZE[1]), _ORANGE)
    words = _Words(font, draw)
    if not card.number:
        words.fill((_LEFT, 130, _RIGHT, 390), card.title, 112, _WHITE)
        words.fill((_LEFT, 420, 1000, 560), card.subtitle, 44, _PALE)
    else:
        words.write((_LEFT, 104), card.subtitle, 34, _PALE)
        words.write((_RIGHT, 104), f"{card.number} / {card.total}", 34, _PALE, "rs")
        words.fill((_LEFT, 158, _RIGHT, 390 if card.highlight else 560), card.title, 96, _WHITE)
    if card.highlight:
        draw.rectangle((_LEFT, 420, _RIGHT, 422), _RULE)
        left = _LEFT + words.fill((_LEFT, 446, 640, 586), card.highlight.value, 120, _ORANGE)
        words.fill((left + 48, 466, _RIGHT, 586), card.highlight.label, 36, _PALE)
    buffer = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class _Words:
    """Text in the heading font."""

    font: Path
    draw: "ImageDraw"

    def write(
        self, position: tuple[float, float], text: str, size: int, colour: str, anchor: str = "ls"
    ) -> None:
        """Write a line that starts on its baseline at a position (or ends there, ``rs``)."""
        text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        if missing := [letter for letter in text if not _has(self.font, letter)]:
            said = _("its card image: {font} has no {letter!r}, of {text!r}")
            raise ValueError(said.format(font=self.font.name, letter=missing[0], text=text))
        self.draw.text(position, text, colour, _face(self.font, size), anchor)

    def fill(self, box: tuple[int, int, int, int], text: str, size: int, colour: str) -> int:
        """Write a text into a box from its top, no larger than ``size``; return its width."""
        left, top, right, bottom = box
        while True:
            lines = self._wrap(text, size, right - left)
            width = max(self._width(line, size) for line in lines)
            fits = width <= right - left and 1.15 * size * len(lines) <= bottom - top
            if fits or size <= 20:
                break
            size -= 2
        # Even lines: as narrow as their number allows.
        while width > 100 and len(even := self._wrap(text, size, width - 10)) == len(lines):
            lines, width = even, width - 10
        for index, line in enumerate(lines):
            self.write((left, top + size * (0.85 + 1.15 * index)), line, size, colour)
        return round(max(self._width(line, size) for line in lines))

    def _wrap(self, text: str, size: int, width: float) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _width(self, text: str, size: int) -> float:
        return _face(self.font, size).getlength(text)


@cache
def _face(path: Path, size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    # The same pixels wherever it is drawn: not each system can do more than the basics.
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _has(path: Path, letter: str) -> bool:
    """Whether a font has a letter: one that it lacks is drawn as a box."""
    face = _face(path, 40)
    box, drawn = (face.getmask(character) for character in ("\U0010ffff", letter))
    return letter.isspace() or bytes(drawn) != bytes(box)
