"""The types of arrays that kernels take, as Numba knows them."""

from __future__ import annotations

from typing import Any

from numba import types

NUMBERS: dict[str, Any] = {"f8": types.float64, "f4": types.float32}
NUMBERS |= {
    f"{kind[0]}{size}": getattr(types, f"{kind}{8 * size}")
    for kind in ("int", "uint")
    for size in (1, 2, 4, 8)
}


def contiguous(dtype: str, ndim: int) -> types.Array:
    """C-contiguous and read-only, which takes writable arrays too; memory maps may be unaligned."""
    return types.Array(NUMBERS[dtype], ndim, "C", readonly=True)


INDEX = types.Array(types.intp, 1, "C", readonly=True)
VECTOR = types.Array(types.float64, 1, "C")
READ = contiguous("f8", 1)
ROWS = contiguous("f8", 2)
GRID = types.Array(types.float64, 2, "C")
BLOCK = types.Array(types.float64, 2, "A")
BYTES = types.Array(types.uint8, 2, "A")
WORDS = types.Array(types.uint64, 2, "C", readonly=True)
INTEGERS = types.Array(types.int64, 1, "C")
COUNTS = types.Array(types.int64, 2, "C")
