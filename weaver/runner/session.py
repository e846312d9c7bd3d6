"""A kernel at work on one tutorial."""

import ast
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ipykernel.compiler import murmur2_x86
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from weaver.core.messages import _
from weaver.core.problems import WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.page.outputs import find_problems
from weaver.program.meaning import canonical
from weaver.program.names import top_level_names
from weaver.program.tutorial import Cell, Tutorial

CELL_LIMIT = 900  # seconds

_OWN_LIMIT = 60  # seconds that what the runner asks may take at least

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")

_WARNED = re.compile(r"ipykernel_\d+[/\\](\d+)\.py:(\d+)")

# Where a warning is from: a file of this run's kernel, which no reader has.
_WARNER = re.compile(r"^\S*ipykernel_\S+:\d+: ", re.MULTILINE)

_MURMUR_SEED = 0xC70F6907  # of ipykernel's names for the code of cells


class Session:
    """A kernel at work on one tutorial, and the notebook that it fills.

    ``environment`` is what the kernel has beyond `kernel_environment`.
    """

    def __init__(
        self,
        project: Project,
        tutorial: Tutorial,
        cell_limit: float,
        environment: Mapping[str, str],
    ) -> None:
        self.project = project
        self.environment = environment
        self.tutorial = tutorial
        self.cell_limit = cell_limit
        self.seconds: dict[str, float] = {}
        self.accelerated: list[str] = []  # the cells that used the accelerator
        self._used: list[int] = []
        spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
        self.notebook = new_notebook(metadata={"kernelspec": spec})
        self._shown: set[str] = set()  # names that display cells bound
        self._executed: list[Cell] = []
        self._hashes: dict[str, Cell] = {}

    @contextmanager
    def started(self) -> Iterator[None]:
        """Have a kernel, until the work is done or fails."""
        _sweep()
        with tempfile.TemporaryDirectory(prefix=f"weaver-{os.getpid()}-") as folder:
            # Sockets of its own: two runs at once must not meet. Windows has none.
            sockets = {} if os.name == "nt" else {"transport": "ipc", "ip": f"{folder}/kernel"}
            manager = AsyncKernelManager(
                connection_file=f"{folder}/kernel.json",
                # This very Python, not whichever kernel somebody registered as python3.
                kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
                **sockets,
            )
            self.client = NotebookClient(
                new_notebook(cells=[new_code_cell()]),  # what is executing now
                km=manager,
                timeout_func=self._limit,
                interrupt_on_timeout=False,
                allow_errors=False,
                store_widget_state=False,
                record_timing=False,
                resources={"metadata": {"path": str(self.project.root)}},
            )
            self.client.owns_km = True  # so that it ends the kernel
            environment = {**kernel_environment(self.project), **self.environment}
            with self.client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
                self.ask("prepare()")
                yield

    def run(self, cell: Cell, localised: Mapping[str, str]) -> None:
        """Run a cell: once, or a display cell once for each language it differs in.

        ``localised`` is its code in each language but the source's.
        """
        started = time.perf_counter()
        meaning = canonical(cell.source)
        differing = {code for code, source in localised.items() if canonical(source) != meaning}
        if differing and not cell.displays:
            raise self._problem(cell, 1, _("its translation changes what it computes"))
        node = new_code_cell(cell.source, id=cell.name[:64])
        node.metadata["weaver"] = {"name": cell.name}
        mine = node.metadata["weaver"]
        if cell.tags:
            node.metadata["tags"] = sorted(cell.tags)
        self._execute(cell, node, SOURCE_LANGUAGE)
        if cell.displays:
            names = top_level_names(cell.source)
            self._shown |= names.bound
            for language, source in localised.items():
                if language in differing or names.used & self._shown:
                    other = new_code_cell(source, metadata={"weaver": mine})
                    self._execute(cell, other, language)
                    if other.outputs != node.outputs:
                        mine.setdefault("outputs", {})[language] = other.outputs
        self.notebook.cells.append(node)
        mine["seconds"] = self.seconds[cell.name] = round(time.perf_counter() - started, 3)
        before, self._used = self._used, self.ask("used()")
        if self._used != before:
            self.accelerated.append(cell.name)

    def ask(self, call: str) -> Any:
        """Return what a function of ``weaver.runner.kernel`` answers in the kernel."""
        node = new_code_cell(f"__import__('weaver.runner.kernel').runner.kernel.{call}")
        try:
            self.client.execute_cell(node, 0, store_history=False)
            answers = [out for out in node.outputs if out.output_type == "execute_result"]
            return json.loads(ast.literal_eval(answers[0].data["text/plain"]))
        except CellExecutionError as error:
            reason = f"{error.ename}: {error.evalue}"
        except (CellTimeoutError, DeadKernelError, LookupError) as error:
            reason = type(error).__name__
        said = _("the runner's own {call} failed: {reason}")
        raise fail(self.tutorial.path, 0, said.format(call=call.partition("(")[0], reason=reason))

    def _limit(self, node: NotebookNode) -> float:
        own = "weaver" not in node.metadata
        return max(self.cell_limit, _OWN_LIMIT) if own else self.cell_limit

    def _execute(self, cell: Cell, node: NotebookNode, language: str) -> None:
        if cell.displays:
            self.ask(f"enter_display({language!r})")
        self._hashes[str(murmur2_x86(node.source, _MURMUR_SEED))] = cell
        self._executed.append(cell)
        try:
            self.client.execute_cell(node, 0)
        except CellTimeoutError:
            said = _("cell {cell} ran longer than {seconds} s: stopped")
            said = said.format(cell=repr(cell.name), seconds=f"{self.cell_limit:g}")
            raise self._problem(cell, 1, said) from None
        except DeadKernelError:
            said = _("cell {cell} ended the kernel (out of memory?)")
            raise self._problem(cell, 1, said.format(cell=repr(cell.name))) from None
        except CellExecutionError as error:
            raise self._raised(cell, error) from None
        for output in node.outputs:
            if output.get("name") == "stderr" and "stderr" not in cell.tags:
                raise self._wrote(cell, output.text)
            if output.get("name") == "stderr":
                output.text = _WARNER.sub("", output.text)
        for problem in find_problems(self.tutorial.path, cell.name, node.outputs):
            raise self._problem(cell, 1, problem.text)
        for changed in self.ask(f"leave_display({language!r})") if cell.displays else ():
            what = f"`{changed[5:]}`" if changed.startswith("name ") else changed
            said = _("display cell {cell} changes {what}: only show here")
            raise self._problem(cell, 1, said.format(cell=repr(cell.name), what=what))

    def _problem(self, cell: Cell, line: int, text: str) -> WeaverError:
        return fail(self.tutorial.path, cell.line + line - 1, text)

    def _raised(self, cell: Cell, error: CellExecutionError) -> WeaverError:
        line, where = 1, cell
        for number, row in _FRAME.findall(_ANSI.sub("", error.traceback)):
            if 0 < int(number) <= len(self._executed):
                where, line = self._executed[int(number) - 1], int(row)
        said = f"{error.ename}: {error.evalue}"
        return self._problem(
            where, line, _("cell {cell}: {said}").format(cell=repr(cell.name), said=said)
        )

    def _wrote(self, cell: Cell, text: str) -> WeaverError:
        line, where = 1, cell
        for code, row in _WARNED.findall(text):
            if code in self._hashes:
                where, line = self._hashes[code], int(row)
        first = _WARNER.sub("", text.strip()).splitlines()[0]
        said = _("cell {cell} wrote to stderr: {said}")
        return self._problem(where, line, said.format(cell=repr(cell.name), said=first))


def _sweep() -> None:
    """Delete what killed runs left, as far as the system tells."""
    for left in Path(tempfile.gettempdir()).glob("weaver-*-*") if os.name != "nt" else ():
        with suppress(ValueError, PermissionError):  # not ours
            try:
                os.kill(int(left.name.split("-")[1]), 0)
            except ProcessLookupError:
                shutil.rmtree(left, ignore_errors=True)


def kernel_environment(project: Project) -> dict[str, str]:
    """Return the environment that a kernel runs in."""
    path = [str(Path(__file__).parents[2]), str(project.sources)]
    return {
        **os.environ,
        # Models of this size gain nothing from more threads, and lose a hundredfold
        # where threads that spin have to share their cores with other work.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([*path, *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
