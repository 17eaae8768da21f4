"""Ways to lay the same numbers out in memory."""

from __future__ import annotations

import numpy as np


def unaligned(a):
    buffer = np.zeros(a.nbytes + 1, np.uint8)[1:]
    view = buffer.view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def _beside(shape, dtype):
    """What lies between the numbers: NaN, which must not be read."""
    return np.full(shape, np.nan, dtype) if dtype.kind == "f" else np.zeros(shape, dtype)


def strided(a):
    wide = _beside((*a.shape[:-1], 3 * a.shape[-1]), a.dtype)
    wide[..., 1::3] = a
    return wide[..., 1::3]


def every_other_row(a):
    tall = _beside((2 * len(a), *a.shape[1:]), a.dtype)
    tall[::2] = a
    return tall[::2]


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def swapped(a):
    return a.astype(a.dtype.newbyteorder())


def swapped_read_only(a):
    a = swapped(a)
    a.flags.writeable = False
    return a


def subclassed(a):
    return a.view(type("Sub", (np.ndarray,), {}))


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": strided,
    "every_other_row": every_other_row,
    "negative_strides": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda a: a.T.copy().T,
    "unaligned": unaligned,
    "read_only": read_only,
    "swapped": swapped,
    "swapped_read_only": swapped_read_only,
    "subclassed": subclassed,
}


def turned(a: np.ndarray) -> np.ndarray:
    """The first axes swapped in memory, the last one as it was."""
    return np.swapaxes(np.swapaxes(a, 0, -2).copy(), 0, -2) if a.ndim > 2 else a


def windows(a: np.ndarray) -> np.ndarray:
    """Rows that begin one entry after the other, and share all others."""
    if a.ndim != 2 or not a.size:
        return a
    n, k = a.shape
    return np.lib.stride_tricks.sliding_window_view(np.resize(a, n + k - 1), k)


# Of arrays of any shape and dtype; the last two change the numbers.
ANY_SHAPE = {
    "plain": lambda a: a,
    "fortran": lambda a: np.array(a, order="F"),
    "strided": lambda a: strided(a) if a.ndim else a,
    "reversed": lambda a: a[..., ::-1].copy()[..., ::-1] if a.ndim else a,
    "unaligned": lambda a: unaligned(a) if not a.dtype.hasobject else a,
    "read_only": read_only,
    "turned": turned,
    "windows": windows,
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape) if a.ndim and len(a) else a,
}
