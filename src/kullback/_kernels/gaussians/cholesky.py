"""Triangular factors of eight small matrices at a time, one in each lane.

A lower triangle lies in a workspace row after row, entry (i, j) at its base + i (i + 1) / 2 + j, in
lanes; a full matrix at its base + i d + j. Four sums are kept at once, so that none waits for
another's last step, and so that an entry that is loaded serves four times.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._math.bits import fma, select, square_root
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import load_lanes, store_lanes


@inline
def get(space, place):
    """The lanes at a place of a workspace."""
    return load_lanes(space, place * WIDTH)


@inline
def put(space, place, lanes):
    """Store lanes at a place of a workspace."""
    store_lanes(space, place * WIDTH, lanes)


@inline
def row_of(base, i):
    """Where row i of a lower triangle begins."""
    return base + (i * (i + 1) >> 1)


@inline
def less_products(space, value, first, second, count):
    """value - sum of the products of `count` neighbours at `first` and at `second`."""
    for k in range(count):
        value = fma(-get(space, first + k), get(space, second + k), value)
    return value


@inline
def _less_products_of_four(space, places, second, count):
    """`less_products` of four places that hold a value after `count` neighbours."""
    first_0, first_1, first_2, first_3 = places
    a, b = get(space, first_0 + count), get(space, first_1 + count)
    c, d = get(space, first_2 + count), get(space, first_3 + count)
    for k in range(count):
        common = -get(space, second + k)
        a = fma(get(space, first_0 + k), common, a)
        b = fma(get(space, first_1 + k), common, b)
        c = fma(get(space, first_2 + k), common, c)
        d = fma(get(space, first_3 + k), common, d)
    return a, b, c, d


@inline
def finish_column(space, base, j, d, inverse):
    """Column j of the factor below the diagonal."""
    own = row_of(base, j)
    i = j + 1
    while i + 4 <= d:
        rows = row_of(base, i), row_of(base, i + 1), row_of(base, i + 2), row_of(base, i + 3)
        a, b, c, e = _less_products_of_four(space, rows, own, j)
        put(space, rows[0] + j, a * inverse)
        put(space, rows[1] + j, b * inverse)
        put(space, rows[2] + j, c * inverse)
        put(space, rows[3] + j, e * inverse)
        i += 4
    while i < d:
        row = row_of(base, i)
        value = less_products(space, get(space, row + j), row, own, j)
        put(space, row + j, value * inverse)
        i += 1


@inline
def factor(space, base, inverses, d, least):
    """Cholesky's factor of a lower triangle, in place; 1/diagonal at `inverses`.

    Returns the lanes' mask of matrices that are positive definite as far as rounding tells: all
    pivots are above `least` times the diagonal entry that they come from.
    """
    good = lanes_of(0.0) == 0.0
    for j in range(d):
        own = row_of(base, j)
        entry = get(space, own + j)
        pivot = less_products(space, entry, own, own, j)
        usable = pivot > least * entry
        good = good & usable
        root = square_root(select(usable, pivot, 1.0))
        inverse = 1.0 / root
        put(space, own + j, root)
        put(space, inverses + j, inverse)
        finish_column(space, base, j, d, inverse)
    return good


@inline
def divide_triangle(space, left, inverses, right, d):
    """right = left**-1 right, both lower triangles, in place."""
    for i in range(d):
        row, own = row_of(left, i), row_of(right, i)
        inverse = get(space, inverses + i)
        for j in range(i + 1):
            value = get(space, own + j)
            for k in range(j, i):
                value = fma(-get(space, row + k), get(space, row_of(right, k) + j), value)
            put(space, own + j, value * inverse)


@inline
def divide_vector(space, left, inverses, vector, d):
    """vector = left**-1 vector in place, and the sum of its squares."""
    total = lanes_of(0.0)
    for i in range(d):
        value = less_products(space, get(space, vector + i), row_of(left, i), vector, i)
        value = value * get(space, inverses + i)
        put(space, vector + i, value)
        total = fma(value, value, total)
    return total


@inline
def divide_both_sides(space, left, inverses, full, target, d):
    """The lower triangle of left**-1 full left**-T at `target`; `full` is left**-1 full then."""
    for i in range(d):
        row = row_of(left, i)
        inverse = get(space, inverses + i)
        for j in range(d):
            value = get(space, full + i * d + j)
            for k in range(i):
                value = fma(-get(space, row + k), get(space, full + k * d + j), value)
            put(space, full + i * d + j, value * inverse)
    for i in range(d):
        own = row_of(target, i)
        for j in range(i + 1):
            value = get(space, full + i * d + j)
            value = less_products(space, value, own, row_of(left, j), j)
            put(space, own + j, value * get(space, inverses + j))
