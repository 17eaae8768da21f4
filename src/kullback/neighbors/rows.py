"""The rows that an estimator was given, checked by scikit-learn's rules and by ours."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from kullback._arguments.shares import callers_level
from kullback._process.arrays import Array

Rows = Any  # an array, or one of SciPy's CSR matrices and arrays, (n, k)


def checked_rows(estimator: BaseEstimator, X: Any, method: str, *, first: bool) -> Rows:
    """X as rows; the first ones say how many columns there are, and what these are called."""
    rows = validate_data(estimator, X, accept_sparse="csr", reset=first)
    entries = rows if isinstance(rows, np.ndarray) else rows.data
    if entries.size and entries.min() < 0:
        raise ValueError(_negative(rows, f"{type(estimator).__name__}.{method}"))
    return rows


def _negative(rows: Rows, method: str) -> str:
    """The sentence about negative entries; scikit-learn's checks look for its first words."""
    i, j = (rows < 0).nonzero()
    first = np.lexsort((j, i))[0]
    row, column = int(i[first]), int(j[first])
    count = len(np.unique(i))
    return (
        f"Negative values in data passed to {method}: row {row}, column {column} is "
        f"{rows[row, column]} ({count} such row{'s' * (count > 1)}); rows must be counts, weights "
        "or probabilities"
    )


def empty_rows(rows: Rows) -> Array:
    """Which rows have nothing but zeros."""
    if isinstance(rows, np.ndarray):
        return np.flatnonzero(~rows.any(axis=1))
    return np.flatnonzero(np.asarray(rows.sum(axis=1)).ravel() == 0)


def warn_of_empty(empty: Array, named: str) -> bool:
    """Say which rows have no neighbours; scikit-learn's checks do not let us refuse them."""
    if not len(empty):
        return False
    such = f"{len(empty)} such row{'s' * (len(empty) > 1)}"
    warnings.warn(
        f"row {empty[0]} of {named} sums to 0 ({such}): it is no distribution, has no neighbours "
        "and is none (its distances are NaN, its indices -1); leave such rows out: "
        "X[X.sum(axis=1) > 0]",
        UserWarning,
        stacklevel=callers_level(),
    )
    return True


def same_rows(a: Rows, b: Rows) -> bool:
    """Whether both are the same rows in the same order and dtype."""
    if a is b:
        return True
    dense = isinstance(a, np.ndarray)
    if dense is not isinstance(b, np.ndarray) or a.shape != b.shape or a.dtype != b.dtype:
        return False
    if not dense:
        parts = ("indptr", "indices", "data")
        return all(np.array_equal(getattr(a, part), getattr(b, part)) for part in parts)
    # Other rows differ in the first one nearly always, and are not compared to their end.
    return bool(np.array_equal(a[0], b[0]) and np.array_equal(a, b))
