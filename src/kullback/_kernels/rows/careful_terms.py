"""Step of `careful`: the sum of the terms of a row pair, each entry of which may be of any size.

A bin with an entry that is too small for the rows' scale is scaled once more (a term is
homogeneous), or, where the two entries are very far apart, left to the divergence's `apart`.

Sums that are too small beside the rows for numbers of their scale are taken once more, times
2**lift: then every bin has a scale of its own, and differences that a pseudocount hides are made
larger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.rows.careful_differences import make_difference
from kullback._kernels.rows.careful_exact import exact_difference
from kullback._kernels.rows.careful_pair import entries
from kullback._kernels.terms.arithmetic import Terms, no_logarithm
from kullback._math.log_ratio import FLOOR
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
FAR = 250  # octaves between two entries beyond which `apart` takes over
HIDDEN = 200  # a smaller difference is made as large as 2**HIDDEN: the term goes with its square


@inline
def whole_or_infinite(total):
    """A sum in two parts as one number."""
    return total[0] + total[1] if total[0] < np.inf else np.inf


def make_shares(terms: Terms, shifts: bool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What a bin adds to the sums: where neither entry is tiny, and where one is."""
    term, apart, affinity = terms.term, terms.apart, terms.affinity
    against_whole, largest, linear = terms.against_whole, terms.largest, terms.linear
    has_logarithm = terms.logarithm is not no_logarithm
    order = 1 if linear else 2

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
    def share_apart(a, a_exponent, b, b_exponent, plan, alpha, lift):
        """Of two mantissas with their exponents: terms that need no difference of the two."""
        x, y = a * mantissa(plan.b_whole[0]), b * mantissa(plan.a_whole[0])
        x_exponent = a_exponent + exponent(plan.b_whole[0])
        y_exponent = b_exponent + exponent(plan.a_whole[0])
        if against_whole:
            whole = plan.b_own[0] * plan.a_whole[0]
            y /= mantissa(whole)
            return apart(x, x_exponent + lift, y, y_exponent - exponent(whole), alpha)
        return apart(x, x_exponent + lift, y, y_exponent + lift, alpha)

    @inline
    def extreme_share(a, a_scale, b, b_scale, d, d_scale, plan, alpha, lift):
        """Term and affinity, times 2**lift, of two entries of any size, one of which may be 0."""
        a_power = exponent_of_any(a) if a > 0.0 else 0
        b_power = exponent_of_any(b) if b > 0.0 else 0
        a_exponent = a_power + a_scale if a > 0.0 else b_power + b_scale
        b_exponent = b_power + b_scale if b > 0.0 else a_exponent
        mantissas = times_power_of_two(a, -a_power), times_power_of_two(b, -b_power)
        parted = mantissas[0], a_exponent, mantissas[1], b_exponent, plan, alpha, lift
        # Where gaps may be filled with much, the two rows have scales far from each other.
        octaves = a_exponent + exponent(plan.b_whole[0])
        octaves -= b_exponent + exponent(plan.a_whole[0])
        if against_whole or abs(octaves) > FAR:
            return share_apart(*parted)
        more = RAISED - max(a_exponent, b_exponent)
        a = times_power_of_two(a, a_scale + more)
        b = times_power_of_two(b, b_scale + more)
        hidden = 0
        if shifts or plan.exact:
            if lift and d != 0.0:
                hidden = max(0, HIDDEN - exponent_of_any(abs(d)) - d_scale - more)
            d = times_power_of_two(d, d_scale + more + hidden)
        else:
            d = cross_difference(a, b, plan.a_whole, plan.b_whole)
        share, common = moderate_share(a, b, d, plan, alpha)
        if has_logarithm and not share < np.inf:  # a power of their ratio is larger than they
            return share_apart(*parted)
        back = lift - more
        common = times_power_of_two(common, back)
        return share if largest else times_power_of_two(share, back - order * hidden), common

    return moderate_share, extreme_share


def make_term_sums(terms: Terms, shifts: bool, lifts: bool) -> Callable[..., Any]:
    """The function for one divergence, with a pseudocount or without; `lifts`: knows of a lift."""
    against_whole, largest = terms.against_whole, terms.largest
    difference = make_difference(terms, shifts, measures=lifts)
    may_be_exact = not against_whole and not lifts
    moderate_share, extreme_share = make_shares(terms, shifts)

    @inline
    def term_sums(pair, scales, plan, fill, alpha, lift):
        """The two sums, times 2**lift; fill: what stands for a gap, and the power of its scale.

        A lift other than 0 is for rows as they are, in one scale.
        """
        if not lifts:  # a constant: nearly equal distributions do not pay for it
            lift = 0
        total = (0.0, 0.0)
        common = (0.0, 0.0)
        filled = times_power_of_two(fill[0], fill[1])
        for column in range(pair.k):
            a, b = entries(pair, column)
            a_scale, b_scale = scales
            a_scaled = times_power_of_two(a, a_scale)
            b_scaled = times_power_of_two(b, b_scale)
            if not shifts and pair.fills and b == 0.0:
                b, b_scale = fill
                b_scaled = filled
            d, d_scale = difference(a_scaled, b_scaled, plan), 0
            if may_be_exact and plan.exact:
                shift = pair.amount if shifts else 0.0
                given = a, a_scale, b, b_scale, shift, scales
                d, d_scale = exact_difference(*given, plan.longs)
                d_scale += plan.unit
            if lift and not against_whole:
                d, d_scale = a - b, a_scale
            if shifts:
                a += pair.amount
                b += pair.amount
                a_scaled += plan.shifts[0]
                b_scaled += plan.shifts[1]
            is_tiny = min(a_scaled * plan.b_whole[0], b_scaled * plan.a_whole[0]) < TINY
            lifted = lift != 0 and not against_whole and (a > 0.0 or b > 0.0)
            if lifted and not is_tiny:  # with a pseudocount it may overflow as it is
                a, a_scale, b, b_scale = a_scaled, 0, b_scaled, 0
            if lifted or (is_tiny and a > 0.0 and b > 0.0):
                share, kept = extreme_share(a, a_scale, b, b_scale, d, d_scale, plan, alpha, lift)
            else:
                if may_be_exact:
                    d = times_power_of_two(d, d_scale)
                share, kept = moderate_share(a_scaled, b_scaled, d, plan, alpha)
                share = times_power_of_two(share, lift)
            total = (max(total[0], share), 0.0) if largest else add_to(total, share)
            common = add_to(common, kept)
        return whole_or_infinite(total), whole_or_infinite(common)

    return term_sums
