"""Typography: how each language writes numbers, quotes, marks and endings.

Only what is certain: no rule here needs to understand a sentence.
"""

import re
from collections.abc import Iterator

from weaver.prose.markdown import VALUE
from weaver.prose.pieces import THING

ENDING = (
    "(?:l[ıiuü]k|d[ae]|d[ae]n|t[ae]|t[ae]n|[ıiuü]n|n[ıiuü]n|[ıiuü]nc[ıiuü]|nc[ıiuü]|y[ıiuü]|y[ae]|"
    "s[ıiuü]|l[ae]r|yl[ae]|[ae]r|d[ıiuü]r|t[ıiuü]r)"
)

_NUMBER = rf"(?:[\d{VALUE}](?:[\d.,]*[\d{VALUE}])?)"

_TWICE = {
    "tr": "ve|bu|için|ile|de|da|ama|gibi|olan",
    "en": "a|an|and|for|in|is|of|on|the|to|with",
}

# pattern, what is said of it, what to write instead
_RULES: dict[str, tuple[tuple[re.Pattern, str, str], ...]] = {
    "both": (
        (re.compile(r"(?<=\S)  +(?=\S)"), "two spaces", " "),
        (re.compile(r"(?<=[\w)\]\"]) +[,;:.!?](?=\s|$)"), "a space before a mark", ""),
        (re.compile(r"(?<!\.)\.\.\.(?!\.)"), "three dots", "…"),
        (re.compile("[“”„‟«»]"), "a curved quotation mark", '"'),
        (re.compile("[‘’]"), "a curved apostrophe", "'"),
        (re.compile(r"(?<=[^\W\d_]{2})[,;](?=[^\W\d_]{2})"), "no space after a mark", ""),
    ),
    "tr": (
        (
            re.compile(rf"{_NUMBER}\s?%(?!\w)"),
            "in Turkish the percent sign stands before the number",
            "%84",
        ),
        (re.compile(rf"%\s+{_NUMBER}"), "no space after the percent sign", "%84"),
        (re.compile(r"(?<![\d.])\d+\.\d{1,2}(?![\d.])"), "Turkish has a decimal comma", "0,5"),
        (
            re.compile(rf"(?<![\w'])\d+{ENDING}\b"),
            "an ending of a number stands after an apostrophe",
            "10'luk",
        ),
        (
            re.compile(rf"\b[A-ZÇĞİÖŞÜ]{{2,}}{ENDING}\b"),
            "an ending of an abbreviation stands after an apostrophe",
            "GPU'da",
        ),
    ),
    "en": (
        (
            re.compile(rf"%\s?{_NUMBER}"),
            "in English the percent sign stands after the number",
            "84%",
        ),
        (re.compile(rf"{_NUMBER}\s+%"), "no space before the percent sign", "84%"),
        (re.compile(r"(?<![\d,])\d+,\d{1,2}(?![\d,])"), "English has a decimal point", "0.5"),
    ),
}


def find_slips(text: str, language: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield (position, what was found, what is wrong, what to write) of each slip."""
    for key in ("both", language):
        for pattern, wrong, instead in _RULES[key]:
            for match in pattern.finditer(text):
                around = text[max(match.start() - 8, 0) : match.end() + 8]
                yield match.start(), _readable(around), wrong, instead
    for match in re.finditer(rf"(?<!['’])\b({_TWICE[language]})\s+\1\b", text):
        yield match.start(), _readable(match[0]), "a word twice", match[1]


def _readable(text: str) -> str:
    return " ".join(text.replace(VALUE, "…").replace(THING, "…").split("\n"))
