"""The Content-Security-Policy of a page."""

import base64
import hashlib
import re

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


def add_policy(document: str) -> str:
    """Return an HTML document with a Content-Security-Policy of its own.

    Nothing comes from another host, and of inline scripts only those that the
    document holds now may run: the policy names their hashes.
    """
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        for text in dict.fromkeys(_INLINE_SCRIPT.findall(document))
    ]
    policy = {**_POLICY, "script-src": " ".join([_POLICY["script-src"], *hashes])}
    text = "; ".join(f"{name} {value}" for name, value in policy.items())
    meta = f'<meta http-equiv="Content-Security-Policy" content="{text}">'
    return document.replace("<head>", f"<head>\n    {meta}", 1)
