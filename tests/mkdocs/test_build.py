"""Building the example site with MkDocs, and what stops a build."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import Workspace

# Importing any of these in a build means that it needs what only a run needs.
HEAVY = ("torch", "torchvision", "numpy", "matplotlib", "ipykernel_launcher")


@pytest.fixture
def light(tmp_path) -> dict[str, str]:
    """Return an environment in which what only a run needs cannot be imported."""
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name in HEAVY:
        (stubs / f"{name}.py").write_text(f"raise SystemExit('the build imports {name}')\n")
    return {"PYTHONPATH": str(stubs)}


def html(site: Workspace | Path, page: str) -> str:
    folder = site if isinstance(site, Path) else site.root / "site"
    return (folder / page / "index.html").read_text(encoding="utf-8")


# A year later, somewhere else: another zone, language, order of sets, and files for oneself alone.
LATER = """
import datetime, os, runpy, sys
import time_machine

time_machine.travel(datetime.datetime.now() + datetime.timedelta(days=366)).start()
os.umask(0o077)
print("built on", datetime.date.today().year)
sys.argv = ["mkdocs", "build", "--strict"]
runpy.run_module("mkdocs", run_name="__main__")
"""
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_in_a_year_the_same_bytes_are_built(example, plain):
    shutil.rmtree(example.root / ".cache", ignore_errors=True)
    done = example.python("-c", LATER, **ELSEWHERE)
    assert done.status == 0, done.err
    assert done.out.startswith(f"built on {date.today().year + 1}")
    now, later = files(plain), files(example.root / "site")
    assert sorted(now) == sorted(later)
    assert [name for name in now if now[name] != later[name]] == []


def test_fresh_records_build_without_torch_and_without_a_kernel(example, light):
    done = example.build("--strict", **light)
    assert done.status == 0, done.err
    assert "%84,7" in html(example, "line")
    assert "84.7%" in html(example, "en/line")
    assert example.weaver("status", **light).status == 0
    assert example.weaver("check", **light).status == 0


def test_editing_a_sentence_needs_no_run(example, light):
    for language, old, new in (("tr", "Noktalar", "Dört nokta"), ("en", "The points", "All four")):
        example.edit(example.page(language), old, new)
    done = example.build("--strict", **light)
    assert done.status == 0, done.err
    assert "Dört nokta" in html(example, "line")
    assert "All four" in html(example, "en/line")


def test_a_changed_comment_is_shown_without_a_run(example, light):
    example.edit(example.source, "# the line to find", "# our line")
    example.edit(example.project.strings("tr"), "# the line to find", "# our line")
    assert example.build("--strict", **light).status == 0
    assert "# our line" in html(example, "en/line")


def test_anchors_are_transliterated_and_equal_in_heading_and_contents(plain):
    page = html(plain, "line")
    assert '<h2 id="isiginda-uydurma">' in page
    assert page.count('href="#isiginda-uydurma"') >= 2  # the heading's own, and the contents'


def test_each_page_has_its_language_its_twin_and_its_words(plain):
    for page, language, twin in (("line", "tr", "../en/line/"), ("en/line", "en", "../../line/")):
        text = html(plain, page)
        assert f'<html lang="{language}"' in text
        assert f'href="{twin}"' in text
        for code, address in (("tr", "line/"), ("en", "en/line/"), ("x-default", "line/")):
            link = f'hreflang="{code}" href="https://example.org/{address}"'
            assert link in text
    assert "noktalar" in html(plain, "line")
    assert "# bulunacak doğru" in html(plain, "line")
    assert "<title>Bir doğru · " in html(plain, "line")
    assert 'content="Dört noktadan bir doğru' in html(plain, "line")


def test_the_page_is_lean(plain):
    text = html(plain, "line")
    assert "<math" in text
    assert "arithmatex" not in text
    assert "MathJax" not in text
    assert "jp-" not in text
    assert len(text) < 60_000


def test_the_notebook_beside_the_page_is_whole(plain):
    path = plain / "line" / "line.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any("share = 0.847" in source for source in code)  # a hidden cell
    assert any("# bulunacak doğru" in source for source in code)
    assert not (plain / "nbconvert").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("docs/en/line.md", "index.md", "indx.md", "indx.md"),
        ("docs/en/line.md", "index.md", "index.md#nowhere", "'nowhere'"),
        ("docs/tr/line.md", "index.md", "index.md#yok", "'yok'"),
        ("docs/en/line.md", "slope | n", "slpe | n", "docs/en/line.md:20: {{ slpe"),
        (
            "docs/en/line.md",
            'cell("fit")',
            'cell("fitt")',
            "docs/en/line.md:23: line.py has no cell",
        ),
        ("docs/en/line.md", "$y = 2x + 1$", "$y = \\foo$", "docs/en/line.md:8: LaTeX $y = \\foo$"),
        ("docs/en/index.md", "# Example", "# Example $\\frac$", "docs/en/index.md:6: LaTeX"),
        ("tutorials_src/line.py", "share = 0.847", "share = 0.8", "cell `secret` changed"),
        ("tutorials_src/line.py", "share = 0.847", "share = ", "tutorials_src/line.py:"),
    ],
)
def test_a_strict_build_stops_with_a_message(example, file, old, new, said):
    example.edit(example.root / file, old, new)
    done = example.build("--strict")
    assert done.status == 1
    assert "Traceback" not in done.err
    assert said in done.err


def test_a_stale_page_says_so_while_editing(example):
    example.edit(example.source, "share = 0.847", "share = 0.848")
    assert example.build().status == 0
    assert "make run NAME=line" in html(example, "line")
    assert "cell <code>secret</code> changed" in html(example, "en/line")


def test_a_site_is_the_same_bytes_whatever_the_hash_seed_and_the_folder(example, tmp_path):
    other = Workspace(tmp_path / "other")
    shutil.copytree(example.root, other.root, symlinks=True)
    built = []
    for site, seed in ((example, "1"), (other, "2")):
        done = site.build("--strict", PYTHONHASHSEED=seed)
        assert done.status == 0, done.err
        folder = site.root / "site"
        files = (path for path in folder.rglob("*") if path.is_file())
        built.append({path.relative_to(folder): path.read_bytes() for path in files})
    first, second = built
    assert len(first) > 30
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []


@pytest.mark.parametrize("folder", ["docs/en", "tutorials_src", "languages/tr", "overrides"])
@pytest.mark.parametrize("target", ["outside.md", "outside", "nowhere", "."])
def test_a_symbolic_link_is_refused_and_nothing_from_outside_is_published(
    example, tmp_path, folder, target
):
    (tmp_path / "outside.md").write_text("# A secret\n", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("# A secret\n", encoding="utf-8")
    link = example.root / folder / "linked.md"
    link.symlink_to(target if target == "." else tmp_path / target)
    for done in (example.build(), example.weaver("check")):
        assert done.status == 1
        assert f"{folder}/linked.md: a symbolic link" in done.err
        assert "Traceback" not in done.err
    assert not (example.root / "site").exists()


@pytest.mark.parametrize("kilobytes", [4, 40])
def test_a_full_disk_is_told_in_one_line(example, kilobytes):
    # The system refuses to let any file grow beyond this, as a full disk would.
    full = (
        "import resource, sys, mkdocs.__main__\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({kilobytes} * 1024,) * 2)\n"
        "mkdocs.__main__.cli(['build', '--quiet'])\n"
    )
    done = example.python("-c", full)
    assert done.status == 1
    assert "File too large: the site is not whole; make room, and build it again" in done.err
    assert "Traceback" not in done.err
