"""The number of an article's run that its card image shows."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from weaver.core.problems import Problem, WeaverError
from weaver.prose.article import Article, Value
from weaver.prose.expressions import evaluate
from weaver.prose.parse import front_line

_USAGE = 'write `card:` with `value: "{{ name | filter }}"`, `label: words`'

_USAGE += " and, if there is something to draw, `bars:` or `lines:` with names of values"


@dataclass(frozen=True)
class Highlight:
    """The number of an article's run that its card shows.

    ``bars`` are shares of one, and ``lines`` are curves of any scale.
    """

    value: str
    label: str
    bars: tuple[float, ...] = ()
    lines: tuple[tuple[float, ...], ...] = ()


def read_highlight(article: Article, names: Mapping[str, object]) -> Highlight | None:
    """Return what the front matter's ``card:`` names, its values taken from a run.

    Raises
    ------
    WeaverError
        If it is not of that form, or names a value that there is not.
    """
    card = article.meta.get("card")
    if card is None:
        return None
    line = front_line(article, "card")

    def wrong(text: str) -> WeaverError:
        return WeaverError([Problem(article.path, line, f"card: {text}")])

    if not isinstance(card, dict) or not {"value", "label"} <= set(card):
        raise wrong(_USAGE)
    if unknown := set(card) - {"value", "label", "bars", "lines"}:
        raise wrong(f"there is no `{sorted(unknown)[0]}`: {_USAGE}")
    value = str(card["value"]).strip()
    if not (value.startswith("{{") and value.endswith("}}") and value.count("{{") == 1):
        raise wrong("`value` must be a value of the run: `{{ name | filter }}`")
    drawn = {key: _numbers(card.get(key, []), names, wrong) for key in ("bars", "lines")}
    bars = tuple(number for numbers in drawn["bars"] for number in numbers)
    if any(not 0 <= share <= 1 for share in bars):
        raise wrong("`bars` must be shares between zero and one; other numbers are `lines`")
    if bars and drawn["lines"]:
        raise wrong("there is room for `bars` or for `lines`, not for both")
    if any(len(line) < 2 for line in drawn["lines"]):
        raise wrong("a line needs a list of at least two numbers")
    return Highlight(
        evaluate(article, Value(line, value[2:-2]), names),
        str(card["label"]),
        bars,
        tuple(drawn["lines"]),
    )


def shown_values(article: Article) -> dict[str, object]:
    """Return what an article's card takes from the run: all but its words."""
    card = article.meta.get("card")
    shown = card if isinstance(card, dict) else {}
    return {key: value for key, value in shown.items() if key != "label"}


def _numbers(
    named: object, names: Mapping[str, object], wrong: Callable[[str], WeaverError]
) -> list[tuple[float, ...]]:
    """Return the numbers of each value that is named, one name or a list of them."""
    found = []
    for name in named if isinstance(named, list) else [named]:
        value = names.get(str(name))
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in numbers):
            raise wrong(f"{name!r} is not a number or a list of numbers of the run")
        found.append(tuple(map(float, numbers)))
    return found
