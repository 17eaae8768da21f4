"""The sentence about a user's own f that is no number at a ratio of the rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from kullback._drivers import fallback
from kullback._drivers import rows as row_driver
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import Rows
from kullback._exact import rows as exact_rows
from kullback._kernels.terms.record import Custom
from kullback._process.arrays import Array

Place = tuple[int, ...]
REMEDY = '; it must be a number wherever p and q are above 0 (invalid="nan" gives NaN there)'


def fault_of_f(
    work: Work, p: Array, q: Array, lead: Place, where: Callable[[Place], str]
) -> Callable[[], str]:
    """The function that finds the first row pair, called `where`, at which f is no number."""

    def find() -> str:
        if not isinstance(work.kernel, Custom):
            return ""
        whole = [np.broadcast_to(x, (*lead, x.shape[-1])) for x in (p, q)]
        for outer in np.ndindex(lead[:-1]):
            rows = [x[outer].reshape(-1, x.shape[-1]) for x in whole]
            results = _results(work, *rows)
            for last in np.flatnonzero(np.isnan(results))[:1]:
                place = (*outer, int(last)) if lead else ()
                return f"{_what(work, rows[0][last], rows[1][last])} of {where(place)}{REMEDY}"
        return ""

    return find


def _results(work: Work, p: Array, q: Array) -> Array:
    """Of each row of p from the same of q; nan where there is no number."""
    results = np.empty(len(p))
    kind = np.dtype(np.float64)
    rows = Rows(p, p.shape[:1], kind), Rows(q, q.shape[:1], kind)
    row_driver.run(work, *rows, results, Invalid(None), None)
    return results


def _what(work: Work, p: Array, q: Array) -> str:
    """The first ratio at which f is no number, and its column."""
    f = work.kernel.f  # type: ignore[union-attr]
    ratios = exact_rows.ratios(lambda: fallback.parts(p, q), fallback.exact_options(work))
    for column, t in enumerate(ratios):
        if not math.isnan(t) and math.isnan(f(t)):
            return f"f is NaN at {t:.17g}, which is p/q in column {column}"
    return "f is infinite at some ratios p/q and -infinite at others"
