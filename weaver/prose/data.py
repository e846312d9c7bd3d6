"""The data files beside the prose: quoted and checked figures, glossary, words.

Each ``docs/<name>.yml`` has the form that ``schemas/<name>.json`` describes.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from weaver.core.files import compose_yaml, find_line, load_yaml, read_text
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import Project

Entry = dict[str, Any]  # of a data file; its ``line`` is where it starts

_LANGUAGE = "<language>"  # stands in a schema for each language of the site


def read_quoted(project: Project) -> dict[str, Entry]:
    """Read ``quoted.yml``: figures stated elsewhere, each with its source, by key."""
    return _read(project, "quoted") or {}


def read_checked(project: Project) -> list[Entry]:
    """Read ``checked.yml``: figures that sources state, each with the value that checks it."""
    return _read(project, "checked") or []


def read_glossary(project: Project) -> list[Entry]:
    """Read ``glossary.yml``: terms in each language, and ``what`` they mean."""
    return _read(project, "glossary") or []


def read_translations(project: Project) -> list[str]:
    """Read ``translations.yml``: sections declared to be in step, as ``<page> <digest>``."""
    return _read(project, "translations") or []


def read_words(project: Project, language: str) -> frozenset[str]:
    """Read the words of ``words.yml`` that a language may use."""
    words = _read(project, "words") or {}
    entries = (entry for key in ("names", language) for entry in words.get(key, ()))
    return frozenset(word for entry in entries for word in re.split(r"[ -]", entry))


def _read(project: Project, name: str) -> Any:
    """Return what a data file says; None if there is no such file, or nothing in it.

    Raises
    ------
    WeaverError
        With everything in it that is not of the form that its schema describes.
    """
    path = project.docs / f"{name}.yml"
    return _parse(path, read_text(path), project.languages) if path.exists() else None


@lru_cache(maxsize=32)  # every page of a build asks for the same text
def _parse(path: Path, text: str, languages: Sequence[str]) -> Any:
    tree: Any = load_yaml(path, text)
    root = compose_yaml(path, text)
    if tree is None:
        return None
    schema = Path(__file__).with_name("schemas") / f"{path.stem}.json"
    form = _expand(json.loads(schema.read_text(encoding="utf-8")), languages)
    errors = Draft202012Validator(form).iter_errors(tree)
    if problems := [
        Problem(path, find_line(root, [*error.absolute_path, *_surplus(error)]), _say(error))
        for error in errors
    ]:
        raise WeaverError(sorted(set(problems)))
    for key, entry in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(entry, dict):
            entry["line"] = find_line(root, [key])
    return tree


def _expand(schema: Any, languages: Sequence[str]) -> Any:
    """Return a schema with the languages wherever one stands for all of them."""
    if isinstance(schema, dict):
        return {
            name: _expand(value, languages)
            for key, value in schema.items()
            for name in (languages if key == _LANGUAGE else [key])
        }
    if isinstance(schema, list):
        return [one for item in schema for one in (languages if item == _LANGUAGE else [item])]
    return schema


def _surplus(error: ValidationError) -> list[str]:
    """Return the first key that a mapping may not have."""
    if error.validator != "additionalProperties":
        return []
    return [key for key in error.instance if key not in error.schema["properties"]][:1]


def _say(error: ValidationError) -> str:
    """Return what is wrong, in the reader's language."""
    where = next((f"{key}: " for key in reversed(error.absolute_path) if isinstance(key, str)), "")
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return where + _("lacks {keys}").format(keys=", ".join(missing))
    if error.validator == "oneOf":
        return where + _("lacks {keys}").format(keys="value")
    if error.validator == "additionalProperties":
        known = ", ".join(error.schema["properties"])
        text = _("no key {key!r}: there is {known}")
        return where + text.format(key=_surplus(error)[0], known=known)
    if error.validator == "enum":
        known = ", ".join(error.validator_value)
        return where + _("{value!r} is none of {known}").format(value=error.instance, known=known)
    if error.validator == "pattern" and where:
        text = _("{value!r}: a fact is no result, it has no decimal and no percentage")
        return where + text.format(value=error.instance)
    if error.validator == "pattern":
        text = _("{value!r}: write `- <page> <digest>`, as the check says it")
        return text.format(value=error.instance)
    kinds = {"object": _("`key: value` lines"), "array": _("a list"), "string": _("a text")}
    wanted = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    kind = ", ".join(kinds.get(name, name) for name in names)
    return where + _("must be {kind}").format(kind=kind)
