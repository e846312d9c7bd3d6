"""CONTRIBUTING, followed to the letter: its commands, in order, in a copy of the repository.

A block of ``sh`` is run; a block of ``text`` after it is what it prints, seconds and the
numbers of pages and tutorials aside, for they differ by machine and day. A block of
``markdown`` is appended to the file that the paragraph before it names last.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from test_documents import FENCE

# It does not end; test_serve.py runs it, and what is said of it.
SERVE = "make serve"
CHAPTERS = {"Türkçe": "tr_TR.UTF-8", "English": "en_US.UTF-8"}


def read_chapter(heading: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    others = "|".join(CHAPTERS)  # a block of Markdown has headings too
    return re.search(rf"(?ms)^## {heading}\n(.*?)(?=^## (?:{others})\n|\Z)", text)[1]


def copy_repository(folder: Path) -> None:
    """Make a repository of one commit of this working tree as it is, shallow clone or archive."""
    made = shutil.ignore_patterns(
        ".git", ".venv", ".cache", "data", "site", ".*_cache", "__pycache__", "*.egg-info"
    )
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=made)
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    for command in (["init"], ["add", "."], [*who, "commit", "--message", "All"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)
    # The virtual environment of these tests, which has all that make would install.
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for stamp in ("python", "torch-cpu", "site", "run", "test"):
        (folder / ".venv" / stamp).touch()


def plain(printed: str) -> list[str]:
    """Return the lines of an output without what differs by machine and day, and make's own."""
    text = re.sub(r"\d+\.\d s$", "0.0 s", printed.strip(), flags=re.MULTILINE)
    text = re.sub(r"\d+ (pages|sayfa), \d+ (tutorials|program)", r"all \1, all \2", text)
    return [line for line in text.splitlines() if not line.startswith("make")]


@pytest.mark.parametrize("heading", CHAPTERS)
def test_who_follows_a_chapter_sees_what_it_shows(heading: str, tmp_path: Path) -> None:
    copy_repository(tmp_path)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    environment = {**inherited, "LC_ALL": CHAPTERS[heading], "PYTHONPATH": ""}
    chapter, printed, compared, end = read_chapter(heading), None, 0, 0
    for fence in FENCE.finditer(chapter):
        before, end = chapter[end : fence.start()], fence.end()
        if fence["info"] == "sh" and fence["code"].strip() != SERVE:
            done = subprocess.run(
                fence["code"],
                shell=True,
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            printed = done.stdout
        elif fence["info"] == "text":
            assert not before.strip(), "an output stands right after its command"
            assert plain(printed) == plain(fence["code"])
            compared += 1
        elif fence["info"] == "markdown":
            name = re.findall(r"`(docs/\S+\.md)`", before)[-1]
            with (tmp_path / name).open("a", encoding="utf-8") as file:
                file.write(f"\n{fence['code']}")
    assert compared == 7


def test_both_languages_show_the_same_commands_and_outputs() -> None:
    shown = [
        [fence["code"] for fence in FENCE.finditer(read_chapter(heading)) if fence["info"] == "sh"]
        for heading in CHAPTERS
    ]
    assert shown[0] == shown[1] and f"{SERVE}\n" in shown[0]
