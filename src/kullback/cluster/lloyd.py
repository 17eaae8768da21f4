"""One pass over the rows: the nearest centre of each, and the sums of factors of each cluster.

The rows are cut into stripes, whose number does not depend on that of threads, so that no bit of a
sum does; a stripe is cut into blocks that stay in the cache while they are multiplied and summed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from kullback._kernels import grouping
from kullback._process import blas, threads
from kullback._process.arrays import Array, Index
from kullback.cluster.shares import is_sparse
from kullback.cluster.spaces import Weights

STRIPES = 16
BLOCK = 1 << 18  # numbers: 2 MB, of which a product reads each once and the sums once more
SMALL = 1 << 21  # multiplications, below which a second thread costs more than it brings


class Pass(NamedTuple):
    """What a pass finds: nearest centres, divergences without the rows' own term, sums, weights."""

    labels: Index
    nearest: Array
    sums: Array
    weights: Array


def assign(factors: Any, sample_weight: Array, weights: Weights) -> Pass:
    """Nearest centres of all rows, and what the next centres are made of."""
    n, (matrix, constants) = factors.shape[0], weights
    labels, nearest = np.empty(n, np.intp), np.empty(n)
    stripes = stripes_of(n, matrix.shape[1])
    sums = np.zeros((len(stripes), *matrix.shape))
    transposed = np.ascontiguousarray(matrix.T)

    def stripe(number: int) -> None:
        whole = [stripes[number]]  # of sparse rows, whose sums would be made dense for each block
        for rows in whole if is_sparse(factors) else blocks_of(whole[0], matrix.shape[1]):
            part = factors[rows]
            with blas.product(), np.errstate(over="ignore"):
                scores = part @ transposed
            scores += constants
            found = scores.argmin(axis=1)
            labels[rows], nearest[rows] = found, scores[np.arange(len(found)), found]
            add_grouped(part, found, sample_weight[rows], sums[number])

    many = threads.default_threads() if n * matrix.size > SMALL else 1
    with blas.at_most(1):
        threads.run(stripe, len(stripes), many)
    return Pass(labels, nearest, sums.sum(axis=0), totals(labels, sample_weight, len(matrix)))


def add_grouped(rows: Any, labels: Index, sample_weight: Array, out: Array) -> None:
    """Add the weighted rows of each cluster to its row of `out`."""
    if not is_sparse(rows):
        grouping.grouped()(rows, labels, sample_weight, out)
        return
    n = len(labels)
    one = sparse.csr_array((sample_weight, labels, np.arange(n + 1)), shape=(n, len(out)))
    found: Any = one.T @ rows
    out += found.toarray()


def totals(labels: Index, sample_weight: Array, clusters: int) -> Array:
    """The weight of each cluster."""
    return np.bincount(labels, sample_weight, clusters)


def stripes_of(n: int, width: int) -> list[slice]:
    """The rows in at most STRIPES parts."""
    return _cut(n, min(STRIPES, -(-n * width // BLOCK)))


def blocks_of(stripe: slice, width: int) -> list[slice]:
    """A stripe in blocks that stay in the cache."""
    count = stripe.stop - stripe.start
    parts = _cut(count, -(-count // max(16, BLOCK // width)))
    return [slice(stripe.start + part.start, stripe.start + part.stop) for part in parts]


def _cut(count: int, parts: int) -> list[slice]:
    edges = [count * part // parts for part in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]
