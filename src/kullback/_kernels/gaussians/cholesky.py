"""Triangular factors of eight small matrices at a time, one in each lane.

A lower triangle lies in a workspace row after row, entry (i, j) at its base + i (i + 1) / 2 + j, in
lanes; a full matrix at its base + i d + j. Four sums are kept at once, so that none waits for
another's last step, and so that an entry that is loaded serves four times.
"""

from __future__ import annotations

from kullback._math.bits import fma, select, square_root
from kullback._math.flow import loop
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import load_lanes, store_lanes
from kullback._math.tracing import traced


@traced
def get(space, place):
    """The lanes at a place of a workspace."""
    return load_lanes(space, place * WIDTH)


@traced
def put(space, place, lanes):
    """Store lanes at a place of a workspace."""
    store_lanes(space, place * WIDTH, lanes)


@traced
def row_of(base, i):
    """Where row i of a lower triangle begins."""
    return base + (i * (i + 1) >> 1)


@traced
def _less_product(space, value, first, second):
    return fma(-get(space, first), get(space, second), value)


@traced
def less_products(space, value, first, second, count):
    """value - sum of the products of `count` neighbours at `first` and at `second`."""
    return loop(
        0, count, 1, value, lambda k, value: _less_product(space, value, first + k, second + k)
    )


@traced
def _four_of(space, rows, place):
    """What four rows have at a place."""
    return tuple(get(space, row + place) for row in rows)


@traced
def _less_product_of_four(space, values, rows, second, k):
    common = -get(space, second + k)
    return tuple(
        fma(get(space, row + k), common, value) for row, value in zip(rows, values, strict=True)
    )


@traced
def _put_four(space, rows, place, values, factor):
    for row, value in zip(rows, values, strict=True):
        put(space, row + place, value * factor)


@traced
def _rows_of_four(base, i):
    return tuple(row_of(base, i + more) for more in range(4))


@traced
def finish_column(space, base, j, d, inverse):
    """Column j of the factor below the diagonal."""
    own, first = row_of(base, j), j + 1
    fours = first + ((d - first) & -4)

    def finish_four(i, none):
        rows = _rows_of_four(base, i)
        values = loop(
            0,
            j,
            1,
            _four_of(space, rows, j),
            lambda k, values: _less_product_of_four(space, values, rows, own, k),
        )
        _put_four(space, rows, j, values, inverse)
        return none

    def finish_one(i, none):
        row = row_of(base, i)
        value = less_products(space, get(space, row + j), row, own, j)
        put(space, row + j, value * inverse)
        return none

    loop(first, fours, 4, (), finish_four)
    loop(fours, d, 1, (), finish_one)


@traced
def _pivot_of(entry, pivot, least):
    """Whether it is positive, its root and the inverse of that."""
    usable = pivot > least * entry
    root = square_root(select(usable, pivot, 1.0))
    return usable, root, 1.0 / root


@traced
def factor(space, base, inverses, d, least):
    """Cholesky's factor of a lower triangle, in place; 1/diagonal at `inverses`.

    Returns the lanes' mask of matrices that are positive definite as far as rounding tells: all
    pivots are above `least` times the diagonal entry that they come from.
    """

    def next_column(j, good):
        own = row_of(base, j)
        entry = get(space, own + j)
        pivot = less_products(space, entry, own, own, j)
        usable, root, inverse = _pivot_of(entry, pivot, least)
        put(space, own + j, root)
        put(space, inverses + j, inverse)
        finish_column(space, base, j, d, inverse)
        return good & usable

    return loop(0, d, 1, lanes_of(0.0) == 0.0, next_column)


@traced
def divide_triangle(space, left, inverses, right, d):
    """right = left**-1 right, both lower triangles, in place."""

    def divide_row(i, none):
        row, own = row_of(left, i), row_of(right, i)
        inverse = get(space, inverses + i)

        def less(k, j, value):
            return _less_product(space, value, row + k, row_of(right, k) + j)

        def divide_entry(j, none):
            value = get(space, own + j)
            value = loop(j, i, 1, value, lambda k, value: less(k, j, value))
            put(space, own + j, value * inverse)
            return none

        return loop(0, i + 1, 1, none, divide_entry)

    loop(0, d, 1, (), divide_row)


@traced
def divide_vector(space, left, inverses, vector, d):
    """vector = left**-1 vector in place, and the sum of its squares."""

    def divide_entry(i, total):
        value = less_products(space, get(space, vector + i), row_of(left, i), vector, i)
        value = value * get(space, inverses + i)
        put(space, vector + i, value)
        return fma(value, value, total)

    return loop(0, d, 1, lanes_of(0.0), divide_entry)


@traced
def divide_both_sides(space, left, inverses, full, target, d):
    """The lower triangle of left**-1 full left**-T at `target`; `full` is left**-1 full then."""

    def divide_row(i, none):
        row, inverse = row_of(left, i), get(space, inverses + i)

        def less(k, j, value):
            return _less_product(space, value, row + k, full + k * d + j)

        def divide_entry(j, none):
            value = get(space, full + i * d + j)
            value = loop(0, i, 1, value, lambda k, value: less(k, j, value))
            put(space, full + i * d + j, value * inverse)
            return none

        return loop(0, d, 1, none, divide_entry)

    def divide_from_right(i, none):
        own = row_of(target, i)

        def divide_entry(j, none):
            value = get(space, full + i * d + j)
            value = less_products(space, value, own, row_of(left, j), j)
            put(space, own + j, value * get(space, inverses + j))
            return none

        return loop(0, i + 1, 1, none, divide_entry)

    loop(0, d, 1, (), divide_row)
    loop(0, d, 1, (), divide_from_right)
