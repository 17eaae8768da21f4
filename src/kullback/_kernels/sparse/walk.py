"""A walk over the inverted index: what a sparse row has in common with many others.

With the sums of each row known, a pair of rows needs a term for each bin that both have, for each
*meeting*. For row i, and each of its bins, the rows that have that bin lie side by side: their
entries are read in order, eight at a time, and each term is added to the sum of its own row.
Sums are kept in two steps, FLUSHED bins at a time, so that few roundings meet in one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.matrices.reference import ROUNDING
from kullback._kernels.sparse.forms import Options, Walk, no_second
from kullback._math.bits import magnitude, select
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import (
    advanced,
    entry,
    load_first_lanes,
    load_lanes,
    pointer,
    store,
    store_lanes,
)
from kullback._math.tracing import traced

FLUSHED = 64  # bins after which sums are added to those before
LIST = 512  # entries of a bin whose terms are computed in one go
SUM = FLUSHED + 16.0  # roundings of a term in its sum, and of what is made of that
SUMS = 4  # of a row: the terms and the second ones since they were flushed, and those before


def make_walk(form: Walk) -> Callable[..., Any]:
    """The kernel that fills a tile of a matrix for one divergence and one rule."""
    meeting, second, finish, error = form.meeting, form.second, form.finish, form.error
    owns, counts = form.owns, form.counts
    seconds = second is not no_second
    two_sums = counts or seconds

    @traced
    def write_terms(x, y, terms, t):
        """The terms of eight meetings, and second terms after those of a list."""
        store_lanes(terms, t, meeting(*x, *y))
        if seconds:
            store_lanes(terms, LIST + t, second(*x, *y))

    @traced
    def eight(x, lists, at, terms, t):
        """Eight meetings of an entry with the `at`-th of a list and those after it."""
        write_terms(x, (load_lanes(lists[1], at), load_lanes(lists[2], at)), terms, t)

    @traced
    def first_of_eight(x, lists, at, terms, t, count):
        y = load_first_lanes(lists[1], at, count), load_first_lanes(lists[2], at, count)
        write_terms(x, y, terms, t)

    @traced
    def scatter(rows, at, terms, t, sums, m):
        """Add a term to the sum of the row that it is of."""
        row = 1 * entry(rows, at)
        store(sums, row, entry(sums, row) + entry(terms, t))
        if counts:
            store(sums, row + m, entry(sums, row + m) + 1.0)
        if seconds:
            store(sums, row + m, entry(sums, row + m) + entry(terms, t + LIST))

    @traced
    def flush(sums, m, j):
        """Add the sums of row j to those before, and begin anew."""
        for part in range(2 if two_sums else 1):
            place = part * m + j
            store(sums, place + 2 * m, entry(sums, place + 2 * m) + entry(sums, place))
            store(sums, place, 0.0)

    @traced
    def clear(sums, m, j):
        for part in range(SUMS):
            store(sums, part * m + j, 0.0)

    @traced
    def result(row, column, sums, m, roundings, options):
        """Eight results in nats, or UNCERTIFIED.

        row, column: what rows have of their own, the width of that, and the place in it.
        """
        (x, n, i), (y, width, j) = row, column
        u = [entry(x, part * n + i) for part in range(owns + 3)]
        v = [load_lanes(y, part * width + j) for part in range(owns + 3)]
        base, sizes = lanes_of(0.0), lanes_of(0.0)
        for part in range(owns):
            product = u[part] * v[part]
            base, sizes = base + product, sizes + magnitude(product)
        total, more = load_lanes(sums, 2 * m + j), load_lanes(sums, 3 * m + j)
        x_error, y_error = (u[owns], u[owns + 1]), (v[owns], v[owns + 1])
        parts = error(magnitude(total), sizes, x_error, y_error, roundings)
        value, margin = finish(base + total, more, (u[-1], v[-1]), Options(*options))
        good = (base == base) & (margin > ROUNDING * parts)
        return select(good, value, UNCERTIFIED)

    @inline
    def meet(x, lists, start, stop, terms, sums, m):
        """Add the terms of one entry with all of a list to the sums of the rows they are of."""
        for part in range(start, stop, LIST):
            count = min(LIST, stop - part)
            whole = count - count % WIDTH
            for t in range(0, whole, WIDTH):
                eight(x, lists, part + t, terms, t)
            if whole < count:
                first_of_eight(x, lists, part + whole, terms, whole, count - whole)
            for t in range(count):
                scatter(lists[0], part + t, terms, t, sums, m)

    def walk(x, x_own, y, y_own, place, begin, above, options, space, out):
        """out[i, j]: row begin + i of x and row j of y, for j >= i + above, in nats.

        x: starts, bins, two features of each entry. y: the same of an inverted index, with numbers
        of rows for bins. x_own, y_own: see `features`. place: where the entries of the rows of x
        stand in y, if these are rows of y; else empty. space: for SUMS of every row of y, and for
        the terms of a LIST. Rows of out are contiguous, and what rows of y have of their own is
        padded to whole lanes. Returns whether any is UNCERTIFIED.
        """
        starts, bins, one, two = x
        index = y[0]
        lists = (pointer(y[1]), pointer(y[2]), pointer(y[3]))
        n, width, m = x_own.shape[1], y_own.shape[1], out.shape[1]
        x_data, y_data, target = pointer(x_own), pointer(y_own), pointer(out)
        sums = pointer(space)
        terms = advanced(sums, SUMS * m + WIDTH)
        stride = out.strides[0] // 8
        unsure = False
        for i in range(out.shape[0]):
            first = min(max(0, i + above), m)
            for j in range(first, m):
                clear(sums, m, j)
            a, a_stop, since = starts[begin + i], starts[begin + i + 1], 0
            roundings = SUM + (a_stop - a) / FLUSHED
            for at in range(a, a_stop):
                start, stop = index[bins[at]], index[bins[at] + 1]
                if place.size:
                    start = place[at - starts[begin]] + 1
                meet((one[at], two[at]), lists, start, stop, terms, sums, m)
                since += 1
                if since == FLUSHED or at == a_stop - 1:
                    since = 0
                    for j in range(first, m):
                        flush(sums, m, j)
            for j in range(first, m, WIDTH):
                row, column = (x_data, n, begin + i), (y_data, width, j)
                store_lanes(terms, 0, result(row, column, sums, m, roundings, options))
                for t in range(min(WIDTH, m - j)):
                    value = entry(terms, t)
                    store(target, i * stride + j + t, value)
                    unsure |= value == UNCERTIFIED
        return unsure

    return walk
