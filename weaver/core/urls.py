"""Where the files of ``docs/`` are on the site.

Paths are those below ``docs/``, with slashes: ``tr/linear-regression.md``. The pages of
the first language are at the site's root, those of another in a folder of its name.
"""

from posixpath import dirname, join, normpath, relpath
from urllib.parse import unquote, urlsplit


def url_of(path: str, default: str) -> str:
    """Return the address of a page or another file, from the site's root."""
    path = path.removeprefix(f"{default}/")
    if not path.endswith(".md"):
        return path
    bare = path.removesuffix(".md")
    return bare.removesuffix("index") if f"/{bare}".endswith("/index") else f"{bare}/"


def target_of(link: str, path: str) -> str | None:
    """Return the file that a link of a page means; None if it leads elsewhere, or to itself."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    return normpath(join(dirname(path), unquote(parts.path)))


def resolve_link(link: str, path: str, default: str) -> str:
    """Return what a link of a page is in its HTML, relative to the page's address."""
    target = target_of(link, path)
    if target is None or not target.endswith(".md") and "." not in target:
        return link
    here, there = url_of(path, default), url_of(target, default)
    relative = relpath(there or ".", dirname(here) or ".")
    slash = "/" if there.endswith("/") or not there else ""
    parts = urlsplit(link)
    return parts._replace(path=f"{relative}{slash}").geturl()
