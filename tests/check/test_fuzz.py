"""Whatever a file holds, reading it gives what it says or names what is wrong: no traceback.

Each test tries 200 texts, always the same; `pytest tests/check/test_fuzz.py
--hypothesis-profile=thorough` tries 10,000 others of each kind (a quarter of an hour).
"""

import ast
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import LANGUAGE, ROOT
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.config import load_config

from weaver.core.language import load_language
from weaver.core.problems import WeaverError
from weaver.core.project import Project
from weaver.page.make import bare_page
from weaver.page.prose_html import find_refused
from weaver.page.render import render_notebook
from weaver.page.weave import namespace, weave
from weaver.program.datasets import read_datasets
from weaver.program.record import parse_record, read_about
from weaver.program.strings import read_strings
from weaver.program.tutorial import read_tutorial
from weaver.prose.article import Article, Value
from weaver.prose.data import (
    read_checked,
    read_glossary,
    read_quoted,
    read_translations,
    read_words,
)
from weaver.prose.expressions import evaluate
from weaver.prose.parse import read_article

EXAMPLE = ROOT / "tests" / "example"

# What texts are bent with: what means something to some reader of them.
SIGNS = r"""
\x00 \ufeff \u2028 \x1e \ue000 \ue0020\ue002 \ue0029\ue002 \r \t \n \n\n
--- ... : - ? & * ! | > ' " # % @ ` ~ ~~~ ``` [ ] { } {{ }} {% %} {# #} ( ) $ $$ ( _ ** \\
< </ <!-- --> <![CDATA[ <script> <div> </div> <details> <img&onerror=a> [^1] [^1]: !!! ??? ===
*[a]: null true .nan .inf 0x1f 1e999 2026-02-30 !!python/name:os.system !!binary &a *a <<: -1
9999999999 cell( cell("fit") {{ne}} __class__ x|percent x. x[ # %% tags=[ [markdown] >>> def import
""".split()
ODD = st.one_of(
    st.sampled_from([ast.literal_eval(f"'{sign}'") if "\\" in sign else sign for sign in SIGNS]),
    st.text(max_size=4),
    st.characters(),
)


@st.composite
def bent(draw: st.DrawFn, text: str) -> str:
    """Return a text with some parts left out, put in or replaced."""
    for _edit in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 8, 40])))
        text = text[:start] + draw(ODD) + text[end:]
    return text


def told(read: Callable[[], object]) -> bool:
    """Whether something can be read; what cannot is named with its file, and nothing else is."""
    try:
        read()
    except WeaverError as error:
        assert error.problems
        assert all(problem.text and problem.line >= 0 for problem in error.problems)
        str(error).encode()
        return False
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("fuzz")
    (root / "docs" / "en").mkdir(parents=True)
    (root / "languages" / "en").mkdir(parents=True)
    (root / "mkdocs.yml").write_text(
        "plugins: {i18n: {languages: [{locale: tr}, {locale: en}]}}\n", encoding="utf-8"
    )
    return root


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


# --- pages -----------------------------------------------------------------------

PAGE = (EXAMPLE / "docs" / "en" / "line.md").read_text(encoding="utf-8")


@given(text=bent(PAGE))
def test_a_page_can_be_read_or_is_refused(folder, text):
    path = write(folder / "docs" / "en" / "line.md", text)
    told(lambda: read_article(path, LANGUAGE["en"]))


@given(front=bent("title: A line\ndescription: Text\ntutorial: line\ncard: {value: '{{ x }}'}\n"))
def test_front_matter_can_be_read_or_is_refused(folder, front):
    path = write(folder / "docs" / "en" / "line.md", f"---\n{front}---\n# A line\n")
    told(lambda: read_article(path, LANGUAGE["en"]))


MARKDOWN = (
    "# A\n\nText *a* `b` [c](d.md) ![e](f.png) $x$ <kbd>k</kbd> a[^1].\n{ .facts #g }\n\n"
    '| a | b |\n| --- | --- |\n| <b>c</b> | d |\n\n!!! note "h"\n    <details><summary>i</summary>'
    '\n    j</details>\n\n[^1]: Note <i>k</i>.\n\n<div markdown="1">\n\nl\n\n</div>\n'
)


@pytest.fixture(scope="module")
def config():
    return load_config(str(ROOT / "mkdocs.yml"))


@given(text=bent(MARKDOWN))
def test_markdown_becomes_html_of_what_is_listed_alone(config, text):
    notebook = json.loads(bare_page("en/line.md", text).notebook)
    shown = render_notebook(notebook, config.markdown_extensions, config.mdx_configs)
    # Formulas are finished HTML, and what was refused is quoted.
    bare = re.sub(r'(?s)<math\b.*?</math>|<samp class="page-failure"[^>]*>', "", shown)
    assert find_refused(bare) == []


# --- data files ------------------------------------------------------------------

QUOTED, CHECKED, GLOSSARY = (
    (EXAMPLE / "docs" / f"{name}.yml").read_text(encoding="utf-8")
    for name in ("quoted", "checked", "glossary")
)
DATA = {
    "quoted": (QUOTED, read_quoted),
    "checked": (CHECKED, read_checked),
    "glossary": (GLOSSARY, read_glossary),
    "translations": ("- line 0123456789ab\n- index 0123456789ab\n", read_translations),
    "words": ("names: [PyTorch]\nen: [softmax]\n", lambda project: read_words(project, "en")),
}


@given(data=st.data())
@pytest.mark.parametrize("name", DATA)
def test_a_data_file_can_be_read_or_is_refused(folder, name, data):
    text, read = DATA[name]
    write(folder / "docs" / f"{name}.yml", data.draw(bent(text)))
    told(lambda: read(Project(folder)))


@given(data=st.data())
@pytest.mark.parametrize("name", ["strings", "language", "datasets", "mkdocs"])
def test_other_yaml_can_be_read_or_is_refused(folder, name, data):
    if name == "strings":
        text = (EXAMPLE / "tutorials_src" / "strings.tr.yml").read_text(encoding="utf-8")
        path = write(folder / "strings.tr.yml", data.draw(bent(text)))
        told(lambda: read_strings(path))
    elif name == "language":
        text = (ROOT / "languages" / "en" / "language.yml").read_text(encoding="utf-8")
        write(folder / "languages" / "en" / "language.yml", data.draw(bent(text)))
        told(lambda: load_language(folder / "languages", "en"))
    elif name == "datasets":
        text = (ROOT / "weaver" / "program" / "datasets.yml").read_text(encoding="utf-8")
        path = write(folder / "datasets.yml", data.draw(bent(text)))
        told(lambda: read_datasets(path))
    else:
        root = folder / "other"
        root.mkdir(exist_ok=True)
        text = (folder / "mkdocs.yml").read_text(encoding="utf-8")
        write(root / "mkdocs.yml", data.draw(bent(text)))
        told(lambda: Project(root).languages)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def with_another(draw: st.DrawFn, tree: object) -> object:
    """Return a tree of lists and dicts with something else at one place."""
    tree = json.loads(json.dumps(tree))
    at = tree
    while True:
        places = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not places:
            return tree
        place = draw(st.sampled_from(places))
        if isinstance(at[place], dict | list) and at[place] and draw(st.integers(0, 3)):
            at = at[place]
        elif draw(st.booleans()):
            at[place] = draw(ANYTHING)
            return tree
        else:
            del at[place]
            return tree


@given(data=st.data())
@pytest.mark.parametrize("name", ["quoted", "checked", "glossary"])
def test_a_data_file_of_another_form_can_be_read_or_is_refused(folder, name, data):
    text, read = DATA[name]
    tree = data.draw(with_another(yaml.safe_load(text)))
    write(folder / "docs" / f"{name}.yml", yaml.safe_dump(tree, allow_unicode=True))
    told(lambda: read(Project(folder)))


# --- programs --------------------------------------------------------------------

PROGRAM = (EXAMPLE / "tutorials_src" / "line.py").read_text(encoding="utf-8")


@given(text=bent(PROGRAM))
def test_a_program_can_be_read_or_is_refused(folder, text):
    path = write(folder / "line.py", text)
    told(lambda: read_tutorial(path))


@given(name=ODD, tags=ODD)
def test_a_cell_can_have_a_name_and_tags_or_is_refused(folder, name, tags):
    text = PROGRAM.replace("# %% fit", f"# %% {name}").replace('["hidden"]', tags)
    path = write(folder / "line.py", text)
    told(lambda: read_tutorial(path))


# --- expressions -----------------------------------------------------------------

VALUES = {
    "x": 0.5,
    "n": 3,
    "word": "a|b<i>`$",
    "many": [0.25, 1.0],
    "by": {"slow": 0.125, "items": 1},
    "run": {"device": "CPU", "seconds": 1.5},
    "largest": 1e308,
    "whole": 10**300,
}
WORDS = st.sampled_from(
    """
    x n word many by run largest whole none true . , ( ) [ ] { } + - * / // % ** ~ | == and or not
    if else is in 0 1 2 60 10 1000 847 0.5 1e308 "a" "slow" percent number points seconds integer
    slow items device update keys __class__ format range cycler lipsum self {{ }} {% {# #} # :
    join default map attr
    """.split()
)


@given(expression=st.lists(WORDS | ODD, max_size=12).map(" ".join))
def test_an_expression_gives_a_text_or_is_refused(expression):
    article = Article(Path("line.md"), LANGUAGE["tr"], {"tutorial": "line"}, ())
    before = repr(VALUES)
    told(lambda: evaluate(article, Value(1, expression), VALUES).encode())
    assert repr(VALUES) == before


# --- records ---------------------------------------------------------------------


def sign(path: Path, notebook: dict) -> None:
    """Write a record as if the runner had."""
    notebook["metadata"]["weaver_digest"] = "0" * 64
    text = json.dumps(notebook, indent=1, sort_keys=True) + "\n"
    path.write_text(text.replace("0" * 64, hashlib.sha256(text.encode()).hexdigest()))


def use(path: Path) -> None:
    """Read a record, and weave the example's page of it."""
    record = parse_record(path, path.read_bytes())
    article = read_article(EXAMPLE / "docs" / "en" / "line.md", LANGUAGE["en"])
    tutorial = read_tutorial(EXAMPLE / "tutorials_src" / "line.py")
    quoted = {"somebody": {"value": 0.8}}
    assert namespace(record, quoted)
    json.dumps(weave(article, tutorial, {}, record, quoted), ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def record(recorded) -> dict[str, object]:
    return json.loads(recorded.record.read_text(encoding="utf-8"))


@given(data=st.data())
def test_a_signed_record_of_another_form_can_be_woven_or_is_refused(folder, record, data):
    part = data.draw(st.sampled_from(["metadata", "cells"]))
    forged = {**record, part: data.draw(with_another(record[part]))}
    path = folder / "line.ipynb"
    if isinstance(forged["metadata"], dict):
        sign(path, forged)
    told(lambda: use(path))


@given(data=st.data())
def test_a_bent_record_is_refused(folder, record, data):
    text = json.dumps({**record, "cells": record["cells"][:2]}, indent=1)
    path = write(folder / "line.ipynb", data.draw(bent(text)))
    told(lambda: use(path))
    told(lambda: read_about(path))
