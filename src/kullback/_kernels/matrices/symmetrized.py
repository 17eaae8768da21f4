"""Pairwise Jeffreys' divergence as one matrix product, centred twice.

With r the reference row, D = p - r and L = ln(p/r), 0 where p = 0, for either side:

    J(p, q) = sum (p - q) (ln p - ln q) = c(p) + c(q) - sum D(p) L(q) - sum L(p) D(q),

c = sum D L, of which every term is >= 0. The two sums are one product of inner size 2k. Its error
is at most proportional to chi(p) lambda(q) + lambda(p) chi(q), as in `centred`. Pairs of which one
side alone has a zero are found by the bits of the two supports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.matrices.reference import (
    ROUNDING,
    ROW,
    SCALE,
    SMALLEST,
    beside_reference,
    measured,
    no_sum,
    product_roundings,
    whole_sum,
)
from kullback._kernels.rows.thresholds import trusted_above
from kullback._math.bits import mask_byte, select
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log_ratio import log_ratio
from kullback._math.memory import pointer, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to


def make_both() -> Callable[..., Any]:
    """The kernel that prepares rows of either side."""

    def both(rows, r, amount, normalize, logs_first, out, c, chi, spread, support):
        """out: D and L side by side, or L and D; c, chi, spread: see above; support: p > 0."""
        k = rows.shape[1]
        padded = out.shape[1] // 2
        source = pointer(rows)
        target = pointer(out)
        r_data = pointer(r)
        for i in range(rows.shape[0]):
            row = (source, i * k, k, amount)
            total, inverse = measured(row, normalize)
            d_place = i * 2 * padded + (padded if logs_first else 0)
            log_place = i * 2 * padded + (0 if logs_first else padded)
            product = no_sum()
            d_square, log_square, tiny = lanes_of(0.0), lanes_of(0.0), lanes_of(0.0)
            for column in range(0, padded, WIDTH):
                live, a, r_c, d = beside_reference(row, column, r_data, total, inverse)
                d = select(live, d, 0.0)
                p = a * inverse
                there = (a > 0.0) & live
                support[i, column // WIDTH] = mask_byte(there)
                tiny = tiny + select(there & (p < SMALLEST), 1.0, 0.0)
                log = log_ratio(
                    select(there, p * SCALE, 1.0),
                    select(there, r_c * SCALE, 1.0),
                    select(there, d * SCALE, 0.0),
                )
                store_lanes(target, d_place + column, d)
                store_lanes(target, log_place + column, log)
                product = add_to(product, d * log)
                d_square = d_square + select(live, d * d / r_c, 0.0)
                log_square = log_square + select(live, r_c * (log * log), 0.0)
            usable = total > 0.0 and sum_of_lanes(tiny) == 0.0
            c[i] = whole_sum(product) if usable else np.nan
            chi[i] = np.sqrt(sum_of_lanes(d_square))
            spread[i] = np.sqrt(sum_of_lanes(log_square))

    return both


def make_certify_both() -> Callable[..., Any]:
    """The kernel that turns a tile of the product into divergences."""

    @inline
    def supports_differ(x, i, y, j):
        differ = False
        for word in range(x.shape[1]):
            differ |= x[i, word] != y[j, word]
        return differ

    def certify(
        out, x_c, x_chi, x_spread, x_support, y_c, y_chi, y_spread, y_support, k, normalize, above
    ):
        """out: on entry the product; on return J, inf, or nan where not certified.

        For j >= i + above; zeros elsewhere. Returns whether there is a nan.
        """
        unsure = 0
        error = (product_roundings(2 * k) + 8) * ROUNDING
        least = trusted_above(k) if normalize else 0.0
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                size = x_c[i] + y_c[j]
                value = size - out[i, j]
                bound = error * (x_chi[i] * y_spread[j] + y_chi[j] * x_spread[i])
                good = (value > bound + ROW * ROUNDING * size) & (value > least)
                if j < i + above:
                    value = 0.0
                elif size == size and supports_differ(x_support, i, y_support, j):
                    value = np.inf
                elif not good:
                    value = np.nan
                    unsure += 1
                out[i, j] = value
        return unsure > 0

    return certify
