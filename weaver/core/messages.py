"""Messages in the reader's language, as the locale names it: gettext.

Messages are written in English where they arise, ``_("no cell {name}").format(name=…)``;
``languages/<code>/messages.po`` has those of another language. A message that has no
translation stays English; English itself has no catalogue.
"""

import gettext
import os
import re
from functools import cache
from io import BytesIO
from pathlib import Path

_folder = Path(__file__).parents[2] / "languages"


def use(folder: Path) -> None:
    """Take the catalogues from a site's own folder of languages."""
    global _folder
    _folder = folder


def reader_language() -> str:
    """Return the code of the language that the locale names; empty without one."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = re.match(r"[a-z]{2,3}(?![a-z])", next(filter(None, named), ""))
    return code[0] if code else ""


def _(message: str) -> str:
    """Return a message in the reader's language, its ``{fields}`` still to be filled."""
    return _catalogue(_folder, reader_language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits a count, in the reader's language."""
    return _catalogue(_folder, reader_language()).ngettext(one, many, count)


@cache
def _catalogue(folder: Path, language: str) -> gettext.NullTranslations:
    path = folder / language / "messages.po"
    if not path.is_file():
        return gettext.NullTranslations()
    # Who reads English need not wait for these.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
