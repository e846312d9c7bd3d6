"""A stand-in for a GPU: a PyTorch backend of its own, whose memory is NumPy's.

PyTorch lets a program register a device under its PrivateUse1 key, and treats it as it
treats CUDA: ``torch.accelerator`` finds it, tensors move to it, an operation without a
kernel there fails. This one is written in Python and knows what the tests need: to create,
copy, multiply and add. Its allocator counts requests under the name that CUDA's does.

As ``sitecustomize`` on the PYTHONPATH it is there in each process from the start.
"""

import numpy as np
import torch
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

requests = 0


class Module:
    """What ``torch.standin`` has, as ``torch.cuda`` does."""

    def is_available(self):
        return True

    def is_initialized(self):
        return requests > 0

    def device_count(self):
        return 1

    def current_device(self):
        return 0

    def _is_in_bad_fork(self):
        return False

    def manual_seed_all(self, seed):
        pass

    def get_device_name(self, device=None):
        return "Stand-in 9000"

    def memory_stats(self, device=None):
        return {"allocation.all.allocated": requests}


_setup_privateuseone_for_python_backend("standin", Module())


class There(torch.Tensor):
    """A tensor whose data are an array in ``array``."""

    @staticmethod
    def __new__(cls, array, dtype):
        made = torch._C._acc.create_empty_tensor(array.shape, dtype)
        made.__class__ = cls
        return made

    def __init__(self, array, dtype):
        global requests
        requests += 1
        self.array = array


def kernel(name):
    return torch.library.impl(f"aten::{name}", "privateuseone")


@kernel("empty.memory_format")
def empty(size, dtype=None, **_options):
    return There(np.empty(size), dtype or torch.float32)


@kernel("empty_strided")
def empty_strided(size, stride, dtype=None, **_options):
    return There(np.empty(size), dtype or torch.float32)


@kernel("_copy_from")
def copy(here, there, non_blocking=False):
    if isinstance(here, There):
        there.copy_(torch.from_numpy(here.array))
    else:
        there.array = here.numpy().copy()
    return there


@kernel("mm")
def mm(left, right):
    return There(left.array @ right.array, left.dtype)


@kernel("add.Tensor")
def add(left, right):
    return There(left.array + right.array, left.dtype)
