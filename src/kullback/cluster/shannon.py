"""What Jensen-Shannon makes of rows and centres: no product, and no formula for the centre.

The centre makes Σ w JS(p, c) least, and there Σ w ln((p + c)/2) is ln c up to a constant. One step
c ← exp(mean ln((p + c)/2)), normalised, never raises the sum: the concave part of it is replaced by
its tangent (Nielsen, "On a generalization of the Jensen-Shannon divergence and the Jensen-Shannon
centroid", Entropy 22, 2020). A pass over the rows makes one step.

Nearest centres: with h the squared Hellinger distance, h ln 2 <= JS <= h, bin by bin. So one
product leaves few centres that may be the nearest of a row, and in most rows one.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from kullback._process import blas, threads
from kullback._process.arrays import Array, Index
from kullback.cluster import lloyd
from kullback.cluster.centres import normalized
from kullback.cluster.lloyd import Pass
from kullback.cluster.shares import is_sparse
from kullback.cluster.spaces import minus_entropies
from kullback.discrete.divergences import js_divergence

SLACK = 1e-12  # of h, absolute: what its rounding can be
FLOOR = 1e-300  # for a bin of a centre that is 0, which no step would leave
NOTHING = 1e-290  # what a bin holds at most that no row, or next to none, has


def assign(
    p: Any, own: Array, sample_weight: Array, centres: Array, given: Index | None = None
) -> Pass:
    """Nearest centres of all rows (or those given), and what the next centres are made of."""
    n = p.shape[0]
    labels, nearest = np.empty(n, np.intp), np.empty(n)
    stripes = lloyd.stripes_of(n, p.shape[1])
    sums = np.zeros((len(stripes), *centres.shape))
    roots, theirs = np.sqrt(centres), minus_entropies(centres)

    def stripe(number: int) -> None:
        for rows in lloyd.blocks_of(stripes[number], p.shape[1]):
            part = p[rows].toarray() if is_sparse(p) else p[rows]
            found = _nearest(part, centres, roots) if given is None else given[rows]
            mixed = part + centres[found]
            logs = np.log(np.maximum(mixed, FLOOR) * 0.5)
            nearest[rows] = own[rows] + theirs[found] - np.einsum("ij,ij->i", mixed, logs)
            labels[rows] = found
            lloyd.add_grouped(logs, found, sample_weight[rows], sums[number])

    many = threads.default_threads() if n * centres.size > lloyd.SMALL else 1
    with blas.at_most(1):
        threads.run(stripe, len(stripes), many)
    weights = lloyd.totals(labels, sample_weight, len(centres))
    return Pass(labels, np.maximum(0.5 * nearest, 0.0), sums.sum(axis=0), weights)


def _nearest(p: Array, centres: Array, roots: Array) -> Index:
    """The nearest centres of some rows; of equally near ones the first."""
    with blas.product():
        hellinger = 1.0 - np.sqrt(p) @ roots.T
    labels: Index = hellinger.argmin(axis=1)
    most = hellinger[np.arange(len(p)), labels]
    may_be = hellinger * log(2.0) <= most[:, None] + SLACK
    several = np.flatnonzero(np.count_nonzero(may_be, axis=1) > 1)
    if several.size:
        i, j = np.nonzero(may_be[several])
        found = np.full((several.size, len(centres)), np.inf)
        found[i, j] = js_divergence(p[several[i]], centres[j], threads=1)
        labels[several] = found.argmin(axis=1)
    return labels


def centres(means: Array) -> Array:
    """The next centres."""
    found = np.exp(means - means.max(axis=1, keepdims=True))
    found[found < NOTHING] = 0.0
    return normalized(found)
