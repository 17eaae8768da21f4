"""All pairs of Gaussians of two sets, or of one: checked, and computed into any target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.options import checked
from kullback._arguments.progress import Progress, Shown
from kullback._catalogue import gaussian_metric
from kullback._drivers import tiles
from kullback._drivers.forms import Form, Pairs
from kullback._drivers.gaussian_full import LARGE
from kullback._drivers.gaussian_full_matrices import FullProduct, FullRows, FullWork
from kullback._drivers.gaussian_matrices import FORMS, GaussianRows, GaussianWork
from kullback._drivers.rows import Invalid
from kullback._drivers.targets import Condensed, Matrix
from kullback._process.arrays import Array
from kullback.gaussians.arguments import (
    Gaussians,
    gaussian_rows,
    spread_kind,
    spreads,
    wrong_gaussians,
)
from kullback.gaussians.covariances import full_rows, tolerance_of, wrong_covariances

Rows = GaussianRows | FullRows
Work = GaussianWork | FullWork


class Comparison:
    """Gaussians of x and of y, unread, and what is asked of them."""

    def __init__(
        self,
        given: tuple[ArrayLike | None, ...],
        metric: str,
        spread: str,
        options: Any,
        symmetric: bool = False,
    ) -> None:
        self.kind = spread_kind(spread, full=True)
        self.full = self.kind == "cov"
        self.record = gaussian_metric(metric, self.full, symmetric)
        self.chosen = checked(self.record, **options)
        mean_x, spread_x, mean_y, spread_y = given
        if (mean_y is None) != (spread_y is None):
            raise ValueError("mean_y and var_y must be given both, or neither")
        read = full_rows if self.full else gaussian_rows
        self.x = self.y = read(mean_x, spread_x, ("mean_x", "var_x"))  # type: ignore[arg-type]
        if mean_y is not None and spread_y is not None:
            self.y = read(mean_y, spread_y, ("mean_y", "var_y"))
            _same_dimensions(self.x.mean, self.y.mean)
        self.inputs = [*self.x.given, *self.y.given]
        self.shape = len(self.x.mean), len(self.y.mean)
        self.dtype = arrays.result_dtype(*self.inputs)
        self.symmetric = self.x is self.y and self.record.symmetric

    def fill(self, target: Matrix | Condensed, progress: Progress) -> None:
        """Compute every pair; ValueError for rows that are no Gaussians, where that is asked."""
        x, y = self._checked()
        wrong = x.wrong
        if self.record.reverse:
            x, y = y, x
        work, form = self._form(x, y)
        word = "product" if self.full else self.record.matrix_form
        job = tiles.AllPairs(work, form, x, y, target, Invalid(None))
        shape = tiles.tile_shape(word, x.lead[0], y.lead[0], x.width)
        with Shown(progress) as shown:
            tiles.run(job, shape, self.chosen.threads, shown)
        if self.symmetric and wrong.any():
            target.set_diagonal(np.where(wrong, np.nan, 0.0))

    def _checked(self) -> tuple[Rows, Rows]:
        """x and y, with the rows that are no Gaussians marked."""
        anywhere = self.record.word == "wasserstein2"  # may a variance be 0
        in_x = self.x is not self.y and not self.record.reverse
        sets = [(self.x, anywhere or in_x)]
        if self.x is not self.y:
            sets.append((self.y, anywhere or self.record.reverse))
        if self.full:
            wrong = wrong_covariances(sets, tolerance_of(*self.inputs), self.chosen.raises)
        else:
            domains = [(x, spreads(self.kind, zero)) for x, zero in sets]
            wrong = wrong_gaussians(domains, self.chosen.raises)
        rows = [self._rows(x, of_x) for (x, _), of_x in zip(sets, wrong, strict=True)]
        return rows[0], rows[-1]

    def _rows(self, x: Gaussians, wrong: Array) -> Rows:
        return (FullRows if self.full else GaussianRows)(x.mean, x.spread, wrong)

    def _form(self, x: Any, y: Any) -> tuple[Work, Form]:
        kernel, unit = str(self.record.kernel or self.record.word), self.chosen.work.unit
        if not self.full:
            diagonal = GaussianWork(kernel, self.kind, unit)
            return diagonal, FORMS[self.record.matrix_form](diagonal, x, y)
        work = FullWork(kernel, tolerance_of(*self.inputs), unit)
        form: Any = FullProduct if x.d < LARGE else Pairs
        return work, form(work, x, y)


def _same_dimensions(x: Array, y: Array) -> None:
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            f"the numbers of dimensions differ: x has shape {x.shape} and y has shape {y.shape} "
            "(dimensions last)"
        )
