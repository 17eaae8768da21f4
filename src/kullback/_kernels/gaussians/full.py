"""KL of Gaussians with full covariances, eight pairs at a time, one in each lane.

With L and K the Cholesky factors of q's covariance Q and p's P, X = L**-1 K and
z = L**-1 (mean_p - mean_q),

    2 KL = sum (x_ii**2 - 1 - 2 ln x_ii) + sum of x_ij**2 below the diagonal + |z|**2:

no term is negative. Where the first two are small, X is too near to 1 to tell by how much, and
E = L**-1 (P - Q) L**-T takes its place, of which nothing is lost: with C the factor of 1 + E and
1 + t_i its pivots, they are sum (t_i - ln(1 + t_i)) + sum of c_ij**2 below the diagonal.

Rows and columns are scaled by powers of two that bring the diagonal between 1 and 4, which is
exact; so it is the condition of the matrices of correlations that errors are in proportion to.
The lower triangle is what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline, outline
from kullback._kernels.gaussians.cholesky import (
    divide_both_sides,
    divide_triangle,
    divide_vector,
    factor,
    finish_column,
    get,
    less_products,
    put,
    row_of,
)
from kullback._kernels.gaussians.gathering import gather, places
from kullback._kernels.gaussians.scales import difference, scaled_triangle, times_power
from kullback._math.bits import (
    fma,
    magnitude,
    mask_byte,
    select,
    square_root,
    to_float,
)
from kullback._math.flow import loop
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log import LN2, log_normal
from kullback._math.log_ratio import relative_entropy
from kullback._math.memory import pointer
from kullback._math.sums import exponent
from kullback._math.tracing import traced

NEAR = 0.25  # of 2 KL but for the means: below it, E is used
ROUNDING = 2.0**-53
MEAN_P, COV_P, MEAN_Q, COV_Q = 1, 2, 4, 8  # bits of `status`: what is at fault


def workspace(d: int) -> int:
    """How many float64 a call needs: two full matrices, two triangles, seven vectors."""
    triangle = d * (d + 1) // 2
    return WIDTH * (2 * _full_size(d) + 2 * triangle + 7 * d)


@inline
def _full_size(d):
    """Places of a full matrix, in whole lanes' worth."""
    return (d * d + WIDTH - 1) // WIDTH * WIDTH


@outline
def _factored(space, full, triangle, scales, inverses, d, tolerance):
    """Cholesky's factor of a scaled matrix; where it is one of a covariance."""
    good = scaled_triangle(space, full, triangle, scales, d, tolerance)
    return good & factor(space, triangle, inverses, d, d * ROUNDING)


@traced
def _scale_means(space, means, scales, target, i):
    """Write one dimension's difference, scaled; whether either mean is finite."""
    x, y = get(space, means[0] + i), get(space, means[1] + i)
    apart, power = difference(x, y)
    put(space, target + i, times_power(apart, exponent(get(space, scales + i)) + power))
    return magnitude(x) < np.inf, magnitude(y) < np.inf


@traced
def _mean_distance(space, means, left, inverses, scales, target, d):
    """|L**-1 (mean_p - mean_q)|**2, and whether either mean is finite."""

    def with_dimension(i, good):
        p_finite, q_finite = _scale_means(space, means, scales, target, i)
        return good[0] & p_finite, good[1] & q_finite

    every = lanes_of(0.0) == 0.0
    good_p, good_q = loop(0, d, 1, (every, every), with_dimension)
    return divide_vector(space, left, inverses, target, d), good_p, good_q


@traced
def _all_finite(space, d):
    def with_entry(i, good):
        return good & (magnitude(get(space, i)) < np.inf)

    return loop(0, d, 1, lanes_of(0.0) == 0.0, with_entry)


@traced
def _diagonal_share(space, scales, row, inverses, i):
    """By which power of two the scales of P and Q differ, and x_ii**2 - 1 - 2 ln x_ii."""
    n = exponent(get(space, scales[1] + i)) - exponent(get(space, scales[0] + i))
    ratio = get(space, row + i) * get(space, inverses + i)
    log = fma(to_float(n), LN2, log_normal(ratio))
    x = times_power(ratio, n)
    return n, (x * x - 1.0) - (log + log)


@traced
def _apart(space, left, inverses, right, scales, d):
    """2 KL but for the means, by X, which takes the place of P's factor at `right`."""

    def scale_row(i, total):
        row = row_of(right, i)
        n, share = _diagonal_share(space, scales, row, inverses, i)

        def scale_entry(j, none):
            put(space, row + j, times_power(get(space, row + j), n))
            return none

        loop(0, i + 1, 1, (), scale_entry)
        return total + share

    def add_squares(i, total):
        row = row_of(right, i)

        def add_square(j, total):
            x = get(space, row + j)
            return fma(x, x, total)

        return loop(0, i, 1, total, add_square)

    total = loop(0, d, 1, lanes_of(0.0), scale_row)
    divide_triangle(space, left, inverses, right, d)
    return loop(0, d, 1, total, add_squares)


@traced
def _put_difference(space, full, i, j, d, scale, scales):
    at = i * d + j
    a = (get(space, full[0] + at) - get(space, full[1] + at)) * scale
    a = a * get(space, scales + j)
    put(space, full[0] + at, a)
    put(space, full[0] + j * d + i, a)


@traced
def _pivot_share(entry, squares):
    """What a pivot and the squares that it lacks add up to; 1 / its root."""
    t = entry - squares
    t = select(t > -0.9, t, 0.0)  # others are not near
    share = relative_entropy(lanes_of(1.0), t + 1.0, -t)
    return share + squares, 1.0 / square_root(t + 1.0)


@traced
def _by_differences(space, left, inverses, full, target, scales, d):
    def put_row(i, none):
        scale = get(space, scales + i)

        def put_entry(j, none):
            _put_difference(space, full, i, j, d, scale, scales)
            return none

        return loop(0, i + 1, 1, none, put_entry)

    def with_pivot(j, total):
        own = row_of(target, j)
        squares = -less_products(space, lanes_of(0.0), own, own, j)
        share, inverse = _pivot_share(get(space, own + j), squares)
        finish_column(space, target, j, d, inverse)
        return total + share

    loop(0, d, 1, (), put_row)
    divide_both_sides(space, left, inverses, full[0], target, d)
    return loop(0, d, 1, lanes_of(0.0), with_pivot)


@outline
def _near(space, left, inverses, full, target, scales, d):
    """2 KL but for the means, by E; P and Q lie at the two places `full`."""
    return _by_differences(space, left, inverses, full, target, scales, d)


@inline
def _mark(status, start, count, good, bit):
    byte = mask_byte(good)
    for r in range(count):
        if not (byte >> r) & 1:
            status[start + r] |= bit


@traced
def _value_of(total, distance, good):
    value = 0.5 * total + 0.5 * distance
    value = select(value == value, value, np.inf)  # a sum that overflowed on its way
    return select(good, value, np.nan)


def make_full() -> Callable[..., Any]:
    """The kernel over pairs of Gaussians."""

    def full(
        mean_p, p_mean, cov_p, p_cov, mean_q, q_mean, cov_q, q_cov, tolerance, memory, out, status
    ):
        """out[r] = KL of pair r, in nats; what is at fault in it: bits of `status`.

        Each array has rows, of d or of d * d numbers, of which an index says which are meant.
        """
        d = mean_p.shape[1]
        square, triangle = _full_size(d), d * (d + 1) // 2
        first, second = 0, square
        right, left = 2 * square, 2 * square + triangle
        inverses = left + triangle
        scales = inverses + d, inverses + 2 * d
        vector, result = inverses + 3 * d, inverses + 4 * d
        p_inverses = inverses + 5 * d
        space = pointer(memory)
        means_p, means_q = pointer(mean_p), pointer(mean_q)
        covs_p, covs_q = pointer(cov_p), pointer(cov_q)
        p_means, q_means = pointer(p_mean), pointer(q_mean)
        p_covs, q_covs, last = pointer(p_cov), pointer(q_cov), out.size - 1
        for start in range(0, out.size, WIDTH):
            p_at, q_at = places(p_covs, start, last, d * d), places(q_covs, start, last, d * d)
            gather(covs_p, p_at, d * d, space, first)
            p_good = _factored(space, first, right, scales[0], p_inverses, d, tolerance)
            gather(covs_q, q_at, d * d, space, second)
            q_good = _factored(space, second, left, scales[1], inverses, d, tolerance)
            total = _apart(space, left, inverses, right, scales, d)
            near = total < NEAR
            if mask_byte(near) != 0:
                total = select(
                    near,
                    _near(space, left, inverses, (first, second), right, scales[1], d),
                    total,
                )
            gather(means_p, places(p_means, start, last, d), d, space, first)
            gather(means_q, places(q_means, start, last, d), d, space, second)
            distance, p_finite, q_finite = _mean_distance(
                space, (first, second), left, inverses, scales[1], vector, d
            )
            good = p_good & q_good & p_finite & q_finite
            put(space, result, _value_of(total, distance, good))
            count = min(WIDTH, out.size - start)
            for r in range(count):
                out[start + r] = memory[result * WIDTH + r]
            _mark(status, start, count, p_finite, MEAN_P)
            _mark(status, start, count, p_good, COV_P)
            _mark(status, start, count, q_finite, MEAN_Q)
            _mark(status, start, count, q_good, COV_Q)

    return full


def make_checked() -> Callable[..., Any]:
    """The kernel that says of each Gaussian by itself what is at fault, as that of pairs does."""

    def checked(mean, means, cov, covs, as_p, tolerance, memory, status):
        """status[r]: what is at fault in Gaussian r as p, or as q."""
        d = mean.shape[1]
        square, triangle = _full_size(d), d * (d + 1) // 2
        inverses = square + triangle
        space, last = pointer(memory), status.size - 1
        from_means, from_covs = pointer(mean), pointer(cov)
        of_means, of_covs = pointer(means), pointer(covs)
        mean_bit, cov_bit = (MEAN_P, COV_P) if as_p else (MEAN_Q, COV_Q)
        for start in range(0, status.size, WIDTH):
            gather(from_covs, places(of_covs, start, last, d * d), d * d, space, 0)
            good = _factored(space, 0, square, inverses + d, inverses, d, tolerance)
            gather(from_means, places(of_means, start, last, d), d, space, 0)
            count = min(WIDTH, status.size - start)
            _mark(status, start, count, _all_finite(space, d), mean_bit)
            _mark(status, start, count, good, cov_bit)

    return checked
