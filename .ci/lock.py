"""Make the locks: every package of each set, with the digests of its files.

`requirements*.txt` are the pins that people edit; `locks/*.txt` are what is installed.
PyTorch's wheels differ by the index they come from, so torch, torchvision and what only
CUDA needs have a lock for each index. What nobody pins stays as it is while it fits;
UPGRADE=1 renews it. Usage: python .ci/lock.py UV [INDEX ...]
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
WHEELS = os.environ.get("TORCH_WHEELS", "https://download.pytorch.org/whl")
TORCH = ("torch", "torchvision")
# What PyTorch asks for in a build with CUDA alone.
CUDA = re.compile(r"triton|(nvidia|cuda)-.+")
ENTRY = re.compile(r"(?m)^([a-z\d][a-z\d.-]*)==[^\\]+\\\n(?:    --hash=\S+(?: \\)?\n)+")

Lock = dict[str, str]  # package → its entry, or one for each of its markers


def read_lock(text: str) -> Lock:
    """Split a lock into its packages."""
    lock: Lock = {}
    for entry in ENTRY.finditer(text):
        lock[entry[1]] = lock.get(entry[1], "") + entry[0]
    return lock


def compile_lock(uv: str, pins: Path, *options: str, known: str = "") -> Lock:
    """Resolve for every Python and platform at once, staying with the known versions that fit.

    Raises CalledProcessError if nothing fits.
    """
    command = [uv, "pip", "compile", "--quiet", "--no-config", "--universal", "--no-build"]
    command += ["--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", *options, str(pins)]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.txt")
        made.write_text(known, encoding="utf-8")
        subprocess.run([*command, "--output-file", made], stdout=subprocess.DEVNULL, check=True)
        return read_lock(made.read_text(encoding="utf-8"))


def write_lock(path: Path, lock: Mapping[str, str], head: str = "") -> None:
    """Write a lock; nothing in it says where it was made."""
    entries = "".join(lock[package] for package in sorted(lock))
    path.write_text(f"# Made by `make lock`: edit the pins.\n{head}{entries}", encoding="utf-8")


def divide(lock: Mapping[str, str]) -> tuple[Lock, Lock]:
    """Return what depends on the index that PyTorch comes from, and the rest."""
    torch = {name: lock[name] for name in lock if name in TORCH or CUDA.fullmatch(name)}
    return torch, {name: lock[name] for name in lock if name not in torch}


def merge(entry: str, *others: str) -> str:
    """Return an entry without local version and marker, with the digests of all."""
    digests = sorted(
        {each for text in (entry, *others) for each in re.findall(r"--hash=\S+", text)}
    )
    pin = entry.partition(" ")[0].partition("+")[0]
    return f"{pin} \\\n    " + " \\\n    ".join(digests) + "\n"


def lock_index(uv: str, index: str, everything: Mapping[str, str]) -> Lock:
    """Lock what one of PyTorch's own indexes has: `cpu`, `cu126`.

    Versions stand there without `+cpu`, as pip takes either for the other. Of
    torchvision PyPI's files will do too: what tutorials use of it works beside any
    torch. Raises CalledProcessError if the index cannot be reached or lacks the pins.
    """
    torch, rest = divide(everything)
    with tempfile.TemporaryDirectory() as folder:
        pins, known = Path(folder, "pins.txt"), Path(folder, "known.txt")
        pins.write_text("".join(f"{torch[name].split()[0]}+{index}\n" for name in TORCH))
        known.write_text("".join(rest.values()))
        options = ["--index", f"{WHEELS}/{index}", "--index-strategy", "unsafe-best-match"]
        found, _ = divide(compile_lock(uv, pins, "--constraints", str(known), *options))
    found["torch"] = merge(found["torch"])
    found["torchvision"] = merge(found["torchvision"], torch["torchvision"])
    return found


def pinned(lock: Mapping[str, str]) -> dict[str, str]:
    """Return PyTorch's pins of a lock."""
    return {name: lock[name].split()[0] for name in TORCH if name in lock}


def lock_indexes(uv: str, indexes: list[str], everything: Mapping[str, str]) -> int:
    """Renew the locks of PyTorch's own indexes, keeping the ones that still fit.

    Returns how many are not what they should be: their index was not to be had.
    """
    failed = 0
    kept = {path.stem.removeprefix("torch-") for path in (ROOT / "locks").glob("torch-*.txt")}
    for index in sorted({"cpu", *kept, *indexes} - {"pypi"}):
        path = ROOT / "locks" / f"torch-{index}.txt"
        try:
            write_lock(path, lock_index(uv, index, everything))
        except subprocess.CalledProcessError:
            old = read_lock(path.read_text(encoding="utf-8")) if path.exists() else {}
            fits = index not in indexes and pinned(old) == pinned(everything)
            failed += not fits
            said = (
                "kept as it was" if fits else "NOT made: run `make lock` where it can be reached"
            )
            print(
                f"locks/{path.name}: {WHEELS}/{index} was not to be had; {said}", file=sys.stderr
            )
    return failed


def main(uv: str, *indexes: str) -> int:
    """Make all locks; return the exit status."""
    sets = [ROOT / "locks" / f"{name}.txt" for name in ("site", "run", "test", "torch-pypi")]
    old = "" if os.environ.get("UPGRADE") else "".join(p.read_text() for p in sets if p.exists())
    stay = "".join(read_lock(old).values())
    everything = compile_lock(uv, ROOT / "requirements-test.txt", known=stay)
    torch, rest = divide(everything)
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder, "known.txt")
        known.write_text("".join(everything.values()))
        below: Lock = {}
        for name, file in {"site": "requirements.txt", "run": "requirements-run.txt"}.items():
            _, lock = divide(compile_lock(uv, ROOT / file, "--constraints", str(known)))
            head = "-r site.txt\n" if below else ""
            new = {
                package: lock[package] for package in lock if lock[package] != below.get(package)
            }
            write_lock(ROOT / "locks" / f"{name}.txt", new, head)
            below |= lock
    # What only PyPy needs below may be needed by all here: then it stands in both.
    new = {package: rest[package] for package in rest if rest[package] != below.get(package)}
    write_lock(ROOT / "locks" / "test.txt", new, "-r run.txt\n")
    write_lock(ROOT / "locks" / "torch-pypi.txt", torch)
    write_lock(ROOT / "locks" / "lock.txt", compile_lock(uv, ROOT / "requirements-lock.txt"))
    return min(1, lock_indexes(uv, list(indexes), everything))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
