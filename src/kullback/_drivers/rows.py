"""Row pairs to results: tiles of rows, by the fast kernel; `fallback` does what it leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from kullback._drivers import fallback
from kullback._drivers.fallback import RowPairs
from kullback._drivers.sources import Rows
from kullback._kernels import UNCERTIFIED, build
from kullback._kernels.terms.record import Custom, Divergence
from kullback._process import threads
from kullback._process.arrays import Array, Index
from kullback._process.memory import threads_with_room

FLOAT64 = np.dtype(np.float64)

SMALL = 400_000  # elements: about 0.3 ms, below which a second thread costs more than it brings
TILE = 1 << 19  # elements of a tile that is read where it lies: about 0.5 ms
FEW = 1 << 12  # counts: converted in 2 us, where a kernel of their own takes 2 s to compile
CONVERTED_TILE = 1 << 16  # of one that is converted first: half a megabyte stays in the cache
FIRST = 16  # the part of a tile, one in so many, that tells how to begin with the rest ...
FIRST_ELEMENTS = 1 << 10  # ... if it has so many: else a call more would show


class Work(NamedTuple):
    """What to do with each row pair: the divergence, and the options that reach the kernels."""

    divergence: Divergence
    rule: str
    amount: float
    normalize: bool
    unit: float  # results are divided by it: ln(base), or its root

    @property
    def kernel(self) -> str | Custom:
        return self.divergence.kernel

    @property
    def is_custom(self) -> bool:
        return isinstance(self.kernel, Custom)

    @property
    def alpha(self) -> float:
        return self.divergence.alpha

    @property
    def cuts(self) -> bool:
        """Whether a rule looks at both entries of a bin, so that no row can be prepared alone."""
        return self.rule not in ("plain", "pseudocount")

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """Results in nats of row pairs in float64 `out`; how many are no distributions (nan).

        Where most of the first are left UNCERTIFIED, the rest begin with the near kernel. No
        result depends on it: see `fallback.fill_near`.
        """
        given = RowPairs(p, p_index, q, q_index)
        first = out.size // FIRST if self.normalize and not self.is_custom else 0
        if first * given.k < FIRST_ELEMENTS:
            return self._fast_first(given, out)[1]
        left, wrong = self._fast_first(given.part(0, first), out[:first])
        rest = given.part(first, out.size)
        if 2 * left > first:
            return wrong + fallback.fill_near(self, rest, out[first:])
        return wrong + self._fast_first(rest, out[first:])[1]

    def _fast_first(self, given: RowPairs, out: Array) -> tuple[int, int]:
        """How many the fast kernel leaves, and how many are nan."""
        left = self.run(self.fast(given), given, out)
        return left, fallback.fill(self, given, out) if left else 0

    def near_pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """As `pairs`, of pairs that a form of matrices leaves: the fast kernel would do so too."""
        out[:] = UNCERTIFIED
        return fallback.fill(self, RowPairs(p, p_index, q, q_index), out)

    def matrix_pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """As `pairs`, to the accuracy of matrices: float32 rows are computed in float64."""
        careful = p.dtype == np.float32 and self.divergence.matrix_form != "pairs"
        return (self.near_pairs if careful else self.pairs)(p, p_index, q, q_index, out)

    def fast(self, given: RowPairs) -> Any:
        """The kernel for most row pairs."""
        if isinstance(self.kernel, Custom):
            return build.custom_rows(self.kernel, self.rule, self.divergence.gaps)
        return build.fastest_rows(self.kernel, self.rule, given.dtype, given.k)

    def near(self, given: RowPairs) -> tuple[Any, ...]:
        """The kernels for near-equal row pairs, each for what those before it leave."""
        if isinstance(self.kernel, Custom):
            return ()
        return build.near_rows(self.kernel, self.rule, given.dtype, given.k)

    def fast_above(self, given: RowPairs) -> float:
        """A result below which the fast kernel certifies none."""
        form = self.divergence.exact
        assert form is not None
        assert not isinstance(self.kernel, Custom)
        least = build.fast_above(self.kernel, self.rule, given.dtype, given.k, self.alpha)
        return float(form.finish(Decimal(least) / 2, self.alpha))

    def run(self, kernel: Any, given: RowPairs, out: Array) -> int:
        """Let a kernel write to `out`; how many are UNCERTIFIED."""
        return int(kernel(*given, self.amount, self.alpha, self.normalize, out))

    def matrix_dtype(self, result: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype in which rows of a matrix are kept while they are compared."""
        return FLOAT64 if isinstance(self.kernel, Custom) else result

    def kernel_dtype(self, p: Array, q: Array, result: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype in which rows of p and q reach the kernels: many counts as they are."""
        if isinstance(self.kernel, Custom):
            return FLOAT64
        if p.dtype.kind in "iub" and p.dtype == q.dtype and max(p.size, q.size) > FEW:
            return np.dtype(np.uint8) if p.dtype.kind == "b" else p.dtype.newbyteorder("=")
        return result

    def convert(self, out: Array) -> None:
        """From nats to what the caller asked for, in place."""
        if self.unit == 1.0:
            return
        if out.shape == (1,) and out.dtype == FLOAT64:
            out[0] = float(out[0]) / self.unit  # warns of nothing; to tell NumPy so takes 2 us
            return
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
        many = min(most_threads or threads.default_threads(), -(-count // step))
        size = (p.converted + q.converted) * step
        many = threads_with_room(size, many, f"rows of {k} bins")
        threads.run(tile, -(-count // step), many)
