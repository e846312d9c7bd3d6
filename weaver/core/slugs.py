"""The anchors of headings."""

import re
import unicodedata

# Letters that Unicode does not take for one with a mark, and the apostrophe as readers see it.
_PLAIN = str.maketrans(
    {
        "’": "'",
        "ı": "i",
        "İ": "i",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "þ": "th",
    }
)


def slugify(text: str, separator: str) -> str:
    """Return a heading's anchor: lower-case ASCII, other Latin letters transliterated."""
    text = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    words = re.findall(r"[a-z0-9]+", text.encode("ascii", "ignore").decode().lower())
    return separator.join(words)
