"""Which pairs of a tile may be near, by a lower bound of their divergence.

The bound is constant(p) + constant(q) - product - error, of a product in float32 or float64:

    W = product + reach(p) norm(q) - constant(q),

reach(p) norm(q) being what the product may be wrong by, so that a pair is no nearer than
constant(p) - W. `sieve` writes what may be at or below the limit of its row (or, where a tile
stands for its mirror image too, of its column); `seeds` only the nearest few by their bounds, which
give limits for the rest. Where anything is NaN, a pair is kept.

Some pairs are known to be infinitely far, by the bits of their masks. They matter only where
nothing nearer is known, and are not computed again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._math.bits import fma
from kullback._math.lanes import SINGLE_WIDTH, WIDTH, lanes_of
from kullback._math.masks import lowest_bit, mask_bits
from kullback._math.memory import (
    load_first_lanes,
    load_first_singles,
    load_lanes,
    load_singles,
    pointer,
)


@inline
def _disagree(x_mask, i, y_mask, j, either):
    """Whether the pair is infinitely far."""
    for word in range(x_mask.shape[1]):
        x, y = x_mask[i, word], y_mask[j, word]
        if (x ^ y if either else x & y) != 0:
            return True
    return False


def _loads(single: bool) -> tuple[int, Any, Any]:
    if single:
        return SINGLE_WIDTH, load_singles, load_first_singles
    return WIDTH, load_lanes, load_first_lanes


def make_sieve(single: bool) -> Callable[..., Any]:
    """The kernel that writes all pairs that may be near."""
    width, load_all, load_first = _loads(single)
    every = (1 << width) - 1

    def sieve(
        product, reach, need, last, norm, constant, limit, own, columns_last, x_mask, y_mask,
        either, both, same, most, rows, columns, chosen,
    ):  # fmt: skip
        """rows, columns, chosen: pairs that may be near; how many, or -1 if there is no room.

        Of rows: reach, need (keep W >= need: constant less limit). Of columns, padded: norm,
        constant and, where `both` count, limit (keep W + limit >= own, the row's constant).
        chosen: W, or inf where that is the divergence. Of a row's infinite pairs the first
        `most` are kept, up to column `last`, where its limit is infinite. Column i + same is the
        row itself.
        """
        m = product.shape[1]
        stride = product.strides[0] // product.itemsize
        source = pointer(product)
        norms, constants, limits = pointer(norm), pointer(constant), pointer(limit)
        infinite = np.zeros(m, np.int64)
        count = 0
        for i in range(product.shape[0]):
            infinite_of_row = 0
            e, needed, itself = lanes_of(reach[i]), lanes_of(need[i]), lanes_of(own[i])
            for c in range(0, m, width):
                at = i * stride + c
                p = load_all(source, at) if c + width <= m else load_first(source, at, m - c)
                w = fma(e, load_all(norms, c), p) - load_all(constants, c)
                far = w < needed
                if both:
                    far = far & (w + load_all(limits, c) < itself)
                hits = every ^ mask_bits(far)
                while hits != 0:
                    j = c + lowest_bit(hits)
                    hits &= hits - 1
                    if j >= m or j == i + same or product[i, j] == -np.inf:  # done by `seeds`
                        continue
                    value = float(fma(reach[i], norm[j], product[i, j]) - constant[j])
                    known = need[i] == need[i] and constant[j] == constant[j]
                    if known and _disagree(x_mask, i, y_mask, j, either):
                        value = float(np.inf)
                        of_row = need[i] == -np.inf and infinite_of_row < most and j < last[i]
                        of_column = (
                            both
                            and limit[j] == np.inf
                            and infinite[j] < most
                            and i < columns_last[j]
                        )
                        if not (of_row or of_column):
                            continue
                        infinite_of_row += of_row
                        infinite[j] += of_column
                    if count == rows.shape[0]:
                        return -1
                    rows[count] = i
                    columns[count] = j
                    chosen[count] = value
                    count += 1
        return count

    return sieve


@inline
def _settle(bounds, places, size, value, place):
    """Put a pair into a heap whose root is the furthest, in place of that."""
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and bounds[child + 1] < bounds[child]:
            child += 1
        if bounds[child] >= value:
            break
        bounds[at] = bounds[child]
        places[at] = places[child]
        at = child
    bounds[at] = value
    places[at] = place


def make_seeds(single: bool) -> Callable[..., Any]:
    """The kernel that writes the nearest few of each row."""
    width, load_all, load_first = _loads(single)
    every = (1 << width) - 1

    def seeds(
        product, reach, need, norm, constant, x_mask, y_mask, either, same, most, rows, columns,
        chosen,
    ):  # fmt: skip
        """rows, columns, chosen: of each row the `most` pairs with the largest W; how many.

        Only those with W >= need; chosen is W.

        They are marked as done in `product`: no other call will find them.
        """
        m = product.shape[1]
        stride = product.strides[0] // product.itemsize
        source, norms, constants = pointer(product), pointer(norm), pointer(constant)
        bounds, places = np.empty(most, constant.dtype), np.empty(most, np.int64)
        count = 0
        for i in range(product.shape[0]):
            bounds[:] = -np.inf
            places[:] = -1
            least, e = need[i], lanes_of(reach[i])
            for c in range(0, m, width):
                at = i * stride + c
                p = load_all(source, at) if c + width <= m else load_first(source, at, m - c)
                w = fma(e, load_all(norms, c), p) - load_all(constants, c)
                hits = every ^ mask_bits(w < lanes_of(least))
                while hits != 0:
                    j = c + lowest_bit(hits)
                    hits &= hits - 1
                    if j >= m or j == i + same:
                        continue
                    value = fma(reach[i], norm[j], product[i, j]) - constant[j]
                    if value > bounds[0] and not _disagree(x_mask, i, y_mask, j, either):
                        _settle(bounds, places, most, value, j)
                        least = max(least, bounds[0])
            for place in range(most):
                if places[place] >= 0:
                    rows[count] = i
                    columns[count] = places[place]
                    chosen[count] = bounds[place]
                    product[i, places[place]] = -np.inf
                    count += 1
        return count

    return seeds
