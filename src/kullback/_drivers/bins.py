"""Row pairs to what each of their bins adds: tiles of rows, and what the kernel leaves exactly."""

from __future__ import annotations

from functools import partial

import numpy as np

from kullback._drivers.fallback import RowPairs, exact_options, parts
from kullback._drivers.rows import CONVERTED_TILE, SMALL, TILE, Invalid, Work
from kullback._drivers.sources import Rows
from kullback._exact import rows as exact_rows
from kullback._kernels import UNCERTIFIED, build
from kullback._process import threads
from kullback._process.arrays import Array


def run(
    work: Work, p: Rows, q: Rows, out: Array, invalid: Invalid, most_threads: int | None
) -> None:
    """out[r] = what the bins of row r of p and row r of q add; `out` is (rows, k)."""
    count, k = out.shape
    step = max(1, (TILE if p.in_place and q.in_place else CONVERTED_TILE) // k)
    direct = out.dtype == np.float64 and out.flags.c_contiguous

    def tile(number: int) -> None:
        start, stop = number * step, min((number + 1) * step, count)
        results = out[start:stop] if direct else np.empty((stop - start, k))
        given = RowPairs(*p.tile(start, stop), *q.tile(start, stop))
        kernel = build.bins(str(work.kernel), work.rule)
        if kernel(*given, work.amount, work.alpha, work.normalize, results):
            _fill(work, given, results)
        invalid.found(int(np.isnan(results[:, 0]).sum()))
        work.convert(results)
        if not direct:
            with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
                out[start:stop] = results

    if count:
        many = most_threads or threads.default_threads()
        threads.run(tile, -(-count // step), many if count * k > SMALL else 1)


def _fill(work: Work, given: RowPairs, results: Array) -> None:
    """Compute what is UNCERTIFIED."""
    form = work.divergence.exact
    assert form is not None
    for r in np.flatnonzero((results == UNCERTIFIED).any(axis=1)):
        p, q = given.p[given.p_index[r]], given.q[given.q_index[r]]
        places = np.flatnonzero(results[r] == UNCERTIFIED)
        results[r, places] = exact_rows.contributions(
            form, partial(parts, p, q), places.tolist(), exact_options(work)
        )
