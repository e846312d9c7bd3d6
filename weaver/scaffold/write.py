"""Write files together."""

from collections.abc import Mapping
from pathlib import Path

from weaver.core.files import write_whole


def write_all(written: Mapping[Path, str]) -> None:
    """Write all files, or leave everything as it was."""
    before = {path: path.read_bytes() if path.exists() else None for path in written}
    try:
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                write_whole(path, content)
        raise
