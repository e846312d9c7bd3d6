"""Turkish word forms that a list of forms cannot hold: a known stem and its endings.

Turkish makes words by chains of endings. Hunspell's dictionary comes from texts and
knows a stem with those chains that the texts had; others it calls wrong. Here a word
passes if it is a stem that the dictionary knows, followed by endings in their order,
in vowel harmony, with the right consonants where they meet.
"""

import re
from collections.abc import Callable

_FRONT, _BACK = "eiöüî", "aıouû"

_BOTH = "â"  # ``hâli``, but ``dükkânı``

_VOWELS = _FRONT + _BACK + _BOTH

_HARD = "fstkçşhp"  # after these, an ending starts with ç or t, not with c or d

# A is a or e; I is ı, i, u or ü; D is d or t; C is c or ç; (y) stands after a vowel only.
_POSSESSIVE = "(?:Im|In|(s)I|I|ImIz|InIz|lArI|m|n|mIz|nIz)"

_CASE = "(?:(y)I|(y)A|DA|DAn|(n)In|(y)lA|CA|nA|nI|ndA|ndAn|ncA)"

_KI = "(?:ki(?:ler)?(?:n[ie]|nin|nde|nden|yle|lerin|lerle|leri|lere|lerde|lerden)?)"

_COPULA = "(?:DIr(?:lAr)?|(y)DI[mkn]?|(y)sA|(y)mIş|(y)ken)"

_NOMINAL = (
    f"(?:lI|sIz|lIk|CI){{0,2}}(?:lAr)?{_POSSESSIVE}?{_CASE}?"
    f"(?:(?<=DA){_KI}|(?<=In){_KI})?{_COPULA}?"
)

_VOICE = "(?:(?:Il|In|n|t|DIr|Ir|Iş|lAn|lAş){1,2})?"

_CAN = "(?:(y)AmA|mA|(y)AbIl)?"

_PERSON = "(?:Im|ImIz|sIn|sInIz|Iz|k|n|nIz|lAr|m)?"

_TENSE = (
    f"(?:(?:Ar|Ir|r|z|mAz|Iyor|(y)AcAk|(y)AcAğ|mIş|DI|sA|mAlI)(?:DI|sA|mIş|(y)DI|(y)sA)?{_PERSON}"
    f"(?:DIr)?|(?:mA|mAk|(y)An|DIk|DIğ|mIş|(y)AcAk|(y)AcAğ|Ar){_NOMINAL}"
    "|(y)Ip|(y)ArAk|(y)IncA|(y)AlIm|(y)In|(y)InIz|mAdAn|mAzlIk)"
)


def _compile(pattern: str, vowels: tuple[str, str]) -> re.Pattern[str]:
    """Return the regular expression of a chain of endings after one kind of stem."""
    wide, narrow = vowels
    # Buffers stand after a vowel; inside a chain that is not looked at.
    pattern = re.sub(r"\((\w)\)", r"\1?", pattern)
    pattern = pattern.replace("(?<=DA)", f"(?<=[dt]{wide})").replace(
        "(?<=In)", f"(?<=[{narrow}]n)"
    )
    pattern = pattern.replace("A", wide).replace("I", f"[{narrow}]")
    return re.compile(pattern.replace("D", "[dt]").replace("C", "[cç]"))


_ENDINGS = {
    (front, kind): _compile(pattern, vowels)
    for front, vowels in ((True, ("e", "iü")), (False, ("a", "ıu")))
    for kind, pattern in (("noun", _NOMINAL), ("verb", _VOICE + _CAN + _TENSE))
}


def is_formed(word: str, known: Callable[[str], bool]) -> bool:
    """Whether a lower-case word is a known stem with endings that fit it."""
    for cut in range(len(word) - 1, 1, -1):
        stem, ending = word[:cut], word[cut:]
        vowels = [letter for letter in stem if letter in _VOWELS]
        if not vowels or not _meets(stem, ending):
            continue
        for front, fitting in ((True, _FRONT + _BOTH), (False, _BACK + _BOTH)):
            if vowels[-1] not in fitting:
                continue
            if _ENDINGS[front, "noun"].fullmatch(ending) and known(_hardened(stem, known)):
                return True
            if _ENDINGS[front, "verb"].fullmatch(ending) and _is_verb(stem, ending, front, known):
                return True
    return False


def _is_verb(stem: str, ending: str, front: bool, known: Callable[[str], bool]) -> bool:
    """Whether a stem is a verb's: *ıraksıyor* is of *ıraksamak*, whose vowel it lost."""
    lost = ("e" if front else "a") if ending[1:4] == "yor" else ""
    infinitive = "mek" if front else "mak"
    return known(stem + infinitive) or bool(lost and known(stem + lost + infinitive))


def _meets(stem: str, ending: str) -> bool:
    """Whether the letters where a stem and its ending meet can stand side by side."""
    last, first = stem[-1], ending[0]
    vowel, hard = last in _VOWELS, last in _HARD
    if (vowel and first in _VOWELS) or (not vowel and first == "y"):
        return False
    if first in "cd":
        return not hard
    # The causative's t stands after any letter: *anlat*, *yuvarlat*.
    return hard or (first != "ç" and ending[:2] not in {"ta", "te"})


def _hardened(stem: str, known: Callable[[str], bool]) -> str:
    """Return a stem as the dictionary has it: *kitab-* is known as *kitap*."""
    hard = {"b": "p", "c": "ç", "d": "t", "ğ": "k"}
    if stem[-1] in hard and not known(stem):
        return stem[:-1] + hard[stem[-1]]
    return stem


def nominal_endings(stem: str) -> re.Pattern[str]:
    """Return the regular expression of what may follow a noun."""
    vowels = [letter for letter in stem if letter in _VOWELS]
    return _ENDINGS[bool(vowels) and vowels[-1] in _FRONT, "noun"]
