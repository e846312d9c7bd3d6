"""TODO language.numbers."""

from datetime import date

import babel.dates
from babel.numbers import format_decimal, format_percent


def format_number(value: float, digits: int | None = None, *, language: str) -> str:
    """Write a number: ``0,25`` in Turkish, ``0.25`` in English.

    ``digits`` is the number of decimals; without it, up to six are shown.
    """
    pattern = "#,##0.######" if digits is None else "#,##0" + _decimals(digits)
    return format_decimal(value, pattern, locale=language)


def format_percentage(value: float, digits: int = 1, *, language: str) -> str:
    """Write a share of one as a percentage: ``%84,5`` or ``84.5%``."""
    pattern = "%#,##0{}" if language == "tr" else "#,##0{}%"
    return format_percent(value, pattern.format(_decimals(digits)), locale=language)


def format_points(value: float, digits: int = 1, *, language: str) -> str:
    """Write a difference of shares in percentage points, without a unit."""
    return format_number(100 * value, digits, language=language)


def format_seconds(value: float, digits: int = 1, *, language: str) -> str:
    """Write a duration in seconds: ``12,3 sn`` or ``12.3 s``."""
    unit = {"tr": "sn", "en": "s"}[language]
    return f"{format_number(value, digits, language=language)}\N{NO-BREAK SPACE}{unit}"


def format_duration(value: float, *, language: str) -> str:
    """Write a duration in seconds for people: ``7,6 sn``, ``3 dk 37 sn``."""
    if value < 60:
        return format_seconds(value, language=language)
    minutes, seconds = divmod(round(value), 60)
    unit = {"tr": "dk", "en": "min"}[language]
    written = f"{format_integer(minutes, language=language)}\N{NO-BREAK SPACE}{unit}"
    return f"{written} {format_seconds(seconds, 0, language=language)}" if seconds else written


def format_date(value: str, *, language: str) -> str:
    """Write an ISO date in words: ``21 Kasım 2026`` or ``21 November 2026``."""
    locale = {"tr": "tr", "en": "en_GB"}[language]
    return babel.dates.format_date(date.fromisoformat(value), "long", locale=locale)


def format_integer(value: float, *, language: str) -> str:
    """Write a whole number: ``60.000`` or ``60,000``."""
    return format_number(round(value), 0, language=language)


FILTERS = {
    "number": format_number,
    "percent": format_percentage,
    "points": format_points,
    "seconds": format_seconds,
    "integer": format_integer,
}


def _decimals(digits: int) -> str:
    return "." + "0" * digits if digits else ""
