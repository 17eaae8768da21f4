"""The usual small call, without what only others need: two plain float64 arrays and no option.

To look at options, dtypes, axes, labels and threads takes ten times as long as a kernel does for
ten bins. There is no second policy here: the kernel, and what it is told, are those that the
general way chooses for these options. What is not usual, and what the kernel does not certify,
goes that way, and so does all that ends in a warning or an error.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from numpy import empty, ndarray

from kullback._arguments.options import checked
from kullback._catalogue import DIVERGENCES, Divergence
from kullback._drivers.rows import FLOAT64
from kullback._drivers.sources import counting
from kullback._kernels import build

MOST_ROWS = 64
MOST_ENTRIES = 1 << 12  # of one side: some 5 us, to which the general way adds 13

_NUMBERS = [counting(n) for n in range(MOST_ROWS + 1)]
_USUAL = checked(DIVERGENCES["kl"]).work  # no option, and so the same for every divergence
_SMALLEST = sys.float_info.min


def small_call(divergence: Divergence, p: Any, q: Any) -> Any:
    """What `row_wise` returns without options, or None for what is not for this way.

    The kernel runs in the caller's thread, as it does for all calls of this size.
    """
    if type(p) is not ndarray or type(q) is not ndarray or type(divergence.kernel) is not str:
        return None
    shape, size = p.shape, p.size
    if shape != q.shape or not shape or not 0 < size <= MOST_ENTRIES:
        return None
    k = shape[-1]
    rows = size // k
    if rows > MOST_ROWS or not (_is_plain(p) and _is_plain(q)) or _SMALLEST * 0.5 == 0.0:
        return None
    if len(shape) != 2:
        p, q = p.reshape(rows, k), q.reshape(rows, k)
    numbers, out = _NUMBERS[rows], empty(rows)
    kernel = _kernel(divergence.kernel, k < build.LONGEST)
    if kernel(p, numbers, q, numbers, _USUAL.amount, divergence.alpha, _USUAL.normalize, out):
        return None
    return out if len(shape) == 2 else out[0] if len(shape) == 1 else out.reshape(shape[:-1])


def _is_plain(array: Any) -> bool:
    """Whether rows are read where they lie; the dtype of an unpickled array is an object apart."""
    flags = array.flags
    return bool(array.dtype == FLOAT64 and flags.c_contiguous and flags.aligned)


@cache
def _kernel(terms: str, short: bool) -> Any:
    return build.fastest_rows(terms, _USUAL.rule, "f8", 1 if short else build.LONGEST)
