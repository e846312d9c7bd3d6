"""Commands in processes of their own, forked from one that has loaded the engine already.

To start Python and import MkDocs takes longer than most commands here take to work. As
a program, this module is that one process: it reads a task a line, forks, and says how
the child ended. The child has imported modules, and nothing else that another one did.
"""

import gc
import json
import os
import runpy
import signal
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

# All that a check or a build imports, sooner or later.
LOADED = """
    weaver.cli weaver.mkdocs.plugin mkdocs.commands.build mkdocs_jupyter.plugin
    mkdocs_static_i18n.plugin markdown.extensions.md_in_html pymdownx.arithmatex nbconvert
    PIL.ImageDraw PIL.ImageFont
""".split()
SECONDS = 300  # that a command may take
# What Python or C read of the environment when they start.
AT_START = ("PYTHON", "LC_", "LANG", "LD_")


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    status: int
    out: str
    err: str


class Forker:
    """The process to fork from, started when it is first needed."""

    _process: subprocess.Popen[str] | None = None

    def run(
        self, module: str, arguments: tuple[str, ...], folder: Path, environment: dict[str, str]
    ) -> Outcome:
        """Do ``python -m module`` in a folder."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
            )
        with TemporaryDirectory() as temporary:
            out, err = Path(temporary, "out"), Path(temporary, "err")
            task = [module, arguments, str(folder), environment, str(out), str(err)]
            self._process.stdin.write(json.dumps(task) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            return Outcome(status, out.read_text("utf-8"), err.read_text("utf-8"))

    def stop(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None


def serve() -> None:
    """Fork a child for each task, one after the other."""
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            become(*json.loads(line))
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def become(
    module: str, arguments: list[str], folder: str, environment: dict[str, str], *files: str
) -> None:
    """Go on as ``python -m module`` would."""
    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[0] = folder
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for name in LOADED:
        import_module(name)
    serve()
