"""Sparse rows through the names of dense ones: check, run, return."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from kullback._arguments import arrays
from kullback._arguments.options import Chosen
from kullback._arguments.progress import Shown
from kullback._arguments.results import Results, output
from kullback._arguments.sparse import Given, given_rows, reporter, sparse_rows
from kullback._catalogue import Divergence
from kullback._drivers.sparse import matrices, pairs
from kullback._drivers.targets import Condensed, Matrix
from kullback._process.arrays import Array


def row_wise(chosen: Chosen, p_given: Any, q_given: Any) -> Any:
    """One divergence of each row of p from one of q, where either is sparse."""
    given = [given_rows(p_given, "p", chosen.axis)]
    if q_given is not p_given:  # an entropy has no q
        given.append(given_rows(q_given, "q", chosen.axis))
    p, q = given[0], given[-1]
    lead = arrays.common_lead(p, q, ("p", "q"))
    results = Results(chosen.out, lead, arrays.result_dtype(p, q), [*p.memory, *q.memory])
    rows = sparse_rows(given, chosen)
    count = results.flat.size
    index = tuple(
        np.arange(count) if len(side) == count else np.zeros(count, np.int64)
        for side in (rows[0], rows[-1])
    )
    met = zip(index[0].tolist(), index[1].tolist(), strict=True)
    invalid = reporter(chosen, given, rows, met)
    pairs.run(
        chosen.work, rows[0], rows[-1], (index[0], index[1]), results.flat, invalid, chosen.threads
    )
    return results.returned()


def pairwise(divergence: Divergence, chosen: Chosen, x: Any, y: Any) -> Array:
    """The matrix of all pairs of rows, where either is sparse; y may be None."""
    given = [_matrix(x, "x")] if y is None else [_matrix(x, "x"), _matrix(y, "y")]
    first, last = given[0], given[-1]
    arrays.common_bins(first, last, ("x", "y"))
    dtype = arrays.result_dtype(*given)
    memory = [*first.memory, *last.memory]
    result = output(chosen.out, (*first.lead, *last.lead), dtype, memory, "pairwise")
    symmetric = y is None and divergence.symmetric
    target = Matrix(result.T if divergence.reverse else result, symmetric)
    _run(chosen, given, target, divergence.reverse)
    return result


def condensed(chosen: Chosen, x: Any) -> Array:
    """The upper triangle of the matrix of sparse rows."""
    given = _matrix(x, "x")
    arrays.common_bins(given, given, ("x", "x"))
    n = given.lead[0]
    shape = (n * (n - 1) // 2,)
    dtype = arrays.result_dtype(given)
    result = output(chosen.out, shape, dtype, given.memory, "condensed")
    _run(chosen, [given], Condensed(result, n), reverse=False)
    return result


def _matrix(given: Any, name: str) -> Given:
    rows = given_rows(given, name)
    if rows.ndim != 2:
        raise ValueError(f"{name} has shape {rows.shape}; it must have two axes, rows and bins")
    return rows


def _run(chosen: Chosen, given: list[Given], target: Matrix | Condensed, reverse: bool) -> None:
    rows = sparse_rows(given, chosen)
    x, y = rows[0], rows[-1]
    invalid = reporter(chosen, given, rows, product(range(len(x)), range(len(y))))
    if target.symmetric and x.any_invalid:
        target.set_diagonal(np.where(x.invalid, np.nan, 0.0))
    if reverse:
        x, y = y, x
    if not len(x) or not len(y):
        return
    with Shown(chosen.progress) as shown:
        matrices.run(matrices.Job(chosen.work, x, y, target, invalid), chosen.threads, shown)
