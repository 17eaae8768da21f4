"""Every family of functions as one kind of object, for tests of what must not matter to any.

A subject makes its own arrays, of n things to be compared, which lie along the first axis of each
array and of the result; it names its arguments as errors do, and says what is no input to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

import kullback as kl
from kullback._catalogue import GAUSSIAN
from support.calls import CORE, CORE_METRICS, FUNCTIONS
from support.gaussian_calls import covariances
from support.strategies import simplex, with_zeros

Arrays = list[np.ndarray]
NOT_MASS = (-0.625, -1e-17, -5e-324, np.nan, np.inf, -np.inf)
NOT_MEAN = (np.nan, np.inf, -np.inf)
NOT_SPREAD = (-1e-17, -2.0, np.nan, np.inf)


@dataclass(frozen=True)
class Subject:
    """`call(*make(n, k, seed), **options)` has n results, or n rows of them."""

    call: Callable[..., Any]
    make: Callable[[int, int, int], Arrays]
    names: tuple[str, ...]
    wrong: tuple[tuple[float, ...], ...]  # of each argument: entries that it must not have
    operation: str = "rows"  # of the table of tolerances
    rounded: bool = False  # float32 is computed in float64, and rounded once
    large: tuple[int, int] = (1500, 60)  # from here on arrays of other layouts are cut into tiles
    sizes: tuple[tuple[int, int], ...] = ((3001, 65), (5, 70_001))

    @property
    def is_matrix(self) -> bool:
        """Its first half of arrays is compared with the other, or with itself if alone."""
        return self.operation in ("matrix", "gaussian_matrix")


def rows(n: int, k: int, seed: int) -> Arrays:
    rng = np.random.default_rng((seed, n, k))
    p, q = simplex(rng, n, k), simplex(rng, n, k)
    return [p, with_zeros(rng, q, 0.1)]


def one_set(n: int, k: int, seed: int) -> Arrays:
    return rows(n, k, seed)[:1]


def gaussians(n: int, k: int, seed: int, log: bool = False, sets: int = 2) -> Arrays:
    rng = np.random.default_rng((seed, n, k))
    found = []
    for _ in range(sets):
        log_variances = rng.normal(size=(n, k))
        found += [rng.normal(size=(n, k)), log_variances if log else np.exp(log_variances)]
    return found


def full_gaussians(n: int, k: int, seed: int) -> Arrays:
    rng = np.random.default_rng((seed, n, k))
    d = min(k, 9)
    return [
        a for _ in "pq" for a in (rng.normal(size=(n, d)), covariances(rng, n, d))
    ]  # in the order of the arguments


def logits(n: int, k: int, seed: int) -> Arrays:
    a, b = np.random.default_rng((seed, n, k)).normal(size=(2, n, k))
    b[::3] = a[::3] + 1e-9 * b[::3]
    b[1::7, k // 2] = -np.inf
    return [a, b]


def groups(n: int, k: int, seed: int) -> Arrays:
    rng = np.random.default_rng((seed, n, k))
    found = rng.random((n, 4, k))
    found[::5] = found[::5, :1] * (1 + 1e-9 * rng.random((*found[::5].shape,)))
    return [found]


def tables(n: int, k: int, seed: int) -> Arrays:
    return [np.random.default_rng((seed, n, k)).random((n, 3, max(1, k // 3))) for _ in "pq"]


_pq = (NOT_MASS, NOT_MASS)
_gaussian = (NOT_MEAN, NOT_SPREAD)
_to_gaussian = (*_gaussian, NOT_MEAN, (0.0, *NOT_SPREAD))
_logits = {"make": logits, "names": ("logits_p", "logits_q"), "wrong": ((np.nan, np.inf),) * 2}
_four = ("mean_p", "var_p", "mean_q", "var_q")
_few = {"sizes": ((900_000 // 64, 64), (450_000, 2)), "operation": "gaussian", "rounded": True}
ROW_WISE: dict[str, Subject] = {
    **{word: Subject(FUNCTIONS[word], rows, ("p", "q"), _pq) for word in [*CORE, "f_triangular"]},
    "entropy": Subject(kl.entropy, one_set, ("p",), (NOT_MASS,)),
    "gaussian": Subject(
        kl.gaussian_kl_divergence, gaussians, _four, _to_gaussian, large=(2000, 2400), **_few
    ),
    "gaussian, log-variances": Subject(
        partial(kl.gaussian_kl_divergence, spread="log_var"),
        partial(gaussians, log=True),
        _four,
        (NOT_MEAN, (np.nan, np.inf), NOT_MEAN, (np.nan, np.inf, -np.inf)),
        **_few,
    ),
    "gaussian, deviations": Subject(
        partial(kl.gaussian_kl_divergence, spread="std"), gaussians, _four, _to_gaussian, **_few
    ),
    "gaussian, each dimension": Subject(
        partial(kl.gaussian_kl_divergence, axis=None), gaussians, _four, _to_gaussian, **_few
    ),
    "standard gaussian": Subject(
        partial(kl.standard_gaussian_kl_divergence, spread="var"),
        partial(gaussians, sets=1),
        ("mean", "log_var"),  # whatever its spread is
        _gaussian,
        **_few,
    ),
    "multivariate": Subject(
        kl.multivariate_gaussian_kl_divergence,
        full_gaussians,
        ("mean_p", "cov_p", "mean_q", "cov_q"),
        2 * (NOT_MEAN, (np.nan, np.inf, -np.inf)),
        operation="multivariate",
        rounded=True,
        sizes=((70, 3), (1500, 9)),
    ),
    "kl of logits": Subject(kl.kl_divergence_from_logits, operation="logits", **_logits),
    "js of logits": Subject(kl.js_divergence_from_logits, operation="logits", **_logits),
    "generalized js": Subject(
        partial(kl.generalized_js_divergence, over=-2),
        groups,
        ("ps",),
        (NOT_MASS,),
        "table",
        sizes=((2000, 90), (37, 17), (3, 70_000)),
    ),
    "mutual information": Subject(
        kl.mutual_information, lambda *at: tables(*at)[:1], ("joint",), (NOT_MASS,), "table"
    ),
    "conditional kl": Subject(
        kl.conditional_kl_divergence, tables, ("joint_p", "joint_q"), _pq, "table"
    ),
}


def _metric(word: str) -> Callable[..., Any]:
    return partial(kl.pairwise, metric=word)


def _gaussian_metric(word: str) -> Callable[..., Any]:
    return partial(kl.pairwise_gaussian, metric=word)


MATRICES: dict[str, Subject] = {
    **{word: Subject(_metric(word), rows, ("x", "y"), _pq, "matrix") for word in CORE_METRICS},
    **{
        f"gaussian {word}": Subject(
            _gaussian_metric(word),
            gaussians,
            ("mean_x", "var_x", "mean_y", "var_y"),
            2 * _gaussian,
            "gaussian_matrix",
            rounded=True,
        )
        for word in GAUSSIAN
    },
}
SUBJECTS = ROW_WISE | {f"matrix of {name}": subject for name, subject in MATRICES.items()}
each_row_wise = pytest.mark.parametrize("subject", ROW_WISE.values(), ids=ROW_WISE)
each_matrix = pytest.mark.parametrize("subject", MATRICES.values(), ids=MATRICES)
each_subject = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
