"""The metrics, row by row, and the options of an estimator."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from kullback._arguments.options import number
from kullback._process.arrays import Array
from kullback.cluster.shares import dense
from kullback.cluster.spaces import SPACES
from kullback.discrete.distances import hellinger_distance
from kullback.discrete.divergences import jeffreys_divergence, js_divergence, kl_divergence

METRICS = (*SPACES, "js")
GEOMETRIC = ("reverse_kl", "jeffreys")  # whose centres are made of logarithms of rows
ROW_WISE: dict[str, Callable[..., Any]] = {
    "kl": kl_divergence,
    "reverse_kl": lambda p, c: kl_divergence(c, p),
    "hellinger": lambda p, c: hellinger_distance(p, c) ** 2,
    "jeffreys": jeffreys_divergence,
    "js": js_divergence,
}


def check_options(given: Any) -> None:
    """ValueError naming what is wrong with an estimator's options."""
    if given.metric not in METRICS:
        raise ValueError(f"metric is {given.metric!r}; it must be one of {', '.join(METRICS)}")
    if isinstance(given.init, str) and given.init not in ("k-means++", "random"):
        raise ValueError(
            f'init is {given.init!r}; it must be "k-means++", "random" or centres, '
            "(n_clusters, bins)"
        )
    whole: dict[str, object] = {
        "n_clusters": given.n_clusters,
        "max_iter": given.max_iter,
        "n_init": given.n_init,
    }
    for name, value in whole.items():
        if name == "n_init" and value == "auto":
            continue
        if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number above 0")
    for name in ("tol", "pseudocount"):
        if not 0.0 <= number(getattr(given, name), name) < np.inf:
            raise ValueError(f"{name} must be finite and not negative")


def objective(metric: str, p: Any, centres: Array, weight: Array) -> float:
    """The weighted sum of the divergences of rows from centres, row by row."""
    total = 0.0
    for rows, part in dense(p):
        some = weight[rows] > 0.0  # 0 times an infinite divergence is no number
        found = ROW_WISE[metric](part[some], centres[rows][some])
        total += float(weight[rows][some] @ found)
    return total
