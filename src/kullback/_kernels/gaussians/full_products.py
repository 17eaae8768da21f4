"""Pairwise KL of Gaussians with full covariances as a matrix product, from a reference Gaussian.

With c the reference's mean and T a triangle that makes its covariance 1, V = T P T' and
a = T (mean - c) for the row that stands for p; W, b for the one that stands for q; A = V - 1,
B = W**-1 - 1:

    2 KL = e(p) + f(q) + sum of (A + a a')_ij B_ij - 2 a' W**-1 b,
    e = tr A - ln det V + |a|**2,      f = tr B + ln det W + b' W**-1 b.

Near the reference nothing cancels; the sum runs over a triangle, since both are symmetric. T is
whatever floats it is made of: it is what the reference is. Entries are multiplied by powers
of two in p and divided by them in q, weights that bring all parts of rows to one size: the bound is
in proportion to the product of the norms of whole rows. With V = L D L', L's diagonal 1, and
Y = L**-1, e is a sum of t - ln(1 + t), t = D_i - 1, and of squares, and so is f.

All this is in twice the precision, so that A and B are right to their last digits although V may
be ill-conditioned. By the usual analysis of triangular factors, errors of A and B are those of a V
that is changed, relative to itself, by at most eta = 64 (d + 4) 2**-106 |s|**2 tr V**-1, with
s_i = sum |T_ij| sqrt(P_jj) (no entry of |T| |P| |T'| is above s_i s_j); those of a by
zeta = 64 (d + 4) 2**-106 | |T| |mean - c| |. What this may add is put to the norms of rows, in
units of a rounding; where it could be felt in e or f, the row is left to the kernel of pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline, outline
from kullback._kernels.gaussians.cholesky import get, put, row_of
from kullback._kernels.gaussians.full_inverses import factored, inverse_entries, inverted, slopes
from kullback._kernels.gaussians.full_layout import half_width, layout, weights
from kullback._kernels.gaussians.full_transforms import measured, transformed
from kullback._kernels.gaussians.gathering import gather, places_in_order, scatter
from kullback._math.bits import select, square_root
from kullback._math.flow import loop
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import advanced, pointer
from kullback._math.tracing import traced

MOST = 2.0**200  # of a norm
ROUNDING = 2.0**-53
TWOFOLD = 64.0 * ROUNDING**2
UNFELT = 2.0**-60  # of eta
SPARE = 4.0 * ROUNDING  # of e and f: few of the roundings that they are allowed


@traced
def _pad(space, d):
    """Zeros where rows are filled up to whole lanes."""
    at = layout(d)

    def put_zero(i, none):
        put(space, at.left + i, lanes_of(0.0))
        put(space, at.right + i, lanes_of(0.0))
        return none

    loop(row_of(0 * d, d) + d, half_width(d), 1, (), put_zero)


@outline
def _prepare_p(space, given, d):
    a, parts, s = measured(space, given, d)
    size, square = transformed(space, given, d)
    return a, parts, s, size, square, get(space, 0)


@outline
def _prepare_q(space, d):
    _pad(space, d)
    e, f, good = factored(space, d)
    inverted(space, d)
    return e, f, good


@outline
def _finish_q(space, given, d):
    of_covariances, of_means = inverse_entries(space, given, d), slopes(space, given, d)
    return (*of_covariances, *of_means)


@traced
def _vouched(usable, total, norm):
    usable = usable & (norm < MOST)
    return select(usable, total, np.inf), select(usable, norm, np.inf)


@traced
def told(space, at, given, d, of_p, factors, of_q):
    """Write e, the norm of entries of p, f and that of q; nan of no Gaussian."""
    a, parts, s, left, excess, mean = of_p
    weight, of_means = weights(given, d)
    e, f, good = factors
    right, inverse_excess, trace, squares, sloping, length = of_q
    unit = (d + 4) * TWOFOLD
    eta, zeta = unit * s * trace, unit * square_root(parts)
    good = good & (eta < UNFELT)
    e, f = e + a, f + squares + length
    p_usable = good & (eta * square_root(excess) < SPARE * e + 2.0**-900)
    p_usable = p_usable & (zeta < ROUNDING * square_root(a) + 2.0**-900)
    q_usable = good & (eta * square_root(inverse_excess) * weight < SPARE * f + 2.0**-900)
    q_usable = q_usable & (square_root(trace) * zeta < ROUNDING * square_root(length) + 2.0**-900)
    slope = 2.0 * (eta * square_root(trace * length) + trace * zeta)
    more_q = eta * trace / weight + slope / of_means
    more_p = eta * weight * (square_root(lanes_of(1.0) * d) + square_root(excess))
    p = _vouched(p_usable, e, square_root(left) + more_p * (1.0 / ROUNDING))
    q = _vouched(q_usable, f, square_root(right + sloping) + more_q * (1.0 / ROUNDING))
    for place, lanes in enumerate((*p, *q)):
        put(
            space, at.sums + place, select(mean == mean, lanes, np.nan) if place % 2 == 0 else lanes
        )


def make_full_prepared(left: bool, right: bool) -> Callable[..., Any]:
    """The kernel that prepares rows that stand for p (`left`), for q (`right`), or for both."""
    both = left and right

    @inline
    def told_of(memory, sums, i):
        """e and the norm of what is wanted; where both are, of both together."""
        p, q = sums * WIDTH + i, (sums + 2) * WIDTH + i
        if both:
            return memory[p] + memory[q], np.sqrt(
                memory[p + WIDTH] * memory[p + WIDTH] + memory[q + WIDTH] * memory[q + WIDTH]
            )
        if left:
            return memory[p], memory[p + WIDTH]
        return memory[q], memory[q + WIDTH]

    def full_prepared(rows, reference, d, right_first, memory, out, e, norm):
        """As `products.make_prepared`; rows hold d means and d * d entries of a covariance.

        reference: c, powers of two that scale dimensions, T's lower triangle, row after row, and
        two weights.
        """
        width, half = out.shape[1], half_width(d)
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        space = pointer(memory)
        at = layout(d)
        last = rows.shape[0] - 1
        p_at = half if both and right_first else 0
        q_at = half - p_at if both else 0
        for start in range(0, rows.shape[0], WIDTH):
            gather(source, places_in_order(start, last, d * d + d), d * d + d, space, 0)
            of_p = _prepare_p(space, given, d)
            factors = _prepare_q(space, d)
            told(space, at, given, d, of_p, factors, _finish_q(space, given, d))
            to = places_in_order(start, last, width)
            if left:
                scatter(space, at.left, half, advanced(target, p_at), to)
            if right:
                scatter(space, at.right, half, advanced(target, q_at), to)
            for i in range(min(WIDTH, rows.shape[0] - start)):
                e[start + i], norm[start + i] = told_of(memory, at.sums, i)

    return full_prepared
