"""What the runner asks of the kernel, from inside it.

The runner executes one-line calls of these functions between the cells; they
answer in JSON. Nothing here adds a name to the tutorial's namespace.
"""

import ast
import contextlib
import doctest
import io
import json
import math
import os
import platform
import random
import sys
import zlib
from importlib import metadata
from pathlib import Path
from types import FunctionType
from typing import Any

from weaver.runner import accelerator

_display_names: dict[str, dict[str, object]] = {}

_before: dict[str, object] = {}

_known: set[str] = set()


def _namespace() -> dict[str, object]:
    return sys.modules["__main__"].__dict__


def _own() -> dict[str, object]:
    """Return the names that the tutorial set, for everybody to see."""
    names = _namespace().items()
    return {name: it for name, it in names if not name.startswith("_") and name not in _known}


def prepare() -> str:
    """Make figures SVG with real text, sized to be read on a phone."""
    import matplotlib as mpl
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("svg", bbox_inches="tight", facecolor="none", metadata={"Date": None})
    mpl.rcParams.update(
        {
            "axes.facecolor": "none",
            "axes.spines.right": False,
            "axes.spines.top": False,
            "figure.constrained_layout.use": True,
            "figure.figsize": (5.5, 3.4),
            "font.size": 12,
            "legend.framealpha": 0,
            "svg.fonttype": "none",
            "svg.hashsalt": "weaver",
        }
    )
    _known.update(_namespace())
    return "{}"


def enter_display(language: str) -> str:
    """Before a display cell: restore that language's display names."""
    _before.clear()
    _before.update(_fingerprint())
    _namespace().update(_display_names.get(language, {}))
    return "{}"


def leave_display(language: str) -> str:
    """After a display cell: put its new names aside; return what it changed."""
    new = [name for name in _own() if f"name {name}" not in _before]
    _display_names[language] = {name: _namespace().pop(name) for name in new}
    after = _fingerprint()
    changed = (key for key in _before.keys() | after.keys() if _before.get(key) != after.get(key))
    return json.dumps(sorted(changed))


def _fingerprint() -> dict[str, object]:
    """Return a comparable picture of the state that cells share."""
    state: dict[str, object] = {
        f"name {name}": (id(value), _content(value)) for name, value in _own().items()
    }
    state["the random numbers of `random`"] = hash(random.getstate())
    if "numpy" in sys.modules:
        numpy_state = sys.modules["numpy"].random.get_state(legacy=True)
        state["the random numbers of NumPy"] = (numpy_state[1].tobytes(), *numpy_state[2:])
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        state["the random numbers of PyTorch"] = torch.get_rng_state().numpy().tobytes()
        if torch.cuda.is_initialized():
            state["the GPU's random numbers"] = torch.cuda.get_rng_state().numpy().tobytes()
    return state


def _content(value: Any) -> object:
    """Return a digest of what a value holds, as deep as it is cheap."""
    if isinstance(value, type):
        return None
    kind = f"{type(value).__module__}.{type(value).__name__}"
    if kind == "numpy.ndarray":
        return zlib.crc32(memoryview(value.copy(order="C")).cast("B"))
    if kind in {"torch.Tensor", "torch.nn.parameter.Parameter"}:
        # A tensor counts its in-place changes, unless made in inference mode.
        return None if value.is_inference() else value._version
    if hasattr(value, "get_state") and kind == "torch._C.Generator":
        return value.get_state().numpy().tobytes()
    if kind == "numpy.random._generator.Generator":
        return repr(value.bit_generator.state)
    if hasattr(value, "state_dict") and hasattr(value, "parameters"):
        return [(name, _content(tensor)) for name, tensor in value.state_dict().items()]
    if isinstance(value, dict | list | tuple) and len(value) > 10_000:
        return len(value)
    if isinstance(value, dict):
        return [(repr(key), id(item), _content(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [(id(item), _content(item)) for item in value]
    return repr(value) if isinstance(value, str | int | float | bool) else None


def values() -> str:
    """Return the plain scalars among the top-level names, and flat lists and dicts of them."""
    found = {name: _flat(value) for name, value in _own().items()}
    return json.dumps({name: it for name, it in found.items() if it is not None}, allow_nan=False)


def _flat(value: object) -> object:
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return items if items and None not in items else None
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        entries = {key: _plain(item) for key, item in value.items()}
        return entries if entries and None not in entries.values() else None
    return _plain(value)


def _plain(value: object) -> bool | int | float | str | None:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) and math.isfinite(value) else None


def check_claims(docstring: str, recorded: dict[str, Any] | None = None) -> str:
    """Run the doctests of the module's docstring and of its functions.

    With values that are ``recorded``, run those of the docstring with them instead of
    the namespace's own.
    """
    others = {  # a record has lists for tuples
        name: tuple(value) if isinstance(_namespace().get(name), tuple) else value
        for name, value in (recorded or {}).items()
    }
    documented = {"claims": docstring} | {
        name: value.__doc__ or ""
        for name, value in _namespace().items()
        if isinstance(value, FunctionType | type) and value.__module__ == "__main__"
        if recorded is None
    }
    results = []
    for name, text in documented.items():
        names = {**_namespace(), **others}
        for example in doctest.DocTestParser().get_examples(text):
            test = doctest.DocTest([example], names, name, None, 0, None)
            names = test.globs  # a copy, for the next example
            said = io.StringIO()
            runner = doctest.DocTestRunner(verbose=False)
            with contextlib.redirect_stdout(said):
                failed = runner.run(test, clear_globs=False).failed
            results.append(
                {
                    "of": name,
                    "source": example.source.strip(),
                    "want": example.want.strip(),
                    "report": said.getvalue() if failed else "",
                    "measured": _measured(example.source, names) if failed else "",
                }
            )
    return json.dumps(results)


def _measured(source: str, names: dict[str, Any]) -> str:
    """Return what an expression's names are worth: ``accuracy = 0.8321``.

    A value picked by a constant, ``sweep["slow"]``, is shown by itself.
    """
    source = source.strip()
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError:  # a statement: the report says what it did
        return ""
    found: dict[str, object] = {}
    picked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if isinstance(node.value, ast.Name) and node.value.id in names:
                picked.add(node.value)
                with contextlib.suppress(LookupError, TypeError):
                    written = ast.get_source_segment(source, node) or ""
                    found[written] = names[node.value.id][node.slice.value]
        elif isinstance(node, ast.Name) and node not in picked and node.id in names:
            found[node.id] = names[node.id]
    return ", ".join(
        f"{name} = {value!r}" for name, value in found.items() if _plain(value) is not None
    )


def used() -> str:
    """Return what changes when a cell uses an accelerator."""
    return json.dumps(accelerator.allocations())


def describe(packages: list[str], accelerated: list[str]) -> str:
    """Return the processors in use, as their makers name them, and the versions.

    ``accelerated`` are the cells that used the accelerator.
    """
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else int(os.environ["OMP_NUM_THREADS"])
    device: dict[str, object] = {"cpu": _processor(), "threads": threads}
    if torch:
        device["instructions"] = torch.backends.cpu.get_cpu_capability()
    if accelerated:
        device["gpu"] = accelerator.describe_gpu(accelerated)
    versions = {"python": platform.python_version()}
    versions |= {package: metadata.version(package) for package in packages}
    return json.dumps({"device": device, "versions": versions})


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
