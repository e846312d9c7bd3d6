"""A site served as GitHub Pages serves it, and the browser that looks at it."""

import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking"
    " --disable-component-update --disable-sync --no-first-run"
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".ipynb", ".py"}


def find_chromium() -> str | None:
    """Return the path of the Chromium to use: ``CHROME_PATH``, or one on the PATH."""
    return os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, _NAMES)), None)


class _Pages(SimpleHTTPRequestHandler):
    """Serves files as GitHub Pages does: text compressed, one page for all that is missing."""

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path, status = (path / "index.html" if path.is_dir() else path), 200
        if not path.is_file():
            above = Path(self.directory, *path.relative_to(self.directory).parts[:1])
            found = [folder / "404.html" for folder in (above, Path(self.directory))]
            path, status = next(filter(Path.is_file, found), path), 404
        content = path.read_bytes() if path.is_file() else b"There is nothing here."
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in _COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; give its address, without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
