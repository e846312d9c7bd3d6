"""The anchors of headings."""

import re
import unicodedata


def slugify(text: str, separator: str) -> str:
    """Return a heading's anchor: lower-case ASCII, Turkish letters transliterated."""
    text = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i"))
    words = re.findall(r"[a-z0-9]+", text.encode("ascii", "ignore").decode().lower())
    return separator.join(words)
