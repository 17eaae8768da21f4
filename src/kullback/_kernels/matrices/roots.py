"""Pairwise Hellinger and Bhattacharyya distances as a matrix product, centred.

With r the reference row, u = sqrt(p) - sqrt(r) = (p - r) / (sqrt(p) + sqrt(r)) and v that of q,

    H**2 = sum (u - v)**2 / 2 = h(p) + h(q) - sum u v,      h(p) = sum u**2 / 2.

Near the reference nothing cancels, since p - r is known to its last digit; the product's error is
at most proportional to |u| |v|. Bhattacharyya's distance is -ln(1 - H**2), which near 1 has the
larger error, and is left to `rows` there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.matrices.reference import (
    CERTIFIED,
    ROW,
    beside_reference,
    measured,
    no_sum,
    product_roundings,
    whole_sum,
)
from kullback._kernels.rows.thresholds import trusted_above
from kullback._math.bits import select, smaller, square_root
from kullback._math.lanes import WIDTH
from kullback._math.log_ratio import log_ratio
from kullback._math.memory import pointer, store_lanes
from kullback._math.sums import add_to

FARTHEST = 1.0 - 2.0**-30  # H**2 of pairs whose affinity still has some digits


def make_roots() -> Callable[..., Any]:
    """The kernel that prepares rows of either side."""

    def roots(rows, r, amount, normalize, out, h):
        """out: u, padded with zeros; h: see above, nan for a row that is left to `rows`."""
        k = rows.shape[1]
        padded = out.shape[1]
        source = pointer(rows)
        target = pointer(out)
        r_data = pointer(r)
        for i in range(rows.shape[0]):
            row = (source, i * k, k, amount)
            total, inverse = measured(row, normalize)
            square = no_sum()
            for c in range(0, padded, WIDTH):
                live, a, r_c, d = beside_reference(row, c, r_data, total, inverse)
                u = select(live, d / (square_root(a * inverse) + square_root(r_c)), 0.0)
                store_lanes(target, i * padded + c, u)
                square = add_to(square, u * u)
            h[i] = 0.5 * whole_sum(square)

    return roots


def make_certify_roots(logarithm: bool) -> Callable[..., Any]:
    """The kernel that turns a tile of the product into distances."""

    @inline
    def distance(square, normalize):
        if logarithm:
            return -log_ratio(1.0 - square, 1.0, -square)
        return square_root(smaller(square, 1.0) if normalize else square)

    @inline
    def certain(square, bound, least):
        if logarithm:  # -ln(1 - H**2) is at least H**2, and its error 1/(1 - H**2) times as large
            rest = 1.0 - square
            return (square > least) & (square < FARTHEST) & (bound < square * rest * CERTIFIED)
        return (square > least) & (bound < square * CERTIFIED)

    def certify(out, x_h, y_h, k, normalize, above):
        """out: on entry sum u v; on return the distance, or nan where not certified.

        For j >= i + above; zeros elsewhere. Returns whether there is a nan.
        """
        unsure = 0
        error = (product_roundings(k) + 8) * 2.0**-52
        row = ROW * 2.0**-53
        least = trusted_above(k) if normalize else 0.0
        for i in range(out.shape[0]):
            norm = np.sqrt(x_h[i])
            for j in range(out.shape[1]):
                size = x_h[i] + y_h[j]
                square = size - out[i, j]
                bound = error * (norm * np.sqrt(y_h[j])) + row * size
                good = certain(square, bound, least)
                value = distance(square if good else 0.25, normalize)
                if j < i + above:
                    value = 0.0
                elif not good:
                    value = np.nan
                    unsure += 1
                out[i, j] = value
        return unsure > 0

    return certify
