"""The number of an article's run that its card image shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.prose.article import Article, Value
from weaver.prose.expressions import evaluate
from weaver.prose.parse import front_line


@dataclass(frozen=True)
class Highlight:
    """A number of an article's run, formatted, and the words that say what it is."""

    value: str
    label: str


def read_highlight(article: Article, names: Mapping[str, object]) -> Highlight | None:
    """Return what the front matter's ``card:`` names, its value taken from a run.

    Raises
    ------
    WeaverError
        If it is not of that form, or names a value that there is not.
    """
    card = article.meta.get("card")
    if card is None:
        return None
    line = front_line(article, "card")
    if not isinstance(card, dict) or set(card) != {"value", "label"}:
        usage = _('write `card:` with `value: "{{ name | filter }}"` and `label: words`')
        raise fail(article.path, line, usage)
    value = str(card["value"]).strip()
    if not (value.startswith("{{") and value.endswith("}}") and value.count("{{") == 1):
        text = _("card: `value` must be a value of the run: `{{ name | filter }}`")
        raise fail(article.path, line, text)
    return Highlight(evaluate(article, Value(line, value[2:-2]), names), str(card["label"]))


def shown_values(article: Article) -> dict[str, object]:
    """Return what an article's card takes from the run: all but its words."""
    card = article.meta.get("card")
    shown = card if isinstance(card, dict) else {}
    return {key: value for key, value in shown.items() if key != "label"}
