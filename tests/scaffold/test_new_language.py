"""`weaver language`: English under another name, complete, and all that is left is listed."""

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Workspace

from weaver.scaffold.language import new_language


def files_of(site: Workspace) -> dict[Path, bytes]:
    folders = (site.project.docs, site.project.sources, site.project.languages_folder)
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in [*found, *site.root.glob("*.yml")]}


def test_a_language_begins_complete_and_its_pages_say_that_they_are_not_translated(
    example: Workspace,
) -> None:
    shutil.copy(ROOT / "docs" / "words.yml", example.project.docs)
    assert example.weaver("check").status == 0
    before = files_of(example)
    done = example.weaver("language", "de")
    assert done.status == 0, done.err
    *written, advice, lacking = done.out.splitlines()
    assert set(written) == {
        "languages/de/language.yml",
        "languages/de/messages.po",
        "languages/de/tutorial.md",
        "languages/de/tutorial.strings.yml",
        "tutorials_src/strings.de.yml",
        "docs/de",
        "docs/checked.yml",
        "docs/glossary.yml",
        "docs/quoted.yml",
        "docs/words.yml",
        "base.yml",
    }
    changed = {path for path, content in files_of(example).items() if before.get(path) != content}
    pages = {path for path in changed if path.parent == example.project.docs / "de"}
    assert {path.name for path in pages} == {"index.md", "line.md"}
    assert changed - pages == {example.root / name for name in written if name != "docs/de"}
    assert "make check" in advice and "typography, spelling, search" in lacking

    # What code says is the same, so nothing needs a run; what is left is named.
    done = example.weaver("check")
    assert [
        line for line in done.err.splitlines() if "translations were compared" not in line
    ] == [
        "docs/de/index.md:5: is not translated yet; then take this line out",
        "docs/de/line.md:5: is not translated yet; then take this line out",
    ]
    assert example.weaver("status").status == 0
    done = example.build("--strict")
    assert done.status == 0, done.err
    page = (example.root / "site" / "de" / "line" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page and '<article class="md-typeset" lang="en">' in page
    assert "This page has not been translated yet." in page and "A line" in page

    # A tutorial has a page in it from now on.
    done = example.weaver("new", "second_step", "--title", "de=Ein zweiter Schritt")
    assert done.status == 0, done.err
    page = (example.project.docs / "de" / "second-step.md").read_text(encoding="utf-8")
    assert "title: Ein zweiter Schritt" in page
    assert "second_step:" in example.project.strings("de").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "said"),
    [("tr", "is there already"), ("xx", "has the code 'xx'"), ("../x", "has the code")],
)
def test_a_language_that_cannot_be_is_refused(example: Workspace, code: str, said: str) -> None:
    before = files_of(example)
    done = example.weaver("language", code)
    assert done.status == 1
    assert said in done.err and "Traceback" not in done.err
    assert files_of(example) == before


def test_what_is_put_into_a_file_leaves_the_rest_as_it_is(example: Workspace) -> None:
    glossary = example.project.docs / "glossary.yml"
    glossary.write_text(
        "# Terms\n- en: slope # of a line\n  tr: eğim\n  what: {tr: Diklik., en: How steep.}\n"
        "- tr: sabit\n  en: intercept\n  what:\n    tr: Bir.\n"
        "    en: >-\n      Where x\n      is 0.\n\n# end\n",
        encoding="utf-8",
    )
    new_language(example.project, "de")
    assert glossary.read_text(encoding="utf-8") == (
        "# Terms\n- en: slope # of a line\n  de: slope\n  tr: eğim\n"
        "  what: {tr: Diklik., en: How steep., de: How steep.}\n"
        "- tr: sabit\n  en: intercept\n  de: intercept\n  what:\n    tr: Bir.\n"
        "    en: >-\n      Where x\n      is 0.\n    de: >-\n      Where x\n      is 0.\n\n# end\n"
    )
