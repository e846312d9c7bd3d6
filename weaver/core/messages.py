"""Messages in the contributor's language: Turkish or English, by the locale.

Messages are written in English where they arise. ``messages.tr.yml`` has the Turkish
of each, with ``{name}`` in both for what the message tells about; the parts are
looked up too. Whoever prints a message says it in the reader's language.
"""

import os
import re
from functools import cache
from pathlib import Path

import yaml

_FIELD = re.compile(r"\{(\w+)\}")


def reader_language() -> str:
    """Return the language that the locale asks for: ``tr``, or ``en`` for all others."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, named), "")
    return "tr" if re.match(r"tr(?![a-z])", locale) else "en"


def say(message: str, language: str | None = None) -> str:
    """Return a message in a language; without one, in the reader's.

    A message that has no translation stays English.
    """
    if (language or reader_language()) == "en":
        return message
    return translate(message) or message


def translate(message: str) -> str | None:
    """Return the Turkish of a message; None if there is none."""
    for pattern, turkish in _table():
        match = pattern.fullmatch(message)
        if match:
            for name, part in match.groupdict().items():
                turkish = turkish.replace(f"{{{name}}}", translate(part) or part)
            return turkish
    return None


@cache
def _table() -> list[tuple[re.Pattern, str]]:
    """Return (pattern, Turkish) of each message, the most particular first."""
    text = Path(__file__).with_name("messages.tr.yml").read_text(encoding="utf-8")
    table = yaml.safe_load(text)
    wordiest = sorted(table, key=lambda english: -len(_FIELD.sub("", english)))
    return [(_pattern(english), table[english]) for english in wordiest]


def _pattern(english: str) -> re.Pattern:
    pieces = _FIELD.split(english)
    return re.compile(
        "".join(
            f"(?P<{piece}>.+?)" if index % 2 else re.escape(piece)
            for index, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )
