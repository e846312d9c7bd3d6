"""What the tests share: a small real site, and a real browser."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock
from forked import AT_START, Forker, Outcome
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from benchmarks.browser import FLAGS, find_chromium, served
from weaver.core import messages
from weaver.core.language import load_language
from weaver.core.project import Project

ROOT = Path(__file__).parent.parent
LANGUAGES = [load_language(ROOT / "languages", code) for code in Project(ROOT).languages]
LANGUAGE = {str(language): language for language in LANGUAGES}
os.environ["MPLBACKEND"] = "Agg"
os.environ.pop("GITHUB_ACTIONS", None)  # or every check would annotate
os.environ["LC_ALL"] = "C.UTF-8"  # messages in English, wherever the tests run
# Small models gain nothing from more threads, and lose much beside other processes.
os.environ.setdefault("OMP_NUM_THREADS", "1")


settings.register_profile(
    "usual",
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=10_000,
                          derandomize=False)  # fmt: skip
settings.load_profile("usual")

FORKER = Forker()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that all processes end together; the rest in any order."""
    items.sort(key=lambda item: "long" not in item.keywords)


class Workspace:
    """A small site in a folder of its own: tests/example, with this project's theme."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = Project(root)

    @property
    def source(self) -> Path:
        return self.project.source("line")

    @property
    def record(self) -> Path:
        return self.project.record("line")

    def page(self, language: str) -> Path:
        return self.project.docs / language / "line.md"

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace a text that must be there."""
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def forge(self, change: Callable[[dict], object], name: str = "line") -> None:
        """Change a tutorial's record by hand, and give it the digest that then fits."""
        path = self.project.record(name)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook)
        notebook["metadata"]["weaver_digest"] = "0" * 64
        text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        path.write_text(text.replace("0" * 64, digest), encoding="utf-8")

    def weaver(self, *arguments: str, **environment: str) -> Outcome:
        """Run ``python -m weaver`` here, as a user would."""
        return self.python("-m", "weaver", *arguments, **environment)

    def build(self, *arguments: str, **environment: str) -> Outcome:
        """Build the site here."""
        return self.python("-m", "mkdocs", "build", *arguments, **environment)

    def python(self, *arguments: str, seconds: float = 300, **environment: str) -> Outcome:
        """Run a module or a program; the engine is forked, if nothing forbids it."""
        forked = arguments[0] == "-m" and arguments[1] in {"weaver", "mkdocs"}
        if forked and not any(name.startswith(AT_START) for name in environment):
            return FORKER.run(
                arguments[1], arguments[2:], self.root, self.environment(**environment)
            )
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def environment(self, **extra: str) -> dict[str, str]:
        path = os.pathsep.join([*filter(None, [extra.pop("PYTHONPATH", "")]), str(ROOT)])
        return {**os.environ, "PYTHONPATH": path, "NO_MKDOCS_2_WARNING": "1", **extra}


@pytest.fixture(scope="session", autouse=True)
def _forker() -> Iterator[None]:
    yield
    FORKER.stop()


@pytest.fixture(autouse=True)
def _same_catalogues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no site's messages to the next test: a process speaks one site's."""
    monkeypatch.setattr(messages, "_folder", ROOT / "languages")


def make_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """Return a folder that the first of the test processes makes and all use."""
    base = tmp_path_factory.getbasetemp()
    # With several processes each has a folder of its own in the run's folder.
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(base / f"{name}.lock"):
        if not (base / name).exists():
            make(base / f"{name}.part")
            (base / f"{name}.part").rename(base / name)
    return base / name


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the example site, run once in a real kernel. Do not change it."""
    return Workspace(make_once(tmp_path_factory, "recorded", _record))


def _record(root: Path) -> None:
    shutil.copytree(ROOT / "tests" / "example", root, dirs_exist_ok=True)
    shutil.copytree(ROOT / "overrides", root / "overrides")
    shutil.copytree(ROOT / "languages", root / "languages")
    shutil.copytree(ROOT / "docs" / "assets", root / "docs" / "assets")
    shutil.copy(ROOT / "requirements-run.txt", root)
    (root / "weaver").symlink_to(ROOT / "weaver")
    shutil.copy(ROOT / "mkdocs.yml", root / "base.yml")
    (root / "mkdocs.yml").write_text("INHERIT: base.yml\nnav: [index.md, line.md]\n")
    site = Workspace(root)
    done = site.weaver("run")
    assert done.status == 0, done.err


@pytest.fixture(scope="session")
def plain(recorded: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the example site as it is, built strictly."""

    def build(folder: Path) -> None:
        copy = folder.with_name("plain-source")
        shutil.copytree(recorded.root, copy, symlinks=True)
        done = Workspace(copy).build("--strict", "--site-dir", str(folder))
        assert done.status == 0, done.err

    return make_once(tmp_path_factory, "plain", build)


@pytest.fixture
def example(recorded: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the example site with its fresh record, free to be broken."""
    # Another process may be building the site there.
    passing = shutil.ignore_patterns("site", ".cache")
    shutil.copytree(recorded.root, tmp_path / "site", symlinks=True, ignore=passing)
    return Workspace(tmp_path / "site")


def require_chromium() -> str:
    """Return the path of a Chromium, installing Debian's when that is allowed."""
    found = find_chromium()
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True)
        found = find_chromium()
    if found is None:
        pytest.exit(
            "The browser tests need Chromium: install it (Debian: `apt install chromium`),"
            " or set CHROME_PATH to the program.",
            returncode=1,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=require_chromium(), args=FLAGS.split()
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the real site, built strictly from the records."""

    def build(folder: Path) -> None:
        done = Workspace(ROOT).build("--strict", "--site-dir", str(folder))
        assert done.status == 0, done.err

    return make_once(tmp_path_factory, "built", build)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a folder here and gives its address."""
    with ExitStack() as servers:
        yield cache(lambda folder: servers.enter_context(served(folder)))
