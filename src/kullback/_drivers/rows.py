"""Row pairs to results: tiles of rows, by the fast kernel and, where it leaves any, the careful."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.sources import Index, Rows, counting
from kullback._kernels import UNCERTIFIED, build
from kullback._process import threads

Array = NDArray[Any]

SMALL = 400_000  # elements: about 0.3 ms, below which a second thread costs more than it brings
TILE = 1 << 19  # elements of a tile that is read where it lies: about 0.5 ms
FEW = 1 << 12  # counts: converted in 2 us, where a kernel of their own takes 2 s to compile
CONVERTED_TILE = 1 << 16  # of one that is converted first: half a megabyte stays in the cache


class Custom(NamedTuple):
    """A kernel made of a user's own function, compiled, and its two limits."""

    f: Any
    f_at_zero: float
    slope_at_infinity: float


class Work(NamedTuple):
    """What to do with each row pair: the kernel and the options that reach the kernels."""

    kernel: str | Custom
    rule: str
    amount: float
    alpha: float
    normalize: bool
    unit: float  # results are divided by it: ln(base), or its root

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """Results in nats of row pairs in float64 `out`; how many are no distributions (nan)."""
        given = (p, p_index, q, q_index, self.amount, self.alpha, self.normalize, out)
        if isinstance(self.kernel, Custom):
            return int(build.custom_rows(*self.kernel, self.rule)(*given))
        dtype = p.dtype.str[1:]
        left = build.fastest_rows(self.kernel, self.rule, dtype, p.shape[1])(*given)
        if not left:
            return 0
        if p.dtype == np.float64:
            careful = build.careful(self.kernel, self.rule == "pseudocount")
            return int(careful(*given[:-1], self.rule == "skip", self.rule == "fill", out))
        return self._again(p, p_index, q, q_index, out)

    def _again(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """In float64, the pairs that another dtype's kernel has left."""
        places = np.flatnonzero(out == UNCERTIFIED)
        step = max(1, CONVERTED_TILE // p.shape[1])
        invalid = 0
        for start in range(0, places.size, step):
            some = places[start : start + step]
            results = np.empty(some.size)
            index = counting(some.size)
            invalid += self.pairs(
                p[p_index[some]].astype(np.float64),
                index,
                q[q_index[some]].astype(np.float64),
                index,
                results,
            )
            out[some] = results
        return invalid

    def matrix_dtype(self, result: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype in which rows of a matrix are kept while they are compared."""
        return np.dtype(np.float64) if isinstance(self.kernel, Custom) else result

    def kernel_dtype(self, p: Array, q: Array, result: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype in which rows of p and q reach the kernels: many counts as they are."""
        if isinstance(self.kernel, Custom):
            return np.dtype(np.float64)
        if p.dtype.kind in "iub" and p.dtype == q.dtype and max(p.size, q.size) > FEW:
            return np.dtype(np.uint8) if p.dtype.kind == "b" else p.dtype.newbyteorder("=")
        return result

    def convert(self, out: Array) -> None:
        """From nats to what the caller asked for, in place."""
        if self.unit != 1.0:
            with np.errstate(over="ignore"):
                out /= self.unit


class Invalid:
    """Counts rows that are no distributions; where that is an error it stops the job."""

    def __init__(self, report: Callable[[], Exception] | None) -> None:
        self.report = report
        self._lock = threading.Lock()

    def found(self, count: int) -> None:
        if count and self.report:
            with self._lock:
                raise self.report()


def run(
    work: Work, p: Rows, q: Rows, out: Array, invalid: Invalid, most_threads: int | None
) -> None:
    """out[r] = the divergence of row r of p from row r of q; `out` is flat."""
    count = out.size
    if not count:
        return
    k = p.array.shape[-1]
    elements = TILE if p.in_place and q.in_place else CONVERTED_TILE
    step = max(1, elements // k)

    def tile(number: int) -> None:
        start = number * step
        stop = min(start + step, count)
        direct = out.dtype == np.float64 and out.flags.c_contiguous
        results = out[start:stop] if direct else np.empty(stop - start)
        p_rows, p_index = p.tile(start, stop)
        q_rows, q_index = q.tile(start, stop)
        invalid.found(work.pairs(p_rows, p_index, q_rows, q_index, results))
        work.convert(results)
        if not direct:
            with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
                out[start:stop] = results

    if count * k <= SMALL and count <= step:
        tile(0)
    else:
        threads.run(tile, -(-count // step), most_threads or threads.default_threads())
