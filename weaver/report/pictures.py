"""Whether two figures show about the same: the same parts, at about the same places."""

import base64
import io
import math
import re
from xml.etree import ElementTree

from PIL import Image, ImageChops, ImageStat

DRAWN = (
    0.1  # of a figure's size, that a point may lie elsewhere; of white, that a pixel may differ
)

_NUMBER = re.compile(r"(-?\d+\.?\d*(?:e[-+]?\d+)?)")


def drawn_alike(before: str, after: str) -> bool:
    """Return whether two SVGs have the same parts and words, at about the same places."""
    try:
        old, new = (list(ElementTree.fromstring(text).iter()) for text in (before, after))
    except ElementTree.ParseError:
        return False
    if [node.tag for node in old] != [node.tag for node in new]:
        return False
    sizes = map(float, re.findall(r"[\d.]+", new[0].get("viewBox", "")))
    reach = DRAWN * max(sizes, default=0.0)
    for one, other in zip(old, new, strict=True):
        if (one.text or "").strip() != (other.text or "").strip():
            return False
        for key in {**one.attrib, **other.attrib}:
            if not _placed(one.get(key, ""), other.get(key, ""), reach):
                return False
    return True


def _placed(before: str, after: str, reach: float) -> bool:
    """Return whether an attribute's numbers are near enough, and its words the same."""
    if before == after:
        return True
    if before.startswith("data:") and after.startswith("data:"):
        return look_alike(before.partition(",")[2], after.partition(",")[2])
    old, new = (_NUMBER.split(text) for text in (before, after))
    return old[::2] == new[::2] and all(
        abs(float(one) - float(other)) <= reach
        for one, other in zip(old[1::2], new[1::2], strict=True)
    )


def look_alike(before: str, after: str) -> bool:
    """Return whether two pictures in base64 have the same size and about the same pixels."""
    try:
        old, new = (
            Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA")
            for text in (before, after)
        )
    except (OSError, ValueError):
        return False
    if old.size != new.size:
        return False
    off = ImageStat.Stat(ImageChops.difference(old, new)).mean
    return math.fsum(off) / len(off) <= DRAWN * 255
