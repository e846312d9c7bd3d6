"""What HTML prose may hold: what is listed here, and nothing else.

Markdown lets anybody write any HTML. So a page's prose is read as HTML and written anew from
what is allowed: no parser can read it otherwise. What is on no list is refused by its name.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from html.parser import HTMLParser

from weaver.core.messages import _

# An element that Markdown and its extensions make, or that prose may use, and its attributes.
_ELEMENTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        "abbr b bdi bdo blockquote br caption cite code dd del dfn div dl dt em figcaption figure"
        " h1 h2 h3 h4 h5 h6 hr i ins kbd mark p pre q s samp section small span strong sub"
        " summary sup table tbody tfoot thead tr u ul var wbr".split(),
        frozenset[str](),
    ),
    "a": frozenset({"href", "hreflang", "rel", "name"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "details": frozenset({"open"}),
    "img": frozenset({"src", "alt", "width", "height", "loading"}),
    "input": frozenset({"type", "name", "checked"}),  # of tabs
    "label": frozenset({"for"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "td": frozenset({"colspan", "rowspan", "style"}),
    "th": frozenset({"colspan", "rowspan", "style", "scope"}),
    "time": frozenset({"datetime"}),
}

_EVERYWHERE = frozenset(
    "class id lang dir title role aria-label aria-hidden data-search-exclude data-tabs"
    " markdown".split()
)

_VOID = frozenset("br col hr img input wbr".split())

# What the frame of a page, its script and its style sheet go by.
_FRAME_CLASS = re.compile(r"(?:site|page|md|mdx|not-found)-")

_FRAME_IDS = frozenset("site-nav site-toc site-words serve-words".split())

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)

_HELD = re.compile("\ue002\\d*\ue002?")  # finished HTML, which no attribute may come to hold

Attributes = Iterable[tuple[str, str | None]]


@dataclass(frozen=True)
class Refused:
    """What prose may not hold: the line of the HTML, how it is written there, what is said."""

    line: int
    source: str
    said: str


def _opens(schemes: frozenset[str], address: str) -> bool:
    """Whether an address is of a known scheme; browsers pass over blanks and controls in it."""
    found = _SCHEME.match(re.sub(r"[\x00-\x20\x7f-\xa0]", "", address))
    return not found or found[1].lower() in schemes


_VALUES: dict[str, Callable[[str], object]] = {
    "class": lambda names: not any(map(_FRAME_CLASS.match, names.split())),
    "id": lambda name: name not in _FRAME_IDS,
    "href": partial(_opens, frozenset({"http", "https", "mailto"})),
    "src": partial(_opens, frozenset()),
    "style": re.compile(r"\s*text-align:\s*(?:left|right|center)\s*;?\s*").fullmatch,
    "type": re.compile(r"radio|[1aAiI]").fullmatch,
    "width": re.compile(r"\d{1,4}").fullmatch,
    "height": re.compile(r"\d{1,4}").fullmatch,
}


def refused_attributes(attributes: Attributes, tag: str | None = None) -> dict[str, str]:
    """Return the attributes that an element may not have, by name, as they are said.

    Without an element, they are those that none may have.
    """
    known = _EVERYWHERE | (_ELEMENTS[tag] if tag else frozenset().union(*_ELEMENTS.values()))
    return {
        name: f'{name}="{value[:40]}"' if value else name
        for name, value in attributes
        if name not in known or (name in _VALUES and not _VALUES[name](value or ""))
    }


def say_refused(what: str) -> str:
    """Return the message for what prose may not hold."""
    return _("a page may not hold {what}: write it in Markdown, or leave it out").format(what=what)


def write_anew(html: str) -> tuple[str, list[Refused]]:
    """Return HTML written anew from what is allowed, and what of it was not."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    unclosed = [
        Refused(0, f"<{tag}", _("`<{tag}>` is never closed").format(tag=tag))
        for tag in writer.open
    ]
    return "".join(writer.written), [*writer.refused, *writer.unopened, *unclosed]


def find_refused(html: str) -> list[Refused]:
    """Return what of some HTML is not allowed; it may be a part, whose end stands elsewhere."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.refused


class _Writer(HTMLParser):
    """Writes HTML anew, and collects what is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.open: list[str] = []
        self.refused: list[Refused] = []
        self.unopened: list[Refused] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = self.get_starttag_text() or tag
        if tag not in _ELEMENTS:
            return self._refuse(source, f"<{tag}>")
        refused = refused_attributes(attrs, tag)
        for name, one in refused.items():
            self._refuse(f"{source}\n{one}\n{name}", f"<{tag} {one}>")
        plain = {name: _HELD.sub("", value or "") for name, value in attrs if name not in refused}
        said = "".join(f' {name}="{escape(value)}"' for name, value in plain.items())
        self.written.append(f"<{tag}{said}>")
        if tag not in _VOID:
            self.open.append(tag)
        return None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # in HTML, a slash closes nothing

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ELEMENTS or tag in _VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
            self.written.append(f"</{tag}>")
        else:
            said = _("`</{tag}>` closes nothing here").format(tag=tag)
            self.unopened.append(Refused(self.getpos()[0], f"</{tag}>", said))

    def handle_data(self, data: str) -> None:
        self.written.append(escape(data, quote=False))

    def handle_decl(self, decl: str) -> None:
        self._refuse(f"<!{decl}", f"<!{decl[:40]}>")

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(f"[{data}")

    def handle_pi(self, data: str) -> None:
        self._refuse(f"<?{data}", f"<?{data[:40]}>")

    def _refuse(self, source: str, what: str) -> None:
        self.refused.append(Refused(self.getpos()[0], source, say_refused(what)))
