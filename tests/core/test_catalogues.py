"""The catalogues: each language has every message of the engine, and none besides."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from string import Formatter
from tempfile import TemporaryDirectory

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from conftest import ROOT

CATALOGUES = sorted(ROOT.glob("languages/*/messages.po"))


@cache
def said() -> Catalog:
    """Return the messages of the engine, as `make messages` collects them."""
    with TemporaryDirectory() as folder:
        found = Path(folder, "messages.pot")
        command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
        command += ["--mapping", "pyproject.toml", "--no-default-keywords"]
        command += ["--keyword", "_ ngettext:1,2", "--output", str(found), "weaver"]
        subprocess.run(command, cwd=ROOT, check=True)
        with found.open("rb") as file:
            return read_po(file)


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name)


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def fields(text: str) -> set[str]:
    """Return the names in braces, of which ``{{ name }}`` is none once it is formatted."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:  # braces of its own: it is said as it is
        return set()


def test_messages_are_found_in_code_and_templates():
    ids = {message.id for message in said() if message.id}
    assert len(ids) > 150
    assert "no such file" in ids and "What does not fit" in ids
    assert ("{count} problem", "{count} problems") in ids


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_a_catalogue_has_each_message_and_no_other(path):
    catalogue = read_catalogue(path)
    wanted = {message.id for message in said() if message.id}
    there = {message.id for message in catalogue if message.id}
    assert sorted(map(str, wanted - there)) == [], "run `make messages`, then translate"
    assert sorted(map(str, there - wanted)) == [], "run `make messages`"
    assert list(catalogue.obsolete) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.name)
def test_each_message_is_translated_with_the_same_fields(path):
    for message in read_catalogue(path):
        if message.id:
            assert all(forms(message.string)), f"no translation of {message.id!r}"
            assert not message.fuzzy, message.id
            for form in forms(message.string):
                assert fields(form) == fields(forms(message.id)[-1]), message.id


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no cell {name!r}: {known}", {"name", "known"}),
        ("write `{{{{ {name} }}}}`", {"name"}),
        ("only `{{ … }}` is allowed, no `{% … %}`", {"% … %"}),
        ("`{{` has no `}}`", set()),
        ("one }", set()),
    ],
)
def test_fields_of_a_message(text, names):
    assert fields(text) == names
