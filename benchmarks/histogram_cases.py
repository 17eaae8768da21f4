"""Histograms: row by row, and as matrices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import kullback as kl
import limits
import peers
import plain_numba
from case import Array, Arrays, Case, Lane, Size
from oracle import divergences as reference

ROW_WISE: dict[str, Callable[..., Array]] = {
    "kl": kl.kl_divergence,
    "js": kl.js_divergence,
    "hellinger": kl.hellinger_distance,
    "total_variation": kl.total_variation_distance,
}


def weights(size: Size, dtype: type = np.float64) -> Arrays:
    """Dirichlet rows: n of p, m of q, k bins; with m = 0 one set, against itself."""
    n, m, k = size
    rng = np.random.default_rng(20261121)
    sets = []
    for count in (n, m)[: 2 if m else 1]:
        rows = rng.standard_exponential((count, k), dtype)
        rows /= rows.sum(axis=1, keepdims=True)
        sets.append(rows)
    return sets[0], sets[-1]


def banded(size: Size, band: str) -> Arrays:
    """Rows of one band: independent ones, ones with zeros, or perturbed ones."""
    p, q = weights(size)
    k = size[-1]
    rng = np.random.default_rng(7)
    if band == "zeros":
        p[:, : k // 3] = 0
        q[::3, : k // 4] = 0
    elif band != "random":
        n = min(len(p), len(q))
        p, q = p[:n], p[:n] * (1 + float(band) * rng.uniform(-1, 1, (n, k)))
    return p, q


def matrix(word: str, x: Array, y: Array, **options: Any) -> Array:
    """Our matrix; of one set against itself each pair once."""
    return kl.pairwise(x, None if y is x else y, word, **options)


def ours(function: Lane, *args: Any, **options: Any) -> dict[str, Lane]:
    """Our two lanes."""
    return {
        "ours, one thread": partial(function, *args, threads=1, **options),
        "ours": partial(function, *args, **options),
    }


def _rows(word: str, k: int, n: int) -> Case:
    return Case(
        f"{word} {n:,} x {k:,}",
        (n, n, k),
        (40, 40, min(k, 300)),
        weights,
        banded,
        partial(reference.rowwise, word),
        {**peers.ROWS[word], "Numba": plain_numba.rows(word), **ours(ROW_WISE[word])},
        limits.read,
        "reading the two arrays",
        n * k,
    )


def _matrix(word: str, size: Size, limit: Lane, limit_name: str) -> Case:
    n, m, k = size
    itself = "" if m else " (itself)"
    return Case(
        f"pairwise {word} {n:,} x {m or n:,} x {k}{itself}",
        size,
        (12, 9 if m else 0, 100),
        weights,
        banded,
        partial(reference.pairwise, word),
        {**peers.MATRIX[word], "Numba": plain_numba.matrix(word), **ours(matrix, word)},
        limit,
        limit_name,
        n * (m or n) * k,
        "matrix",
    )


CASES = (
    _rows("kl", 256, 1_000),
    _rows("kl", 256, 100_000),
    _rows("kl", 10, 500_000),
    _rows("kl", 10_000, 2_000),
    _rows("js", 256, 100_000),
    _rows("hellinger", 256, 100_000),
    _rows("total_variation", 256, 100_000),
    _matrix("kl", (2_000, 2_000, 512), limits.matrix_product, "NumPy's bare matrix product"),
    _matrix("js", (600, 0, 256), limits.half_of_logarithms, "a logarithm a different pair and bin"),
    _matrix("js", (600, 600, 256), limits.logarithms, "one logarithm a pair and bin"),
)
