"""Pairwise metrics of diagonal Gaussians as a matrix product, measured from a reference Gaussian.

With c and w the reference's means and variances, a = (mean - c) / sqrt(w) and A = v/w - 1 for the
row that stands for p; b, B = w/v - 1 for the one that stands for q:

    2 KL = e(p) + f(q) + sum (A + a**2) B - 2 sum a b (1 + B),
    e = sum A - ln(1 + A) + a**2,      f = sum B - ln(1 + B) + b**2 (1 + B).

Near the reference nothing cancels, since A and B are known to their last digits. Jeffreys'
divergence is two of these, side by side in one product of twice the size. With A and B the
differences of the standard deviations and a and b those of the means, the square of Wasserstein's
distance is sum a**2 + A**2 + sum b**2 + B**2 - 2 sum a b - 2 sum A B. In each, the product's error
is at most proportional to the product of the rows' norms, by Cauchy and Schwarz.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.centred import CHUNK
from kullback._kernels.gaussian_spreads import Spread
from kullback._kernels.reference import ROUNDING, load_columns, no_sum, whole_sum
from kullback._math.bits import magnitude, pointer, select
from kullback._math.lanes import (
    WIDTH,
    lane_numbers,
    lanes_of,
    load_lanes,
    store_lanes,
    sum_of_lanes,
)
from kullback._math.sums import add_to

ENTRY = 40.0  # roundings of two factors
ROW = 32.0  # of e and of f
LEAST = 2.0**-600  # a smaller result may be made of squares that underflowed


def make_prepared(spread: Spread, left: bool, right: bool) -> Callable[..., Any]:
    """The kernel that prepares rows that stand for p (`left`), for q (`right`), or for both."""
    compare = spread.compare

    @inline
    def as_left(a, x, w):
        """Two entries of the product, the size that errors of them are in proportion to; e."""
        _, excess, share = compare(x, w)
        square = a * a
        size = magnitude(excess) + square
        return excess + square, a, size * size + square, 2.0 * share + square

    @inline
    def as_right(b, x, w):
        """As `as_left`, of q."""
        ratio, excess, share = compare(w, x)
        slope = b * ratio
        return excess, -2.0 * slope, excess * excess + 4.0 * slope * slope, 2.0 * share + b * slope

    def prepared(rows, reference, right_first, out, e, norm):
        """out: entries of p, of q or of both, q's before p's where they are to stand first.

        reference: c, w as a spread, and 1/sqrt(w). norm: of a row of out.
        """
        d = rows.shape[1] // 2
        padded = reference.shape[1]
        width = out.shape[1]
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        for i in range(rows.shape[0]):
            own, square = no_sum(), lanes_of(0.0)
            p_at = i * width + (2 * padded if right_first else 0)
            q_at = i * width + (0 if right_first or not left else 2 * padded)
            for c in range(0, padded, WIDTH):
                live = lane_numbers() + c < d
                mean = load_columns(source, 2 * i * d, c, d)
                x = select(live, load_columns(source, 2 * i * d + d, c, d), 1.0)
                w = load_lanes(given, padded + c)
                a = (mean - load_lanes(given, c)) * load_lanes(given, 2 * padded + c)
                if left:
                    first, second, size, share = as_left(a, x, w)
                    store_lanes(target, p_at + c, first)
                    store_lanes(target, p_at + padded + c, second)
                    square = square + size
                    own = add_to(own, share)
                if right:
                    first, second, size, share = as_right(a, x, w)
                    store_lanes(target, q_at + c, first)
                    store_lanes(target, q_at + padded + c, second)
                    square = square + size
                    own = add_to(own, share)
            e[i] = whole_sum(own)
            norm[i] = np.sqrt(sum_of_lanes(square))

    return prepared


def make_lengths(spread: Spread) -> Callable[..., Any]:
    """The kernel that prepares rows for Wasserstein's distance."""
    deviation = spread.deviation

    def lengths(rows, reference, second, out, e, norm):
        """As `prepared`; where `second`, entries are multiplied by -2."""
        d = rows.shape[1] // 2
        padded = reference.shape[1]
        width = out.shape[1]
        factor = -2.0 if second else 1.0
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        for i in range(rows.shape[0]):
            own = no_sum()
            for c in range(0, padded, WIDTH):
                live = lane_numbers() + c < d
                mean = load_columns(source, 2 * i * d, c, d)
                x = select(live, load_columns(source, 2 * i * d + d, c, d), 1.0)
                w = load_lanes(given, padded + c)
                a = mean - load_lanes(given, c)
                apart = deviation(x, w)
                apart = select(x < w, -apart, apart)
                store_lanes(target, i * width + c, a * factor)
                store_lanes(target, i * width + padded + c, apart * factor)
                own = add_to(own, a * a + apart * apart)
            e[i] = whole_sum(own)
            norm[i] = np.sqrt(e[i]) * abs(factor)

    return lengths


def make_certify(length: bool) -> Callable[..., Any]:
    """The kernel that turns a tile of the product into results: half of it, or its root."""

    def certify(out, x_e, x_norm, y_e, y_norm, width, above, diagonal):
        """out: on entry the product; on return the result, or nan where not certified.

        For j >= i + above; zeros elsewhere. out[i, i + diagonal] compares a row with itself.
        Returns whether there is a nan.
        """
        unsure = 0
        error = (min(width, CHUNK) + width / CHUNK + ENTRY) * ROUNDING
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                size = x_e[i] + y_e[j]
                value = size + out[i, j]
                good = value > error * (x_norm[i] * y_norm[j]) + ROW * ROUNDING * size
                good = good and LEAST < value < np.inf
                result = np.sqrt(value if good else 1.0) if length else 0.5 * value
                if j < i + above:
                    result = 0.0
                elif not good:
                    result = np.nan
                    unsure += 1
                out[i, j] = result
            same = i + diagonal
            if 0 <= same < out.shape[1] and x_e[i] == x_e[i]:
                unsure -= np.isnan(out[i, same])
                out[i, same] = 0.0
        return unsure > 0

    return certify
