"""The locks: that they fit the pins, are complete, and that nothing else is installed.

What they are made from and installed by is run for real, on an index of our own: small
wheels, served on this machine.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from threading import Thread

import pip
import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = sorted((ROOT / "locks").glob("*.txt"))
ENTRY = re.compile(r"(?m)^([\w.-]+==[^\\\n]+)\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")
SETS = {
    "requirements.txt": ["site"],
    "requirements-run.txt": ["site", "run", "torch-pypi"],
    "requirements-test.txt": ["site", "run", "test", "torch-pypi"],
    "requirements-lock.txt": ["lock"],
}


def entries(text: str) -> list[Requirement]:
    return [Requirement(found[1].strip()) for found in ENTRY.finditer(text)]


def pins(root: Path, name: str) -> list[Requirement]:
    """Return the pins of a set, those of the sets that it is put upon with them."""
    found = []
    for line in (root / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found += pins(root, line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def misfits(root: Path) -> list[str]:
    """Return the pins for which no lock has that very version, or another one too."""
    wrong = []
    for name, locks in SETS.items():
        text = "".join((root / "locks" / f"{lock}.txt").read_text() for lock in locks)
        locked: dict[str, set[str]] = {}
        for entry in entries(text):
            locked.setdefault(canonicalize_name(entry.name), set()).add(str(entry.specifier))
        wanted: dict[str, set[str]] = {}
        for pin in pins(root, name):
            wanted.setdefault(canonicalize_name(pin.name), set()).add(str(pin.specifier))
        wrong += [f"{name}: {each}" for each in wanted if locked.get(each) != wanted[each]]
    for path in (root / "locks").glob("torch-*.txt"):
        wanted = {str(pin) for pin in pins(root, "requirements-run.txt") if "torch" in pin.name}
        wrong += (
            [path.name] if not wanted <= {str(each) for each in entries(path.read_text())} else []
        )
    return wrong


def test_the_locks_fit_the_pins() -> None:
    assert misfits(ROOT) == [], "make lock"


@pytest.mark.parametrize(
    ("name", "package"),
    [("", "click"), ("-run", "numpy"), ("-run", "torch"), ("-test", "ruff"), ("-lock", "uv")],
)
def test_a_pin_that_moved_without_its_lock_is_found(
    tmp_path: Path, name: str, package: str
) -> None:
    for path in ROOT.glob("requirements*.txt"):
        shutil.copy(path, tmp_path)
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    moved = tmp_path / f"requirements{name}.txt"
    text = moved.read_text()
    moved.write_text(re.sub(rf"(?m)^{package}==.*", f"{package}==99", text))
    assert any(package in each or "torch-cpu" in each for each in misfits(tmp_path))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_is_digests_and_nothing_else(path: Path) -> None:
    """No address, no folder, no package without a digest."""
    rest = ENTRY.sub("", path.read_text(encoding="utf-8"))
    assert re.fullmatch(r"# .+\n(-r (site|run)\.txt\n)?", rest), rest


def test_dependabot_renews_pins_and_leaves_the_locks_alone() -> None:
    text = (ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    (pip_updates,) = [
        one for one in yaml.safe_load(text)["updates"] if one["package-ecosystem"] == "pip"
    ]
    assert pip_updates["exclude-paths"] == ["locks/**"]


def test_nothing_that_an_installed_package_asks_for_is_missing_in_the_lock() -> None:
    """Metadata is the judge, uv is not: pip installs the locks without resolving anything."""
    names = ["site", "run", "test", "torch-cpu"]
    text = "".join((ROOT / "locks" / f"{name}.txt").read_text() for name in names)
    locked = {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in entries(text)
        if one.marker is None or one.marker.evaluate()
    }
    seen = 0
    for name in locked:
        try:
            wanted = requires(name) or []
        except PackageNotFoundError:
            continue
        for one in map(Requirement, wanted):
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                seen += 1
                assert one.specifier.contains(locked[canonicalize_name(one.name)]), (
                    f"{name}: {one}"
                )
    assert seen > 100


def test_this_environment_is_of_the_locks_versions() -> None:
    """What the tests run with is what the lock says, not what was newest some day."""
    other = []
    for path in LOCKS:
        if path.stem in {"site", "run", "test", "torch-cpu"}:
            for one in entries(path.read_text()):
                if one.marker is None or one.marker.evaluate():
                    found = version(one.name).partition("+")[0]
                    other += [f"{one.name} {found}"] * (not one.specifier.contains(found))
    assert other == []


def wheel(folder: Path, name: str, number: str, content: str = "", needs: str = "") -> str:
    """Write a package of one module; return its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{number}-py3-none-any.whl"
    info = f"{name}-{number}.dist-info"
    wanted = "".join(f"Requires-Dist: {each}\n" for each in needs.split())
    files = {
        f"{name}.py": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n{wanted}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what installs, with nothing to install."""
    root = tmp_path / "copy"
    (root / "locks").mkdir(parents=True)
    shutil.copytree(ROOT / ".ci", root / ".ci")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    # With this environment's pip: to install one takes seconds.
    venv.create(root / ".venv")
    (root / ".venv" / "python").touch()
    (packages,) = (root / ".venv").glob("lib/*/site-packages")
    (packages / "pip").symlink_to(Path(pip.__file__).parent)
    return root


def make(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = ("MAKE", "MFLAGS", "PIP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env = kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    env |= {"TORCH_INDEX": ""} | environment
    command = ["make", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)


def locked(name: str, *digests: str) -> str:
    return (
        f"{name} \\\n    " + " \\\n    ".join(f"--hash=sha256:{each}" for each in digests) + "\n"
    )


def test_pip_refuses_a_file_with_another_digest(copy: Path, tmp_path: Path) -> None:
    digest = wheel(tmp_path / "wheels", "tiny", "1.0")
    here = {"PIP_FIND_LINKS": str(tmp_path / "wheels")}
    lock = copy / "locks" / "lock.txt"
    lock.write_text(locked("tiny==1.0", digest[:-1] + ("0" if digest[-1] != "0" else "1")))
    done = make(copy, ".venv/lock", **here)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (copy / ".venv" / "lock").exists()
    lock.write_text(locked("tiny==1.0", digest))
    assert make(copy, ".venv/lock", **here).returncode == 0
    wheel(tmp_path / "wheels", "tiny", "2.0")
    lock.write_text("tiny==2.0\n")
    assert "Hashes are required" in make(copy, ".venv/lock", **here).stderr


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Return a folder of small indexes, and the address that it has on this machine."""
    folder = tmp_path / "served"
    for index in ("simple", "cpu", "cu126"):
        local = "" if index == "simple" else f"+{index}"
        cuda = "nvidia_tiny" if index == "cu126" else ""
        wheel(folder / index / "torch", "torch", f"2.0{local}", f"build = '{index}'", cuda)
        wheel(folder / index / "torchvision", "torchvision", f"1.0{local}", needs="torch numpy")
    for number in ("1.0", "1.1"):
        wheel(folder / "simple" / "numpy", "numpy", number)
        wheel(folder / "simple" / "click", "click", number, needs="numpy cffi;os_name=='pypy'")
    wheel(folder / "simple" / "cffi", "cffi", "1.0")
    wheel(folder / "simple" / "nvidia-tiny", "nvidia_tiny", "12.6")
    wheel(folder / "simple" / "uv", "uv", "1.0")
    wheel(folder / "simple" / "ruff", "ruff", "1.0", needs="cffi")
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def lock(
    root: Path, address: str, *indexes: str, **extra: str
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "UV_DEFAULT_INDEX": f"{address}/simple", "TORCH_WHEELS": address}
    env |= {"UV_CACHE_DIR": str(root / "uv"), "UV_HTTP_RETRIES": "0", "UPGRADE": ""} | extra
    uv = Path(sys.executable).with_name("uv")
    command = [sys.executable, ".ci/lock.py", str(uv), *indexes]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)


@pytest.fixture
def pinned(copy: Path) -> Path:
    """Return a copy with few pins: numpy, which click needs, has none."""
    (copy / "requirements.txt").write_text("click==1.0\n")
    (copy / "requirements-run.txt").write_text(
        "-r requirements.txt\ntorch==2.0\ntorchvision==1.0\n"
    )
    (copy / "requirements-lock.txt").write_text("uv==1.0\n")
    test = "-r requirements-run.txt\n-r requirements-lock.txt\nruff==1.0\n"
    (copy / "requirements-test.txt").write_text(test)
    return copy


def digest(folder: Path, name: str) -> str:
    (path,) = folder.rglob(name)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_locks_are_made_of_pins_and_of_every_index(pinned: Path, served: tuple[Path, str]) -> None:
    folder, address = served
    done = lock(pinned, address, "cu126")
    assert done.returncode == 0, done.stderr
    read = {path.stem: path.read_text() for path in (pinned / "locks").glob("*.txt")}
    for text in read.values():
        assert "127.0.0.1" not in text
    names = {stem: [each.name for each in entries(text)] for stem, text in read.items()}
    assert names["site"] == ["cffi", "click", "numpy"]
    assert names["run"] == []
    # Here and there under different conditions.
    assert names["test"] == ["cffi", "ruff", "uv"]
    assert names["lock"] == ["uv"]
    assert names["torch-cpu"] == names["torch-pypi"] == ["torch", "torchvision"]
    assert names["torch-cu126"] == ["nvidia-tiny", "torch", "torchvision"]
    assert misfits(pinned) == []
    cpu = digest(folder / "cpu", "torch-2.0+cpu-*")
    assert cpu in read["torch-cpu"]
    assert cpu not in read["torch-cu126"] + read["torch-pypi"]


def test_what_nobody_pins_stays_until_it_is_renewed(
    pinned: Path, served: tuple[Path, str]
) -> None:
    folder, address = served
    newer = folder / "simple" / "numpy" / "numpy-1.1-py3-none-any.whl"
    newer.rename(folder / "later.whl")
    assert lock(pinned, address).returncode == 0
    (folder / "later.whl").rename(newer)
    site = pinned / "locks" / "site.txt"
    for extra, expected in (({}, "numpy==1.0"), ({"UPGRADE": "1"}, "numpy==1.1")):
        assert lock(pinned, address, UV_REFRESH="1", **extra).returncode == 0
        assert expected in site.read_text()


def test_an_index_that_is_away_keeps_its_lock_only_while_that_fits(
    pinned: Path, served: tuple[Path, str]
) -> None:
    folder, address = served
    assert lock(pinned, address).returncode == 0
    before = (pinned / "locks" / "torch-cpu.txt").read_text()
    shutil.rmtree(folder / "cpu")
    done = lock(pinned, address)
    assert (done.returncode, before) == (0, (pinned / "locks" / "torch-cpu.txt").read_text())
    assert "kept as it was" in done.stderr
    wheel(folder / "simple" / "torch", "torch", "2.1")
    run = pinned / "requirements-run.txt"
    run.write_text(run.read_text().replace("torch==2.0", "torch==2.1"))
    done = lock(pinned, address, UV_REFRESH="1")
    assert done.returncode == 1
    assert "NOT made" in done.stderr
    assert misfits(pinned) == ["torch-cpu.txt"]


def test_torch_comes_from_its_index_and_without_it_from_where_pip_looks(
    pinned: Path, served: tuple[Path, str]
) -> None:
    folder, address = served
    assert lock(pinned, address, "cu126").returncode == 0
    python = pinned / ".venv" / "bin" / "python"
    say = [str(python), "-c", "import torch; print(torch.build)"]
    both = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"{address}/simple"}

    def build(index: str, wheels: str, **where: str) -> str:
        done = make(pinned, f".venv/torch-{index}", TORCH_WHEELS=wheels, **where)
        assert done.returncode == 0, done.stderr
        return subprocess.run(say, capture_output=True, text=True, check=True).stdout.strip()

    assert build("cpu", address, **both) == "cpu"
    # Another build of the same version, which pip alone would take for installed.
    assert build("cu126", address, **both) == "cu126"
    assert [path.name for path in (pinned / ".venv").glob("torch-*")] == ["torch-cu126"]
    nowhere = "http://127.0.0.1:9"
    local = {"PIP_FIND_LINKS": f"{folder}/cpu/torch {folder}/cpu/torchvision"}
    assert build("cpu", nowhere, **local) == "cpu"
    done = make(pinned, ".venv/torch-pypi", TORCH_WHEELS=nowhere, **local)
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert "TORCH_INDEX chooses where PyTorch comes from:" in done.stderr


def test_the_newest_of_everything_is_tried_and_told(
    pinned: Path, served: tuple[Path, str]
) -> None:
    """Here the pins are old, and what is tried cannot work: nothing else is there."""
    _, address = served
    where = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"{address}/simple"}
    done = make(pinned, "newest", "SET=run", "TORCH_INDEX=cpu", TORCH_WHEELS=address, **where)
    assert done.returncode == 2
    first, _, rest = done.stdout.partition("\n")
    assert first.startswith("**install the engine** failed. Set: run. Python 3.")
    assert "| click | 1.0 | 1.1 |" in rest
    assert "| torch |" not in rest  # 2.0+cpu is no newer than 2.0
    assert rest.count("```") == 2
    assert len(done.stdout) < 65_536
