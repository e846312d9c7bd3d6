"""Begin a tutorial: a program and an article in each language, ready to run and to replace."""

import keyword
import re
import sys
from pathlib import Path

import yaml

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.scaffold.write import write_all
from weaver.scaffold.yaml import after, child, compose, edited
from weaver.site import Site

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_tutorial(project: Project, name: str, titles: dict[str, str]) -> list[Path]:
    """Write the files of a new tutorial, and return the paths of all that were written.

    ``titles`` has the article's title by language; where one is missing the
    name stands for it. The descriptions stay empty, for their author to write.

    Raises
    ------
    WeaverError
        If the name cannot be one, or something of that name exists. Nothing
        is written then.
    """
    site = Site(project)
    source = project.source(name)
    _check_name(site, name)
    page = f"{name.replace('_', '-')}.md"
    articles = {language: project.docs / language / page for language in project.languages}
    for path in (source, project.record(name), *articles.values()):
        if path.exists():
            raise fail(path, 0, _("is there already, and stays as it is: take another name"))
    templates = project.languages_folder
    written = {source: read_text(templates / SOURCE_LANGUAGE / "tutorial.py")}
    for language, path in articles.items():
        named = site.language(language).capitalised(name.replace("_", " "))
        title = titles.get(language) or named
        template = templates / language / "tutorial.md"
        written[path] = _article(template, name, " ".join(title.split()))
    for language in project.translations_of_code:
        template = templates / language / "tutorial.strings.yml"
        written[project.strings(language)] = _with_strings(site, language, template, name)
    written[project.root / "mkdocs.yml"] = _with_page(site, page)
    write_all(written)
    return list(written)


def _check_name(site: Site, name: str) -> None:
    project, path = site.project, site.project.source(name)
    if not name:
        raise fail(project.sources, 0, _("a new tutorial needs a name: `make new NAME=…`"))
    if not _NAME.fullmatch(name):
        text = _(
            "{name!r} cannot be a tutorial's name: write it in lower-case ASCII letters and"
            " digits, words joined by `_`, such as `linear_regression`"
        )
        raise fail(path, 0, text.format(name=name))
    taken = {*sys.stdlib_module_names, *site.pins, *keyword.kwlist, "common"}
    if name in taken:
        text = _("{name!r} has a meaning in Python or to the tutorials: take another name")
        raise fail(path, 0, text.format(name=name))


def _article(template: Path, name: str, title: str) -> str:
    front = yaml.safe_dump({"title": title}, allow_unicode=True, width=1000)
    text = read_text(template).replace("{title}", title, 1)
    return f"---\n{front}description:\ntutorial: {name}\n---\n{text}"


def _with_strings(site: Site, language: str, template: Path, name: str) -> str:
    """Return a language's strings with a section for the new program, the rest untouched."""
    path, known = site.project.strings(language), site.all_strings[language]
    if name in known:
        line = min(known[name].lines.values(), default=2) - 1
        text = _("has a section {name!r} already: take another name")
        raise fail(path, line, text.format(name=name))
    shared = known["common"].own if "common" in known else {}
    rows = read_text(template).splitlines()
    lacking = [f"  {row}\n" for row in rows if next(iter(yaml.safe_load(row))) not in shared]
    text = read_text(path) if path.exists() else ""
    ended = text if not text or text.endswith("\n") else text + "\n"
    return f"{ended}{name}:\n{''.join(lacking)}"


def _with_page(site: Site, page: str) -> str:
    """Return ``mkdocs.yml`` with the page after the last article, the rest untouched."""
    path = site.project.root / "mkdocs.yml"
    text = read_text(path)
    nav = child(compose(path, text), "nav")
    if not isinstance(nav, yaml.SequenceNode) or not nav.value:
        raise fail(path, 1, _("has no `nav:` list to add the page to"))
    last = nav.value[-1]
    for item in nav.value:
        article = site.articles[SOURCE_LANGUAGE].get(str(item.value))
        if article and article.tutorial is not None:
            last = item
    column = nav.start_mark.column
    new = page if nav.flow_style else f"- {page}"
    return edited(text, [after(last, text, new, flow=bool(nav.flow_style), column=column)])
