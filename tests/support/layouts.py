"""Ways to lay the same numbers out in memory."""

from __future__ import annotations

import numpy as np


def unaligned(a):
    buffer = np.zeros(a.nbytes + 1, np.uint8)[1:]
    view = buffer.view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def strided(a):
    wide = np.full((*a.shape[:-1], 3 * a.shape[-1]), np.nan, a.dtype)
    wide[..., 1::3] = a
    return wide[..., 1::3]


def every_other_row(a):
    tall = np.full((2 * len(a), *a.shape[1:]), np.nan, a.dtype)
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
