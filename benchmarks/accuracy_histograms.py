"""The worst relative errors of histograms: every member, by operation, dtype and band of rows.

An error is relative to the value; for an f of one's own, whose terms may cancel, to the sum of
|q f(p/q)| and of what a rounded p/q moves it by.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import kullback as kl
from accuracy_family import DTYPES, Family, Key, relative_error
from bands import BANDS, Array, rows
from oracle import divergences as reference
from oracle.divergences import ORACLES, Oracle
from support.tolerances import TINY_ROOT, TOLERANCES

BINS = (10, 48)  # rows below 32 bins have a kernel of their own
SIDE, PAIRS = 24, 10  # the rows of a matrix, and how many of its entries are looked at


def results(word: str, operation: str, x: Array, y: Array, i: Array, j: Array) -> Array:
    """Our values for the rows i of x and j of y, by the row-wise function or from a matrix."""
    oracle = ORACLES[word]
    if operation == "matrix":
        metric: Any = word
        if oracle.parametric:
            metric = getattr(kl, oracle.parametric)(*oracle.arguments, **oracle.keywords)
        return kl.pairwise(x, y, metric)[i, j]
    function = getattr(kl, str(oracle.public))
    if word == "entropy":
        return function(x[i])
    return function(x[i], y[j], *oracle.arguments, **oracle.keywords)


def _operations(oracle: Oracle) -> list[str]:
    return [*["rows"] * (oracle.public is not None), *["matrix"] * oracle.matrix]


def cases(word: str, dtype: str, band: str, seeds: int) -> Iterator[tuple[Array, ...]]:
    """Both sets of rows, and which of their pairs are looked at."""
    rng = np.random.default_rng(3)
    for seed in range(seeds):
        for k in BINS:
            x, y = rows(band, SIDE, SIDE, k, DTYPES[dtype], seed)
            i, j = (rng.integers(SIDE, size=PAIRS) for _ in "xy")
            yield x, y, i, j


def measure(word: str, seeds: int) -> dict[Key, float]:
    """The worst error of one member by operation, dtype and band."""
    worst: dict[Key, float] = {}
    for dtype in DTYPES:
        for band in BANDS:
            _measure_band(worst, word, dtype, band, seeds)
    return worst


def _measure_band(worst: dict[Key, float], word: str, dtype: str, band: str, seeds: int) -> None:
    oracle = ORACLES[word]
    for x, y, i, j in cases(word, dtype, band, seeds):
        q = x[i] if word == "entropy" else y[j]
        want, size, promised = reference.values_and_sizes(word, x[i], q)
        if oracle.public != "f_divergence":
            size = np.abs(want)
        for operation in _operations(oracle):
            absolute = TOLERANCES[operation, dtype].absolute
            if oracle.root and dtype == "f8":
                absolute = TINY_ROOT
            kept = promised > 0  # of an f: where p/q is a float
            got = results(word, operation, x, y, i, j)
            error = relative_error(*(a[kept] for a in (got, want, size)), absolute)
            key = (operation, dtype, word, band)
            worst[key] = max(worst.get(key, 0.0), error)


def operations(word: str) -> list[str]:
    """What there is of a member."""
    return _operations(ORACLES[word])


FAMILY = Family(list(ORACLES), BANDS, operations, measure)
