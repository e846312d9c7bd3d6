"""What differs between two texts: word by word in prose, line by line in code. Git compares."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from weaver.core.git import git

LONGEST = 200_000  # characters of a text that are compared

AROUND = 12  # words that are shown before and after a change

Piece = tuple[str, str]  # a sign, one of " -+", and text

# A formula or code is one word; so is 2,50, but not the comma after it.
_BARE = "[^][:space:],.;:()|]+"

_WORD = rf"\$[^$]+\$|`[^`]+`|{_BARE}([.,:]{_BARE})*|[^[:space:]]"


def compare_prose(before: str, after: str) -> list[list[Piece]]:
    """Return the passages that differ: each as pieces that stayed, went or came.

    Texts have a paragraph a line; what stayed is shortened.
    """
    passages: list[list[Piece]] = [[]]
    for line in _diff(before, after, "--word-diff=porcelain", f"--word-diff-regex={_WORD}", "-U0"):
        if line == "~":
            passages.append([])
        elif line[0] in " -+":
            passages[-1].append((line[0], line[1:]))
    return [list(_shorten(one)) for one in passages if any(sign != " " for sign, _text in one)]


def compare_lines(before: str, after: str) -> list[str]:
    """Return the lines that differ, each after its sign, and two on each side."""
    lines = list(_diff(before, after, "-U2"))
    return ["⋯" if line.startswith("@@") else line for line in lines if line[0] in " -+@"][1:]


def _diff(before: str, after: str, *options: str) -> Iterator[str]:
    """Yield what git says of two texts, from the first change on."""
    with tempfile.TemporaryDirectory(prefix="weaver-diff-") as folder:
        for name, text in (("before", before), ("after", after)):
            content = text[:LONGEST].rstrip("\n").replace("\0", "␀") + "\n" if text else ""
            Path(folder, name).write_text(content, encoding="utf-8", errors="backslashreplace")
        plain = ("--no-index", "--no-ext-diff", "--no-textconv", "--no-color", "--text")
        said = git(
            Path(folder), "diff", *plain, *options, "--", "before", "after", refused=2
        ).decode(errors="replace")
    lines = [line for line in said.split("\n") if line]
    starts = (number for number, line in enumerate(lines) if line.startswith("@@"))
    yield from lines[next(starts, len(lines)) :]


def _shorten(passage: list[Piece]) -> Iterator[Piece]:
    """Leave of what stayed the words around each change."""
    for number, (sign, text) in enumerate(passage):
        words = text.split(" ")
        first, last = number == 0, number == len(passage) - 1
        kept = AROUND * (1 if first or last else 2)
        if sign != " " or len(words) <= kept + 1:
            yield sign, text
        elif first:
            yield sign, "… " + " ".join(words[-AROUND:])
        elif last:
            yield sign, " ".join(words[:AROUND]) + " …"
        else:
            yield sign, " ".join([*words[:AROUND], "…", *words[-AROUND:]])
