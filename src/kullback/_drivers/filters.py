"""Lower bounds of divergences that are one matrix product, as a search needs them.

A filter says what rows of queries (`left`) and of what is searched (`right`) become: factors, in
float32 where that will do, and for each row the constant, the norm by which the product's error is
bounded, and a mask: see `_kernels.sieve`. Every error is part of the bound, so a pair that the
filter puts beyond a limit is beyond it.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from kullback._drivers.forms import padded
from kullback._drivers.products import WORD, Product
from kullback._drivers.rows import Work
from kullback._drivers.sources import Rows
from kullback._kernels.matrices import build
from kullback._kernels.matrices.cosines import PARTS, RATIO
from kullback._kernels.matrices.reference import ROW, least_of_sums
from kullback._math.lanes import SINGLE_WIDTH
from kullback._process.arrays import Array
from kullback._process.memory import aligned

ROUNDINGS = 16.0  # of a term of the product, beside its sum: factors, and what is added to them
LARGEST = {"f4": 1e15, "f8": 1e150}  # factors; rows with larger ones are left to `rows`
# A product of factors so large beside one so small that it is no normal number is wrong by that.
UNDERFLOW = {"f4": 2e15 * 2.0**-126, "f8": 2e150 * 2.0**-1022}
SAMPLED = 128  # rows
AT_ONCE = 1 << 16  # numbers that are prepared in float64 before they are rounded: half a megabyte
# What limits are raised by: the relative error of results, which are compared with them.
RESULT_ERROR = {"f4": 4e-5, "f8": 2e-12}


class Sifted(NamedTuple):
    """What a filter makes of rows.

    `loss` is what the constants may be wrong by, and has been taken from them already. The three
    have a few more places than there are rows.
    """

    constant: Array
    norm: Array
    loss: Array
    factors: Array
    mask: Array

    def part(self, rows: slice) -> Sifted:
        """Some of them."""
        wide = slice(rows.start, rows.stop + SINGLE_WIDTH)
        numbers = self.constant[wide], self.norm[wide], self.loss[wide]
        return Sifted(*numbers, self.factors[rows], self.mask[rows])


class Filter(Protocol):
    """`dtype` is that of the factors, `width` their number.

    Masks have so many `words`, and put a pair at infinity where they have a bit in common, or,
    where `either`, where one has it alone.
    """

    dtype: str
    width: int
    words: int
    either: bool
    alike: bool  # whether both sides are made in one way
    ratio: float  # of the bound to the divergence, at least

    def left(self, rows: Array, made: Sifted) -> None: ...

    def right(self, rows: Array, made: Sifted) -> None: ...

    def limits(self, results: Array) -> Array: ...

    def results(self, bounds: Array) -> Array: ...


def product_error(sieve: Filter) -> float:
    """What the product of two norms is multiplied by, in whatever order a product is added up."""
    return (sieve.width + ROUNDINGS) * (2.0**-24 if sieve.dtype == "f4" else 2.0**-53)


def space(sieve: Filter, count: int) -> Sifted:
    """Room for so many rows."""
    constant, norm, loss = np.zeros((3, count + SINGLE_WIDTH))
    masks = np.zeros((count, sieve.words), np.uint64)
    return Sifted(constant, norm, loss, aligned((count, sieve.width), sieve.dtype), masks)


class CosineFilter:
    """JS, by a bound that is at least 0.976 of it."""

    either = False
    alike = True
    ratio = RATIO
    words = 0
    dtype = "f4"

    def __init__(self, work: Work, x: Rows, y: Rows, dtype: str) -> None:
        self.work = work
        self.width = PARTS * padded(x.width)
        self.mean = np.zeros(self.width)
        made = [self._features(_sample(rows)) for rows in ((x, y) if y is not x else (x,))]
        some = np.concatenate([factors[np.isfinite(constant)] for factors, constant, *_ in made])
        if len(some):  # any mean will do: the nearer to the rows, the smaller the error
            self.mean = some.mean(axis=0, dtype=np.float64)

    def _features(self, rows: Array) -> tuple[Array, Array, Array, Array]:
        made = (aligned((len(rows), self.width), np.float32), *np.empty((3, len(rows))))
        kernel = build.cosine_features(rows.dtype.str[1:])
        kernel(rows, self.work.amount, self.work.normalize, self.mean, *made)
        return made

    def left(self, rows: Array, made: Sifted) -> None:
        count = len(rows)
        factors, constant, norm, error = self._features(rows)
        made.factors[:] = factors
        made.loss[:count] = error * (norm + error)
        made.constant[:count] = constant
        made.norm[:count] = norm + error / product_error(self)

    right = left

    def limits(self, results: Array) -> Array:
        root = self.work.alpha == 0.5
        return (results * self.work.unit) ** 2 if root else results * self.work.unit

    def results(self, bounds: Array) -> Array:
        most = np.maximum(bounds, 0.0) / self.ratio
        return (np.sqrt(most) if self.work.alpha == 0.5 else most) / self.work.unit


class ProductFilter:
    """The divergences that are a product themselves."""

    ratio = 1.0

    def __init__(self, work: Work, x: Rows, y: Rows, dtype: str) -> None:
        self.work, self.dtype = work, dtype
        self.form = Product(work, x, y)
        self.width = self.form.width
        self.alike = len(set(self.form.description.left + self.form.description.right)) == 1
        self.either = work.kernel == "jeffreys"
        self.words = -(-x.width // WORD)
        self.reverse = work.divergence.reverse

    def left(self, rows: Array, made: Sifted) -> None:
        self._fill(self.form.right if self.reverse else self.form.left, rows, made)

    def right(self, rows: Array, made: Sifted) -> None:
        self._fill(self.form.left if self.reverse else self.form.right, rows, made)

    def _fill(self, prepare: Any, rows: Array, made: Sifted) -> None:
        prepared = self.form.space(len(rows))
        prepare(rows, prepared)
        factors, constant, size, norm, mask = prepared
        count = len(rows)
        made.factors[:] = factors
        made.loss[:count] = ROW * 2.0**-53 * size + least_of_sums(self.form.k)
        made.constant[:count] = constant
        made.norm[:count] = norm
        made.mask[:] = mask.view(np.uint64)

    def limits(self, results: Array) -> Array:
        values = results * self.work.unit
        if self.work.kernel == "hellinger":
            return values * values
        if self.work.kernel == "bhattacharyya":
            return np.where(np.isinf(values), values, -np.expm1(-values))
        return values

    @np.errstate(divide="ignore")  # where nothing is in common
    def results(self, bounds: Array) -> Array:
        values = np.maximum(bounds, 0.0)
        if self.work.kernel == "hellinger":
            values = np.sqrt(values)
        elif self.work.kernel == "bhattacharyya":
            values = -np.log1p(-np.minimum(values, 1.0))
        return values / self.work.unit


def _sample(rows: Rows) -> Array:
    """Some rows from all over, as the kernels take them."""
    some = rows.some(slice(None, None, max(1, -(-rows.lead[0] // SAMPLED))))
    return np.ascontiguousarray(some, rows.dtype)


@np.errstate(all="ignore")  # what overflows is left to `rows`
def fill(sieve: Filter, prepare: Any, rows: Array, made: Sifted) -> None:
    """Fill `made` from rows, some at a time, with every error in the bound."""
    step = max(1, AT_ONCE // sieve.width)
    for start in range(0, len(rows), step):
        some = slice(start, min(start + step, len(rows)))
        part = made.part(some)
        own = slice(0, some.stop - some.start)
        prepare(rows[some], part)
        constant, loss = part.constant[own], part.loss[own]
        loss += sieve.width * UNDERFLOW[sieve.dtype]
        constant -= loss
        most = np.maximum(part.factors.max(axis=1), -part.factors.min(axis=1))
        usable = (most < LARGEST[sieve.dtype]) & (np.abs(constant) < LARGEST[sieve.dtype])
        part.factors[~usable] = 0.0
        constant[~usable] = np.nan
        part.norm[own][~usable] = 0.0
