"""LaTeX that cannot be read, said in one line."""

import re

from math_core import LatexError

from weaver.core.messages import _

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def say_latex(latex: str, error: LatexError) -> str:
    """Return a message for LaTeX that cannot be read."""
    said = _ANSI.sub("", str(error)).strip().splitlines()[0].removeprefix("Error: ")
    if said.startswith("Unknown command "):
        said = _("Unknown command {command}").format(command=said.rpartition(" ")[2])
    return f"LaTeX ${latex.strip()}$: {said}"
