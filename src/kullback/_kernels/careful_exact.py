"""Step of `careful`: differences of two entries without any rounding, from sums as long integers.

Where a term goes with d = a B - b A itself and the largest entries of the rows are proportional,
what these add to the result is in proportion to what makes the rows differ at all, which may be any
power of two below them: sums of three parts do not know it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.careful_pair import entries
from kullback._math.exact import DIGITS, PRODUCT, add_number, add_product, carry, leading
from kullback._math.sums import exponent


@inline
def doubted_below(k: int, shifts: bool) -> float:
    """Results that the errors of `careful_differences` may have cost digits."""
    return (k + 16) * (2.0**-54 if shifts else 2.0**-100)


def make_room(wanted: bool) -> Callable[..., Any]:
    """The function that makes room for two sums and a product, or none for terms without them."""

    @inline
    def room():
        sums = np.empty(DIGITS, np.int64), np.empty(DIGITS, np.int64)
        return (*sums, np.empty(PRODUCT, np.int64))

    @inline
    def no_room():
        return 0

    return room if wanted else no_room


def make_exact_sums(shifts: bool) -> Callable[..., Any]:
    """The function for rows with a pseudocount, or without."""

    @inline
    def exact_sums(pair, scales, fill, longs):
        """The sums of the scaled rows, written to where there is room for them."""
        a_sum, b_sum, _ = longs
        a_sum[:] = 0
        b_sum[:] = 0
        for c in range(pair.k):
            a, b = entries(pair, c)
            add_number(a_sum, a, scales[0])
            if pair.fills and b == 0.0:
                add_number(b_sum, fill, 0)
            else:
                add_number(b_sum, b, scales[1])
            if shifts:
                add_number(a_sum, pair.amount, scales[0])
                add_number(b_sum, pair.amount, scales[1])
        carry(a_sum)
        carry(b_sum)

    return exact_sums


def make_exact_difference(shifts: bool) -> Callable[..., Any]:
    """The function for rows with a pseudocount, or without."""

    @inline
    def exact_difference(a, a_scale, b, b_scale, plan, amount, scales):
        """x - y as d * 2**d_scale; a and b are as they are given, without pseudocounts."""
        a_sum, b_sum, product = plan.longs
        product[:] = 0
        add_product(product, a, a_scale, b_sum, 1)
        add_product(product, b, b_scale, a_sum, -1)
        if shifts:
            add_product(product, amount, scales[0], b_sum, 1)
            add_product(product, amount, scales[1], a_sum, -1)
        d, power = leading(product)
        return d, power + exponent(plan.shifts[2])

    return exact_difference
