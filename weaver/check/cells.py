"""Check an article against its tutorial and the tutorial's run."""

from collections.abc import Mapping

from weaver.check.results import typed_problem, typed_results
from weaver.core.problems import Problem, WeaverError
from weaver.page.highlight import read_highlight
from weaver.page.weave import namespace, shows_image
from weaver.program.record import Record
from weaver.program.tutorial import Tutorial
from weaver.prose.article import Article, Value
from weaver.prose.expressions import evaluate
from weaver.prose.parse import front_line


def check_article(
    article: Article, tutorial: Tutorial, record: Record | None, quoted: dict[str, dict]
) -> list[Problem]:
    """Check an article against its tutorial and the tutorial's run."""
    problems = []
    order = [cell.name for cell in tutorial.cells if not cell.hidden]
    seen: dict[str, int] = {}
    latest = -1
    for shown in article.cells:
        name = shown.name
        if name not in order:
            hidden = tutorial.cell(name)
            text = f"no cell {name!r}: {list_known(order)}"
            text = f"cell {name!r} is hidden" if hidden else text
            problems.append(Problem(article.path, shown.line, text))
            continue
        if name in seen:
            text = f"cell {name!r} is shown already, on line {seen[name]}"
            problems.append(Problem(article.path, shown.line, text))
        elif order.index(name) < latest:
            text = f"cell {name!r} must come before {order[latest]!r}, as in {tutorial.path.name}"
            problems.append(Problem(article.path, shown.line, text))
        seen.setdefault(name, shown.line)
        latest = max(latest, order.index(name))
        if record is not None:
            outputs = record.outputs.get(name, {}).get("en", [])
            if shows_image(outputs) and not (shown.alt or "").strip():
                text = (
                    f'cell {name!r} shows a figure: say what it shows, `cell("{name}", alt="…")`'
                )
                problems.append(Problem(article.path, shown.line, text))
            elif shown.alt and not shows_image(outputs) and name in record.outputs:
                text = f"cell {name!r} shows no figure: take its alt text away"
                problems.append(Problem(article.path, shown.line, text))
    for name in order:
        if name not in seen:
            text = (
                f"cell {name!r} of {tutorial.path.name} is never shown: show it, or tag it hidden"
            )
            problems.append(Problem(article.path, 0, text))
    if record is not None:
        problems += check_values(article, namespace(record, quoted))
        problems += check_card(article, namespace(record, quoted))
    return problems


def check_values(article: Article, names: Mapping[str, object]) -> list[Problem]:
    """Check that every expression of a page has a value."""
    problems: list[Problem] = []
    for part in article.parts:
        if isinstance(part, Value):
            try:
                evaluate(article, part, names)
            except WeaverError as error:
                problems += error.problems
    return problems


def check_card(article: Article, names: Mapping[str, object]) -> list[Problem]:
    """Check that a card image shows the run's values, and none that is typed."""
    try:
        highlight = read_highlight(article, names)
    except WeaverError as error:
        return list(error.problems)
    typed = typed_results(highlight.label, article.language) if highlight else []
    return [typed_problem(article, front_line(article, "card"), found) for found in typed]


def list_known(names) -> str:
    """Return which names there are, for a message."""
    return f"there is {', '.join(names) or 'none'}"
