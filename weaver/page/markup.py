"""What the HTML of a page needs beyond Markdown: pure functions from text to text."""

import html
import re
from collections.abc import Mapping

_TERM = re.compile(r'<abbr title="([^"]*)">(.*?)</abbr>')

_NO_TERMS = re.compile(r"<(h\d|a|summary)\b.*?</\1>", re.DOTALL)

_IN_PARENTHESES = re.compile(r"\(<em>([^<]*)</em>\)")

_TABLE = re.compile(r'(?<!<div class="table-box">)<table>.*?</table>', re.DOTALL)


def link_terms(content: str, glossary: str, anchors: Mapping[str, str]) -> str:
    """Link a glossary term, an ``abbr``, to its entry where the page first says it.

    Headings, links and summaries are left alone. ``glossary`` is the address of
    the page of terms, ``anchors`` has each written form's anchor there; a form
    without one stays an ``abbr``.
    """
    seen: set[str] = set()

    def link(match: re.Match) -> str:
        meaning, word = match[1], match[2]
        if meaning in seen:
            return word
        seen.add(meaning)
        anchor = anchors.get(html.unescape(word))
        if anchor is None:
            return match[0]
        return f'<a class="term" href="{glossary}#{anchor}" title="{meaning}">{word}</a>'

    content = _NO_TERMS.sub(lambda match: _TERM.sub(r"\2", match[0]), content)
    return _TERM.sub(link, content)


def mark_language(content: str, language: str) -> str:
    """Mark the English term that a Turkish page gives in italics, in parentheses."""
    if language != "tr":
        return content
    return _IN_PARENTHESES.sub(r'(<em lang="en">\1</em>)', content)


def box_tables(content: str) -> str:
    """Put each table into a box that scrolls when the screen is narrow."""
    return _TABLE.sub(r'<div class="table-box">\g<0></div>', content)
