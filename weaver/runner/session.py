"""A kernel at work on one tutorial."""

import ast
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.compiler import murmur2_x86
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from weaver.core.problems import WeaverError, fail
from weaver.core.project import SOURCE_LANGUAGE, Project
from weaver.page.outputs import check_output
from weaver.page.sanitize import OutputError
from weaver.program.meaning import canonical
from weaver.program.tutorial import Cell, Tutorial

CELL_LIMIT = 900  # seconds

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")

_WARNED = re.compile(r"ipykernel_\d+[/\\](\d+)\.py:(\d+)")

# Where a warning is from: a file of this run's kernel, which no reader has.
_WARNER = re.compile(r"^\S*ipykernel_\S+:\d+: ", re.MULTILINE)

_MURMUR_SEED = 0xC70F6907  # of ipykernel's names for the code of cells


class Session:
    """A kernel at work on one tutorial, and the notebook that it fills."""

    def __init__(self, project: Project, tutorial: Tutorial, cell_limit: float) -> None:
        self.tutorial = tutorial
        self.cell_limit = cell_limit
        self.seconds: dict[str, float] = {}
        self.notebook = new_notebook()
        self.notebook.metadata["kernelspec"] = {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        }
        # Sockets of its own: two runs at once must not meet.
        self._sockets = tempfile.TemporaryDirectory(prefix="weaver-")
        manager = AsyncKernelManager(transport="ipc", ip=f"{self._sockets.name}/kernel")
        # This very Python, not whichever kernel somebody registered as python3.
        manager._kernel_spec = KernelSpec(
            argv=[
                *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
                "--HistoryManager.enabled=False",
            ],
            display_name="Python 3",
            language="python",
        )
        self.client = NotebookClient(
            new_notebook(cells=[new_code_cell()]),  # what is executing now
            km=manager,
            timeout=cell_limit,
            interrupt_on_timeout=False,
            allow_errors=False,
            store_widget_state=False,
            record_timing=False,
            resources={"metadata": {"path": str(project.root)}},
        )
        self.client.owns_km = True  # so that it ends the kernel
        self._executed: dict[int, Cell] = {}
        self._hashes: dict[str, Cell] = {}

    def run(self, cell: Cell, localised: Mapping[str, str]) -> None:
        """Run a cell: once, or a display cell once for each language it differs in.

        ``localised`` is its code in each language but the source's.
        """
        started = time.perf_counter()
        meaning = canonical(cell.source)
        differing = {code for code, source in localised.items() if canonical(source) != meaning}
        if differing and not cell.displays:
            raise self._problem(cell, 1, "its translation changes what it computes")
        node = new_code_cell(cell.source, id=cell.name[:64])
        node.metadata["weaver"] = {"name": cell.name}
        if cell.tags:
            node.metadata["tags"] = sorted(cell.tags)
        self._execute(cell, node, SOURCE_LANGUAGE)
        for language in localised if cell.displays else ():
            if language in differing or self._binds(cell):
                other = new_code_cell(localised[language])
                self._execute(cell, other, language)
                if language in differing:
                    node.metadata["weaver"].setdefault("outputs", {})[language] = other.outputs
        self.notebook.cells.append(node)
        self.seconds[cell.name] = round(time.perf_counter() - started, 3)
        node.metadata["weaver"]["seconds"] = self.seconds[cell.name]

    def ask(self, call: str) -> Any:
        """Return what a function of ``weaver.runner.kernel`` answers in the kernel."""
        node = new_code_cell(f"__import__('weaver.runner.kernel').runner.kernel.{call}")
        try:
            self.client.execute_cell(node, 0, store_history=False)
        except CellExecutionError as error:
            said = f"after the last cell, {call} failed: {error.ename}: {error.evalue}"
            raise fail(self.tutorial.path, 0, said) from None
        answer = [out for out in node.outputs if out.output_type == "execute_result"]
        return json.loads(ast.literal_eval(answer[0].data["text/plain"]))

    @staticmethod
    def _binds(cell: Cell) -> bool:
        """Whether a display cell sets names that later display cells may use."""
        tree = ast.parse(cell.source)
        return any(isinstance(node, ast.Assign | ast.AnnAssign) for node in tree.body)

    def _execute(self, cell: Cell, node: nbformat.NotebookNode, language: str) -> None:
        if cell.displays:
            self.ask(f"enter_display({language!r})")
        self._hashes[str(murmur2_x86(node.source, _MURMUR_SEED))] = cell
        self._executed[len(self._executed) + 1] = cell
        try:
            self.client.execute_cell(node, 0)
        except CellTimeoutError:
            raise self._problem(
                cell, 1, f"cell {cell.name!r} ran longer than {self.cell_limit:g} s: stopped"
            ) from None
        except DeadKernelError:
            raise self._problem(
                cell, 1, f"cell {cell.name!r} ended the kernel (out of memory?)"
            ) from None
        except CellExecutionError as error:
            raise self._raised(cell, error) from None
        for output in node.outputs:
            if output.get("name") == "stderr" and "stderr" not in cell.tags:
                raise self._wrote(cell, output.text)
            if output.get("name") == "stderr":
                output.text = _WARNER.sub("", output.text)
            try:
                check_output(output)
            except OutputError as error:
                raise self._problem(cell, 1, f"cell {cell.name!r}: {error}") from None
        if cell.displays:
            changed = self.ask(f"leave_display({language!r})")
            if changed:
                what = changed[0].replace("name ", "`", 1) + "`" * changed[0].startswith("name ")
                raise self._problem(
                    cell, 1, f"display cell {cell.name!r} changes {what}: only show here"
                )

    def _problem(self, cell: Cell, line: int, text: str) -> WeaverError:
        return fail(self.tutorial.path, cell.line + line - 1, text)

    def _raised(self, cell: Cell, error: CellExecutionError) -> WeaverError:
        line, where = 1, cell
        for number, row in _FRAME.findall(_ANSI.sub("", error.traceback)):
            if int(number) in self._executed:
                where, line = self._executed[int(number)], int(row)
        return self._problem(where, line, f"cell {cell.name!r}: {error.ename}: {error.evalue}")

    def _wrote(self, cell: Cell, text: str) -> WeaverError:
        line, where = 1, cell
        for code, row in _WARNED.findall(text):
            if code in self._hashes:
                where, line = self._hashes[code], int(row)
        said = _WARNER.sub("", text.strip()).splitlines()[0]
        return self._problem(where, line, f"cell {cell.name!r} wrote to stderr: {said}")


def kernel_environment(project: Project) -> dict[str, str]:
    """Return the environment that a kernel runs in."""
    path = os.pathsep.join(
        [str(Path(__file__).parents[2]), str(project.sources), os.environ.get("PYTHONPATH", "")]
    )
    return {
        **os.environ,
        # Models of this size gain nothing from more threads, and lose a hundredfold
        # where threads that spin have to share their cores with other work.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": path.rstrip(os.pathsep),
    }
