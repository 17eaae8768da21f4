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

from kullback._kernels import UNCERTIFIED
from kullback._kernels.gaussians.spreads import Spread
from kullback._kernels.matrices.reference import (
    ROUNDING,
    load_columns,
    no_sum,
    product_roundings,
    whole_sum,
)
from kullback._math.bits import fma, magnitude, select, square_root
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import advanced, entry, load_lanes, pointer, store, store_lanes
from kullback._math.shuffles import any_sign_of_lanes, sum_of_lanes
from kullback._math.sums import add_to
from kullback._math.tracing import traced

ENTRY = 40.0  # roundings of two factors
ROW = 32.0  # of e and of f
LEAST = 2.0**-600  # a smaller result may be made of squares that underflowed
MOST = 2.0**200  # of a norm, so that what else underflows counts as little


@traced
def own_share(mean, total, usual):
    """What a row alone adds: infinite where no product is to be certified, nan for no Gaussian."""
    return select(mean == mean, select(usual, whole_sum(total), np.inf), np.nan)


@traced
def columns_of(source, at, c, d):
    """Means and spreads of eight dimensions; a spread of 1 beyond the last."""
    live = lane_numbers() + c < d
    mean = load_columns(source, at, c, d)
    return mean, select(live, load_columns(source, at + d, c, d), 1.0)


def make_prepared(spread: Spread, left: bool, right: bool) -> Callable[..., Any]:
    """The kernel that prepares rows that stand for p (`left`), for q (`right`), or for both."""
    compare, marks = spread.compare, spread.marks

    @traced
    def as_left(a, x, w):
        """Two entries of the product, the size that errors of them are in proportion to; e."""
        _, excess, share = compare(x, w)
        square = a * a
        size = magnitude(excess) + square
        return excess + square, a, size * size + square, share + square

    @traced
    def as_right(b, x, w):
        """As `as_left`, of q."""
        ratio, excess, share = compare(w, x)
        slope = b * ratio
        size = excess * excess + 4.0 * (slope * slope)
        # A ratio that underflows may be one that b**2 would bring back.
        return excess, -2.0 * slope, select(ratio > LEAST, size, np.inf), share + b * slope

    @traced
    def nothing():
        return no_sum(), lanes_of(0.0), lanes_of(0)

    @traced
    def with_dimensions(state, source, at, c, d, given, padded, target, places):
        """Write eight dimensions' entries; e, the squared norm and the marks, with theirs."""
        own, square, marked = state
        mean, x = columns_of(source, at, c, d)
        w = load_lanes(given, padded + c)
        marked = marked | marks(x, w)
        a = (mean - load_lanes(given, c)) * load_lanes(given, 2 * padded + c)
        for wanted, entries, place in ((left, as_left, places[0]), (right, as_right, places[1])):
            if wanted:
                first, second, size, share = entries(a, x, w)
                store_lanes(target, place + c, first)
                store_lanes(target, place + padded + c, second)
                square, own = square + size, add_to(own, share)
        return own, square, marked

    @traced
    def told(state, mean):
        """e and the norm of a row."""
        own, square, marked = state
        norm = square_root(sum_of_lanes(square))
        usual = (norm < MOST) & (any_sign_of_lanes(marked) > -1)
        return own_share(mean, own, usual), norm

    def prepared(rows, reference, right_first, out, e, norm):
        """out: entries of p, of q or of both, q's before p's where they are to stand first.

        reference: c, w as a spread, and 1/sqrt(w). norm: of a row of out.
        """
        d = rows.shape[1] // 2
        padded = reference.shape[1]
        width = out.shape[1]
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        for i in range(rows.shape[0]):
            p_at = i * width + (2 * padded if right_first else 0)
            q_at = i * width + (0 if right_first or not left else 2 * padded)
            state = nothing()
            for c in range(0, padded, WIDTH):
                state = with_dimensions(
                    state, source, 2 * i * d, c, d, given, padded, target, (p_at, q_at)
                )
            e[i], norm[i] = told(state, rows[i, 0])

    return prepared


def make_lengths(spread: Spread) -> Callable[..., Any]:
    """The kernel that prepares rows for Wasserstein's distance."""
    deviation = spread.deviation

    @traced
    def with_dimensions(own, source, at, c, d, given, padded, target, factor):
        """Write eight dimensions' entries; the square of a row's length, with theirs."""
        mean, x = columns_of(source, at, c, d)
        w = load_lanes(given, padded + c)
        a = mean - load_lanes(given, c)
        apart = deviation(x, w)
        apart = select(x < w, -apart, apart)
        store_lanes(target, c, a * factor)
        store_lanes(target, padded + c, apart * factor)
        return add_to(own, a * a + apart * apart)

    @traced
    def told(own, mean, factor):
        """e and the norm of a row."""
        norm = square_root(sum_of_lanes(own[0])) * magnitude(factor)
        return own_share(mean, own, norm < MOST), norm

    def lengths(rows, reference, second, out, e, norm):
        """As `prepared`; where `second`, entries are multiplied by -2."""
        d = rows.shape[1] // 2
        padded = reference.shape[1]
        width = out.shape[1]
        factor = -2.0 if second else 1.0
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        for i in range(rows.shape[0]):
            own, entries = no_sum(), advanced(target, i * width)
            for c in range(0, padded, WIDTH):
                own = with_dimensions(own, source, 2 * i * d, c, d, given, padded, entries, factor)
            e[i], norm[i] = told(own, rows[i, 0], factor)

    return lengths


def make_certify(length: bool) -> Callable[..., Any]:
    """The kernel that turns a tile of the product into results: half of it, or its root."""

    @traced
    def certified(product, e, norm, f, other_norm):
        """`norm` is that of a row, times the roundings of a product."""
        size = e + f
        value = size + product
        bound = fma(norm, other_norm, ROW * ROUNDING * size)
        good = (value > bound) & (value > LEAST) & (value < np.inf)
        result = square_root(value) if length else 0.5 * value
        return select(good, result, select(size == size, UNCERTIFIED, np.nan))

    @traced
    def certify_eight(unsure, place, j, e, norm, es, norms):
        """Certify eight entries; how many are not, in each lane, with these."""
        product = load_lanes(place, j)
        result = certified(product, e, norm, load_lanes(es, j), load_lanes(norms, j))
        store_lanes(place, j, result)
        return unsure + select(result == UNCERTIFIED, 1.0, 0.0)

    @traced
    def certify_one(place, j, e, norm, es, norms):
        result = certified(entry(place, j), e, norm, entry(es, j), entry(norms, j))
        store(place, j, result)
        return select(result == UNCERTIFIED, 1.0, 0.0)

    def certify(out, x_e, x_norm, y_e, y_norm, width, above, diagonal):
        """out: on entry the product; on return the result, UNCERTIFIED, or nan of no Gaussian.

        For j >= i + above; zeros elsewhere. out[i, i + diagonal] compares a row with itself.
        Rows of out are contiguous. Returns whether any is uncertified.
        """
        unsure, rest = lanes_of(0.0), 0.0
        error = (product_roundings(width) + ENTRY) * ROUNDING
        m = out.shape[1]
        stride = out.strides[0] // 8
        target, es, norms = pointer(out), pointer(y_e), pointer(y_norm)
        for i in range(out.shape[0]):
            e, norm, place = x_e[i], error * x_norm[i], advanced(target, i * stride)
            first = min(max(0, i + above), m)
            for j in range(first):
                store(place, j, 0.0)
            for j in range(first, m - WIDTH + 1, WIDTH):
                unsure = certify_eight(unsure, place, j, e, norm, es, norms)
            for j in range(m - (m - first) % WIDTH, m):
                rest += certify_one(place, j, e, norm, es, norms)
            same = i + diagonal
            if 0 <= same < m and e == e:
                rest -= out[i, same] == UNCERTIFIED
                out[i, same] = 0.0
        return sum_of_lanes(unsure) + rest > 0.0

    return certify
