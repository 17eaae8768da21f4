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
from kullback._math.memory import load_lanes, pointer, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to


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


@inline
def no_disagreement(x: int, y: int) -> int:
    """Of rows without masks."""
    return 0


def make_prepare(side: Side) -> Callable[..., Any]:
    """The kernel that prepares rows for one side of the product."""
    entry, scale, masks = side

    def prepare(rows, r, amount, normalize, out, mask, constant, size, square):
        """out: factors, padded with zeros; mask: its bits; the rest is added to what is there.

        The constant of a row that cannot be done here is nan.
        """
        k = rows.shape[1]
        stride = out.strides[0] // 8
        source, target, r_data = pointer(rows), pointer(out), pointer(r)
        for i in range(rows.shape[0]):
            row = (source, i * k, k, amount)
            total, inverse = measured(row, normalize)
            own, sizes = no_sum(), lanes_of(0.0)
            squares, beyond = lanes_of(0.0), lanes_of(0.0)
            for c in range(0, out.shape[1], WIDTH):
                live, a, r_c, d = beside_reference(row, c, r_data, total, inverse)
                factor, share, part, bits, outside = entry(live, a, a * inverse, r_c, d)
                store_lanes(target, i * stride + c, select(live, factor, 0.0))
                share = select(live, share, 0.0)
                own = add_to(own, share)
                sizes = sizes + magnitude(share)
                squares = squares + select(live, part, 0.0)
                beyond = beyond + outside
                if masks:
                    mask[i, c // WIDTH] = mask_byte(bits)
            usable = total > 0.0 and sum_of_lanes(beyond) == 0.0
            constant[i] += whole_sum(own) / scale if usable else float("nan")
            size[i] += sum_of_lanes(sizes) / scale
            square[i] += sum_of_lanes(squares)

    return prepare


def make_certify(outcome: Outcome) -> Callable[..., Any]:
    """The kernel that turns a tile of the product into divergences."""
    value, margin = outcome.value, outcome.margin
    masks, disagree = outcome.disagree is not None, outcome.disagree or no_disagreement

    @inline
    def certified(product, row, column, least, most):
        """row and column: constant, size and norm; the row's norm, times the product's error."""
        total = (row[0] + column[0]) - product
        bound = fma(row[2], column[2], ROW * ROUNDING * (row[1] + column[1]))
        good = (margin(total) > bound) & (total > least)
        return select(good, value(total, most), UNCERTIFIED)

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
        constants, sizes, norms = pointer(y_constant), pointer(y_size), pointer(y_norm)
        for i in range(out.shape[0]):
            row = (x_constant[i], x_size[i], error * x_norm[i])
            first = min(max(0, i + above), m)
            out[i, :first] = 0.0
            for j in range(first, m - WIDTH + 1, WIDTH):
                column = (load_lanes(constants, j), load_lanes(sizes, j), load_lanes(norms, j))
                product = load_lanes(target, i * stride + j)
                result = certified(product, row, column, least, most)
                store_lanes(target, i * stride + j, result)
                uncertified = uncertified + select(result == UNCERTIFIED, 1.0, 0.0)
            for j in range(m - (m - first) % WIDTH, m):
                column_j = (y_constant[j], y_size[j], y_norm[j])
                out[i, j] = certified(out[i, j], row, column_j, least, most)
                rest += out[i, j] == UNCERTIFIED
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
