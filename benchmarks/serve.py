"""Measure the contributor's loop: from saving a page to the browser's having it again."""

import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

SITE = "docs languages overrides tutorials_src weaver mkdocs.yml requirements-run.txt".split()


def measure_serve(
    root: Path, folder: Path, environment: dict[str, str]
) -> Iterator[tuple[str, float, float, str]]:
    """Save the largest article several times, and wait each time for what the browser waits for.

    The page's own script asks the server for a newer state; the answer is the
    reload. The time ends when the new page has arrived.
    """
    copy = folder / "served"
    copy.mkdir()
    for name in SITE:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name)
        else:
            shutil.copy(root / name, copy)
    article = max(copy.glob("tutorials_src/runs/*.ipynb"), key=lambda path: path.stat().st_size)
    page = article.stem.replace("_", "-")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload"]
    log = copy / "log.txt"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [*command, "--dev-addr", address], cwd=copy, env=environment, stderr=file
        )
    try:
        _wait_until_served(f"http://{address}", server, log)
        times = [
            _save(copy / "docs" / "tr" / f"{page}.md", f"http://{address}", page, turn)
            for turn in range(5)
        ]
    finally:
        server.terminate()
        server.wait()
    yield f"save to reload ({page})", statistics.median(times), 2, "s"


def _save(path: Path, url: str, page: str, turn: int) -> float:
    (epoch,) = re.findall(r"livereload\((\d+),", _get(f"{url}/{page}/"))
    word = f"kaydetme{turn}"
    text = path.read_text(encoding="utf-8")
    started = time.perf_counter()
    path.write_text(f"{text}\n{word}\n", encoding="utf-8")
    _get(f"{url}/livereload/{epoch}/{turn}")
    if word not in _get(f"{url}/{page}/"):
        raise RuntimeError(f"{page} was reloaded without what was saved")
    return time.perf_counter() - started


def _wait_until_served(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    while server.poll() is None:
        try:
            _get(url)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(log.read_text(encoding="utf-8"))


def _get(url: str) -> str:
    with urlopen(url, timeout=120) as answer:
        return str(answer.read(), "utf-8")
