"""`weaver new`: a tutorial that runs, checks and builds as it is, or nothing at all."""

import shutil
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Workspace

from weaver.core.problems import WeaverError
from weaver.scaffold.tutorial import new_tutorial


def files_of(site: Workspace) -> dict[Path, bytes]:
    folders = (site.project.docs, site.project.sources)
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in [*found, site.root / "mkdocs.yml"]}


def problems_of(site: Workspace) -> set[str]:
    """Return what the check finds; that a folder has no history is no problem."""
    said = site.weaver("check").err.splitlines()
    return {line for line in said if not line.startswith("translations were compared")}


def test_a_new_tutorial_lacks_only_what_its_author_must_say(example: Workspace) -> None:
    # The site's own list of the field's words, such as "gradyan".
    shutil.copy(ROOT / "docs" / "words.yml", example.project.docs)
    before = files_of(example)
    titles = ("--title", "tr=İlk adım: bir deneme", "--title", "en=A first step")
    done = example.weaver("new", "first_step", *titles)
    assert done.status == 0, done.err
    written = done.out.splitlines()[:-1]
    assert written == [
        "tutorials_src/first_step.py",
        "docs/tr/first-step.md",
        "docs/en/first-step.md",
        "tutorials_src/strings.tr.yml",
        "mkdocs.yml",
    ]
    assert "make run NAME=first_step" in done.out
    changed = {path for path, content in files_of(example).items() if before.get(path) != content}
    assert changed == {example.root / name for name in written}

    # Until it is run, and described, that is all there is to say.
    undescribed = {
        f"docs/{language}/first-step.md:1: front matter has no `description:`"
        for language in ("tr", "en")
    }
    said = problems_of(example)
    assert undescribed < said
    (unrun,) = said - undescribed
    assert unrun.startswith("tutorials_src/first_step.py: never run")
    assert example.weaver("run", "first_step").status == 0
    assert problems_of(example) == undescribed

    for language, text in (("tr", "Bir adım."), ("en", "A step.")):
        page = example.project.docs / language / "first-step.md"
        example.edit(page, "description:\n", f"description: {text}\n")
    assert example.weaver("check").status == 0
    done = example.build("--strict")
    assert done.status == 0, done.err
    turkish = (example.root / "site" / "first-step" / "index.html").read_text(encoding="utf-8")
    assert "İlk adım: bir deneme" in turkish and "adımdan önce" in turkish and "<svg" in turkish
    home = (example.root / "site" / "en" / "index.html").read_text(encoding="utf-8")
    assert home.index("A line") < home.index("A first step")

    # A program of the house needs nothing but Python.
    assert example.python("tutorials_src/first_step.py", MPLBACKEND="Agg").status == 0


def test_the_configuration_keeps_its_comments_and_layout(example: Workspace) -> None:
    path = example.root / "mkdocs.yml"
    text = "# Before\nINHERIT: base.yml\nnav:\n  - index.md  # home\n"
    text += "  - line.md  # an article\n  # after it\nx: 1\n"
    path.write_text(text, encoding="utf-8")
    new_tutorial(example.project, "second", {})
    new_text = path.read_text(encoding="utf-8")
    assert new_text == text.replace("# an article\n", "# an article\n  - second.md\n")
    flow = "INHERIT: base.yml\nnav: [line.md, index.md] # short"
    path.write_text(flow, encoding="utf-8")
    new_tutorial(example.project, "third", {})
    assert path.read_text(encoding="utf-8") == flow.replace("line.md,", "line.md, third.md,")


def test_strings_that_are_shared_already_are_not_written_again(example: Workspace) -> None:
    example.edit(example.project.strings("tr"), "common:\n", 'common:\n  "step": "adım"\n')
    new_tutorial(example.project, "second", {})
    strings = yaml.safe_load(example.project.strings("tr").read_text(encoding="utf-8"))
    assert "step" not in strings["second"] and strings["second"]["loss"] == "kayıp"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Bad-Name", "lower-case ASCII letters"),
        ("ölçek", "lower-case ASCII letters"),
        ("../line", "lower-case ASCII letters"),
        ("", "needs a name"),
        ("torch", "a meaning in Python"),
        ("random", "a meaning in Python"),
        ("class", "a meaning in Python"),
        ("common", "a meaning in Python"),
        ("line", "is there already"),
        ("index", "is there already"),
    ],
)
def test_a_name_that_cannot_be_is_refused(example: Workspace, name: str, said: str) -> None:
    before = files_of(example)
    done = example.weaver("new", name)
    assert done.status == 1
    assert said in done.err and "Traceback" not in done.err
    assert files_of(example) == before


@pytest.mark.parametrize("config", ["nav: {", "INHERIT: base.yml\n", "- a\n"])
def test_a_configuration_that_cannot_take_it_is_left_alone(
    example: Workspace, config: str
) -> None:
    (example.root / "mkdocs.yml").write_text(config, encoding="utf-8")
    before = files_of(example)
    with pytest.raises(WeaverError, match=r"mkdocs\.yml:\d:"):
        new_tutorial(example.project, "second", {})
    assert files_of(example) == before


def test_what_cannot_be_written_whole_is_not_written(example: Workspace) -> None:
    # A file in the place of the English articles' folder stops the writing midway.
    english = example.project.docs / "en"
    english.rename(example.project.docs / "english")
    english.write_text("", encoding="utf-8")
    before = files_of(example)
    with pytest.raises(OSError):
        new_tutorial(example.project, "second", {})
    assert files_of(example) == before
