"""Pseudocounts are meant for counts: one warning where they are added to shares."""

from __future__ import annotations

import sys
import warnings

import numpy as np

from kullback._arguments.options import Chosen
from kullback._process.arrays import Array

SUMS_TO_1 = 1e-6  # float32 shares do, too
OWN = ("kullback.", "sklearn.")  # which wraps the methods of its estimators
OUTWEIGHED = 0.01  # of a row, by all its pseudocounts


def warn_of_shares(chosen: Chosen, *given: Array, axes: int = 1) -> None:
    """One UserWarning if all rows already sum to 1 and pseudocounts outweigh 1 % of them.

    Rows are on the last axis; tables of probabilities on the last two (`axes=2`). Integers are
    counts: a single observation sums to 1 too.
    """
    if chosen.work.rule != "pseudocount":
        return
    bins = max(int(np.prod(x.shape[-axes:])) for x in given)
    if chosen.work.amount * bins <= OUTWEIGHED or not all(_are_shares(x, axes) for x in given):
        return
    warnings.warn(
        f"pseudocount={chosen.work.amount:g} is added to rows that already sum to 1, of which "
        f"{bins} pseudocounts outweigh 1 %: they are meant for counts; give the counts, or divide "
        "the pseudocount by the number of observations",
        UserWarning,
        stacklevel=callers_level(),
    )


def _are_shares(x: Array, axes: int) -> bool:
    if x.dtype.kind != "f" or not x.size:
        return False
    last = tuple(range(-axes, 0))
    with np.errstate(over="ignore", invalid="ignore"):
        first = x[(0,) * (x.ndim - axes)].sum(dtype=np.float64)
        if not abs(first - 1) <= SUMS_TO_1:  # the usual case: counts
            return False
        return bool((abs(x.sum(axis=last, dtype=np.float64) - 1) <= SUMS_TO_1).all())


def callers_level() -> int:
    """How far up the first function is that is not the library's."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(OWN):
        frame, level = frame.f_back, level + 1
    return level
