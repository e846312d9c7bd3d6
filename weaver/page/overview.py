"""Pages about all articles: their names, the checked figures and the glossary.

Such a page says ``records: all`` in its front matter. Its expressions may use
every tutorial's values, as ``{{ linear_regression.loss | number(3) }}``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from weaver.core.language import Language
from weaver.core.messages import _
from weaver.core.numbers import Timed, format_percentage, format_seconds, with_decimal_mark
from weaver.core.problems import WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.core.slugs import slugify
from weaver.page.markup import mark_output
from weaver.page.outputs import find_problems, show_output, shows_figure
from weaver.page.provenance import with_devices
from weaver.program.record import Record, name_device
from weaver.prose.article import Article, Value
from weaver.prose.data import read_checked, read_glossary
from weaver.prose.expressions import Written, evaluate
from weaver.prose.markdown import escape_markdown
from weaver.prose.parse import read_article, reading_minutes


def overview_names(
    project: Project,
    article: Article,
    records: Mapping[str, Record],
    quoted: Mapping[str, dict[str, Any]],
    held: list[str],
) -> dict[str, object]:
    """Return the names that an overview page's expressions may use.

    What is HTML already is added to ``held``, and a mark stands for it.

    They are each tutorial's values by its name, ``quoted``, ``run`` (device,
    date and seconds of each tutorial), ``figure(tutorial, cell, alt)``,
    ``reading_minutes(page)``, ``checked_figures(source)``, ``quoted_figures()``,
    ``runs()`` and ``glossary()``. Where the runs are of more than one device, seconds
    say theirs.
    """
    devices = {name: name_device(record.about["device"]) for name, record in records.items()}
    mixed = len(set(devices.values())) > 1
    names: dict[str, object] = {
        name: with_devices(record) if mixed else record.values for name, record in records.items()
    }
    names["quoted"] = {key: entry["value"] for key, entry in quoted.items()}
    names["run"] = {
        name: {
            **record.about,
            "device": devices[name],
            "seconds": Timed(record.about["seconds"], devices[name])
            if mixed
            else record.about["seconds"],
        }
        for name, record in records.items()
    }
    names["checked_figures"] = lambda source: _checked_table(project, article, names, source)
    names["quoted_figures"] = lambda: _quoted_table(article, quoted)
    names["runs"] = lambda: _runs_table(article, records)
    names["glossary"] = lambda: _glossary_list(project, article)
    names["reading_minutes"] = lambda page: reading_minutes(
        read_article(project.docs / article.language / f"{page}.md", article.language)
    )
    names["figure"] = lambda tutorial, cell, alt: _figure(
        article, _record(records, tutorial), cell, alt, held
    )
    return names


def _record(records: Mapping[str, Record], name: str) -> Record:
    if name not in records:
        raise ValueError(_("there is no tutorial {name!r}").format(name=name))
    return records[name]


def _figure(article: Article, record: Record, cell: str, alt: str, held: list[str]) -> str:
    by_language = record.outputs.get(cell, {SOURCE_LANGUAGE: []})
    outputs = by_language.get(article.language, by_language[SOURCE_LANGUAGE])
    if problems := find_problems(record.path, cell, outputs):
        raise WeaverError(problems)
    for output in outputs:
        if not shows_figure([output]):
            continue
        shown = show_output(f"{record.path.stem}-{cell}", output, alt, article.language)
        held.append(f'<figure class="cell-figure">{shown}</figure>')
        return Written(mark_output(len(held) - 1))
    text = _("cell {cell!r} of {name} has no figure")
    raise ValueError(text.format(cell=cell, name=record.path.stem))


def _checked_table(
    project: Project, article: Article, names: Mapping[str, object], source: str
) -> str:
    language = article.language
    rows = []
    for entry in read_checked(project):
        if entry["source"] != source:
            continue
        asked = Article(
            project.docs / "checked.yml", language, {"tutorial": entry["tutorial"]}, ()
        )
        values = names.get(entry["tutorial"])
        if not isinstance(values, Mapping):
            text = _("there is no tutorial {name!r}").format(name=entry["tutorial"])
            raise fail(asked.path, entry["line"], text)
        measured = escape_markdown(entry.get("fact", "")) or "; ".join(
            evaluate(asked, Value(entry["line"], expression), values)
            for expression in _expressions(entry)
        )
        section = entry.get("section", {}).get(language, "")
        page = entry["tutorial"].replace("_", "-") + ".md" + section
        note = f"<br><small>{entry['note'][language]}</small>" if "note" in entry else ""
        rows.append(
            (
                f"[{entry['item']}]({page})",
                entry["what"][language] + note,
                _stated(entry["stated"], language),
                measured,
                getattr(language.verdicts, entry["verdict"]),
            )
        )
    words = language.words
    head = (words.where, words.what, words.stated, words.measured, words.verdict)
    return _table(head, rows)


def _quoted_table(article: Article, quoted: Mapping[str, dict[str, Any]]) -> str:
    language = article.language
    rows = [
        (
            entry["what"][language],
            # Every quoted figure of the results is an accuracy.
            format_percentage(entry["value"], 2, language=language),
            f"[{entry['source']}]({entry['link']})",
        )
        for entry in quoted.values()
        if entry.get("result")
    ]
    words = language.words
    return _table((words.what, words.value, words.source), rows)


def _runs_table(article: Article, records: Mapping[str, Record]) -> str:
    language = article.language
    rows = [
        (
            f"[`{name}.py`]({name.replace('_', '-')}.md)",
            escape_markdown(name_device(record.about["device"])),
            escape_markdown(record.about["versions"].get("torch", "–")),
            record.about["date"],
            format_seconds(record.about["seconds"], 0, language=language),
            str(len(record.about["claims"])),
        )
        for name, record in records.items()
    ]
    words = language.words
    head = (words.program, words.device, "PyTorch", words.date, words.time, words.claims)
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
    return Written("\n".join(lines))


def _expressions(entry: Mapping[str, Any]) -> list[str]:
    """Return the expressions of an entry's value, formatted: of a list, one an item."""
    written = f" | {entry['format']} " if "format" in entry else " "
    if not isinstance(entry["stated"], list):
        return [f" {entry['value']}{written}"]
    return [f" ({entry['value']})[{index}]{written}" for index in range(len(entry["stated"]))]


def _stated(stated: object, language: Language) -> str:
    if isinstance(stated, dict):
        return str(stated[language])
    if isinstance(stated, list):
        return "; ".join(_stated(item, language) for item in stated)
    return with_decimal_mark(str(stated), language)


def _glossary_list(project: Project, article: Article) -> str:
    language = article.language
    others = [code for code in project.languages if code != language]
    terms = sorted(read_glossary(project), key=lambda term: language.sort_key(term[language]))
    written = "\n\n".join(
        f"**{term[language]}**"
        + "".join(f' · <span lang="{other}">{term[other]}</span>' for other in others)
        + f" {{ #{slugify(term[language], '-')} }}\n"
        f":   {term['what'][language]}"
        for term in terms
    )
    return Written(written)
