"""Keep what was made, on disk, as long as it would come out the same."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from weaver.core.files import write_whole


def digest_of(parts: Iterable[bytes]) -> str:
    """Return a digest of several parts, which tells where one ends."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def remember(path: Path, digest: str, make: Callable[[], Any]) -> Any:
    """Return what ``make`` returns, as JSON has it; from the file if that has the same digest.

    A file holds the last of its kind, so that nothing piles up.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["digest"] == digest:
            return kept["made"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # never made, or not whole
    text = json.dumps({"digest": digest, "made": make()}, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
    return json.loads(text)["made"]


def keep_only(folder: Path, kept: Collection[Path]) -> None:
    """Delete what a folder keeps of things that are gone; ``kept`` are paths without endings."""
    for path in folder.rglob("*"):
        if path.is_file() and path.parent / path.name.partition(".")[0] not in kept:
            path.unlink()
