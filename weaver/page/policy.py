"""The Content-Security-Policy of a page."""

import base64
import hashlib
import re
from pathlib import Path

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    # MathML and SVG carry style attributes.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",  # the page for missing addresses asks the home page to search
}


def read_policy(theme: Path) -> str:
    """Return the policy of a theme's pages; ``theme`` is the folder of its templates.

    Nothing comes from another host. Of inline scripts only the theme's own may run:
    the policy names their hashes, whatever else a page comes to hold. They must be
    written out in the template; data, ``<script type=…>``, are none.
    """
    found = [
        text
        for path in sorted(theme.rglob("*.html"))
        for text in _INLINE_SCRIPT.findall(path.read_text(encoding="utf-8"))
    ]
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        for text in dict.fromkeys(found)
    ]
    policy = {**_POLICY, "script-src": " ".join([_POLICY["script-src"], *hashes])}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def add_policy(document: str, policy: str) -> str:
    """Return an HTML document that states its Content-Security-Policy first of all."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return document.replace("<head>", f"<head>\n    {meta}", 1)
