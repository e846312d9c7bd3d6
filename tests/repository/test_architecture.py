"""ARCHITECTURE.md is true: what it names is there, and its recipes work as they are written."""

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Workspace

TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
# Where a block of code goes: a file of its own, or a table or constant of one.
RECIPES = re.findall(r"```python\n# (weaver/\S+\.py)(?:: (\w+))?\n(.*?)```", TEXT, re.DOTALL)


def apply(root: Path, *names: str) -> None:
    """Follow the recipes for these files in a copy of the engine."""
    for file, table, code in RECIPES:
        path = root / file
        if path.name not in names:
            continue
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not table:
            path.write_text(code, encoding="utf-8")
        elif code.startswith(table):
            changed = re.sub(rf"(?m)^{table} = .*$", code.strip(), text)
            assert changed != text
            path.write_text(changed, encoding="utf-8")
        else:
            row = re.search(rf"(?m)^{table}\b.*[({{]$", text)
            assert row, f"{file} has no table {table}"
            path.write_text(f"{text[: row.end()]}\n{code.rstrip()}{text[row.end() :]}")


@pytest.fixture
def copy(example: Workspace) -> Workspace:
    """Return the example with an engine of its own."""
    (example.root / "weaver").unlink(missing_ok=True)
    made = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "weaver", example.root / "weaver", ignore=made)
    return example


def test_every_place_that_it_names_is_there():
    named = set(re.findall(r"`((?:\w+/)*\w+(?:\.py|/))`", TEXT))
    assert len(named) > 20
    roots = (ROOT, ROOT / "weaver", *(path for path in (ROOT / "weaver").iterdir()))
    missing = {name for name in named if not any((root / name).exists() for root in roots)}
    assert missing == {"tutorials_src/line.py", "languages/de/"}  # examples


def test_every_package_is_on_the_map():
    packages = {path.parent.name for path in (ROOT / "weaver").glob("*/__init__.py")}
    rows = TEXT.partition("```\n")[2].partition("```")[0]
    assert packages == set(re.findall(r"\b(\w+)/", rows))


def test_a_check_is_a_function_and_a_row(copy: Workspace):
    apply(copy.root, "shouting.py", "registry.py")
    registry = copy.root / "weaver/check/registry.py"
    copy.edit(
        registry,
        "from weaver.check.strings",
        "from weaver.check.shouting import check_shouting\nfrom weaver.check.strings",
    )
    copy.edit(copy.page("en"), "title: A line", "title: A LINE")
    done = copy.weaver("check", PYTHONPATH=str(copy.root))
    assert done.status == 1
    assert "docs/en/line.md:2: a title that shouts" in done.err


def test_a_type_of_output_is_a_row(copy: Workspace):
    show = 'display({"application/json": {"a": 1}}, raw=True)'
    show = f"\n# %% json\nfrom IPython.display import display\n\n{show}\n"
    copy.source.write_text(copy.source.read_text(encoding="utf-8") + show, encoding="utf-8")
    for language in ("tr", "en"):
        text = copy.page(language).read_text(encoding="utf-8")
        copy.page(language).write_text(text + '\n{{ cell("json") }}\n', encoding="utf-8")
    refused = copy.weaver("run", PYTHONPATH=str(copy.root))
    assert refused.status == 1 and "application/json" in refused.err
    apply(copy.root, "outputs.py")
    done = copy.weaver("run", PYTHONPATH=str(copy.root))
    assert done.status == 0, done.err
    assert copy.build("--strict", PYTHONPATH=str(copy.root)).status == 0
    page = (copy.root / "site/en/line/index.html").read_text(encoding="utf-8")
    assert '{"a": 1}' in page


def test_another_evaluation_makes_records_stale(copy: Workspace):
    assert copy.weaver("status", PYTHONPATH=str(copy.root)).status == 0
    apply(copy.root, "key.py")
    done = copy.weaver("status", PYTHONPATH=str(copy.root))
    assert done.status == 1
    assert "the runner draws figures, checks claims or tells what ran otherwise now" in done.out
