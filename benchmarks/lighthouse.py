"""Lighthouse on every page of a built site, as a phone would load it."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.browser import FLAGS, find_chromium, served

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST_SCORE = 98
MOST_KILOBYTES = 300
RUNS = 3  # of a page that fails once: a score depends on what else the machine does


def install(cache: Path) -> Path:
    """Install Lighthouse into a cache folder and return the program."""
    if shutil.which("npm") is None:
        sys.exit("Lighthouse needs Node.js and npm: install them")
    cache.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parent / "package.json", cache)
    command = ["npm", "install", "--silent", "--no-package-lock", "--prefix", str(cache)]
    subprocess.run(command, check=True)
    return cache / "node_modules" / ".bin" / "lighthouse"


def audit(program: Path, address: str) -> dict[str, Any]:
    """Return Lighthouse's report on one address."""
    found = find_chromium()
    if found is None:
        sys.exit("Lighthouse needs Chromium: install it, or set CHROME_PATH to the program")
    flags = f"--chrome-flags=--headless=new {FLAGS}"
    only = f"--only-categories={','.join(CATEGORIES)}"
    done = subprocess.run(
        [
            program,
            address,
            "--quiet",
            "--output=json",
            only,
            flags,
        ],
        env={**os.environ, "CHROME_PATH": found},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"Lighthouse failed on {address}:\n{done.stderr}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def measure(program: Path, address: str) -> tuple[list[int], float]:
    """Return a page's scores, the median where one run fails, and its kilobytes."""
    scores: list[list[int]] = []
    for _ in range(RUNS):
        report = audit(program, address)
        categories = report["categories"]
        scores.append([round(100 * categories[name]["score"]) for name in CATEGORIES])
        kilobytes = report["audits"]["total-byte-weight"]["numericValue"] / 1024
        if min(scores[0]) >= LEAST_SCORE:
            break
    return [round(statistics.median(column)) for column in zip(*scores, strict=True)], kilobytes


def print_table(site: Path, cache: Path) -> bool:
    """Print every page's scores and weight; return whether one is over its budget."""
    program = install(cache)
    exceeded = False
    print(f"\n{'Lighthouse, mobile':<46}{'perf':>6}{'a11y':>6}{'best':>6}{'seo':>6}{'KB':>7}")
    with served(site) as address:
        for path in sorted(site.rglob("index.html")):
            page = path.parent.relative_to(site).as_posix()
            if 'http-equiv="refresh"' in path.read_text(encoding="utf-8"):
                continue
            folder = "" if page == "." else f"{page}/"
            scores, kilobytes = measure(program, f"{address}/{folder}")
            over = min(scores) < LEAST_SCORE or kilobytes > MOST_KILOBYTES
            exceeded |= over
            columns = "".join(f"{score:>6}" for score in scores)
            print(f"/{folder:<45}{columns}{kilobytes:>7.0f}{'  OVER' if over else ''}", flush=True)
    print(f"budget{'':<40}{f'>= {LEAST_SCORE} each':>24}{f'<= {MOST_KILOBYTES}':>7}")
    return exceeded
