"""TODO language.words."""


def capitalised(word: str, language: str) -> str:
    """Write a word with a capital at its start: ``İleri`` in Turkish, not ``Ileri``."""
    first = "İ" if language == "tr" and word[0] == "i" else word[0].upper()
    return first + word[1:]


def lower(text: str, language: str) -> str:
    """Write a text in small letters: ``ışık`` for ``IŞIK`` in Turkish."""
    if language == "tr":
        text = text.replace("I", "ı").replace("İ", "i")
    return text.lower()


def alphabetical(word: str, language: str) -> list[int] | str:
    """Return what to sort a word by: Turkish has ç, ğ, ı, ö, ş, ü in their own places."""
    if language != "tr":
        return word.lower()
    letters = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
    return [letters.find(letter) for letter in word.replace("I", "ı").replace("İ", "i").lower()]
