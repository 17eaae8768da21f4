"""Information in joint distributions: `(..., r, c)` tables of two variables."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments import arrays
from kullback._arguments.categories import of_labels
from kullback._arguments.domains import faults_of_rows, reporter
from kullback._arguments.faces import face_of
from kullback._arguments.options import Chosen, TableOptions, checked
from kullback._arguments.results import Results
from kullback._arguments.shares import warn_of_shares
from kullback._catalogue import DIVERGENCES
from kullback._drivers.weights import Weights, prepared
from kullback._process.arrays import Array
from kullback.discrete import generalized_js
from kullback.discrete.divergences import kl_divergence

TOP = 900  # weights are scaled to about 2**TOP, so that none is subnormal beside a normal one


@of_labels("x", "y")
@face_of("(r,c),(m)->()")
def mutual_information(
    joint: ArrayLike,
    y: ArrayLike | None = None,
    /,
    **options: Unpack[TableOptions],
) -> Any:
    """Mutual information I(X; Y) = KL(p(x, y) || p(x) p(y)) of each joint distribution.

    One argument is a table, two are vectors of labels, from whose observations it is counted.

    How much either variable says about the other: 0 where they are independent, their entropy
    where each fixes the other.

    Parameters
    ----------
    joint : array_like, (..., r, c)
        Counts, weights or probabilities of x (r values) and y (c values): not negative, finite and
        not all 0; divided by their sum. Rows and columns may be 0. The result of float32 is
        float32, computed in float64; that of everything else is float64. Or, with `y`, the labels
        of x, (n,).
    y : array_like, (n,), optional
        The labels of y, of any kind, of the same n observations; a missing label is an error.
    pseudocount : float
        Added to every cell before normalizing.
    invalid : "raise" or "nan"
        What a table that is no distribution does: ValueError, or NaN in its result.

    Returns
    -------
    ndarray (...), or a float for one table
        Between 0 and the smaller entropy of the two variables; in nats or units of `base`.

    Raises
    ------
    ValueError
        A table that is no distribution (naming row, column and value), an array that is no table,
        an option or `out` out of its range.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    The relative error in float64 is below 1e-14 however nearly independent the variables are: no
    product of marginals is formed. I(X; Y) is
    the divergence of the distributions of y given x from their mean with weights p(x),
    `generalized_js_divergence`, and a weight that is off by one part in 1e16 moves that by no
    larger part. A plug-in estimate from n observations is too large by about
    (r - 1)(c - 1)/(2 n) nats.

    References
    ----------
    T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd ed., Wiley (2006), 2.3.

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.mutual_information([[1, 0], [0, 1]], base=2))
    1.0
    >>> kl.mutual_information([[[4, 1], [2, 3]], [[1, 2], [2, 4]]]).round(6)
    array([0.086305, 0.      ])
    >>> float(kl.mutual_information(list("aabb"), [1, 1, 0, 2], base=2))
    1.0
    """
    chosen = checked(DIVERGENCES["js"], **options)
    table = table_of(joint, "joint")
    warn_of_shares(chosen, table, axes=2)
    results = Results(chosen.out, table.shape[:-2], arrays.result_dtype(table), [table])
    sums = row_sums(table, chosen.work.amount)
    if chosen.raises:
        refuse_empty(table, "joint")
    table = _without_empty_rows(table)
    report = reporter(chosen, [("joint", table)], lambda: "joint")
    weights = _weights(sums), np.arange(results.flat.size)
    generalized_js.run(table, weights, chosen, report, results.flat)
    return results.returned()


@face_of("(r,c),(r,c)->()")
def conditional_kl_divergence(
    joint_p: ArrayLike,
    joint_q: ArrayLike,
    /,
    **options: Unpack[TableOptions],
) -> Any:
    """Conditional divergence, the mean over x from p of KL(p(y | x) || q(y | x)).

    What the joint distributions differ by beyond the distributions of x (the chain rule):
    KL(p(x, y) || q(x, y)) = KL(p(x) || q(x)) + `conditional_kl_divergence(p, q)`.

    Parameters
    ----------
    joint_p, joint_q : array_like, (..., r, c)
        Tables as for `mutual_information`, x along r and y along c; leading axes broadcast.
    pseudocount : float
        Added to every cell of both before normalizing.
    invalid : "raise" or "nan"
        What a table that is no distribution does: ValueError, or NaN in its results.

    Returns
    -------
    ndarray (...), or a float for two tables
        At least 0; in nats or units of `base`. A value of x that p never takes counts nothing. It
        is infinite where q(x, y) = 0 < p(x, y): also if q never takes that x, so that the chain
        rule holds there too.

    Raises
    ------
    ValueError, TypeError
        As `mutual_information`.

    Notes
    -----
    The relative error in float64 is below 1e-14 at every distance: a mean, with the row sums of
    p as weights, of `kl_divergence`.

    References
    ----------
    T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd ed., Wiley (2006), 2.5.

    Examples
    --------
    >>> import kullback as kl
    >>> p, q = [[3, 1], [2, 2]], [[1, 1], [1, 1]]
    >>> float(kl.conditional_kl_divergence(p, q).round(6))
    0.065406
    """
    chosen = checked(DIVERGENCES["kl"], **options)
    tables = table_of(joint_p, "joint_p"), table_of(joint_q, "joint_q")
    lead = _common_lead(*tables)
    warn_of_shares(chosen, *tables, axes=2)
    results = Results(chosen.out, lead, arrays.result_dtype(*tables), list(tables))
    of_rows: TableOptions = {**options, "out": None, "invalid": "nan"}
    compared = [_without_empty_rows(table) for table in tables] if chosen.work.amount else tables
    given_x = np.array(kl_divergence(*compared, **of_rows), np.float64)
    sums = [row_sums(table, chosen.work.amount) for table in tables]
    if np.isnan(given_x).any():
        _judge(tables, sums, chosen, given_x)
    with np.errstate(invalid="ignore", over="ignore"):  # of tables that are no distributions
        most = np.frexp(sums[0].max(axis=-1, keepdims=True))[1]
        weights = np.broadcast_to(np.ldexp(sums[0], TOP - most), given_x.shape)
        # A weight may be too small for a number, but what is infinite counts.
        parts = np.where(given_x == np.inf, np.inf, weights * given_x)
        results.flat[:] = (parts.sum(axis=-1) / weights.sum(axis=-1)).reshape(-1)
    return results.returned()


def table_of(given: ArrayLike, name: str) -> Array:
    """`given` as tables with at least one cell, the cells of a row beside each other in memory."""
    array = arrays.array(given, name)
    if array.ndim < 2 or not all(array.shape[-2:]):
        raise ValueError(f"{name} has shape {array.shape}; it must be (..., r, c), with cells")
    # NumPy sums neighbours in pairs, whose error does not grow with their number.
    return array if array.strides[-1] == array.itemsize else np.ascontiguousarray(array)


def _common_lead(p: Array, q: Array) -> tuple[int, ...]:
    if p.shape[-2] != q.shape[-2]:
        raise ValueError(
            f"the numbers of rows differ: joint_p has shape {p.shape} and joint_q {q.shape}"
        )
    return arrays.common_lead(p, q, ("joint_p", "joint_q"))[:-1]


def row_sums(table: Array, pseudocount: float) -> NDArray[np.float64]:
    """In proportion to p(x), finite for all tables that are distributions."""
    columns = table.shape[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.asarray(table.sum(axis=-1, dtype=np.float64) + pseudocount * columns)
        large = (sums > np.finfo(np.float64).max / table.shape[-2]).any(axis=-1)
        if large.any():
            down = -math.frexp(table.shape[-2])[1] - math.frexp(columns)[1]
            scaled = np.ldexp(table[large].astype(np.float64), down).sum(axis=-1)
            sums[large] = scaled + math.ldexp(pseudocount, down) * columns
    return sums


def _without_empty_rows(table: Array) -> Array:
    """Rows of values of x that never occur, replaced by ones, but of tables that have no others.

    Without a pseudocount such a row has no weight, and with one it is uniform, as it would be.
    """
    with np.errstate(invalid="ignore"):  # a signaling NaN
        filled: Array = np.any(table, axis=-1, keepdims=True)
    if filled.all():
        return table
    occurs: Array = np.any(filled, axis=-2, keepdims=True)
    return np.where(filled | ~occurs, table, 1)


def _weights(sums: Array) -> Weights:
    """Row sums as weights; what is none is of a row that is no distribution: its kernel says so."""
    given = sums.reshape(-1, sums.shape[-1])
    usable: Array = np.all((given >= 0) & (given < np.inf), axis=-1, keepdims=True)
    usable &= np.any(given, axis=-1, keepdims=True)
    return prepared(np.where(usable, given, 1.0))


def refuse_empty(table: Array, name: str) -> None:
    """ValueError for a table of zeros."""
    with np.errstate(invalid="ignore"):  # a signaling NaN
        empty = ~np.any(table, axis=(-2, -1))
    if empty.any():
        place = ", ".join(map(str, np.argwhere(empty)[0])) if empty.ndim else ""
        raise ValueError(
            f"{name} is no distribution: {f'table {place}' if place else 'it'} sums to 0 "
            f'({empty.sum()} such in {name}; invalid="nan" gives NaN there)'
        )


def _judge(tables: tuple[Array, Array], sums: list[Array], chosen: Chosen, given_x: Array) -> None:
    """In place: 0 or infinity where a row is merely empty, NaN or ValueError where it is wrong."""
    wrong = [~((table >= 0) & (table < np.inf)).all(axis=-1) for table in tables]
    if chosen.raises:
        names = ("joint_p", "joint_q")
        faults = faults_of_rows(list(zip(names, tables, strict=True)), empty_allowed=True)
        if faults:
            raise ValueError(faults)
        for name, table in zip(names, tables, strict=True):
            refuse_empty(table, name)
    fine = ~(wrong[0] | wrong[1])
    p_empty, q_empty = (np.broadcast_to(of == 0, given_x.shape) for of in sums)
    without = [~np.any(table, axis=(-2, -1), keepdims=True)[..., 0] for table in tables]
    given_x[fine & q_empty & ~p_empty] = np.inf
    given_x[fine & p_empty] = 0.0
    given_x[np.broadcast_to(without[0] | without[1], given_x.shape)] = np.nan
