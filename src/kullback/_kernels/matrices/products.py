"""Divergences of all pairs of rows as a matrix product: one way to prepare rows, one to certify.

With every row measured from a reference row r, near which nothing cancels,

    divergence(p, q) = value(c(p) + c(q) - sum F(p) G(q)).

A `Side` says what a row becomes, factors F or G and shares of its constant c; an `Outcome`, what a
divergence is made of. Two numbers of each row bound the error: the product's is at most
proportional to the product of the two norms, by Cauchy and Schwarz, and that of the constants to
the sizes, which are the sums of the shares' magnitudes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.matrices.reference import (
    ROUNDING,
    ROW,
    beside_reference,
    measured,
    no_sum,
    whole_sum,
)
from kullback._math.bits import fma, magnitude, mask_byte, select
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import advanced, entry, load_lanes, pointer, store, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to
from kullback._math.tracing import traced


class Side(NamedTuple):
    """What a row becomes.

    entry(live, a, p, r, d), of lanes: entries, the probabilities p that they are, those of the
    reference row, and d = p - r to its last digit. It returns the factors, the shares of the
    constant times `scale`, the shares of the squared norm, a mask (which is kept where `masks`),
    and 1 for each entry that is out of the form's range.
    """

    entry: Callable[..., Any]
    scale: float
    masks: bool


class Outcome(NamedTuple):
    """What becomes of total = c(p) + c(q) - product.

    value(total, most): the divergence. margin(total): what an error of the total is measured by,
    so that the relative error of the divergence is at most error / margin. disagree(x, y), of words
    of the two rows' masks: not 0 where the pair is infinite; None where there are no masks.
    """

    value: Callable[..., Any]
    margin: Callable[..., Any]
    disagree: Callable[..., Any] | None


@traced
def no_disagreement(x: int, y: int) -> int:
    """Of rows without masks."""
    return 0


def make_prepare(side: Side) -> Callable[..., Any]:
    """The kernel that prepares rows for one side of the product."""
    entry, scale, masks = side

    @traced
    def nothing():
        return no_sum(), lanes_of(0.0), lanes_of(0.0), lanes_of(0.0)

    @traced
    def with_columns(state, row, c, measure, r_data, target):
        """Write eight factors; the sums that a row's numbers are made of, and its mask."""
        own, sizes, squares, beyond = state
        live, a, r, d = beside_reference(row, c, r_data, *measure)
        factor, share, part, bits, outside = entry(live, a, a * measure[1], r, d)
        store_lanes(target, c, select(live, factor, 0.0))
        share = select(live, share, 0.0)
        own, sizes = add_to(own, share), sizes + magnitude(share)
        squares = squares + select(live, part, 0.0)
        return (own, sizes, squares, beyond + outside), mask_byte(bits)

    @traced
    def told(state, total):
        """What is added to a row's constant, size and squared norm."""
        own, sizes, squares, beyond = state
        usable = (total > 0.0) & (sum_of_lanes(beyond) == 0.0)
        constant = select(usable, whole_sum(own) / scale, np.nan)
        return constant, sum_of_lanes(sizes) / scale, sum_of_lanes(squares)

    def prepare(rows, r, amount, normalize, out, mask, constant, size, square):
        """out: factors, padded with zeros; mask: its bits; the rest is added to what is there.

        The constant of a row that cannot be done here is nan.
        """
        k = rows.shape[1]
        stride = out.strides[0] // 8
        source, target, r_data = pointer(rows), pointer(out), pointer(r)
        for i in range(rows.shape[0]):
            row = (source, i * k, k, amount)
            measure, state = measured(row, normalize), nothing()
            place = advanced(target, i * stride)
            for c in range(0, out.shape[1], WIDTH):
                state, byte = with_columns(state, row, c, measure, r_data, place)
                if masks:
                    mask[i, c // WIDTH] = byte
            more = told(state, measure[0])
            constant[i] += more[0]
            size[i] += more[1]
            square[i] += more[2]

    return prepare


def make_certify(outcome: Outcome) -> Callable[..., Any]:
    """The kernel that turns a tile of the product into divergences."""
    value, margin = outcome.value, outcome.margin
    masks, disagree = outcome.disagree is not None, outcome.disagree or no_disagreement

    @traced
    def certified(product, row, column, least, most):
        """row and column: constant, size and norm; the row's norm, times the product's error."""
        total = (row[0] + column[0]) - product
        bound = fma(row[2], column[2], ROW * ROUNDING * (row[1] + column[1]))
        good = (margin(total) > bound) & (total > least)
        return select(good, value(total, most), UNCERTIFIED)

    @traced
    def certify_eight(uncertified, place, j, row, columns, least, most):
        """Certify eight entries; how many are not, in each lane, with these."""
        column = tuple(load_lanes(each, j) for each in columns)
        result = certified(load_lanes(place, j), row, column, least, most)
        store_lanes(place, j, result)
        return uncertified + select(result == UNCERTIFIED, 1.0, 0.0)

    @traced
    def certify_one(place, j, row, columns, least, most):
        column = tuple(entry(each, j) for each in columns)
        result = certified(entry(place, j), row, column, least, most)
        store(place, j, result)
        return select(result == UNCERTIFIED, 1.0, 0.0)

    @inline
    def mark_infinite(out, i, first, x_mask, y_constant, y_mask):
        for j in range(first, out.shape[1]):
            for word in range(x_mask.shape[1]):
                if disagree(x_mask[i, word], y_mask[j, word]) and y_constant[j] == y_constant[j]:
                    out[i, j] = float("inf")
                    break

    def certify(
        out, x_constant, x_size, x_norm, x_mask, y_constant, y_size, y_norm, y_mask,
        error, least, most, masked, above, diagonal,
    ):  # fmt: skip
        """out: on entry the product; on return the divergence, or UNCERTIFIED.

        For j >= i + above; zeros elsewhere. out[i, i + diagonal] compares a row with itself.
        Rows of `out` are contiguous; masks are in words of 64 bits, and none is looked at but where
        `masked`. Returns whether anything is not certified.
        """
        uncertified, rest = lanes_of(0.0), 0.0
        m = out.shape[1]
        stride = out.strides[0] // 8
        target = pointer(out)
        columns = (pointer(y_constant), pointer(y_size), pointer(y_norm))
        for i in range(out.shape[0]):
            row = (x_constant[i], x_size[i], error * x_norm[i])
            first = min(max(0, i + above), m)
            place = advanced(target, i * stride)
            for j in range(first):
                store(place, j, 0.0)
            for j in range(first, m - WIDTH + 1, WIDTH):
                uncertified = certify_eight(uncertified, place, j, row, columns, least, most)
            for j in range(m - (m - first) % WIDTH, m):
                rest += certify_one(place, j, row, columns, least, most)
            if row[0] != row[0]:  # a row that is left to `rows` may be invalid
                continue
            same = i + diagonal
            if 0 <= same < m and y_constant[same] == y_constant[same]:
                rest -= out[i, same] == UNCERTIFIED
                out[i, same] = 0.0
            if masks and masked:
                mark_infinite(out, i, first, x_mask, y_constant, y_mask)
        return sum_of_lanes(uncertified) + rest > 0.0

    return certify
