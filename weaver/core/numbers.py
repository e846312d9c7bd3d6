"""Numbers, durations and dates as a language writes them."""

from datetime import date

import babel.dates
from babel.numbers import format_decimal, format_percent, get_decimal_symbol

from weaver.core.language import Language


class Timed(float):
    """A time that says which ``device`` it was measured on."""

    def __new__(cls, value: float, device: str) -> "Timed":
        """Return the number, with its device."""
        timed = super().__new__(cls, value)
        timed.device = device
        return timed

    device: str


def format_number(value: float, digits: int | None = None, *, language: Language) -> str:
    """Write a number: ``0,25`` in Turkish, ``0.25`` in English.

    ``digits`` is the number of decimals; without it, up to six are shown.
    """
    pattern = "#,##0.######" if digits is None else "#,##0" + _decimals(digits)
    return format_decimal(value, pattern, locale=language.babel)


def format_percentage(value: float, digits: int = 1, *, language: Language) -> str:
    """Write a share of one as a percentage: ``%84,5`` or ``84.5%``."""
    pattern = language.babel.percent_formats[None].pattern
    pattern = pattern.replace("#,##0", "#,##0" + _decimals(digits))
    return format_percent(value, pattern, locale=language.babel)


def format_points(value: float, digits: int = 1, *, language: Language) -> str:
    """Write a difference of shares in percentage points, without a unit."""
    return format_number(100 * value, digits, language=language)


def format_seconds(value: float, digits: int = 1, *, language: Language) -> str:
    """Write a duration in seconds: ``12,3 sn`` or ``12.3 s``, and its device if it has one."""
    number = format_number(value, digits, language=language)
    device = f" ({value.device})" if isinstance(value, Timed) else ""
    return f"{number}\N{NO-BREAK SPACE}{language.units.second}{device}"


def format_duration(value: float, *, language: Language) -> str:
    """Write a duration in seconds for people: ``7,6 sn``, ``3 dk 37 sn``."""
    if value < 60:
        return format_seconds(value, language=language)
    minutes, seconds = divmod(round(value), 60)
    number = format_integer(minutes, language=language)
    written = f"{number}\N{NO-BREAK SPACE}{language.units.minute}"
    return f"{written} {format_seconds(seconds, 0, language=language)}" if seconds else written


def format_date(value: str, *, language: Language) -> str:
    """Write an ISO date in words: ``21 Kasım 2026`` or ``21 November 2026``."""
    return babel.dates.format_date(date.fromisoformat(value), "long", locale=language.babel)


def format_integer(value: float, *, language: Language) -> str:
    """Write a whole number: ``60.000`` or ``60,000``."""
    return format_number(round(value), 0, language=language)


def with_decimal_mark(number: str, language: Language) -> str:
    """Write a number's decimal point as the language does."""
    return number.replace(".", get_decimal_symbol(language.babel))


FILTERS = {
    "number": format_number,
    "percent": format_percentage,
    "points": format_points,
    "seconds": format_seconds,
    "integer": format_integer,
}


def _decimals(digits: int) -> str:
    return "." + "0" * digits if digits else ""
