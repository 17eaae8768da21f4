"""Matrices of diagonal Gaussians: their rows, their pairs and the forms of their tiles.

A row is d means and after them d spreads, side by side in float64; the two arrays that they come
from are never copied as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kullback._drivers.forms import Form, NoProduct, Place, Prepared, padded
from kullback._drivers.gaussians import settle
from kullback._drivers.products import multiply_in_chunks
from kullback._drivers.sources import counting
from kullback._kernels.gaussians import build
from kullback._process.arrays import Array, Index, contiguous
from kullback._process.memory import aligned

MOST_FOR_REFERENCE = 128  # rows that the reference is the median of
LN4 = 2.0 * float(np.log(2.0))
MOST_EXPONENT = 500  # of the unit of a dimension, whose square must be a float


class GaussianRows:
    """Means and spreads, (n, d) each; rows that `wrong` marks are made nan."""

    def __init__(self, mean: Array, spread: Array, wrong: Array) -> None:
        self.mean, self.spread, self.wrong = mean, spread, wrong
        self.lead = mean.shape[:1]
        self.width = 2 * mean.shape[1]

    def tile(self, start: int, stop: int) -> tuple[Array, Index]:
        """Rows start ... stop - 1 as one array."""
        d = self.mean.shape[1]
        rows = np.empty((stop - start, 2 * d))
        with np.errstate(invalid="ignore"):  # a signaling NaN
            rows[:, :d] = self.mean[start:stop]
            rows[:, d:] = self.spread[start:stop]
        wrong = self.wrong[start:stop]
        if wrong.any():
            rows[wrong, :d] = np.nan
            rows[wrong, d:] = 1.0
        return rows, counting(stop - start)

    def sample(self, most: int) -> tuple[Array, Array]:
        """Means and spreads of some rows that are not wrong."""
        right = np.flatnonzero(~self.wrong)
        chosen = right[:: -(-right.size // most)] if right.size else right
        return (
            contiguous(self.mean[chosen]),
            contiguous(self.spread[chosen]),
        )


class GaussianWork(NamedTuple):
    """What to do with each pair of rows."""

    metric: str
    spread: str
    unit: float  # results are divided by it: ln(base)

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """Results in nats of row pairs in float64 `out`; none is invalid here."""
        if build.pairs(self.metric, self.spread)(p, p_index, q, q_index, out):
            d = p.shape[1] // 2  # a row is two rows of half its length: means and spreads
            sides = [
                (rows.reshape(-1, d), 2 * index + part)
                for rows, index in ((p, p_index), (q, q_index))
                for part in (0, 1)
            ]
            settle(self.metric, self.spread, sides, out)
        return 0

    def near_pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """As `pairs`, whose kernel is right for near pairs too."""
        return self.pairs(p, p_index, q, q_index, out)

    def convert(self, out: Array) -> None:
        """From nats to what the caller asked for, in place."""
        if self.unit != 1.0:
            with np.errstate(over="ignore"):
                out /= self.unit


class Product:
    """KL, Jeffreys' divergence and Wasserstein's distance."""

    multiplies = True
    alike = False

    def __init__(self, work: GaussianWork, x: GaussianRows, y: GaussianRows) -> None:
        self.work = work
        self.reference = median_row(work.spread, x, y)
        self.width = self.reference.shape[1] * (4 if work.metric == "jeffreys" else 2)

    def space(self, count: int) -> Prepared:
        return aligned((count, self.width)), np.empty(count), np.empty(count)

    def left(self, rows: Array, made: Prepared) -> None:
        self._prepare(rows, made, second=False)

    def right(self, rows: Array, made: Prepared) -> None:
        self._prepare(rows, made, second=True)

    def _prepare(self, rows: Array, made: Prepared, second: bool) -> None:
        if self.work.metric == "wasserstein2":
            kernel = build.lengths(self.work.spread)
        else:
            both = self.work.metric == "jeffreys"
            kernel = build.prepared(self.work.spread, both or not second, both or second)
        kernel(rows, self.reference, second, *made)

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None:
        multiply_in_chunks(x[0], y[0], out)

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        kernel = build.certify(self.work.metric == "wasserstein2")
        return bool(kernel(out, *x[1:], *y[1:], self.width, place.above, place.diagonal))


class Overlap(NoProduct):
    """Bhattacharyya's and Hellinger's distances."""

    def __init__(self, work: GaussianWork, x: GaussianRows, y: GaussianRows) -> None:
        self.work = work
        self.d = x.width // 2
        self.width = 2 * padded(self.d)
        self.reference = unit_row(work.spread, median_row(work.spread, x, y)[1])

    def space(self, count: int) -> Prepared:
        return aligned((count, self.width)), np.empty(count), np.empty(count)

    def left(self, rows: Array, made: Prepared) -> None:
        build.scaled(self.work.spread)(rows, self.reference, *made)

    right = left

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        kernel = build.overlap_tile(self.work.metric == "hellinger")
        return bool(kernel(*x, *y, place.above, out))


FORMS: dict[str, Callable[[GaussianWork, GaussianRows, GaussianRows], Form]] = {
    "product": Product,
    "overlap": Overlap,
}


@np.errstate(all="ignore")  # what over- or underflows costs time, not digits: it is refined
def median_row(spread: str, x: GaussianRows, y: GaussianRows) -> Array:
    """Means, spreads and 1/sqrt of the variances of a Gaussian in the middle of all.

    Any will do: the nearer it is to the rows, the less has to be done twice. A median is not moved
    by a few rows that are far away.
    """
    d = x.width // 2
    row = np.ones((3, padded(d)))
    row[0] = 0.0
    some = [rows.sample(MOST_FOR_REFERENCE) for rows in ((x, y) if y is not x else (x,))]
    for place in (0, 1):
        values = np.concatenate([pair[place] for pair in some])
        if len(values):
            middle = len(values) // 2
            row[place, :d] = np.partition(values, middle, axis=0)[middle]
    w = row[1, :d]
    w[~(np.isfinite(w) if spread == "log_var" else w > 0.0)] = 1.0
    row[2, :d] = _inverse_root(spread, w)
    return row


def _inverse_root(spread: str, w: Array) -> Array:
    if spread == "log_var":
        return np.asarray(np.exp(-0.5 * w))
    return np.asarray(1.0 / (np.sqrt(w) if spread == "var" else w))


@np.errstate(all="ignore")  # as above: a unit of another size will do
def unit_row(spread: str, w: Array) -> Array:
    """Spreads near w whose roots are powers of two, and those powers' inverses."""
    roots = _inverse_root(spread, w)
    exponent = np.clip(np.frexp(roots)[1], -MOST_EXPONENT, MOST_EXPONENT)
    unit = np.ldexp(1.0, -exponent)
    of_variance = {"var": unit * unit, "std": unit, "log_var": exponent * -LN4}[spread]
    return np.stack([of_variance, np.ldexp(1.0, exponent)])
