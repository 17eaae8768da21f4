"""All pairs of rows of x and y under one divergence, checked and ready to be computed, or some.

matrices ──► Comparison ──► fill(target)                    a matrix, in memory
                  └──► between(rows, columns).fill(target)  a block of one
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.domains import first_without_common_bins, reporter
from kullback._arguments.options import Chosen
from kullback._arguments.own_functions import fault_of_f
from kullback._arguments.progress import Shown
from kullback._arguments.results import same_memory
from kullback._arguments.shares import warn_of_shares
from kullback._catalogue import Divergence
from kullback._drivers import rows as row_driver
from kullback._drivers import tiles
from kullback._drivers.forms import Entropic, Form, Pairs
from kullback._drivers.products import Product
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import Rows, columns_in_use
from kullback._drivers.targets import Condensed, Matrix
from kullback._process import threads
from kullback._process.arrays import Array, Index
from kullback._process.memory import threads_with_room

FORMS: dict[str, Callable[[Work, Rows, Rows], Form]] = {
    "pairs": Pairs,
    "entropic": Entropic,
    "product": Product,
}
MANY = 1 << 22  # pairs times bins, of which it pays to look for columns that are 0 in all rows


class Comparison:
    """Rows of two sides, in the order in which kernels take them: (y, x) for a reverse one."""

    def __init__(
        self, divergence: Divergence, chosen: Chosen, x: Rows, y: Rows, invalid: Invalid
    ) -> None:
        self.divergence, self.chosen = divergence, chosen
        self.x, self.y, self.invalid = x, y, invalid
        self.symmetric = x is y and divergence.symmetric
        self.form_name = form_of(chosen, x.array.shape[-1])
        self.form: Form | None = None
        self.is_part = False

    def between(self, i: slice, j: slice) -> Comparison:
        """The same of some rows of either side, with what the form knows of all rows."""
        own = self.x is self.y and i == j
        x = self.x.between(i)
        some = Comparison(
            self.divergence, self.chosen, x, x if own else self.y.between(j), self.invalid
        )
        some.form, some.is_part = self._form(), True
        return some

    def fill(self, target: Matrix | Condensed) -> None:
        """Compute every pair, or those above the diagonal of a symmetric target."""
        n, m, k = self.x.lead[0], self.y.lead[0], self.x.width
        if not n or not m:
            return
        work, chosen = self.chosen.work, self.chosen
        many = chosen.threads
        if size := self.x.converted + self.y.converted:
            many = threads_with_room(size, threads_of(chosen), f"rows of {k} bins")
        if target.symmetric and (n == 1 or not chosen.raises):
            # The diagonal is not computed otherwise, and may be all that a bad row shows itself in.
            diagonal = np.empty(n)
            row_driver.run(work, self.x, self.x, diagonal, self.invalid, chosen.threads)
            target.set_diagonal(diagonal)
        in_proportion = work.normalize and work.rule == "plain"
        job = tiles.AllPairs(
            work, self._form(), self.x, self.y, target, self.invalid, in_proportion
        )
        shape = tiles.tile_shape(self.form_name, n, m, k)
        with Shown(False if self.is_part else chosen.progress) as shown:
            tiles.run(job, shape, many, shown)

    def _form(self) -> Form:
        if self.form is None:
            self.form = FORMS[self.form_name](self.chosen.work, self.x, self.y)
        return self.form


def threads_of(chosen: Chosen) -> int:
    """How many threads the caller, or the machine, allows."""
    return chosen.threads or threads.default_threads()


def form_of(chosen: Chosen, k: int) -> str:
    """The form of a matrix: the fast ones look at each row once, and prepare it."""
    work = chosen.work
    if work.rule not in ("plain", "pseudocount"):  # which look at pairs of entries
        return "pairs"
    many = threads_of(chosen) if k > tiles.LONG else 1  # it takes some microseconds to find out
    return tiles.form_for(work.divergence.matrix_form, k, many)


class Sides:
    """What was given for x and y, as arrays of rows, and the dtype of results."""

    def __init__(self, x: ArrayLike, y: ArrayLike | None) -> None:
        self.x = _matrix(x, "x")
        self.y = self.x if y is None or y is x else _matrix(y, "y")
        if same_memory(self.x, self.y):
            self.y = self.x
        arrays.common_bins(self.x, self.y, ("x", "y"))
        self.dtype = arrays.result_dtype(self.x, self.y)
        self.shape = (len(self.x), len(self.y))
        self.inputs = [self.x] if self.y is self.x else [self.x, self.y]
        self.memory = self.inputs  # which results must not overlap

    def compared(self, divergence: Divergence, chosen: Chosen) -> Comparison:
        """Rows of these sides, to be compared."""
        warn_of_shares(chosen, *self.inputs)
        named = list(zip(("x", "y"), self.inputs, strict=False))
        pairs = self.x[:, None], self.y[None], self.shape
        called = partial(_called, "x" if self.y is self.x else "y")
        own = fault_of_f(chosen.work, *pairs, called)
        invalid = reporter(chosen, named, partial(_left_empty, *pairs, called), own)
        kind = self._kind(chosen)
        columns = self._columns(chosen.work)
        x = _rows(self.x, kind, columns)
        y = x if self.y is self.x else _rows(self.y, kind, columns)
        if divergence.reverse:
            x, y = y, x
        return Comparison(divergence, chosen, x, y, invalid)

    def _columns(self, work: Work) -> Index | None:
        """Those that count, where many are 0 in all rows; with a pseudocount none is."""
        pairs = self.shape[0] * self.shape[1]
        if work.rule == "pseudocount" or pairs * self.x.shape[1] < MANY:
            return None
        return columns_in_use(self.inputs)

    def _kind(self, chosen: Chosen) -> np.dtype[Any]:
        """The dtype in which rows are compared: long ones are not converted for each pair."""
        k = self.x.shape[1]
        if k > tiles.LONG and form_of(chosen, k) == "pairs":
            return chosen.work.kernel_dtype(self.x, self.y, self.dtype)
        return chosen.work.matrix_dtype(self.dtype)


def _called(y: str, place: tuple[int, ...]) -> str:
    return f"row {place[0]} of x, against row {place[1]} of {y}"


def _left_empty(
    x: Array, y: Array, lead: tuple[int, ...], called: Callable[[tuple[int, ...]], str]
) -> str:
    place = first_without_common_bins(x, y, lead)
    return "" if place is None else f"{called(place)},"


def _matrix(given: ArrayLike, name: str) -> Array:
    array = arrays.array(given, name)
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}; it must have two axes, rows and bins")
    return array


def _rows(array: Array, dtype: np.dtype[Any], columns: Index | None) -> Rows:
    return Rows(array, array.shape[:1], dtype, columns=columns)
