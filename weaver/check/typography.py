"""Typography: how each language writes numbers, quotes, marks and endings.

Only what is certain: no rule here, and none of a language's own, needs to understand
a sentence.
"""

import re
from collections.abc import Iterator

from weaver.core.language import Language
from weaver.core.messages import _
from weaver.prose.markdown import VALUE
from weaver.prose.pieces import THING

_NUMBER = rf"(?:[\d{VALUE}](?:[\d.,]*[\d{VALUE}])?)"


def find_slips(text: str, language: Language) -> Iterator[tuple[int, str, str, str]]:
    """Yield (position, what was found, what is wrong, what to write) of each slip."""
    for pattern, wrong, instead in _rules(language):
        for match in re.finditer(pattern, text):
            around = text[max(match.start() - 8, 0) : match.end() + 8]
            yield match.start(), _readable(around), wrong, instead
    doubled = "|".join(language.typography.doubled) or "(?!)"
    for match in re.finditer(rf"(?<!['’])\b({doubled})\s+\1\b", text):
        yield match.start(), _readable(match[0]), _("a word twice"), match[1]


def _rules(language: Language) -> Iterator[tuple[str, str, str]]:
    """Yield (pattern, what is wrong, what to write) of what every language and this one asks."""
    yield r"(?<=\S)  +(?=\S)", _("two spaces"), ""
    yield r"(?<=[\w)\]\"]) +[,;:.!?](?=\s|$)", _("a space before a mark"), ""
    yield r"(?<!\.)\.\.\.(?!\.)", _("three dots"), "…"
    yield "[“”„‟«»]", _("a curved quotation mark"), '"'
    yield "[‘’]", _("a curved apostrophe"), "'"
    yield r"(?<=[^\W\d_]{2})[,;](?=[^\W\d_]{2})", _("no space after a mark"), ""
    for rule in language.typography.rules:
        ending = f"(?:{language.spelling.ending})"
        pattern = rule.pattern.replace("{number}", _NUMBER).replace("{ending}", ending)
        yield pattern, rule.why, rule.write


def _readable(text: str) -> str:
    return " ".join(text.replace(VALUE, "…").replace(THING, "…").split("\n"))
