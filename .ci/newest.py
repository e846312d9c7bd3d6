"""Test with the newest version of every package, and report in Markdown.

The pins and the locks stay as they are: the newest versions go into a virtual environment
of their own. Exit status 1 if anything failed. Usage: python .ci/newest.py [site|run|test]
"""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".cache" / "newest"
SETS = {"site": "requirements.txt", "run": "requirements-run.txt", "test": "requirements-test.txt"}
TORCH = ("torch", "torchvision")
PIN = re.compile(r"(?m)^([\w.-]+)==([^\s;]+)")
# What the end of a failed step's output may take: an issue holds 65,536 characters.
TAIL = 8_000


def pins(name: str) -> dict[str, str]:
    """Return the pinned versions of a set, the sets below it included."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = dict(PIN.findall(text))
    for other in re.findall(r"(?m)^-r (\S+)", text):
        found = pins(other) | found
    return found


def steps(kind: str, python: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what is done with the newest packages, and how."""
    tools = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    wheels = os.environ.get("TORCH_WHEELS", "https://download.pytorch.org/whl")
    index = os.environ.get("TORCH_INDEX") or "pypi"
    if kind != "site":
        where = ["--retries", "1", "--timeout", "15", "--extra-index-url", f"{wheels}/{index}"]
        yield "install PyTorch", [*tools, *([] if index == "pypi" else where), *TORCH]
    yield "install", [*tools, *sorted(pins(SETS[kind]))]
    yield "install the engine", [*tools, "--no-deps", "--no-build-isolation", "--editable", "."]
    yield "pip check", [python, "-m", "pip", "check"]
    yield "weaver check", [python, "-m", "weaver", "check"]
    site = str(FOLDER / "site")
    yield "build", [python, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", site]
    if kind == "test":
        yield "types", [python, "-m", "mypy"]
        yield "lint", [python, "-m", "ruff", "check", "."]
        yield "tests", [python, "-m", "pytest", "-n", "auto", "--dist", "worksteal"]


def versions(python: str) -> dict[str, str]:
    """Return what is installed, by normalised names."""
    command = [python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True)
    return {name.lower().replace("_", "-"): number for name, number in PIN.findall(done.stdout)}


def report(kind: str, results: dict[str, subprocess.CompletedProcess[str]], python: str) -> str:
    """Return what is newer and what failed, as Markdown."""
    failed = [name for name, done in results.items() if done.returncode]
    verdict = f"**{', '.join(failed)}** failed." if failed else "Everything passed."
    lines = [f"{verdict} Set: {kind}. Python {sys.version.split()[0]}.", ""]
    found = versions(python)
    newer = {
        name: (old, found[name.lower()])
        for name, old in pins(SETS[kind]).items()
        if found.get(name.lower(), old).partition("+")[0] != old
    }
    if newer:
        lines += ["| package | pinned | newest |", "| --- | --- | --- |"]
        lines += [f"| {name} | {old} | {new} |" for name, (old, new) in sorted(newer.items())]
    else:
        lines.append("No pin has a newer version.")
    for name in failed:
        # Nothing that a package prints ends the block or becomes a mention.
        text = results[name].stdout[-TAIL:].replace("`", "'").replace("@", "@\u200b")
        lines += [
            "",
            f"<details><summary>{name}</summary>",
            "",
            "```text",
            text,
            "```",
            "</details>",
        ]
    return "\n".join(lines)


def main(kind: str = "test") -> int:
    """Try the steps, all of them even if one fails, but none without packages."""
    python = str(FOLDER / "venv" / "bin" / "python")
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER / "venv", with_pip=True)
    # Pages that the pinned packages made must not stand in for what these make.
    env = {**os.environ, "PATH": f"{Path(python).parent}:{os.environ['PATH']}"}
    shutil.rmtree(ROOT / ".cache" / "weaver", ignore_errors=True)
    results = {}
    for name, command in steps(kind, python):
        print(f"{name} …", file=sys.stderr)
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        results[name] = done
        if name.startswith("install") and done.returncode:
            break
    print(report(kind, results, python))
    return int(any(done.returncode for done in results.values()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
