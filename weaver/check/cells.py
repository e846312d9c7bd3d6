"""Check articles against their tutorials and the tutorials' runs."""

from collections.abc import Iterable, Iterator, Mapping

from weaver.check.results import typed_problem, typed_results
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import SOURCE_LANGUAGE
from weaver.page.highlight import read_highlight
from weaver.page.outputs import find_problems, shows_figure
from weaver.page.overview import overview_names
from weaver.page.weave import namespace
from weaver.program.record import Record
from weaver.program.tutorial import Tutorial
from weaver.prose.article import Article, Value
from weaver.prose.expressions import evaluate
from weaver.prose.parse import front_line
from weaver.site import Site


def check_cells(site: Site) -> Iterator[Problem]:
    """Check that an article shows every cell once, in order, and says what figures show."""
    for article in site.every_article():
        name = article.tutorial
        if name is not None and name not in site.names:
            text = _("there is no tutorials_src/{name}.py: there is {known}")
            text = text.format(name=name, known=", ".join(site.names) or _("none"))
            yield Problem(article.path, front_line(article, "tutorial"), text)
        elif name is not None and name in site.tutorials:
            yield from _check_order(article, site.tutorials[name])
            if name in site.records:
                yield from _check_alts(article, site.records[name])


def _check_order(article: Article, tutorial: Tutorial) -> Iterator[Problem]:
    order = [cell.name for cell in tutorial.cells if not cell.hidden]
    seen: dict[str, int] = {}
    latest = -1
    for reference in article.cells:
        name, line = reference.name, reference.line
        if name not in order:
            hidden = tutorial.cell(name)
            text = (
                _("cell {name!r} is hidden") if hidden else _("no cell {name!r}: there is {known}")
            )
            text = text.format(name=name, known=", ".join(order) or _("none"))
            yield Problem(article.path, line, text)
            continue
        if name in seen:
            text = _("cell {name!r} is shown already, on line {line}")
            yield Problem(article.path, line, text.format(name=name, line=seen[name]))
        elif order.index(name) < latest:
            text = _("cell {name!r} must come before {other!r}, as in {file}")
            text = text.format(name=name, other=order[latest], file=tutorial.path.name)
            yield Problem(article.path, line, text)
        seen.setdefault(name, line)
        latest = max(latest, order.index(name))
    for name in order:
        if name not in seen:
            text = _("cell {name!r} of {file} is never shown: show it, or tag it hidden")
            yield Problem(article.path, 0, text.format(name=name, file=tutorial.path.name))


def _check_alts(article: Article, record: Record) -> Iterator[Problem]:
    for reference in article.cells:
        name, line = reference.name, reference.line
        image = shows_figure(record.outputs.get(name, {}).get(SOURCE_LANGUAGE, []))
        if image and not (reference.alt or "").strip():
            text = _('cell {name!r} shows a figure: say what it shows, `cell("{name}", alt="…")`')
            yield Problem(article.path, line, text.format(name=name))
        elif reference.alt and not image and name in record.outputs:
            text = _("cell {name!r} shows no figure: take its alt text away")
            yield Problem(article.path, line, text.format(name=name))


def check_outputs(site: Site) -> Iterator[Problem]:
    """Check that pages can show, and may carry, every output of the runs."""
    for record in site.records.values():
        for cell, by_language in record.outputs.items():
            for outputs in by_language.values():
                yield from find_problems(record.path, cell, outputs)


def check_values(site: Site) -> Iterator[Problem]:
    """Check that every expression of a page has a value, and that a card types none."""
    for article in site.every_article():
        names = _names(site, article)
        if names is not None:
            values = (part for part in article.parts if isinstance(part, Value))
            for value in values:
                try:
                    evaluate(article, value, names)
                except WeaverError as error:
                    yield from error.problems
            yield from _check_card(article, names)


def _names(site: Site, article: Article) -> Mapping[str, object] | None:
    """Return what a page's expressions may name; None if nobody knows yet."""
    name = article.tutorial
    if name is not None and name in site.records:
        return namespace(site.records[name], site.quoted)
    if name is None and article.woven and len(site.records) == len(site.names):
        return overview_names(site.project, article, site.records, site.quoted, [])
    return None


def _check_card(article: Article, names: Mapping[str, object]) -> Iterable[Problem]:
    try:
        highlight = read_highlight(article, names)
    except WeaverError as error:
        return error.problems
    typed = typed_results(highlight.label, article.language) if highlight else []
    return [typed_problem(article, front_line(article, "card"), found) for found in typed]
