"""Step of `careful`: the difference of two entries of a row pair, to its last digit.

The sums have three times the precision, so that d = a B - b A has all digits even for rows that are
less than a unit in the last place apart, and pseudocounts may hide the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._jit import inline
from kullback._kernels.terms import Terms
from kullback._math.sums import (
    add_to_three,
    cross_difference,
    difference_of_products,
    renormalized,
    two_product,
    two_sum,
)

EXACT = 2.0**-51  # an error of a number that has all its digits

Sum = tuple[float, float, float]  # its parts


class Plan(NamedTuple):
    """What the entries of a row pair are measured by: sums in a common unit, or 1."""

    a_whole: Sum  # the sums, with pseudocounts and filled gaps
    b_whole: Sum
    a_sum: Sum  # the same without pseudocounts
    b_sum: Sum
    shifts: tuple[float, float, float]  # a's pseudocount, b's, and the unit of sums, or 0
    b_own: Sum  # `b_whole` (or 1) in the scale of the entries
    longs: Any  # the sums, and room for a product, as long integers: see `careful_exact`
    exact: bool  # whether they are there


@inline
def with_product(total, count, amount):
    """total + count * amount, in three parts."""
    product, error = two_product(count, amount)
    return renormalized(add_to_three(add_to_three(total, product), error))


@inline
def shifted_cross_difference(a, a_rest, b, b_rest, a_sum, b_sum):
    """(a + a_rest) B - (b + b_rest) A; in this order equal products leave exactly 0."""
    d = difference_of_products(a, b_sum[0], b, a_sum[0])
    return d + ((a_rest * b_sum[0] - b * a_sum[1]) + (a * b_sum[1] - b_rest * a_sum[0]))


@inline
def shifted_difference(a, b, plan, k):
    """(a + c) B - (b + c) A, where c, the pseudocount, may make rows nearly equal.

    Either from a + c and b + c in twice the precision; or, with B' and A' the sums without
    the pseudocounts, as a B' - b A' + c (B' - k b) - c (A' - k a), which is better where c
    hides a and b. Whichever has the smaller error; each side has its own scale.
    """
    a_whole, b_whole = plan.a_whole, plan.b_whole
    a_shift, b_shift, unit = plan.shifts
    a_high, a_low = two_sum(a, a_shift)
    b_high, b_low = two_sum(b, b_shift)
    error = (k + 16) * 2.0**-105 * (a_high * b_whole[0])
    d = shifted_cross_difference(a_high, a_low, b_high, b_low, a_whole, b_whole)
    if abs(d) * EXACT >= error:
        return d
    first = cross_difference(a, b, plan.a_sum, plan.b_sum)
    a_rest = with_product(plan.a_sum, -float(k), a * unit)
    b_rest = with_product(plan.b_sum, -float(k), b * unit)
    second = cross_difference(a_shift, b_shift, a_rest, b_rest)
    if (abs(first) + abs(second)) * EXACT < error:
        return first + second
    return 0.0 if abs(d) <= error else d


def make_difference(terms: Terms, shifts: bool) -> Callable[..., Any]:
    """The function for one divergence, of rows with a pseudocount or without."""
    against_whole = terms.against_whole

    @inline
    def difference(a, b, plan, k):
        """x - y, or y minus the whole of its row; a and b are scaled, without pseudocounts."""
        if against_whole:
            whole = plan.b_own
            high, low = two_sum(b, plan.shifts[1]) if shifts else (b, 0.0)
            return (((high - whole[0]) - whole[1]) + (low - whole[2])) * plan.a_whole[0]
        if shifts:
            return shifted_difference(a, b, plan, k)
        return cross_difference(a, b, plan.a_whole, plan.b_whole)

    return difference
