"""Step of `careful`: the difference of two entries of a row pair.

The sums have three times the precision, so that d = a B - b A has all digits even for rows that are
less than a unit in the last place apart; `careful_exact` where these are not enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Terms
from kullback._math.sums import (
    add_to_three,
    cross_difference,
    difference_of_products,
    renormalized,
    two_product,
    two_sum,
)

Sum = tuple[float, float, float]  # its parts


class Plan(NamedTuple):
    """What the entries of a row pair are measured by: sums in a common unit, or 1."""

    a_whole: Sum  # the sums, with pseudocounts and filled gaps
    b_whole: Sum
    shifts: tuple[float, float]  # a's pseudocount and b's, or 0
    b_own: Sum  # `b_whole` (or 1) in the scale of the entries
    unit: int  # the power of two that the sums' unit is
    exact: bool  # whether differences are to be taken without any rounding
    longs: Any  # for that, the sums, and room for a product: see `careful_exact`


@inline
def with_product(total, count, amount):
    """total + count * amount, in three parts."""
    product, error = two_product(count, amount)
    return renormalized(add_to_three(add_to_three(total, product), error))


@inline
def shifted_difference(a, b, plan):
    """(a + c) B - (b + c) A, c the pseudocount; in this order equal products leave exactly 0."""
    a_whole, b_whole = plan.a_whole, plan.b_whole
    a, a_rest = two_sum(a, plan.shifts[0])
    b, b_rest = two_sum(b, plan.shifts[1])
    d = difference_of_products(a, b_whole[0], b, a_whole[0])
    return d + ((a_rest * b_whole[0] - b * a_whole[1]) + (a * b_whole[1] - b_rest * a_whole[0]))


def make_difference(terms: Terms, shifts: bool, measures: bool) -> Callable[..., Any]:
    """The function for one divergence, of rows with a pseudocount or without, or of measures."""
    against_whole = terms.against_whole

    @inline
    def difference(a, b, plan):
        """x - y, or y minus the whole of its row; a and b are scaled, without pseudocounts."""
        if against_whole:
            whole = plan.b_own
            high, low = two_sum(b, plan.shifts[1]) if shifts else (b, 0.0)
            return (((high - whole[0]) - whole[1]) + (low - whole[2])) * plan.a_whole[0]
        if measures:
            return a - b
        if shifts:
            return shifted_difference(a, b, plan)
        return cross_difference(a, b, plan.a_whole, plan.b_whole)

    return difference
