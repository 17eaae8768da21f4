"""Pairwise KL of Gaussians with full covariances as a matrix product, from a reference Gaussian.

With c the reference's mean and T a triangle that makes its covariance 1, V = T P T' and
a = T (mean - c) for the row that stands for p; W, b for the one that stands for q; A = V - 1,
B = W**-1 - 1:

    2 KL = e(p) + f(q) + sum of (A + a a')_ij B_ij - 2 a' W**-1 b,
    e = tr A - ln det V + |a|**2,      f = tr B + ln det W + b' W**-1 b.

Near the reference nothing cancels; the sum runs over a triangle, since both are symmetric. T is
whatever floats it is made of: it is what the reference is. Entries are
multiplied by powers of two in p and divided by them in q, weights that bring all parts of rows to
one size: the bound is in proportion to the product of the norms of whole rows. With V = L D L', L's diagonal 1, and
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
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline, outline
from kullback._kernels.gaussians.cholesky import get, put, row_of
from kullback._kernels.gaussians.gathering import gather, places_in_order, scatter
from kullback._kernels.gaussians.twofold import (
    get_two,
    inverse_of,
    negative,
    plus_products,
    plus_products_of,
    plus_times,
    put_two,
    tidy,
    times,
    two_of,
)
from kullback._kernels.matrices.reference import no_sum
from kullback._math.bits import fma, magnitude, select, square_root
from kullback._math.flow import loop
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log_ratio import relative_entropy
from kullback._math.memory import advanced, entry, pointer
from kullback._math.sums import add_to, two_sum
from kullback._math.tracing import traced

MOST = 2.0**200  # of a norm, and of what a pivot may be or be the inverse of
ROUNDING = 2.0**-53
TWOFOLD = 64.0 * ROUNDING**2
UNFELT = 2.0**-60  # of eta
SPARE = 4.0 * ROUNDING  # of e and f: few of the roundings that they are allowed


class Layout(NamedTuple):
    """Where things lie in a workspace, which begins with mean and covariance of a row."""

    apart: Any  # from here on in pairs of lanes
    a: Any
    z: Any
    row: Any
    inverses: Any  # of D
    v: Any  # V, then L D, then D**-1 L**-1
    factor: Any  # L
    inverse: Any  # L**-1
    roots: Any  # from here on in single lanes
    left: Any
    right: Any
    sums: Any


@traced
def layout(d):
    """Of a workspace for d dimensions."""
    triangle = d * (d + 1) >> 1
    apart = (d * d + d + 7 & -8) >> 1
    v = apart + 5 * d
    roots = 2 * (v + 3 * triangle)
    left = roots + d
    right = left + half_width(d)
    pairs = (apart, apart + d, apart + 2 * d, apart + 3 * d, apart + 4 * d)
    triangles = (v, v + triangle, v + 2 * triangle)
    return Layout(*pairs, *triangles, roots, left, right, right + half_width(d))


@traced
def half_width(d):
    """Numbers that a row of one kind becomes: a triangle and a vector, to whole lanes."""
    return (d * (d + 1) >> 1) + d + 7 & -8


def workspace(d: int) -> int:
    """How many float64 a call needs."""
    return int(WIDTH * (layout(d).sums + 4))


@traced
def _scale_row(space, given, d, apart, roots, i):
    """Row i of the covariance in the reference's units, and the difference of the means."""
    scale = lanes_of(entry(given, d + i))

    def scale_entry(j, none):
        x = get(space, d + i * d + j) * scale * lanes_of(entry(given, d + j))
        put(space, d + i * d + j, x)
        put(space, d + j * d + i, x)
        return none

    loop(0, i + 1, 1, (), scale_entry)
    put(space, roots + i, square_root(get(space, d + i * d + i)))
    high, low = two_sum(get(space, i), -lanes_of(entry(given, i)))
    put_two(space, apart + i, (high * scale, low * scale))


@traced
def _mean_of(space, given, at, d, i):
    """a_i, and how large what it is the sum of may be; s_i."""
    first = 2 * d + row_of(0 * d, i)

    def add(j, sums):
        t = magnitude(lanes_of(entry(given, first + j)))
        apart = magnitude(get(space, 2 * (at.apart + j)))
        return fma(t, apart, sums[0]), fma(t, get(space, at.roots + j), sums[1])

    a = tidy(plus_products_of(space, two_of(0.0), at.apart, given, first, i + 1))
    put_two(space, at.a + i, a)
    return a[0], *loop(0, i + 1, 1, (lanes_of(0.0), lanes_of(0.0)), add)


@traced
def _measured(space, given, d):
    """Bring eight rows into the reference's units; squares of |a|, of its parts, and of |s|."""
    at = layout(d)

    def with_row(i, none):
        _scale_row(space, given, d, at.apart, at.roots, i)
        return none

    def with_mean(i, sums):
        a, parts, s = _mean_of(space, given, at, d, i)
        return add_to(sums[0], a * a), fma(parts, parts, sums[1]), fma(s, s, sums[2])

    loop(0, d, 1, (), with_row)
    sums = loop(0, d, 1, (no_sum(), lanes_of(0.0), lanes_of(0.0)), with_mean)
    return sums[0][0] + sums[0][1], sums[1], sums[2]


@traced
def _row_of_product(space, given, at, d, i):
    """Row i of T P, up to the diagonal, at `row`."""
    first = 2 * d + row_of(0 * d, i)

    def put_entry(k, none):
        def add(j, value):
            t = lanes_of(entry(given, first + j))
            product = t * get(space, d + j * d + k)
            error = fma(t, get(space, d + j * d + k), -product)
            high, low = two_sum(value[0], product)
            return high, value[1] + (low + error)

        put_two(space, at.row + k, tidy(loop(0, i + 1, 1, two_of(0.0), add)))
        return none

    loop(0, i + 1, 1, (), put_entry)


@traced
def _weights(given, d):
    """What entries of covariances, and of means, are multiplied by in p and divided by in q."""
    at = 2 * d + row_of(0 * d, d)
    return lanes_of(entry(given, at)), lanes_of(entry(given, at + 1))


@traced
def _put_left(space, at, i, j, x, a, factor):
    """An entry of the product of a row that stands for p; its size, squared."""
    other = get(space, 2 * (at.a + j))
    put(space, at.left + row_of(0 * i, i) + j, factor * fma(a, other, x))
    size = factor * (magnitude(x) + magnitude(a * other))
    return size * size


@traced
def _transformed(space, given, d):
    """V, and entries of p; the squares of their norm and of A's."""
    at = layout(d)

    def with_row(i, sums):
        _row_of_product(space, given, at, d, i)
        a = get(space, 2 * (at.a + i))
        weight, of_means = _weights(given, d)

        def value_of(j):
            first = 2 * d + row_of(0 * d, j)
            v = tidy(plus_products_of(space, two_of(0.0), at.row, given, first, j + 1))
            put_two(space, row_of(at.v, i) + j, v)
            return v

        def with_entry(j, sums):
            x = value_of(j)[0]
            return sums[0] + _put_left(space, at, i, j, x, a, weight + weight), fma(
                x + x, x, sums[1]
            )

        size, square = loop(0, i, 1, sums, with_entry)
        high, low = value_of(i)
        x = (high - 1.0) + low
        weighed = a * of_means
        put(space, at.left + row_of(0 * d, d) + i, weighed)
        size = fma(weighed, weighed, size)
        return size + _put_left(space, at, i, i, x, a, weight), fma(x, x, square)

    return loop(0, d, 1, (lanes_of(0.0), lanes_of(0.0)), with_row)


@traced
def _pivot(space, at, j):
    """D_j, its inverse, and what it adds to e and to f; whether it is one to go on with."""
    own, factor = row_of(at.v, j), row_of(at.factor, j)

    def less(k, state):
        product = times(get_two(space, own + k), get_two(space, factor + k))
        high, low = two_sum(state[0][0], -product[0])
        return (high, state[0][1] + (low - product[1])), state[1] + product[0]

    pivot, squares = loop(0, j, 1, (get_two(space, own + j), lanes_of(0.0)), less)
    pivot = tidy(pivot)
    good = (pivot[0] > 1.0 / MOST) & (pivot[0] < MOST)
    inverse = inverse_of((select(good, pivot[0], 1.0), select(good, pivot[1], 0.0)))
    t = select(good, (pivot[0] - 1.0) + pivot[1], 0.0)
    one, whole = lanes_of(1.0), select(good, pivot[0], 1.0)
    of_p = relative_entropy(one, whole, -t) + squares
    return inverse, of_p, relative_entropy(whole, one, t) * inverse[0], good


@traced
def _factored(space, d):
    """L, L D and 1/D of V; what they add to e and to f, and where V is positive definite."""
    at = layout(d)

    def with_column(j, state):
        inverse, of_p, of_q, good = _pivot(space, at, j)
        put_two(space, at.inverses + j, inverse)
        put_two(space, row_of(at.inverse, j) + j, two_of(1.0))
        factor = row_of(at.factor, j)

        def with_row(i, none):
            own = row_of(at.v, i)

            def less(k, value):
                left = negative(get_two(space, own + k))
                return plus_times(value, left, get_two(space, factor + k))

            value = tidy(loop(0, j, 1, get_two(space, own + j), less))
            put_two(space, own + j, value)
            put_two(space, row_of(at.factor, i) + j, times(value, inverse))
            return none

        loop(j + 1, d, 1, (), with_row)
        return add_to(state[0], of_p), add_to(state[1], of_q), state[2] & good

    start = no_sum(), no_sum(), lanes_of(0.0) == 0.0
    e, f, good = loop(0, d, 1, start, with_column)
    return e[0] + e[1], f[0] + f[1], good


@traced
def _inverted(space, d):
    """L**-1 and D**-1 L**-1."""
    at = layout(d)

    def with_column(j, none):
        def with_row(i, none):
            own = row_of(at.factor, i)

            def less(k, value):
                left = negative(get_two(space, own + k))
                return plus_times(value, left, get_two(space, row_of(at.inverse, k) + j))

            value = loop(j + 1, i, 1, negative(get_two(space, own + j)), less)
            put_two(space, row_of(at.inverse, i) + j, tidy(value))
            return none

        def scale(i, none):
            x = get_two(space, row_of(at.inverse, i) + j)
            put_two(space, row_of(at.v, i) + j, times(x, get_two(space, at.inverses + i)))
            return none

        loop(j + 1, d, 1, (), with_row)
        loop(j, d, 1, (), scale)
        return none

    loop(0, d, 1, (), with_column)


@traced
def _column_product(space, first, second, i, j, start, value, d):
    """value + sum of the products of columns i and j of two triangles, from row `start` on."""

    def add(k, value):
        x = get_two(space, row_of(first, k) + i)
        return plus_times(value, x, get_two(space, row_of(second, k) + j))

    return loop(start, d, 1, value, add)


@traced
def _inverse_entries(space, given, d):
    """B, entries of q; the square of their norm and of B's, tr V**-1, squares that f lacks."""
    at = layout(d)
    weight = 1.0 / _weights(given, d)[0]

    def with_row(i, sums):
        def with_entry(j, state):
            value = _column_product(space, at.v, at.inverse, i, j, i, two_of(0.0), d)
            x = (value[0] + value[1]) * weight
            put(space, at.right + row_of(0 * d, i) + j, x)
            return fma(x, x, state)

        def square(k, total):
            x = get(space, 2 * (row_of(at.v, k) + i))
            return fma(x, get(space, 2 * (row_of(at.inverse, k) + i)), total)

        off = loop(0, i, 1, lanes_of(0.0), with_entry)
        whole = _column_product(space, at.v, at.inverse, i, i, i, two_of(-1.0), d)
        b = whole[0] + whole[1]
        x = b * weight
        put(space, at.right + row_of(0 * d, i) + i, x)
        both = fma(x, x, off)
        squares = loop(i + 1, d, 1, lanes_of(0.0), square)
        return sums[0] + both, sums[1] + both + off, sums[2] + (b + 1.0), sums[3] + squares

    return loop(0, d, 1, tuple(lanes_of(0.0) for _ in range(4)), with_row)


@traced
def _slopes(space, given, d):
    """-2 W**-1 b, the other entries of q; the square of their norm, and b' W**-1 b."""
    at = layout(d)
    factor = -2.0 / _weights(given, d)[1]

    def with_row(i, total):
        value = plus_products(space, two_of(0.0), row_of(at.inverse, i), at.a, i + 1)
        value = tidy(value)
        put_two(space, at.z + i, value)
        return add_to(total, value[0] * value[0] * get(space, 2 * (at.inverses + i)))

    def with_column(i, total):
        def add(k, value):
            return plus_times(value, get_two(space, row_of(at.v, k) + i), get_two(space, at.z + k))

        value = loop(i, d, 1, two_of(0.0), add)
        slope = factor * (value[0] + value[1])
        put(space, at.right + row_of(0 * d, d) + i, slope)
        return fma(slope, slope, total)

    length = loop(0, d, 1, no_sum(), with_row)
    return loop(0, d, 1, lanes_of(0.0), with_column), length[0] + length[1]


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
    a, parts, s = _measured(space, given, d)
    size, square = _transformed(space, given, d)
    return a, parts, s, size, square, get(space, 0)


@outline
def _prepare_q(space, d):
    _pad(space, d)
    e, f, good = _factored(space, d)
    _inverted(space, d)
    return e, f, good


@outline
def _finish_q(space, given, d):
    inverses, slopes = _inverse_entries(space, given, d), _slopes(space, given, d)
    return (*inverses, *slopes)


@traced
def _vouched(usable, total, norm):
    usable = usable & (norm < MOST)
    return select(usable, total, np.inf), select(usable, norm, np.inf)


@traced
def told(space, at, given, d, of_p, factors, of_q):
    """Write e, the norm of entries of p, f and that of q; nan of no Gaussian."""
    a, parts, s, left, excess, mean = of_p
    weight, of_means = _weights(given, d)
    e, f, good = factors
    right, inverse_excess, trace, squares, slopes, length = of_q
    unit = (d + 4) * TWOFOLD
    eta, zeta = unit * s * trace, unit * square_root(parts)
    good = good & (eta < UNFELT)
    e, f = e + a, f + squares + length
    p_usable = good & (eta * square_root(excess) < SPARE * e + 2.0**-900)
    p_usable = p_usable & (zeta < ROUNDING * square_root(a) + 2.0**-900)
    q_usable = good & (eta * square_root(inverse_excess) * weight < SPARE * f + 2.0**-900)
    q_usable = q_usable & (square_root(trace) * zeta < ROUNDING * square_root(length) + 2.0**-900)
    slope = 2.0 * (eta * square_root(trace * length) + trace * zeta)
    more = eta * trace / weight + slope / of_means
    of_p = eta * weight * (square_root(lanes_of(1.0) * d) + square_root(excess))
    p = _vouched(p_usable, e, square_root(left) + of_p * (1.0 / ROUNDING))
    q = _vouched(q_usable, f, square_root(right + slopes) + more * (1.0 / ROUNDING))
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
