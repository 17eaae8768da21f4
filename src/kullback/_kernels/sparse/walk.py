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
from kullback._math.memory import load_first_lanes, load_lanes, pointer, store_lanes

FLUSHED = 64  # bins after which sums are added to those before
LIST = 512  # entries of a bin whose terms are computed in one go
SUM = FLUSHED + 16.0  # roundings of a term in its sum, and of what is made of that


def make_walk(form: Walk) -> Callable[..., Any]:
    """The kernel that fills a tile of a matrix for one divergence and one rule."""
    meeting, second, finish, error = form.meeting, form.second, form.finish, form.error
    owns, counts = form.owns, form.counts
    seconds = second is not no_second

    @inline
    def add_terms(entry, lists, start, count, terms):
        """The terms of `count` meetings, at most LIST, and second terms after them."""
        whole = count - count % WIDTH
        for t in range(0, whole, WIDTH):
            y1, y2 = load_lanes(lists[1], start + t), load_lanes(lists[2], start + t)
            store_lanes(terms, t, meeting(entry[0], entry[1], y1, y2))
            if seconds:
                store_lanes(terms, LIST + t, second(entry[0], entry[1], y1, y2))
        if whole < count:
            y1 = load_first_lanes(lists[1], start + whole, count - whole)
            y2 = load_first_lanes(lists[2], start + whole, count - whole)
            store_lanes(terms, whole, meeting(entry[0], entry[1], y1, y2))
            if seconds:
                store_lanes(terms, LIST + whole, second(entry[0], entry[1], y1, y2))

    @inline
    def scatter(rows, start, count, terms, sums, m):
        """Add each term to the sum of the row that it is of."""
        for t in range(count):
            row = rows[start + t]
            sums[row] += terms[t]
            if counts:
                sums[m + row] += 1.0
            if seconds:
                sums[m + row] += terms[LIST + t]

    @inline
    def flush(space, first, m):
        """Add the sums of some bins to those before, and begin anew."""
        for j in range(first, m):
            space[2 * m + j] += space[j]
            space[j] = 0.0
        if counts or seconds:
            for j in range(first, m):
                space[3 * m + j] += space[m + j]
                space[m + j] = 0.0

    @inline
    def result(row, column, space, roundings, options):
        """Eight results in nats, or UNCERTIFIED: of row i with rows j ... j + 7.

        row, column: what rows have of their own, the width of that, and the place in it.
        """
        (x, n, i), (y, width, j), (sums, m) = row, column, space
        base, sizes = lanes_of(0.0), lanes_of(0.0)
        for part in range(owns):
            product = x[part * n + i] * load_lanes(y, part * width + j)
            base = base + product
            sizes = sizes + magnitude(product)
        total, more = load_lanes(sums, 2 * m + j), load_lanes(sums, 3 * m + j)
        size, norm, count = owns * width + j, (owns + 1) * width + j, (owns + 2) * width + j
        x_error = x[owns * n + i], x[(owns + 1) * n + i]
        y_error = load_lanes(y, size), load_lanes(y, norm)
        parts = error(magnitude(total), sizes, x_error, y_error, roundings)
        counts_of = x[(owns + 2) * n + i], load_lanes(y, count)
        value, margin = finish(base + total, more, counts_of, Options(*options))
        good = (base == base) & (margin > ROUNDING * parts)
        return select(good, value, UNCERTIFIED)

    @inline
    def walk_row(x, lists, a, a_stop, places, m, first, space, terms):
        """Sum the terms of all meetings of one row, whose entries are a ... a_stop - 1."""
        bins, one, two = x
        index, rows = lists[0], lists[1]
        features = (lists[1], lists[2], lists[3])
        for j in range(4):
            for c in range(j * m + first, j * m + m):
                space[c] = 0.0
        since = 0
        while a < a_stop:
            start, stop = index[bins[a]], index[bins[a] + 1]
            if places[1]:
                start = places[0][a - places[2]] + 1
            for part in range(start, stop, LIST):
                count = min(LIST, stop - part)
                add_terms((one[a], two[a]), features, part, count, terms)
                scatter(rows, part, count, terms, space, m)
            a += 1
            since += 1
            if since == FLUSHED:
                since = 0
                flush(space, first, m)
        flush(space, first, m)

    def walk(x, x_own, y, y_own, place, begin, above, options, space, out):
        """out[i, j]: row begin + i of x and row j of y, for j >= i + above, in nats.

        x: starts, bins, two features of each entry. y: the same of an inverted index, with numbers
        of rows for bins. x_own, y_own: see `features`. place: where the entries of the rows of x
        stand in y, if these are rows of y; else empty. space: for four sums of every row of y, and
        for the terms of a LIST. Rows of out are contiguous, and what rows
        of y have of their own is padded to whole lanes. Returns whether any is UNCERTIFIED.
        """
        starts = x[0]
        entries = (pointer(x[1]), pointer(x[2]), pointer(x[3]))
        lists = (pointer(y[0]), pointer(y[1]), pointer(y[2]), pointer(y[3]))
        n, width, m = x_own.shape[1], y_own.shape[1], out.shape[1]
        x_data, y_data, target = pointer(x_own), pointer(y_own), pointer(out)
        places = (pointer(place), place.size > 0, starts[begin])
        sums, terms = pointer(space), pointer(space[4 * m + WIDTH :])
        stride = out.strides[0] // 8
        unsure = False
        for i in range(out.shape[0]):
            first = min(max(0, i + above), m)
            a, a_stop = starts[begin + i], starts[begin + i + 1]
            walk_row(entries, lists, a, a_stop, places, m, first, sums, terms)
            roundings = SUM + (a_stop - a) / FLUSHED
            row = (x_data, n, begin + i)
            for j in range(first, m, WIDTH):
                column = (y_data, width, j)
                store_lanes(terms, 0, result(row, column, (sums, m), roundings, options))
                for c in range(j, min(j + WIDTH, m)):
                    target[i * stride + c] = terms[c - j]
                    unsure |= terms[c - j] == UNCERTIFIED
        return unsure

    return walk
