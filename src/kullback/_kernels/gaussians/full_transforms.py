"""Eight Gaussians as a reference sees them, in twice the precision: see `full_products`."""

from __future__ import annotations

from kullback._kernels.gaussians.cholesky import get, put, row_of
from kullback._kernels.gaussians.full_layout import layout, weights
from kullback._kernels.gaussians.twofold import (
    plus_products_of,
    put_two,
    tidy,
    two_of,
)
from kullback._kernels.matrices.reference import no_sum
from kullback._math.bits import fma, magnitude, square_root
from kullback._math.flow import loop
from kullback._math.lanes import lanes_of
from kullback._math.memory import entry
from kullback._math.sums import add_to, two_sum
from kullback._math.tracing import traced


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
def measured(space, given, d):
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
def _put_left(space, at, i, j, x, a, factor):
    """An entry of the product of a row that stands for p; its size, squared."""
    other = get(space, 2 * (at.a + j))
    put(space, at.left + row_of(0 * i, i) + j, factor * fma(a, other, x))
    size = factor * (magnitude(x) + magnitude(a * other))
    return size * size


@traced
def transformed(space, given, d):
    """V, and entries of p; the squares of their norm and of A's."""
    at = layout(d)

    def with_row(i, sums):
        _row_of_product(space, given, at, d, i)
        a = get(space, 2 * (at.a + i))
        weight, of_means = weights(given, d)

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
