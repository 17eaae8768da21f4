"""Step of `careful`: the sum of the terms of a row pair, each entry of which may be of any size.

A bin with an entry that is too small for the rows' scale is scaled once more (a term is
homogeneous), or, where the two entries are very far apart, left to the divergence's `apart`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.careful_differences import make_difference
from kullback._kernels.rules import Rule
from kullback._kernels.terms import Terms
from kullback._math.log_ratio import FLOOR
from kullback._math.memory import load
from kullback._math.sums import (
    add_to,
    cross_difference,
    exponent,
    exponent_of_any,
    mantissa,
    times_power_of_two,
)

TINY = 1.0  # a scaled entry below this is 2**900 times smaller than the largest
RAISED = 300  # the larger of two such entries becomes about 2**RAISED
FAR = 600  # octaves between two entries beyond which `apart` takes over


@inline
def whole_or_infinite(total):
    """A sum in two parts as one number."""
    return total[0] + total[1] if total[0] < np.inf else np.inf


def make_shares(terms: Terms, shifts: bool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What a bin adds to the sums: where neither entry is tiny, and where one is."""
    term, apart, affinity = terms.term, terms.apart, terms.affinity
    against_whole, largest = terms.against_whole, terms.largest

    @inline
    def moderate_share(a, b, d, plan, alpha):
        """Term and affinity of two scaled entries, neither of them tiny unless it is 0."""
        x = max(a * plan.b_whole[0] + FLOOR, 2.0 * FLOOR) if a > 0.0 else FLOOR
        y = max(b * plan.a_whole[0] + FLOOR, 2.0 * FLOOR) if b > 0.0 else FLOOR
        common = affinity(x, y, alpha)
        if against_whole:  # what stands for 0 has a term, which counts where all others are 0
            share = term(x, y, d, plan.b_own[0] * plan.a_whole[0], alpha)
            return share if a > 0.0 else 0.0, common
        if abs(d) < 0.25 * y:
            x = y + d  # so that x - y says what can be said of d
        return term(x, y, d, d - (x - y), alpha), common

    @inline
    def extreme_share(a, a_scale, b, b_scale, d, plan, alpha):
        """Term and affinity of two entries of which at least one is tiny; neither is 0."""
        a_power = exponent_of_any(a)
        b_power = exponent_of_any(b)
        a_exponent = a_power + a_scale
        b_exponent = b_power + b_scale
        if against_whole or abs(a_exponent - b_exponent) > FAR:
            x = times_power_of_two(a, -a_power) * mantissa(plan.b_whole[0])
            y = times_power_of_two(b, -b_power) * mantissa(plan.a_whole[0])
            a_exponent += exponent(plan.b_whole[0])
            b_exponent += exponent(plan.a_whole[0])
            if against_whole:
                whole = plan.b_own[0] * plan.a_whole[0]
                y /= mantissa(whole)
                b_exponent -= exponent(whole)
            return apart(x, a_exponent, y, b_exponent, alpha)
        more = RAISED - max(a_exponent, b_exponent)
        a = times_power_of_two(a, a_scale + more)
        b = times_power_of_two(b, b_scale + more)
        exact = cross_difference(a, b, plan.a_whole, plan.b_whole)
        d = times_power_of_two(d, more) if shifts else exact
        share, common = moderate_share(a, b, d, plan, alpha)
        common = times_power_of_two(common, -more)
        return share if largest else times_power_of_two(share, -more), common

    return moderate_share, extreme_share


def make_term_sums(terms: Terms, rule: Rule) -> Callable[..., Any]:
    """The function for one divergence and one rule."""
    values, _, shifts, fills = rule
    largest = terms.largest
    difference = make_difference(terms, rule)
    moderate_share, extreme_share = make_shares(terms, shifts)

    @inline
    def term_sums(p, q, at, scales, plan, amount, fill, alpha):
        """The two sums; fill: what stands for a gap, and the power of two that scales it."""
        total = (0.0, 0.0)
        common = (0.0, 0.0)
        for column in range(at[2]):
            a, b = values(load(p, at[0] + column), load(q, at[1] + column), 0.0)
            b_scale = scales[1]
            if fills and b == 0.0:
                b, b_scale = fill
            a_scaled = times_power_of_two(a, scales[0])
            b_scaled = times_power_of_two(b, b_scale)
            d = difference(a_scaled, b_scaled, plan, at[2])
            if shifts:
                a += amount
                b += amount
                a_scaled += plan.shifts[0]
                b_scaled += plan.shifts[1]
            tiny = min(a_scaled * plan.b_whole[0], b_scaled * plan.a_whole[0]) < TINY
            if tiny and a > 0.0 and b > 0.0:
                share, kept = extreme_share(a, scales[0], b, b_scale, d, plan, alpha)
            else:
                share, kept = moderate_share(a_scaled, b_scaled, d, plan, alpha)
            total = (max(total[0], share), 0.0) if largest else add_to(total, share)
            common = add_to(common, kept)
        return whole_or_infinite(total), whole_or_infinite(common)

    return term_sums
