"""The usual small call, without what only others need: two plain float64 arrays of one shape.

To look at labels, dtypes, axes, tiles and threads takes ten times as long as a kernel does for ten
bins. There is no second policy here: options are checked as always, and the kernel and what it is
told follow from them. What is not usual, and what the kernel does not certify, goes the general
way, and so does all that ends in a warning or an error.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from numpy import empty, ndarray

from kullback._arguments.options import Chosen, checked
from kullback._catalogue import DIVERGENCES, Divergence
from kullback._drivers.rows import FLOAT64
from kullback._drivers.sources import counting
from kullback._kernels import build
from kullback._kernels.rows.short import LONGEST

MOST_ROWS = 64
MOST_ENTRIES = 1 << 12  # of one side: some 5 us, to which the general way adds 15

NO_OPTION = checked(DIVERGENCES["kl"])  # what all divergences are told, where none is given

_NUMBERS = [counting(rows) for rows in range(MOST_ROWS + 1)]
_SMALLEST = sys.float_info.min


def small_call(divergence: Divergence, chosen: Chosen, p: Any, q: Any) -> Any:
    """What `row_wise` returns; None for what is not for this way.

    The kernel runs in the caller's thread, as for all calls of this size.
    """
    if type(p) is not ndarray or type(q) is not ndarray or type(divergence.kernel) is not str:
        return None
    shape, size, axes = p.shape, p.size, p.ndim
    if shape != q.shape or not axes or not 0 < size <= MOST_ENTRIES:
        return None
    if chosen is not NO_OPTION and not _only_tells_kernels(chosen):
        return None
    k = shape[-1]
    rows = size // k
    if rows > MOST_ROWS or not (_is_plain(p) and _is_plain(q)) or _SMALLEST * 0.5 == 0.0:
        return None
    results = out = empty(shape[:-1] or 1)
    if axes == 1:
        p, q = p[None], q[None]
    elif axes > 2:
        p, q, out = p.reshape(rows, k), q.reshape(rows, k), results.reshape(rows)
    work, numbers = chosen.work, _NUMBERS[rows]
    kernel = _kernel(divergence.kernel, work.rule, k < LONGEST)
    if kernel(p, numbers, q, numbers, work.amount, divergence.alpha, work.normalize, out):
        return None
    if work.unit != 1.0:
        work.convert(out)
    return results if axes > 1 else results[0]


def _only_tells_kernels(chosen: Chosen) -> bool:
    """Whether its options have no effect but on the kernel and on the unit of what it returns."""
    last = type(chosen.axis) is int and chosen.axis == -1
    warns = chosen.work.rule == "pseudocount"
    return last and not warns and not chosen.keepdims and chosen.out is None


def _is_plain(array: Any) -> bool:
    """Whether rows are read where they lie. The dtype of an unpickled array is an object apart."""
    flags = array.flags
    return bool(array.dtype == FLOAT64 and flags.c_contiguous and flags.aligned)


@cache
def _kernel(terms: str, rule: str, short: bool) -> Any:
    return build.fastest_rows(terms, rule, "f8", 1 if short else LONGEST)
