"""The accelerator: whether there is one that works, and whether a cell used it.

A tutorial of NumPy alone needs no PyTorch, so nothing here imports it unasked.
"""

import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from weaver.core.messages import _

DEVICES = ("auto", "cpu", "cuda")

# What hides accelerators from a process. Nothing hides Apple's.
HIDING = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "HIP_VISIBLE_DEVICES": "-1",
    "TORCH_DEVICE_BACKEND_AUTOLOAD": "0",
}

OLDER_CUDA = "https://download.pytorch.org/whl/cu126"  # for example

TOLERANCE = 1e-4  # of a product in single precision, against the largest of its entries

_SIZE = 512  # rows and columns of the matrices that are multiplied


class DeviceError(Exception):
    """A device that was asked for is not there, or does not work."""


def examine(device: str) -> Iterator[str]:
    """Say what there is to run on, line by line, and try a matrix product on it.

    Raises
    ------
    DeviceError
        If there is no CUDA device and ``device`` is ``cuda``, or the product is
        not the CPU's.
    """
    import torch

    yield f"PyTorch {torch.__version__}, CUDA {torch.version.cuda or '–'}"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        usable = torch.cuda.is_available()
    if device == "cuda" or usable:
        yield from filter(None, [nvidia_smi()[1]])
    if device == "cuda" and not usable:
        raise DeviceError(_why_no_cuda(torch, [str(one.message) for one in caught]))
    found = (
        None if device == "cpu" else torch.accelerator.current_accelerator(check_available=True)
    )
    here = "cuda" if device == "cuda" else found.type if found else "cpu"
    name = maker_name(torch, here)
    error = _try_product(torch, here, name)
    yield _("{device}: product of two matrices right, to {error}").format(
        device=name, error=f"{error:.0e}"
    )


def allocations() -> list[int]:
    """Return how often each accelerator was asked for memory; nothing before the first time.

    This costs next to nothing, and a cell after which it differs has used one. It
    misses a cell that only writes into tensors that were there, and what does not
    go through PyTorch. Apple's counts no requests: what is held of its memory
    stands for them, and a cell that gives back all that it took is missed.
    """
    torch = sys.modules.get("torch")
    found = torch.accelerator.current_accelerator(check_available=True) if torch else None
    if torch is None or found is None:
        return []
    module = torch.get_device_module(found.type)
    if not getattr(module, "is_initialized", bool)():
        held = getattr(module, "current_allocated_memory", int)
        return [held()] if held() else []
    counted = [module.memory_stats(place) for place in range(module.device_count())]
    return [stats.get("allocation.all.allocated", 0) for stats in counted]


def describe_gpu(cells: list[str]) -> dict[str, object]:
    """Return the accelerator that some cells used, as a record has it."""
    torch = sys.modules["torch"]
    kind = torch.accelerator.current_accelerator().type
    gpu = {"name": maker_name(torch, kind), "kind": kind, "cells": cells}
    versions = {"driver": driver_version(), "cuda": torch.version.cuda} if kind == "cuda" else {}
    return gpu | {name: version for name, version in versions.items() if version}


def maker_name(torch: Any, kind: str) -> str:
    """Return the name of an accelerator of a kind as its maker gives it, or else the kind."""
    named = getattr(torch.get_device_module(kind), "get_device_name", None)
    return str(named()) if named and kind != "cpu" else kind


def nvidia_smi(*arguments: str) -> tuple[int | None, str]:
    """Run NVIDIA's own tool; return its exit status, None if it is missing, and what it said."""
    try:
        done = subprocess.run(
            ["nvidia-smi", *arguments], capture_output=True, text=True, timeout=60
        )
    except FileNotFoundError:
        return None, ""
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout + done.stderr).strip()


def driver_version() -> str:
    """Return the version of NVIDIA's driver; empty if there is none."""
    status, said = nvidia_smi("--query-gpu=driver_version", "--format=csv,noheader")
    return said.splitlines()[0].strip() if status == 0 and said else ""


def _why_no_cuda(torch: Any, warned: list[str]) -> str:
    """Say why PyTorch sees no CUDA device, and what to do."""
    status, said = nvidia_smi()
    if status is None:
        return _("no NVIDIA driver: there is no nvidia-smi; install the driver")
    if status:
        text = _("no NVIDIA driver that works: nvidia-smi says: {said}")
        return text.format(said=" ".join(said.split()))
    if torch.version.cuda is None:
        text = _(
            "PyTorch {version} was built without CUDA: install it from PyPI, or from an index"
            " such as {index}"
        )
        return text.format(version=torch.__version__, index=OLDER_CUDA)
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        warned = [*warned, str(error)]
    reason = " ".join(" ".join(warned).split()) or _("no reason given")
    if "too old" in reason:
        found = re.search(r"found version (\d+)", reason)
        text = _(
            "driver {driver} is too old: it knows CUDA {known}, PyTorch {version} was built for"
            " CUDA {built}; renew the driver, or install PyTorch from an index for an older CUDA,"
            " such as {index}"
        )
        return text.format(
            driver=driver_version(),
            known=f"{int(found[1]) // 1000}.{int(found[1]) % 1000 // 10}" if found else "?",
            version=torch.__version__,
            built=torch.version.cuda,
            index=OLDER_CUDA,
        )
    return _("PyTorch cannot use CUDA: {reason}").format(reason=reason)


def _try_product(torch: Any, kind: str, name: str) -> float:
    """Multiply two matrices there; return the largest error, as a share of the largest entry."""
    generator = torch.Generator().manual_seed(0)
    A, B = (torch.randn(_SIZE, _SIZE, generator=generator) for __ in range(2))
    try:
        product = (A.to(kind) @ B.to(kind)).cpu().double()
    except RuntimeError as failed:
        text = _("{device}: a product of two matrices fails: {reason}")
        raise DeviceError(text.format(device=name, reason=str(failed).splitlines()[0])) from None
    right = A.double() @ B.double()
    error = float((product - right).abs().max() / right.abs().max())
    if not error <= TOLERANCE:  # nor if it is no number
        text = _("{device}: a product of two matrices is wrong, by {error}")
        raise DeviceError(text.format(device=name, error=f"{error:.0e}"))
    return error
