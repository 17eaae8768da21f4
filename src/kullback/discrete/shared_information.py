"""Mutual information in proportion to entropies, and given a third variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.categories import of_labels
from kullback._arguments.domains import faults_of_rows
from kullback._arguments.faces import face_of
from kullback._arguments.options import RatioOptions, TableOptions, checked
from kullback._arguments.results import Results
from kullback._catalogue import DIVERGENCES
from kullback._process.arrays import Array, Floats
from kullback.discrete.entropies import entropy
from kullback.discrete.information import (
    mutual_information,
    refuse_empty,
    row_sums,
    table_of,
)

AVERAGES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "arithmetic": lambda a, b: np.asarray(a + (b - a) / 2),
    "geometric": lambda a, b: np.asarray(np.sqrt(a) * np.sqrt(b)),
    "min": np.minimum,
    "max": np.maximum,
}


@of_labels("x", "y")
@face_of("(r,c),(m)->()")
def normalized_mutual_information(
    joint: ArrayLike,
    y: ArrayLike | None = None,
    /,
    *,
    average: str = "arithmetic",
    **options: Unpack[RatioOptions],
) -> Any:
    """Mutual information I(X; Y), divided by an average of the entropies of X and of Y.

    Parameters
    ----------
    joint : array_like, (..., r, c)
        Counts, weights or probabilities, as for `mutual_information`. Or, with `y`, the labels of
        x, (n,).
    y : array_like, (n,), optional
        The labels of y, of any kind, of the same n observations.
    average : {"arithmetic", "geometric", "min", "max"}
        Which average of the two entropies.
    pseudocount : float
        Added to every cell before normalizing.
    invalid : "raise" or "nan"
        What a table that is no distribution does: ValueError, or NaN in its result.

    Returns
    -------
    ndarray (...), or a float for one table
        Between 0 (independent) and 1 (each fixes the other, or, with "min", one of them the other).
        Two variables that never vary agree: 1. Where one alone never varies: 0.

    Raises
    ------
    ValueError, TypeError
        As `mutual_information`; an average of another name.

    Notes
    -----
    The relative error in float64 is below 1e-14. With "arithmetic" it is scikit-learn's
    `normalized_mutual_info_score`.

    References
    ----------
    N. X. Vinh, J. Epps and J. Bailey, "Information Theoretic Measures for Clusterings Comparison",
    J. Mach. Learn. Res. 11 (2010).

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.normalized_mutual_information(list("aabb"), [1, 1, 0, 2]).round(6))
    0.8
    """
    if average not in AVERAGES:
        known = ", ".join(map(repr, AVERAGES))
        raise ValueError(f"average is {average!r}; it must be one of {known}")
    chosen = checked(DIVERGENCES["js"], **options)
    table = table_of(joint, "joint")
    results = Results(chosen.out, table.shape[:-2], arrays.result_dtype(table), [table])
    wide = table if table.dtype != np.float32 else table.astype(np.float64)
    of_tables: RatioOptions = {**options, "out": None}
    of_both = np.asarray(mutual_information(wide, **of_tables), np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        h_x, h_y = (_entropy_of(side, chosen.work.amount) for side in (wide, wide.swapaxes(-1, -2)))
        ratios = np.minimum(of_both / AVERAGES[average](h_x, h_y), 1.0)
        ratios = np.where(of_both == 0.0, np.where((h_x == 0.0) & (h_y == 0.0), 1.0, 0.0), ratios)
    results.flat[:] = np.where(np.isnan(of_both), np.nan, ratios).reshape(-1)
    return results.returned()


def _entropy_of(table: Array, pseudocount: float) -> Floats:
    """The entropy of the variable along the rows of each table."""
    return np.asarray(entropy(row_sums(table, pseudocount), invalid="nan"), np.float64)


@of_labels("x", "y", "z")
@face_of("(r,c,s),(m),(m)->()")
def conditional_mutual_information(
    joint: ArrayLike,
    y: ArrayLike | None = None,
    z: ArrayLike | None = None,
    /,
    **options: Unpack[TableOptions],
) -> Any:
    """Conditional mutual information I(X; Y | Z), the mean over z of the information given z.

    How much x and y say about each other beyond what z says: 0 where they are independent for
    every z. I(X; (Y, Z)) = I(X; Z) + I(X; Y | Z).

    Parameters
    ----------
    joint : array_like, (..., r, c, s)
        Counts, weights or probabilities of x (r values), y (c values) and z (s values), not
        negative, finite and not all 0. Or, with `y` and `z`, the labels of x, (n,).
    y, z : array_like, (n,), optional
        The labels of y and of z, of any kind, of the same n observations.
    pseudocount : float
        Added to every cell before normalizing.
    invalid : "raise" or "nan"
        What a table that is no distribution does: ValueError, or NaN in its result.

    Returns
    -------
    ndarray (...), or a float for one table
        At least 0; in nats or units of `base`. A value of z that never occurs counts nothing.

    Raises
    ------
    ValueError, TypeError
        As `mutual_information`.

    Notes
    -----
    The relative error in float64 is below 1e-14: a mean, with the sums of each z as weights, of
    `mutual_information`. A plug-in estimate from n observations is too large by about
    s (r - 1)(c - 1)/(2 n) nats.

    References
    ----------
    T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd ed., Wiley (2006), 2.5.

    Examples
    --------
    >>> import kullback as kl
    >>> x, y = [0, 0, 1, 1], [0, 1, 0, 1]
    >>> z = [0, 1, 1, 0]  # x XOR y: either of them says nothing of the other, but for z
    >>> float(kl.conditional_mutual_information(x, y, z, base=2))
    1.0
    >>> float(kl.mutual_information(x, y))
    0.0
    """
    chosen = checked(DIVERGENCES["js"], **options)
    table = arrays.array(joint, "joint")
    if table.ndim < 3 or not all(table.shape[-3:]):
        raise ValueError(f"joint has shape {table.shape}; it must be (..., r, c, s), with cells")
    results = Results(chosen.out, table.shape[:-3], arrays.result_dtype(table), [table])
    given_z = np.moveaxis(table, -1, -3)  # (..., s, r, c)
    amount = chosen.work.amount
    flat = given_z.reshape(*given_z.shape[:-2], -1)
    weights = row_sums(table_of(flat, "joint"), amount)
    empty = ~np.any(flat, axis=-1)
    if chosen.raises:
        _refuse(table)
    wide = given_z.astype(np.float64) if table.dtype == np.float32 else given_z
    filled = np.where(empty[..., None, None], 1, wide) if empty.any() else wide
    of_tables: TableOptions = {**options, "out": None}
    of_each = np.asarray(mutual_information(filled, **of_tables), np.float64)
    with np.errstate(invalid="ignore"):
        shares = weights / weights.max(axis=-1, keepdims=True)
        found = (shares * np.where(empty, 0.0, of_each)).sum(axis=-1) / shares.sum(axis=-1)
    results.flat[:] = np.where(empty.all(axis=-1), np.nan, found).reshape(-1)
    return results.returned()


def _refuse(table: Array) -> None:
    """ValueError for a cell that is no mass, and for a table of zeros."""
    fault = faults_of_rows([("joint", table)], empty_allowed=True)
    if fault:
        raise ValueError(fault)
    refuse_empty(table.reshape(*table.shape[:-2], -1), "joint")
