"""Step of `careful`: differences of two entries without any rounding, from sums as long integers.

Where the largest entries of two rows are proportional, what these add to the result is in
proportion to what makes the rows differ at all, which may be any power of two below them: sums of
three parts do not know it.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline, outline
from kullback._kernels.rows.careful_pair import TOP, entries
from kullback._math.exact import DIGITS, PRODUCT, add_number, add_product, carry, leading
from kullback._math.sums import exponent_of_any, times_power_of_two, two_product


@inline
def doubted_below(k: int, shifts: bool, linear: bool) -> float:
    """Results that the errors of `careful_differences` may have cost digits.

    Those are, beside the entries, 2**-103 with a pseudocount, and without one 2**-153 and what
    the sums have lost.
    """
    limit = 2.0**-50 if shifts else (k + 16) * 2.0**-100
    return limit if linear else limit * limit


@inline
def room():
    """For two sums and a product."""
    return np.empty(DIGITS, np.int64), np.empty(DIGITS, np.int64), np.empty(PRODUCT, np.int64)


@outline
def are_proportional(pair, scales, shifts):
    """Whether the rows are the same distribution, which takes no long integers to see."""
    same = not shifts or scales[0] == scales[1]
    a_most, b_there = (1.0, 1.0) if shifts else (0.0, 0.0)  # of one column; with shifts, equal
    for c in range(0 if shifts else pair.k):
        a, b = entries(pair, c)
        if times_power_of_two(a, scales[0] - TOP) > a_most:
            a_most = times_power_of_two(a, scales[0] - TOP)
            b_there = times_power_of_two(b, scales[1] - TOP)
    for c in range(pair.k):
        a, b = entries(pair, c)
        if a == 0.0 or b == 0.0:
            same &= a == b
            continue
        up = -max(exponent_of_any(a) + scales[0], exponent_of_any(b) + scales[1])
        a, b = times_power_of_two(a, scales[0] + up), times_power_of_two(b, scales[1] + up)
        same &= two_product(a, b_there) == two_product(b, a_most)
    return same


@outline
def exact_sums(pair, scales, fill, shift, longs):
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
        add_number(a_sum, shift, scales[0])
        add_number(b_sum, shift, scales[1])
    carry(a_sum)
    carry(b_sum)


@outline
def exact_difference(a, a_scale, b, b_scale, shift, scales, longs):
    """a B - b A as d * 2**d_scale; a and b are as they are given, without pseudocounts."""
    a_sum, b_sum, product = longs
    product[:] = 0
    add_product(product, a, a_scale, b_sum, 1)
    add_product(product, b, b_scale, a_sum, -1)
    add_product(product, shift, scales[0], b_sum, 1)
    add_product(product, shift, scales[1], a_sum, -1)
    return leading(product)
