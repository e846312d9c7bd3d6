"""Begin a language: English under another name, to be translated file by file."""

from io import BytesIO
from pathlib import Path

import yaml
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.scaffold.write import write_all
from weaver.scaffold.yaml import Edit, after, child, compose, edited, end_of, walk

# What English's own file cannot lend: the rest of it is translated word by word.
UNKNOWN = {
    ("typography", "doubled"): "[]",
    ("typography", "rules"): "[]",
    ("spelling",): "{}",
    ("search", "stop"): '""',
    ("search", "fold"): "[]",
    ("search", "stem"): "{}",
}


def new_language(project: Project, code: str) -> list[Path]:
    """Write the files of a new language; return their paths, the folder's for its pages.

    Pages say that they are not translated until ``untranslated`` is taken out of
    their front matter. Code says the same as in English, so the records stay fresh.

    Raises
    ------
    WeaverError
        If there is no such language, or the site has it. Nothing is written then.
    """
    locale = _find_locale(project, code)
    own, english = (project.languages_folder / each for each in (code, SOURCE_LANGUAGE))
    written = {
        own / "language.yml": _language(english / "language.yml", locale),
        own / "tutorial.md": read_text(english / "tutorial.md"),
    }
    for other in project.translations_of_code[:1]:
        theirs = project.languages_folder / other
        written[own / "messages.po"] = _messages(theirs / "messages.po", code)
        written[own / "tutorial.strings.yml"] = _strings(theirs / "tutorial.strings.yml")
        written[project.strings(code)] = _strings(project.strings(other))
    pages = project.docs / SOURCE_LANGUAGE
    for path in project.article_paths(SOURCE_LANGUAGE):
        written[project.docs / code / path.relative_to(pages)] = _page(path)
    for path in sorted(project.docs.glob("*.yml")):
        written[path] = _data(project, path, code)
    config = _find_config(project.root / "mkdocs.yml")
    written[config] = _config(config, locale)
    changed = [path for path in written if not path.exists() or read_text(path) != written[path]]
    write_all({path: written[path] for path in changed})
    folder = project.docs / code
    return list(dict.fromkeys(folder if folder in path.parents else path for path in changed))


def still_to_do(project: Project, code: str) -> str:
    """Say what of a new language is left to people, who alone can know it."""
    path = (project.languages_folder / code / "language.yml").relative_to(project.root)
    unknown = ", ".join(dict.fromkeys(keys[0] for keys in UNKNOWN))
    text = _(
        "next: translate what is in English in these files; `make check` names the pages\n"
        "{path}: fill what no program knows: {unknown}"
    )
    return text.format(path=path, unknown=unknown)


def _find_locale(project: Project, code: str) -> Locale:
    path = project.languages_folder / code
    if code in project.languages or path.exists():
        raise fail(path, 0, _("is there already"))
    try:
        return Locale.parse(get_global("likely_subtags")[code])
    except (KeyError, ValueError, UnknownLocaleError):
        text = _("no language has the code {code!r}: it is one such as `de`")
        raise fail(project.languages_folder, 0, text.format(code=code)) from None


def _find_config(path: Path) -> Path:
    """Return the configuration that names the languages: this one, or what it inherits from."""
    root = compose(path, read_text(path))
    base = child(root, "INHERIT")
    if child(root, "plugins", "i18n") or not isinstance(base, yaml.ScalarNode):
        return path
    return _find_config(path.parent / base.value)


def _name(locale: Locale) -> str:
    name = locale.get_language_name(locale.language) or locale.language
    return name[:1].upper() + name[1:]


def _language(path: Path, locale: Locale) -> str:
    """Return English's ``language.yml`` without what is of no use to another language."""
    text = read_text(path)
    root = compose(path, text)
    values: dict[tuple[str, ...], str] = {
        ("name",): _name(locale),
        ("locale",): f"{locale.language}_{locale.territory}",
        **UNKNOWN,
    }
    edits: list[Edit] = [(0, root.start_mark.index, _LANGUAGE_HEAD)]
    for keys, value in values.items():
        parent = child(root, *keys[:-1])
        for key, old in parent.value if isinstance(parent, yaml.MappingNode) else ():
            if key.value == keys[-1]:
                edits.append((key.end_mark.index, end_of(old, text), f": {value}"))
    return edited(text, edits)


_LANGUAGE_HEAD = """\
# Begun as a copy of English's: translate what is in English, and fill what is empty, as the
# other languages' files do.
"""


def _messages(path: Path, code: str) -> str:
    """Return a catalogue of messages that has no translation yet."""
    catalogue = Catalog(locale=code)
    for message in read_po(BytesIO(read_text(path).encode())):
        if message.id:
            catalogue.add(message.id, flags=message.flags, auto_comments=message.auto_comments)
    written = BytesIO()
    write_po(written, catalogue, width=99)
    return written.getvalue().decode()


def _strings(path: Path) -> str:
    """Return another language's file of strings, each of them still English."""
    text = read_text(path)
    edits = (
        (
            value.start_mark.index,
            end_of(value, text),
            text[key.start_mark.index : key.end_mark.index],
        )
        for _section, key, value in walk(compose(path, text))
        if isinstance(value, yaml.ScalarNode)
    )
    return edited(text, edits)


def _page(path: Path) -> str:
    front, mark, rest = read_text(path).partition("\n---\n")
    return f"{front}\nuntranslated: {SOURCE_LANGUAGE}{mark}{rest}"


def _data(project: Project, path: Path, code: str) -> str:
    """Give what a data file says in every language once more, as English has it."""
    text = read_text(path)
    edits = []
    for mapping, key, value in walk(compose(path, text)):
        said_in = {other.value for other, _text in mapping.value}
        if key.value == SOURCE_LANGUAGE and said_in >= set(project.languages):
            said = text[value.start_mark.index : end_of(value, text)]
            new = f"{code}: {said if isinstance(value, yaml.ScalarNode) else '[]'}"
            flow, column = bool(mapping.flow_style), key.start_mark.column
            edits.append(after(value, text, new, flow=flow, column=column))
    return edited(text, edits)


def _config(path: Path, locale: Locale) -> str:
    """Return ``mkdocs.yml`` with the language after the others, called as in English."""
    text = read_text(path)
    languages = child(compose(path, text), "plugins", "i18n", "languages")
    named = {"locale": locale.language, "name": _name(locale), "default": "false"}
    items = languages.value if isinstance(languages, yaml.SequenceNode) else []
    for item in items:
        if getattr(child(item, "locale"), "value", "") == SOURCE_LANGUAGE:
            start, column = item.start_mark.index, item.start_mark.column - len("- ")
            edits = (
                (value.start_mark.index - start, end_of(value, text) - start, named[key.value])
                for key, value in item.value
                if key.value in named
            )
            new = f"- {edited(text[start : end_of(item, text)], edits)}"
            return edited(text, [after(items[-1], text, new, flow=False, column=column)])
    raise fail(
        path, 1, _("has no English in `plugins: i18n: languages:` to put the language after")
    )
