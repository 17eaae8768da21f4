"""Sparse rows through the names of dense ones: check, run, return."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from kullback._arguments import arrays, axes
from kullback._arguments.foreign import is_sparse
from kullback._arguments.options import Chosen
from kullback._arguments.progress import Shown
from kullback._arguments.results import Results
from kullback._arguments.sparse import Given, given_rows, reporter, sparse_rows
from kullback._catalogue import Divergence
from kullback._drivers.rows import Invalid
from kullback._drivers.sparse import matrices, pairs
from kullback._drivers.sparse.rows import SparseRows
from kullback._drivers.targets import Condensed, Matrix
from kullback.discrete.comparison import Comparison, Sides


def row_wise(chosen: Chosen, p_given: Any, q_given: Any) -> Any:
    """One divergence of each row of p from one of q, where either is sparse."""
    given = [given_rows(p_given, "p", chosen.axis)]
    if q_given is not p_given:  # an entropy has no q
        given.append(given_rows(q_given, "q", chosen.axis))
    p, q = given[0], given[-1]
    lead = arrays.common_lead(p, q, ("p", "q"))
    shape = axes.kept(lead, chosen.axis, chosen.keepdims)
    results = Results(chosen.out, shape, arrays.result_dtype(p, q), [*p.memory, *q.memory])
    rows = sparse_rows(given, chosen)
    count = results.flat.size
    index = tuple(
        np.arange(count) if len(side) == count else np.zeros(count, np.int64)
        for side in (rows[0], rows[-1])
    )
    met = zip(index[0].tolist(), index[1].tolist(), strict=True)
    invalid = reporter(chosen, given, rows, met, count)
    pairs.run(
        chosen.work, rows[0], rows[-1], (index[0], index[1]), results.flat, invalid, chosen.threads
    )
    return results.returned()


class SparseComparison:
    """All pairs of rows of two sides, as `Comparison` of dense rows."""

    def __init__(
        self,
        divergence: Divergence,
        chosen: Chosen,
        x: SparseRows,
        y: SparseRows,
        invalid: Invalid,
        is_part: bool = False,
    ) -> None:
        self.divergence, self.chosen = divergence, chosen
        self.x, self.y, self.invalid = x, y, invalid
        self.symmetric = x is y and divergence.symmetric
        self.is_part = is_part

    def between(self, i: slice, j: slice) -> SparseComparison:
        """The same of some rows of either side."""
        x = self.x.between(i)
        y = x if self.x is self.y and i == j else self.y.between(j)
        return SparseComparison(self.divergence, self.chosen, x, y, self.invalid, is_part=True)

    def fill(self, target: Matrix | Condensed) -> None:
        """Compute every pair, or those above the diagonal of a symmetric target."""
        if target.symmetric and self.x.any_invalid:
            target.set_diagonal(np.where(self.x.invalid, np.nan, 0.0))
        if not len(self.x) or not len(self.y):
            return
        job = matrices.Job(self.chosen.work, self.x, self.y, target, self.invalid)
        with Shown(False if self.is_part else self.chosen.progress) as shown:
            matrices.run(job, self.chosen.threads, shown)


class SparseSides:
    """What was given for x and y, either of them sparse, as `Sides` of dense rows."""

    def __init__(self, x: Any, y: Any) -> None:
        first = _matrix(x, "x")
        self.inputs = [first] if y is None or y is x else [first, _matrix(y, "y")]
        last = self.inputs[-1]
        arrays.common_bins(first, last, ("x", "y"))
        self.dtype = arrays.result_dtype(*self.inputs)
        self.shape = (first.shape[0], last.shape[0])
        self.memory = [part for given in self.inputs for part in given.memory]

    def compared(self, divergence: Divergence, chosen: Chosen) -> SparseComparison:
        """Rows of these sides, to be compared."""
        rows = sparse_rows(self.inputs, chosen)
        x, y = rows[0], rows[-1]
        met = product(range(len(x)), range(len(y)))
        invalid = reporter(chosen, self.inputs, rows, met, len(x) * len(y))
        if divergence.reverse:
            x, y = y, x
        return SparseComparison(divergence, chosen, x, y, invalid)


AnySides = Sides | SparseSides
AnyComparison = Comparison | SparseComparison


def sides_of(x: Any, y: Any) -> AnySides:
    """What was given for x and y."""
    return SparseSides(x, y) if is_sparse(x) or is_sparse(y) else Sides(x, y)


def _matrix(given: Any, name: str) -> Given:
    rows = given_rows(given, name)
    if rows.ndim != 2:
        raise ValueError(f"{name} has shape {rows.shape}; it must have two axes, rows and bins")
    return rows
