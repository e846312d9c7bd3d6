"""The data files beside the prose: quoted and checked figures, glossary, words."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from weaver.core.files import compose_yaml, load_yaml, read_text
from weaver.core.problems import fail
from weaver.core.project import LANGUAGES, Project


def read_words(project: Project, language: str) -> frozenset[str]:
    """Read the words of ``docs/words.yml`` that a language may use."""
    path = project.words
    if not path.exists():
        return frozenset()
    tree = load_yaml(path, read_text(path)) or {}
    keys = {"names", *LANGUAGES}
    if not isinstance(tree, dict) or not all(
        key in keys and isinstance(words, list) for key, words in tree.items()
    ):
        raise fail(path, 1, "must have lists of words under `names`, `tr` and `en`")
    entries = (str(entry) for key in ("names", language) for entry in tree.get(key, ()))
    return frozenset(word for entry in entries for word in re.split(r"[ -]", entry))


def read_quoted(project: Project) -> dict[str, dict]:
    """Read ``quoted.yml``: figures stated elsewhere, each with its source.

    Returns a mapping from key to ``value``, ``what`` (by language), ``source``
    and ``link``.
    """
    path = project.quoted
    if not path.exists():
        return {}
    text = read_text(path)
    quoted = load_yaml(path, text) or {}
    if not isinstance(quoted, dict) or not all(
        isinstance(entry, dict) for entry in quoted.values()
    ):
        raise fail(path, 1, "must map names to entries of `key: value` lines")
    lines = {key.value: key.start_mark.line + 1 for key, _ in _children(path, text)}
    for key, entry in quoted.items():
        entry["line"] = lines[key]
    for key, entry in quoted.items():
        missing = {"value", "what", "source", "link"} - set(entry)
        missing |= {"what"} if set(entry.get("what", ())) != set(LANGUAGES) else set()
        if missing:
            raise fail(path, lines[key], f"{key!r} lacks {', '.join(sorted(missing))}")
    return quoted


VERDICTS = {
    "holds": {"tr": "doğru", "en": "holds"},
    "rounded": {"tr": "yuvarlanmış", "en": "rounded"},
    "close": {"tr": "yakın", "en": "close"},
    "erratum": {"tr": "**düzeltme**", "en": "**erratum**"},
    "improved": {"tr": "aşıldı", "en": "improved"},
    "unstated": {"tr": "kaynakta yok", "en": "not stated"},
}


def read_entries(path: Path, required: set[str], bilingual: set[str]) -> list[dict]:
    """Read a data file: a list of mappings, each with the required keys.

    Values of ``bilingual`` keys are mappings from language to text.
    """
    if not path.exists():
        return []
    entries = _parse_entries(path, read_text(path))
    for entry in entries:
        line = entry["line"]
        missing = required - set(entry)
        if missing:
            raise fail(path, line, f"entry lacks {', '.join(sorted(missing))}")
        for key in bilingual & set(entry):
            if not isinstance(entry[key], dict) or set(entry[key]) != set(LANGUAGES):
                raise fail(path, line, f"`{key}` needs {' and '.join(LANGUAGES)}")
    return entries


def _children(path: Path, text: str) -> list[Any]:
    node = compose_yaml(path, text)
    return list(node.value) if node else []


@cache  # every page of a build asks for the same text
def _parse_entries(path: Path, text: str) -> list[dict]:
    entries = load_yaml(path, text) or []
    if not isinstance(entries, list):
        raise fail(path, 1, "must be a list of entries, each starting with `- `")
    for entry, node in zip(entries, _children(path, text), strict=True):
        if not isinstance(entry, dict):
            raise fail(path, node.start_mark.line + 1, "an entry must be `key: value` lines")
        entry["line"] = node.start_mark.line + 1
    return entries


def read_glossary(project: Project) -> list[dict]:
    """Read the terms of the glossary: ``tr``, ``en`` and ``what`` they mean."""
    return read_entries(project.docs / "glossary.yml", {"tr", "en", "what"}, {"what"})


def read_checked(project: Project) -> list[dict]:
    """Read the figures that the sources state, each with the value that checks it."""
    required = {"source", "item", "what", "stated", "tutorial", "value", "verdict"}
    path = project.docs / "checked.yml"
    entries = read_entries(path, required, {"what", "note", "section"})
    for entry in entries:
        if entry["verdict"] not in VERDICTS:
            raise fail(path, entry["line"], f"verdict {entry['verdict']!r}: {', '.join(VERDICTS)}")
        if entry["verdict"] != "holds" and "note" not in entry:
            raise fail(path, entry["line"], "a figure that does not simply hold needs a `note`")
    return entries
