"""Text of strangers in a comment of the site's own account: shown as it is, and nothing more.

A comment is HTML without a blank line, so that GitHub reads no Markdown in it. What enters
it through a template is escaped there; ``say`` also keeps it from being taken for a mention,
a reference to an issue or an address, which GitHub looks for in the text that is shown.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from weaver.core.messages import _, ngettext
from weaver.core.problems import Problem

# Where @name, #1, GH-1, https:// and www. begin to mean something.
_REFERENCE = re.compile(r"(?i)(?<=@)|(?<=#)(?=\d)|(?<=\bgh-)(?=\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)")

_SET_APART = "\u200b"

_FORMULA = re.compile(r"(\$[^$]*\$|`[^`]*`|\$)")


def say(value: object) -> Markup:
    """Return a value as HTML on one line that shows its text, signs without a look included."""
    text = "".join(
        f"\\u{ord(sign):04x}"
        if sign not in "\n\t" and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else sign
        for sign in str(value)
    )
    return Markup(str(escape(_REFERENCE.sub(_SET_APART, text))).replace("\n", "&#10;"))


def cut(text: str, longest: int) -> str:
    """Return text of at most so many characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def short(value: object, longest: int = 100) -> str:
    """Return text on one line, cut if it is long."""
    return cut(" ".join(str(value).split()), longest)


def formulas(text: str) -> Markup:
    """Return prose with its formulas and code set as code: GitHub would typeset them."""
    parts = _FORMULA.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(say(part)) if number % 2 else say(part)
        for number, part in enumerate(parts)
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("weaver.report"),
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else say(value),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals |= {"_": _, "ngettext": ngettext}
    environment.filters |= {"short": short, "formulas": formulas}
    return environment


def render(template: str, macro: str, **names: object) -> str:
    """Return what a macro of a template makes, without blank lines."""
    filled = str(getattr(_templates().get_template(template).module, macro)(**names))
    return "\n".join(line for line in filled.splitlines() if line.strip()) + "\n"


def size(text: str) -> int:
    """Return how many bytes a text takes; it has no more characters than these."""
    return len(text.encode())


def take(items: Iterable[str], room: int, around: str = "") -> str:
    """Join whole items as long as there is ``room`` (bytes), then say how many more.

    ``around`` names what they are within: ``runs``, ``pages`` or ``problems``.
    """
    waiting = deque(items)
    taken = []
    room -= size(_more(around, len(waiting)))
    while waiting and size(waiting[0]) <= room:
        room -= size(waiting[0])
        taken.append(waiting.popleft())
    return "".join(taken) + (_more(around, len(waiting)) if waiting else "")


def _more(around: str, count: int) -> str:
    return render("parts.html", "more", around=around, count=count)


def enclose(template: str, macro: str, items: list[str], room: int, **names: object) -> str:
    """Return a macro's HTML around as many items as there is room for; nothing around none."""
    inner = Markup(take(items, room, macro))
    return render(template, macro, inner=inner, **names) if items else ""


def list_problems(problems: Iterable[Problem], room: int) -> str:
    """Return what does not fit as a list, as far as there is ``room`` (bytes)."""
    items = [render("parts.html", "problem", one=one) for one in problems]
    return enclose("parts.html", "problems", items, room)
