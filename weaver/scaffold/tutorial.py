"""Begin a tutorial: a program and an article in each language, ready to run and to replace."""

import keyword
import re
import sys
from pathlib import Path

import yaml

from weaver.core.files import YAML_LOADER, read_text, write_whole
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.language.language import load_language
from weaver.program.key import read_pins
from weaver.program.strings import read_strings
from weaver.prose.parse import read_meta

TEMPLATE = Path(__file__).parent / "template"

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
    source = project.source(name)
    _check_name(project, name)
    page = f"{name.replace('_', '-')}.md"
    articles = {language: project.docs / language / page for language in project.languages}
    for path in (source, project.record(name), *articles.values()):
        if path.exists():
            raise fail(path, 0, _("is there already, and stays as it is: take another name"))
    written = {source: read_text(TEMPLATE / "tutorial.py")}
    for language, path in articles.items():
        spoken = load_language(project.languages_folder, language)
        title = titles.get(language) or spoken.capitalised(name.replace("_", " "))
        written[path] = _article(language, name, " ".join(title.split()))
    for language in project.translations_of_code:
        written[project.strings(language)] = _with_strings(project.strings(language), name)
    written[project.root / "mkdocs.yml"] = _with_page(project, page)
    _write_all(written)
    return list(written)


def _check_name(project: Project, name: str) -> None:
    path = project.source(name)
    if not name:
        raise fail(project.sources, 0, _("a new tutorial needs a name: `make new NAME=…`"))
    if not _NAME.fullmatch(name):
        text = _(
            "{name!r} cannot be a tutorial's name: write it in lower-case ASCII letters and"
            " digits, words joined by `_`, such as `linear_regression`"
        )
        raise fail(path, 0, text.format(name=name))
    taken = {*sys.stdlib_module_names, *read_pins(project), *keyword.kwlist, "common"}
    if name in taken:
        text = _("{name!r} has a meaning in Python or to the tutorials: take another name")
        raise fail(path, 0, text.format(name=name))


def _article(language: str, name: str, title: str) -> str:
    front = yaml.safe_dump({"title": title}, allow_unicode=True, width=1000)
    text = read_text(TEMPLATE / f"{language}.md").replace("{title}", title, 1)
    return f"---\n{front}description:\ntutorial: {name}\n---\n{text}"


def _with_strings(path: Path, name: str) -> str:
    """Return a language's strings with a section for the new program, the rest untouched."""
    known = read_strings(path)
    if name in known:
        line = min(known[name].lines.values(), default=2) - 1
        text = _("has a section {name!r} already: take another name")
        raise fail(path, line, text.format(name=name))
    shared = known["common"].own if "common" in known else {}
    rows = read_text(TEMPLATE / path.name).splitlines()
    lacking = [f"  {row}\n" for row in rows if next(iter(yaml.safe_load(row))) not in shared]
    text = read_text(path) if path.exists() else ""
    ended = text if not text or text.endswith("\n") else text + "\n"
    return f"{ended}{name}:\n{''.join(lacking)}"


def _with_page(project: Project, page: str) -> str:
    """Return ``mkdocs.yml`` with the page after the last article, the rest untouched."""
    path = project.root / "mkdocs.yml"
    text = read_text(path)
    try:
        root = yaml.compose(text, YAML_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise fail(path, line, _("not YAML: {problem}").format(problem=error.problem)) from None
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    nav = next((value for key, value in pairs if key.value == "nav"), None)
    if not isinstance(nav, yaml.SequenceNode) or not nav.value:
        raise fail(path, 1, _("has no `nav:` list to add the page to"))
    last = nav.value[-1]
    for item in nav.value:
        file = project.docs / SOURCE_LANGUAGE / str(item.value)
        if file.suffix == ".md" and file.is_file() and "tutorial" in read_meta(file):
            last = item
    end = last.end_mark.index
    if nav.flow_style:
        return f"{text[:end]}, {page}{text[end:]}"
    line_end = text.find("\n", end)
    if line_end < 0:
        text, line_end = text + "\n", len(text)
    indent = text[: nav.value[0].start_mark.index].rpartition("\n")[2]
    return f"{text[:line_end]}\n{indent}{page}{text[line_end:]}"


def _write_all(written: dict[Path, str]) -> None:
    """Write all files, or leave everything as it was."""
    before = {path: path.read_bytes() if path.exists() else None for path in written}
    try:
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                write_whole(path, content)
        raise
