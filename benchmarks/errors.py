"""The worst relative error of a lane against mpmath, over the distances that users have."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

import reference
import reference_logits
from cases import CASES, Case

Array = np.ndarray[Any, Any]

BANDS = ("random", "zeros", "1e-3", "1e-6", "1e-9", "1e-12")


def data(case: Case, band: str) -> tuple[Array, Array]:
    """Rows of one band: independent ones, ones with zeros, or perturbed ones."""
    p, q = case.data(case.check)
    k = case.check[2]
    rng = np.random.default_rng(7)
    if band == "zeros":
        p[:, : k // 3] = 0
        q[::3, : k // 4] = 0
    elif band != "random":
        n = min(len(p), len(q))
        p, q = p[:n], p[:n] * (1 + float(band) * rng.uniform(-1, 1, (n, k)))
    return p, q


@cache
def expected(name: str, band: str) -> tuple[Array, Array, Array]:
    """Both sets of rows and the oracle's results for them."""
    case = CASES[name]
    p, q = data(case, band)
    if case.logits:
        return p, q, reference_logits.divergences(case.oracle, p, q)
    oracle = reference.pairwise if case.matrix else reference.rowwise
    return p, q, oracle(case.oracle, p, q)


def worst(got: Array, want: Array) -> float:
    """The largest relative error; infinite where a result is NaN, negative or wrongly infinite."""
    with np.errstate(all="ignore"):
        off = np.where(got == want, 0.0, np.abs(got / want - 1))
    return float(np.where(np.isnan(off) | (got < 0), np.inf, off).max())


def error(case: Case, lane: str, band: str) -> float:
    """The worst relative error of one lane in one band."""
    p, q, want = expected(case.name, band)
    with np.errstate(all="ignore"):
        return worst(case.lanes[lane](p, q), want)


def worst_error(case: Case, lane: str) -> float:
    """Over all bands."""
    return max(error(case, lane, band) for band in BANDS)
