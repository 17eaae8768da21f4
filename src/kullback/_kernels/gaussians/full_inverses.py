"""Factors, logarithms and inverses of eight V, in twice the precision: see `full_products`."""

from __future__ import annotations

from kullback._kernels.gaussians.cholesky import get, put, row_of
from kullback._kernels.gaussians.full_layout import layout, weights
from kullback._kernels.gaussians.twofold import (
    get_two,
    inverse_of,
    negative,
    plus_products,
    plus_times,
    put_two,
    tidy,
    times,
    two_of,
)
from kullback._kernels.matrices.reference import no_sum
from kullback._math.bits import fma, select
from kullback._math.flow import loop
from kullback._math.lanes import lanes_of
from kullback._math.log_ratio import relative_entropy
from kullback._math.sums import add_to, two_sum
from kullback._math.tracing import traced

MOST = 2.0**200  # what a pivot may be or be the inverse of


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
def factored(space, d):
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
def inverted(space, d):
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
def inverse_entries(space, given, d):
    """B, entries of q; the square of their norm and of B's, tr V**-1, squares that f lacks."""
    at = layout(d)
    weight = 1.0 / weights(given, d)[0]

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
def slopes(space, given, d):
    """-2 W**-1 b, the other entries of q; the square of their norm, and b' W**-1 b."""
    at = layout(d)
    factor = -2.0 / weights(given, d)[1]

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
