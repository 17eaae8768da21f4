"""What is timed, and checked: each case with its data, its lanes and its limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

import kullback as kl
import limits
import peers
import plain_numba
from peers import Array, Lane


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
    logits: bool = False  # the rows are logits
    exact: tuple[str, ...] = field(default=("ours, one thread", "ours"))  # lanes held to our bound

    @property
    def matrix(self) -> bool:
        return "pairwise" in self.name

    def data(self, size: tuple[int, int, int], dtype: type = np.float64) -> tuple[Array, Array]:
        """Dirichlet rows or normal logits, the same ones in every run."""
        n, m, k = size
        rng = np.random.default_rng(20261121)
        if self.logits:
            rows = rng.standard_normal((n + m, k))
        else:
            rows = rng.standard_exponential((n + m, k))
            rows /= rows.sum(axis=1, keepdims=True)
        p, q = rows[:n].astype(dtype), rows[n:].astype(dtype)
        return p, p if self.itself else q

    def elements(self, size: tuple[int, int, int] | None = None) -> int:
        """Terms of the sum that defines the result."""
        n, m, k = size or self.size
        return n * m * k if self.matrix else n * k


ROW_WISE: dict[str, Callable[..., Array]] = {
    "kl": kl.kl_divergence,
    "js": kl.js_divergence,
    "hellinger": kl.hellinger_distance,
    "total_variation": kl.total_variation_distance,
}


FROM_LOGITS: dict[str, Callable[..., Array]] = {
    "kl": kl.kl_divergence_from_logits,
    "js": kl.js_divergence_from_logits,
}


def js_matrix_ours(p: Array, q: Array, **options: Any) -> Array:
    return kl.pairwise(p, None if q is p else q, "js", **options)


def _ours(function: Callable[..., Array], **options: Any) -> dict[str, Lane]:
    return {
        "ours, one thread": partial(function, threads=1, **options),
        "ours": partial(function, **options),
    }


def _rows(word: str, k: int, n: int) -> Case:
    ours = ROW_WISE[word]
    return Case(
        f"{word} {n:,} x {k:,}",
        word,
        (n, n, k),
        (40, 40, min(k, 300)),
        {**peers.ROWS[word], "Numba": plain_numba.rows(word), **_ours(ours)},
        limits.read,
        "reading the two arrays",
    )


def _logits(word: str, k: int, n: int) -> Case:
    return Case(
        f"{word} from logits {n:,} x {k:,}",
        word,
        (n, n, k),
        (40, 40, min(k, 300)),
        {**peers.LOGITS[word], "Numba": plain_numba.logits(word), **_ours(FROM_LOGITS[word])},
        limits.read,
        "reading the two arrays",
        logits=True,
    )


def _js_matrix(name: str, itself: bool) -> Case:
    lanes = {
        **peers.MATRIX["js"],
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
        _rows("hellinger", 256, 100_000),
        _rows("total_variation", 256, 100_000),
        _logits("kl", 1_000, 5_000),
        _logits("kl", 128_000, 16),
        _logits("js", 1_000, 5_000),
        Case(
            "pairwise kl 2,000 x 2,000 x 512",
            "kl",
            (2_000, 2_000, 512),
            (12, 9, 100),
            {
                **peers.MATRIX["kl"],
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
