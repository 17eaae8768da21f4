"""Divergence of several distributions from their mixture."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments import arrays, axes
from kullback._arguments.axes import Axis
from kullback._arguments.domains import reporter
from kullback._arguments.faces import face_of
from kullback._arguments.options import Chosen, GroupOptions, checked
from kullback._arguments.results import Results
from kullback._arguments.shares import warn_of_shares
from kullback._catalogue import DIVERGENCES
from kullback._drivers import generalized_js as driver
from kullback._drivers.generalized_js import GroupWork
from kullback._drivers.groups import Groups
from kullback._drivers.rows import Invalid
from kullback._drivers.weights import Weights, equal, prepared
from kullback._process.arrays import Array


@face_of("(m,k),(m)->()")
def generalized_js_divergence(
    ps: ArrayLike,
    /,
    weights: ArrayLike | None = None,
    *,
    over: int | str = 0,
    **options: Unpack[GroupOptions],
) -> Any:
    """Jensen-Shannon divergence of m distributions, sum w KL(p || mean) = H(mean) - sum w H(p).

    How much the m rows of a group differ: the information that a bin gives about which of them it
    was drawn from. Two rows with equal weights have `js_divergence`, two with weights (1 - a, a)
    the skewed one.

    Parameters
    ----------
    ps : array_like, (m, ..., k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row. The result of
        float32 is float32, computed in float64; that of everything else is float64.
    weights : array_like, (m,) or (..., m), optional
        Of the m rows: not negative, finite and not all 0; divided by their sum, below 1e-325 of
        which they may count as 0. Leading axes broadcast against those of the result. Equal by
        default. A row of weight 0 has no part in the result, but must be a distribution.
    over : int or str
        The axis of ps that holds the m rows of a group; of labelled arrays also by name.
    axis : int, str, or a tuple of them
        The axis of ps that holds the k bins; or several, whose bins together are one row.
    keepdims : bool
        Keep the axes of the rows and of the bins in the result, with length 1.
    normalize : bool
        Divide each row by its sum. False takes rows as they are and averages the generalized
        divergences, sum p ln(p/mean) - p + mean.
    pseudocount : float
        Added to every bin of every row before normalizing.

    Returns
    -------
    ndarray (...), or a float if ps has no other axes
        In nats or units of `base`: at least 0, which it is where all rows are equal, and, of
        normalized rows, at most the entropy of the weights, ln m if they are equal.

    Raises
    ------
    ValueError
        Weights that do not fit or have no sum, axes that ps does not have.

    Notes
    -----
    The relative error in float64 is below 1e-14 at every distance, for the exact value of the
    given numbers with exactly normalized rows and weights. Results do not depend on `threads`.
    Float64 rows that fill one block of memory, in any order, are read where they lie; others are
    converted a few at a time. Besides, a group needs memory for its mean.

    References
    ----------
    J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Trans. Inf. Theory 37 (1991).

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.generalized_js_divergence([[1, 0], [1, 1], [0, 1]], base=2).round(6))
    0.666667
    >>> kl.generalized_js_divergence([[[4, 1], [1, 1]], [[1, 4], [1, 1]]], [0.25, 0.75]).round(6)
    array([0.147044, 0.      ])
    """
    chosen = checked(DIVERGENCES["js"], **options)
    array = arrays.array(ps, "ps")
    stacked, shape = _groups_of_rows(array, chosen.axis, over, chosen.keepdims)
    lead, m = stacked.shape[:-2], stacked.shape[-2]
    given = None if weights is None else arrays.array(weights, "weights")
    inputs = [array] if given is None else [array, given]
    results = Results(chosen.out, shape, arrays.result_dtype(array), inputs)
    shares, choice = _weights(given, lead, m)
    (rows,) = axes.bins_last(chosen.axis, ("ps", array))
    warn_of_shares(chosen, rows)
    report = reporter(chosen, [("ps", rows)], lambda: "ps")
    run(stacked, (shares, choice), chosen, report, results.flat)
    return results.returned()


def run(
    stacked: Array,
    weights: tuple[Weights, NDArray[np.intp]],
    chosen: Chosen,
    report: Invalid,
    flat: Array,
) -> None:
    """Write the divergence of each group of rows, (..., m, k), to `flat`, one after the other."""
    shares, choice = weights
    work = chosen.work._replace(divergence=DIVERGENCES["kl"])
    groups = Groups(stacked)
    job = GroupWork(groups, shares.table, choice, shares.entropies, work, report, chosen.threads)
    driver.run(job, flat)


def _groups_of_rows(
    array: Array, axis: Axis, over: Any, keepdims: bool
) -> tuple[Array, tuple[int, ...]]:
    """Groups, rows of a group and bins, on axes in this order; and the shape of the result."""
    if array.ndim < 2:
        raise ValueError(
            f"ps has shape {array.shape}; it must have an axis of rows and one of bins"
        )
    if isinstance(over, bool) or not hasattr(over, "__index__"):
        raise TypeError(f"over is {over!r}; it must be an integer")
    if not -array.ndim <= over < array.ndim:
        raise ValueError(f"over is {over}, but ps has shape {array.shape}")
    bins, rows = (
        axes.resolve_axis(axis, array.ndim, f"ps has shape {array.shape}"),
        int(over) % array.ndim,
    )
    if rows in bins:
        raise ValueError(f"axis and over are both axis {over} of ps; rows and bins must differ")
    others = [place for place in range(array.ndim) if place not in (*bins, rows)]
    stacked = axes.merged(array.transpose(*others, rows, *bins), tuple(range(-len(bins), 0)))
    if not all(stacked.shape[-2:]):
        raise ValueError(f"ps has shape {array.shape}: there are no rows or no bins")
    return stacked, axes.kept(stacked.shape[:-2], (*bins, rows), keepdims)


def _weights(
    given: Array | None, lead: tuple[int, ...], m: int
) -> tuple[Weights, NDArray[np.intp]]:
    """All different weights, and which of them each group has."""
    count = math.prod(lead)
    if given is None:
        return equal(m), np.zeros(count, np.intp)
    if not given.ndim or given.shape[-1] != m:
        raise ValueError(f"weights have shape {given.shape}; the last axis must be {m}, one a row")
    own = given.shape[:-1]
    try:
        fits = not own or np.broadcast_shapes(own, lead) == lead
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"weights have shape {given.shape}, which does not fit {(*lead, m)}")
    table = given.reshape(-1, m).astype(np.float64)
    wrong = ~((table >= 0) & (table < np.inf)).all(axis=1) | ~table.any(axis=1)
    if wrong.any():
        first = int(np.argmax(wrong))
        place = ", ".join(map(str, np.unravel_index(first, own)))
        raise ValueError(
            f"weights{f', row {place},' if place else ''} are {table[first]}; they must be finite, "
            "not negative and not all 0"
        )
    numbers = np.arange(len(table)).reshape(own)
    return prepared(table), np.broadcast_to(numbers, lead).reshape(-1).astype(np.intp)
