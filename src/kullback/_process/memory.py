"""How much memory a process may still use, and saying so before the work rather than after."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from kullback._process import cgroups

LARGEST = 2**63 - 1
LINE = 64  # bytes


def available() -> float:
    """Bytes: the least of the machine's, the control group's and the address-space limit's."""
    return min(_machine(), cgroups.memory(), _address_space())


def check_memory(shape: tuple[int, ...], dtype: np.dtype[Any], function: str = "this call") -> None:
    """Raise MemoryError if an array of this shape does not fit, before anything is done."""
    needed = math.prod(shape) * dtype.itemsize
    if needed < 1 << 26:
        return
    free = available()
    if needed > free or needed > LARGEST:
        raise MemoryError(
            f"the result of {function} has shape {shape} and needs {_readable(needed)}, but "
            f"{_readable(free)} are available; {_remedy(function, dtype)}"
        )


def _remedy(function: str, dtype: np.dtype[Any]) -> str:
    """What else may be done: nothing that has been done already."""
    if function == "kneighbors":
        return "ask for fewer neighbours, or pass fewer rows of x at a time, with y="
    rest = f"pass out= a numpy.memmap, {'float32 input, ' * (dtype.itemsize > 4)}or fewer rows"
    nearest = "kneighbors keeps the nearest rows alone; or " * (function == "pairwise")
    return f"{nearest}{rest} at a time"


def threads_with_room(size: int, threads: int, what: str) -> int:
    """How many threads may work at once, each of which takes `size` bytes for what it converts.

    Raise MemoryError if none can, before anything is done.
    """
    if size * threads < 1 << 26:
        return threads
    free = available()
    if size > free:
        raise MemoryError(
            f"{what} must be converted, which needs {_readable(size)}, but {_readable(free)} are "
            "available; give C-contiguous rows of one dtype: float64, float32 or integers"
        )
    return min(threads, int(free // size))


def aligned(shape: tuple[int, ...], dtype: Any = np.float64) -> np.ndarray[Any, Any]:
    """An array that begins at a multiple of the size of a cache line.

    NumPy's own begin 16 bytes after one, so that every set of lanes lies in two lines: the kernel
    of pairwise JS, which reads rows again and again, took 1.5 times as long.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    view: np.ndarray[Any, Any] = memory[start : start + size].view(dtype)
    return view.reshape(shape)


def _readable(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if size < 1000 or unit == "PB":
            return f"{size:.3g} {unit}" if size < 1000 else f"{size:.0f} {unit}"
        size /= 1000
    raise AssertionError


def _machine() -> float:
    kilobytes = cgroups.number(Path("/proc/meminfo"), "MemAvailable:")
    if kilobytes < math.inf:
        return kilobytes * 1024
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return math.inf


def _address_space() -> float:
    try:
        import resource
    except ImportError:  # not on Windows
        return math.inf
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return math.inf
    pages = cgroups.number(Path("/proc/self/statm"))
    return limit - (pages * os.sysconf("SC_PAGE_SIZE") if pages < math.inf else 0)
