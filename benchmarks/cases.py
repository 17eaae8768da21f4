"""What is timed, and checked: each case with its data, its lanes and its limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

import kullback as kl
import limits
import plain_numba

Array = np.ndarray[Any, Any]
Lane = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Case:
    """One piece of work. `size`: rows of p, rows of q, bins; `check`: a size that mpmath can do."""

    name: str
    oracle: str  # the word of its oracle in tests/reference.py
    size: tuple[int, int, int]
    check: tuple[int, int, int]
    lanes: dict[str, Lane]
    limit: Lane
    limit_name: str
    itself: bool = False  # the rows of p against each other: q is p
    exact: tuple[str, ...] = field(default=("ours, one thread", "ours"))  # lanes held to our bound

    @property
    def matrix(self) -> bool:
        return "pairwise" in self.name

    def data(self, size: tuple[int, int, int], dtype: type = np.float64) -> tuple[Array, Array]:
        """Dirichlet rows, the same ones in every run."""
        n, m, k = size
        rng = np.random.default_rng(20261121)
        rows = rng.standard_exponential((n + m, k))
        rows /= rows.sum(axis=1, keepdims=True)
        p, q = rows[:n].astype(dtype), rows[n:].astype(dtype)
        return p, p if self.itself else q

    def elements(self, size: tuple[int, int, int] | None = None) -> int:
        """Terms of the sum that defines the result."""
        n, m, k = size or self.size
        return n * m * k if self.matrix else n * k


def _normalized(rows: Array) -> Array:
    return rows / rows.sum(axis=1, keepdims=True)


def kl_rows_scipy(p: Array, q: Array) -> Array:
    return rel_entr(_normalized(p), _normalized(q)).sum(axis=1)


def kl_rows_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return (p * np.log(p / q)).sum(axis=1)


def js_rows_scipy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    m = (p + q) / 2
    return (rel_entr(p, m) + rel_entr(q, m)).sum(axis=1) / 2


def js_rows_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    m = (p + q) / 2
    return (p * np.log(p / m) + q * np.log(q / m)).sum(axis=1) / 2


def js_matrix_scipy(p: Array, q: Array) -> Array:
    return cdist(p, q, "jensenshannon") ** 2


def js_matrix_numpy(p: Array, q: Array) -> Array:
    return np.array([js_rows_numpy(np.broadcast_to(row, q.shape), q) for row in p])


def kl_matrix_scipy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return np.array([rel_entr(row, q).sum(axis=1) for row in p])


def kl_matrix_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return (p * np.log(p)).sum(axis=1)[:, None] - p @ np.log(q).T


def js_matrix_ours(p: Array, q: Array, **options: Any) -> Array:
    return kl.pairwise(p, None if q is p else q, "js", **options)


def _ours(function: Callable[..., Array], **options: Any) -> dict[str, Lane]:
    return {
        "ours, one thread": partial(function, threads=1, **options),
        "ours": partial(function, **options),
    }


def _rows(name: str, k: int, n: int) -> Case:
    scipy, numpy = (
        (kl_rows_scipy, kl_rows_numpy) if name == "kl" else (js_rows_scipy, js_rows_numpy)
    )
    ours = kl.kl_divergence if name == "kl" else kl.js_divergence
    return Case(
        f"{name} {n:,} x {k:,}",
        name,
        (n, n, k),
        (40, 40, min(k, 300)),
        {"SciPy": scipy, "NumPy": numpy, "Numba": plain_numba.rows(name), **_ours(ours)},
        limits.read,
        "reading the two arrays",
    )


def _js_matrix(name: str, itself: bool) -> Case:
    lanes = {
        "SciPy": js_matrix_scipy,
        "NumPy": js_matrix_numpy,
        "Numba": plain_numba.matrix("js"),
        **_ours(js_matrix_ours),
    }
    limit = limits.half_of_logarithms if itself else limits.logarithms
    name_of_limit = f"one logarithm a {'different ' * itself}pair and bin"
    size, check = (600, 600, 256), (12, 9, 100)
    return Case(name, "js", size, check, lanes, limit, name_of_limit, itself)


CASES = {
    case.name: case
    for case in (
        _rows("kl", 256, 1_000),
        _rows("kl", 256, 100_000),
        _rows("kl", 10, 500_000),
        _rows("kl", 10_000, 2_000),
        _rows("js", 256, 1_000),
        _rows("js", 256, 100_000),
        Case(
            "pairwise kl 2,000 x 2,000 x 512",
            "kl",
            (2_000, 2_000, 512),
            (12, 9, 100),
            {
                "SciPy": kl_matrix_scipy,
                "NumPy": kl_matrix_numpy,
                "Numba": plain_numba.matrix("kl"),
                **_ours(kl.pairwise, metric="kl"),
            },
            limits.matrix_product,
            "NumPy's bare matrix product",
        ),
        _js_matrix("pairwise js 600 x 600 x 256", itself=True),
        _js_matrix("pairwise js 600 x 600 x 256, two sets", itself=False),
    )
}

SLOW_ALONE = 2e7  # terms beyond which SciPy, NumPy and a plain loop take seconds
