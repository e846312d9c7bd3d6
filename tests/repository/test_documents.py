"""Code in Markdown documents: run, or marked as not to be run."""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click import UsageError
from conftest import ROOT

from weaver import cli

FENCE = re.compile(
    r"(?ms)^(?P<indent> *)(?P<mark>```+)(?P<info>[^\n]*)\n(?P<code>.*?)^ *(?P=mark)"
)
INLINE = re.compile(r"`((?:make|python -m weaver)\b[^`]*)`")
# What nobody would run: diagrams, data, examples of text.
NOT_CODE = {"json", "markdown", "mermaid", "text", "yaml"}
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*/**/*.md"))]
TARGETS = re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))


def find_problems(text: str, folder: Path) -> list[str]:
    """Return what is wrong with the code of a document; its programs run in ``folder``."""
    problems = []
    for fence in FENCE.finditer(text):
        words = re.findall(r"\w+", fence["info"])
        language = words[0] if words else ""
        if language in NOT_CODE or "norun" in words:
            continue
        if language == "python":
            problems += run_python(textwrap.dedent(fence["code"]), folder)
        elif language == "sh":
            problems += [problem for words in commands(fence["code"]) for problem in lacks(words)]
        else:
            problems.append(f"say what it is, or that it is not run: ```{fence['info']}")
    for inline in INLINE.findall(FENCE.sub("", text)):
        problems += lacks(inline.split())
    return problems


def run_python(code: str, folder: Path) -> list[str]:
    """Run a program, or its doctests if it has any."""
    program = folder / "block.py"
    program.write_text(f'r"""\n{code}"""\n' if ">>>" in code else code, encoding="utf-8")
    arguments = ["-m", "doctest", str(program)] if ">>>" in code else [str(program)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    return [f"{code}\n{done.stdout}{done.stderr}"] if done.returncode else []


def commands(script: str) -> list[list[str]]:
    """Return the simple commands of a script: no syntax, assignments or redirections."""
    found: list[list[str]] = []
    for line in script.replace("\\\n", "").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        skip = False  # what follows a redirection
        for word in [*lexer, ";"]:
            if re.fullmatch(r"[|&;()]+", word):
                found.append(words)
                words, skip = [], False
            elif skip or "<" in word or ">" in word:
                skip = True
            elif words or not re.fullmatch(r"if|then|else|fi|!|[{}]|\w+=.*", word):
                words.append(word)
    return [words for words in found if words]


def parse_arguments(arguments: list[str]) -> None:
    """Read arguments as `weaver` would, and run nothing."""
    name, *rest = arguments or [""]
    if name not in cli.commands.commands:
        raise UsageError(f"no command {name!r}")
    cli.commands.commands[name].make_context(name, rest)


def lacks(words: list[str]) -> list[str]:
    """Say what of a command does not exist."""
    if words[0] == "make":
        known = len(words) == 1 or words[1] in TARGETS
        return [] if known else [f"no make target {words[1]!r}"]
    if words[:3] == ["python", "-m", "weaver"]:
        given = [word for word in words[3:] if word.isascii() and "<" not in word]
        try:
            parse_arguments(given)
        except UsageError:
            return [f"weaver takes no such arguments: {' '.join(words)}"]
        return []
    return [f"neither make nor weaver: {' '.join(words)}"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_code_of_a_document_works(path, tmp_path):
    assert find_problems(path.read_text(encoding="utf-8"), tmp_path) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```\ncode\n```", "say what it is"),
        ("```rust\ncode\n```", "say what it is"),
        ("```python\n1 / 0\n```", "ZeroDivisionError"),
        ("- item\n\n  ```python\n  1 / 0\n  ```", "ZeroDivisionError"),
        ("```python\n>>> 1 + 1\n3\n```", "Expected:\n    3"),
        ("```sh\nmake nosuch\n```", "no make target 'nosuch'"),
        ("```sh\npython -m weaver run --nosuch\n```", "weaver takes no such arguments"),
        ("```sh\nrm -rf site\n```", "neither make nor weaver"),
        ("Run `make nosuch` now.", "no make target 'nosuch'"),
        ("Run `python -m weaver nosuch` now.", "weaver takes no such arguments"),
    ],
)
def test_code_that_does_not_work_is_found(text, said, tmp_path):
    [problem] = find_problems(text, tmp_path)
    assert said in problem


@pytest.mark.parametrize(
    "text",
    [
        "```python norun\n1 / 0\n```",
        "```{.python .norun}\n1 / 0\n```",
        "```python\nfrom weaver.core.project import SOURCE_LANGUAGE\n\nprint(SOURCE_LANGUAGE)\n```"
        "```python\n>>> 1 + 1\n2\n```",
        "```sh\nmake site   # both languages\nmake run NAME=x\n```",
        "```text\nanything\n```",
    ],
)
def test_code_that_works_or_is_not_run_passes(text, tmp_path):
    assert find_problems(text, tmp_path) == []


def test_the_readme_explains_the_way_of_the_numbers_with_a_diagram():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"(?s)## How the numbers get here\n(.*?)\n## ", text)[1]
    [diagram] = [fence["code"] for fence in FENCE.finditer(section) if fence["info"] == "mermaid"]
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        assert path.name in diagram


def test_commands_are_taken_out_of_a_script() -> None:
    assert commands("if a --b; then\n  # c\n  make nosuch X=1 | d > e\nfi") == [
        ["a", "--b"],
        ["make", "nosuch", "X=1"],
        ["d"],
    ]
