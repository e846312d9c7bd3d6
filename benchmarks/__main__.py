"""Measure the budgets, print a table, and exit with 1 if one is exceeded.

Times are of whole processes, the median of several runs; they depend on the
machine, which is why they are measured here and asserted nowhere.
"""

import argparse
import gzip
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.lighthouse import print_table
from benchmarks.serve import measure_serve

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "tests" / "example"
SHARED = ("languages", "mkdocs.yml", "requirements-run.txt")  # what every site needs
ENVIRONMENT = {
    **os.environ,
    "MPLBACKEND": "Agg",
    "NO_MKDOCS_2_WARNING": "1",
    "PYTHONPATH": str(ROOT),
}


def seconds(*arguments: str, cwd: Path = ROOT, runs: int = 3) -> float:
    """Return the median wall-clock seconds of a Python command."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _build(site: Path) -> list[str]:
    return [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", str(site)]


def _cpu_seconds(command: list[str], cwd: Path) -> float:
    """Return what a command that must succeed takes of the processor, its children's included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, env=ENVIRONMENT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _copy(folder: Path, *names: str) -> Path:
    """Copy files and folders of this project into a folder, and return that."""
    folder.mkdir(parents=True)
    for name in names:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return folder


def measure_build(folder: Path) -> Iterator[tuple[str, float, float, str]]:
    """Measure strict builds of the real site, and the pages that they make."""
    root = _copy(folder / "real", "docs", "tutorials_src", "overrides", "weaver", *SHARED)
    site = folder / "site"
    yield "build of the whole site, CPU", _cpu_seconds(_build(site), root), 6, "s"
    yield "the same, nothing changed", _cpu_seconds(_build(site), root), 1.5, "s"
    page = root / "docs" / "en" / "linear-regression.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nOne more.\n", encoding="utf-8")
    yield "the same, one sentence edited", _cpu_seconds(_build(site), root), 2, "s"
    pages = {path: len(gzip.compress(path.read_bytes(), 9)) for path in site.rglob("index.html")}
    largest = max(pages, key=lambda path: pages[path])
    name = largest.parent.relative_to(site).as_posix()
    yield f"largest page, gzipped ({name})", pages[largest] / 1024, 60, "KB"


def measure_status(folder: Path, count: int = 1000) -> Iterator[tuple[str, float, float, str]]:
    """Measure ``weaver status`` over many copies of the largest tutorial."""
    root = _copy(folder / "many", *SHARED)
    runs = root / "tutorials_src" / "runs"
    runs.mkdir(parents=True)
    (root / "docs").mkdir()
    largest = max(
        (ROOT / "tutorials_src" / "runs").glob("*.ipynb"), key=lambda p: p.stat().st_size
    )
    for number in range(count):
        shutil.copy(ROOT / "tutorials_src" / f"{largest.stem}.py", runs.parent / f"t{number}.py")
        shutil.copy(largest, runs / f"t{number}.ipynb")
    # All copies are fresh: they have the words of the tutorial that they are copies of.
    strings = (ROOT / "tutorials_src" / "strings.tr.yml").read_text(encoding="utf-8")
    own = re.search(rf"(?ms)^{largest.stem}:\n(.*?)(?=^\w|\Z)", strings)
    assert own is not None
    aliases = "".join(f"t{number}: *own\n" for number in range(1, count))
    (runs.parent / "strings.tr.yml").write_text(f"t0: &own\n{own[1]}{aliases}", encoding="utf-8")
    yield f"status of {count} tutorials", seconds("-m", "weaver", "status", cwd=root), 2, "s"


def measure_run(folder: Path) -> Iterator[tuple[str, float, float, str]]:
    """Measure what a recorded run costs beyond the plain program."""
    root = _copy(folder / "example", *SHARED)
    shutil.copytree(EXAMPLE, root, dirs_exist_ok=True)
    plain = seconds("tutorials_src/line.py", cwd=root)
    recorded = seconds("-m", "weaver", "run", "--force", cwd=root)
    yield "a recorded run, beyond 1.15 of the program", recorded - 1.15 * plain, 3, "s"


def measure_records() -> Iterator[tuple[str, float, float, str]]:
    """Add up what the last runs took, as their records tell."""
    records = (ROOT / "tutorials_src" / "runs").glob("*.ipynb")
    told = [json.loads(path.read_text(encoding="utf-8")) for path in records]
    total = sum(notebook["metadata"]["weaver"]["seconds"] for notebook in told)
    yield "all tutorials, as recorded", total / 60, 8, "min"


def main() -> int:
    """Print every measurement beside its budget; return 1 if one is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pages", action="store_true", help="only Lighthouse, on every page")
    options = parser.parse_args()
    exceeded = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.pages:
            subprocess.run(_build(folder / "site"), cwd=ROOT, env=ENVIRONMENT, check=True)
        else:
            print(f"{'measured':<50}{'is':>9}{'budget':>9}")
            for rows in (
                measure_build(folder),
                measure_serve(ROOT, folder, ENVIRONMENT),
                measure_status(folder),
                measure_run(folder),
                measure_records(),
            ):
                for name, value, budget, unit in rows:
                    over = value > budget
                    exceeded |= over
                    print(f"{name:<50}{value:>9.2f}{budget:>9} {unit}{'  OVER' if over else ''}")
        exceeded |= print_table(folder / "site", ROOT / ".cache" / "lighthouse")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
