"""Reading a tutorial source."""

from pathlib import Path

import pytest

from weaver.core.problems import WeaverError
from weaver.program.tutorial import read_tutorial

GOOD = '''"""A tutorial.

>>> total
3
"""

# %% add
total = 1 + 2

# %% show tags=["display"]
print(total)
'''


def read(folder: Path, text: str):
    path = folder / "sums.py"
    path.write_text(text, encoding="utf-8")
    return read_tutorial(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(WeaverError) as caught:
        read(folder, text)
    return [str(problem) for problem in caught.value.problems]


def test_cells_have_names_lines_and_tags(tmp_path):
    tutorial = read(tmp_path, GOOD)
    assert [(cell.name, cell.line) for cell in tutorial.cells] == [("add", 8), ("show", 11)]
    assert not tutorial.cells[0].displays
    assert tutorial.cells[1].displays
    assert tutorial.docstring.startswith("A tutorial.")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("# %% add", "# %%", 7, "cell name ''"),
        ("# %% add", "# %% Add It", 7, "cell name 'Add It'"),
        ("# %% add", "# %% show", 10, "a second cell is named 'show'"),
        ("# %% add", "# %% [markdown] add", 7, "prose belongs in docs/"),
        ('["display"]', '["dispaly"]', 10, "unknown tag 'dispaly': use one of display"),
        ("total = 1 + 2", "total = 1 +", 8, "not plain Python"),
        ("total = 1 + 2", "%timeit 1", 8, "not plain Python"),
        ("total = 1 + 2", "import weaver\ntotal = 3", 8, "do not import it"),
        (">>> total\n3", "Nothing.", 1, "the docstring claims nothing"),
        ("print(total)", "total = 4", 11, "display cell 'show' sets `total`"),
        ("print(total)", "for total in []: pass", 11, "display cell 'show' sets `total`"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, old, new, line, said):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(f"sums.py:{line}: " in text and said in text for text in found), found


def test_a_display_cell_may_use_a_name_that_is_local_elsewhere(tmp_path):
    text = GOOD.replace("total = 1 + 2", "def f(k):\n    s = k\n    return s\n\n\ntotal = f(3)")
    read(tmp_path, text.replace("print(total)", "k = s = 1\nprint(total, k, s)"))
    reads = text.replace("s = k", "s = scale")
    found = problems(tmp_path, reads.replace("print(total)", "scale = 1"))
    assert any("sets `scale`" in text for text in found)


def test_code_before_the_first_cell_is_refused(tmp_path):
    found = problems(tmp_path, GOOD.replace("# %% add\n", ""))
    assert "must start with its docstring, then a `# %% name` line" in found[0]


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "sums.py").write_bytes(b'"""A."""\n\xff\n')
    with pytest.raises(WeaverError, match="sums.py:2: not UTF-8"):
        read_tutorial(tmp_path / "sums.py")
