"""What a metric makes of rows and centres, so that a product finds the nearest centre of each row.

The divergence of row i from centre j is own[i] + constants[j] + factors[i] @ weights[j], and the
factors of the rows are made once. Their means over a cluster are what its centre is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._process.arrays import Array
from kullback.cluster import centres as of
from kullback.cluster.shares import is_sparse
from kullback.discrete.entropies import entropy

Weights = tuple[Array, Array]  # of centres: (clusters, width), and constants (clusters,)


class Space(NamedTuple):
    """One metric: its factors, its own term of each row, its weights, its centres."""

    factors: Callable[[Any], Any]
    own: Callable[[Any], Array]
    weights: Callable[[Array], Weights]
    centres: Callable[[Array], Array]
    unreachable: str = ""  # why a centre is NaN


def minus_entropies(p: Any) -> Array:
    """Σ p ln p of each row."""
    return -np.asarray(entropy(p))


def _zeros(p: Any) -> Array:
    return np.zeros(p.shape[0])


def _roots(p: Any) -> Any:
    return p.sqrt() if is_sparse(p) else np.sqrt(p)


def _halves(means: Array) -> tuple[Array, Array]:
    k = means.shape[1] // 2
    return means[:, :k], means[:, k:]


def _kl_weights(c: Array) -> Weights:
    return of.minus_log(c), np.zeros(len(c))


def _reverse_weights(c: Array) -> Weights:
    return c, minus_entropies(c)


SPACES = {
    "kl": Space(lambda p: p, minus_entropies, _kl_weights, of.normalized),
    "reverse_kl": Space(
        of.minus_log,
        _zeros,
        _reverse_weights,
        of.geometric,
        "no bin is above 0 in all rows of them",
    ),
    "hellinger": Space(
        _roots,
        lambda p: _zeros(p) + 1.0,
        lambda c: (-np.sqrt(c), np.zeros(len(c))),
        of.squared_roots,
    ),
    "jeffreys": Space(
        lambda p: np.hstack([p, of.minus_log(p)]),
        minus_entropies,
        lambda c: (np.hstack([of.minus_log(c), c]), minus_entropies(c)),
        lambda means: of.jeffreys(*_halves(means)),
        "bins are 0 in some rows of them only",
    ),
}
