"""The row pairs that `rows` leaves: nearly equal, of extreme scale, or no distributions.

Each row is scaled by a power of two so that its largest entry is about 2**TOP: no sum overflows
and almost no entry is subnormal. Its steps are modules of their own:

    careful_pair          the entries, as an option leaves them
    careful_differences   d = a B - b A, with sums in three times the precision
    careful_exact         the same without any rounding, where that is not enough
    careful_terms         terms of entries of any size, and their sum
    careful_logarithm     the logarithm of a sum that overflows
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.rows.careful_differences import Plan, with_product
from kullback._kernels.rows.careful_exact import are_proportional, doubted_below, exact_sums, room
from kullback._kernels.rows.careful_logarithm import make_log_of_sum
from kullback._kernels.rows.careful_pair import TOP, Pair, entries, filling
from kullback._kernels.rows.careful_terms import make_term_sums
from kullback._kernels.terms.arithmetic import Terms, no_logarithm
from kullback._math.memory import address, load, pointer
from kullback._math.sums import (
    add_to_three,
    exponent,
    exponent_of_any,
    mantissa,
    power_of_two,
    renormalized,
    times_power_of_two,
)

LEAST_PART = -100  # the least power of two that takes sums back in one step
# Of rows as they are, of which an entry is at least 1 (LOW), sums of terms below FAINT may have
# lost digits that a result below ENOUGH needs: they are taken once more, times 2**LIFT.
FAINT = 2.0**-500
LOW = 901
ENOUGH = 2.0**50
LIFT = 1400
# Entries so many octaves below 1 are scaled as if one was 1: a term of chi2, x x / y, may be near
# the largest float, and twice the octaves that x is raised by would be too many.
JUST_BELOW_1 = 50


@inline
def scaled_sum(total, unit):
    """A sum in three parts times a power of two."""
    return total[0] * unit, total[1] * unit, total[2] * unit


@inline
def scales_of(a_most, b_most, fill):
    """The powers of two that take the largest entries to about 2**TOP.

    fill: what a gap of q takes, as a multiple of q's sum: if above 1, it is q's largest entry.
    """
    b_scale = TOP - exponent_of_any(b_most)
    return TOP - exponent_of_any(a_most), b_scale - exponent(fill) if fill > 1.0 else b_scale


def make_careful(terms: Terms, shifts: bool) -> Callable[..., Any]:
    """The kernel for the pairs that are marked UNCERTIFIED; `shifts`: they have a pseudocount."""
    finish, root, gaps = terms.finish, terms.root, terms.gaps
    against_whole, largest, linear = terms.against_whole, terms.largest, terms.linear
    has_logarithm = terms.logarithm is not no_logarithm
    term_sums = make_term_sums(terms, shifts, lifts=False)
    lifted_term_sums = make_term_sums(terms, shifts, lifts=True)
    log_of_sum = make_log_of_sum(terms, shifts)

    @inline
    def survey(pair, normalize):
        """The largest entries that the rule leaves; whether a bin makes the result infinite.

        And whether q has gaps. -1 for a row that is no distribution.
        """
        a_most = 0.0
        b_most = 0.0
        lacking = False
        has_gaps = False
        for c in range(pair.k):
            a, b = load(pair.p, pair.p_at + c), load(pair.q, pair.q_at + c)
            if not 0.0 <= a < np.inf or not 0.0 <= b < np.inf:
                return -1.0, -1.0, False, False
            a, b = entries(pair, c)
            a_most = max(a_most, a)
            b_most = max(b_most, b)
            has_gaps |= b == 0.0
            if gaps != "" and not shifts:
                lacking |= b == 0.0 < a and not pair.fills
            if gaps == "either" and not shifts:
                lacking |= a == 0.0 and (b > 0.0 or pair.fills)
        if shifts:
            a_most = max(a_most, pair.amount)
        # Zeros alone are no distribution, even where they would be filled.
        if shifts or (pair.fills and has_gaps and not normalize and b_most > 0.0):
            b_most = max(b_most, pair.amount)
        return a_most, b_most, lacking, has_gaps

    @inline
    def sums_in_three(pair, scales):
        """The sums of the scaled rows, in three times the precision, and the number of gaps."""
        a_sum = (0.0, 0.0, 0.0)
        b_sum = (0.0, 0.0, 0.0)
        gap_count = 0.0
        for c in range(pair.k):
            a, b = entries(pair, c)
            gap_count += 1.0 if b == 0.0 else 0.0
            a_sum = add_to_three(a_sum, times_power_of_two(a, scales[0]))
            b_sum = add_to_three(b_sum, times_power_of_two(b, scales[1]))
        return renormalized(a_sum), renormalized(b_sum), gap_count

    @inline
    def is_doubtful(result, k, alpha):
        """Whether rounding of the differences may show in a result."""
        factor = min(alpha, 1.0) if has_logarithm else 1.0
        return not against_whole and 0.0 <= result < factor * doubted_below(k, shifts, linear)

    @inline
    def needs_logarithm(result, total, lacking):
        return has_logarithm and not lacking and (result == UNCERTIFIED or not total < np.inf)

    @inline
    def unscaled(pair, scales, alpha, lacking, longs):
        """The divergence of rows as they are; both have the same scale, or q only a logarithm."""
        scale, b_scale = scales
        one = (1.0, 0.0, 0.0)
        a_shift = times_power_of_two(pair.amount, scale) if shifts else 0.0
        b_shift = times_power_of_two(pair.amount, b_scale) if shifts else 0.0
        whole = (power_of_two(b_scale), 0.0, 0.0) if against_whole else one
        plan = Plan(one, one, (a_shift, b_shift), whole, 0, False, longs)
        fill = (pair.amount, b_scale)
        total, result, part = 0.0, 0.0, 0
        for lift in (0, LIFT):
            found, common = lifted_term_sums(pair, scales, plan, fill, alpha, lift)
            if lift and not abs(found) < np.inf:
                break  # large terms that cancel
            # In two steps: the power that takes the sums back may be beyond the range of a number.
            part = max(min(scale + lift, TOP), LEAST_PART)
            back = part - scale - lift
            total = found if largest else times_power_of_two(found, back)
            common = times_power_of_two(common, back)
            result = finish(total, common, lacking, power_of_two(-part), False, alpha)
            if largest or abs(found) >= FAINT or scale >= LOW or result >= ENOUGH:
                break
        if needs_logarithm(result, total, lacking):
            wholes = ((1.0, scale), (1.0, scale))
            return log_of_sum(pair, scales, wholes, fill, alpha)
        return root(result, total, power_of_two(-part), alpha)

    @inline
    def normalized(pair, scales, alpha, lacking, longs):
        """The divergence of the rows divided by their sums."""
        a_scale, b_scale = scales
        a_sum, b_sum, gap_count = sums_in_three(pair, scales)
        fill = 0.0
        if pair.fills:
            fill = pair.amount * b_sum[0]
            b_sum = with_product(b_sum, gap_count, fill)
        a_whole, b_whole = a_sum, b_sum
        a_shift, b_shift = 0.0, 0.0
        if shifts:
            a_shift = times_power_of_two(pair.amount, a_scale)
            b_shift = times_power_of_two(pair.amount, b_scale)
            a_whole = with_product(a_sum, float(pair.k), a_shift)
            b_whole = with_product(b_sum, float(pair.k), b_shift)
        a_unit = power_of_two(-exponent(a_whole[0]))
        b_unit = power_of_two(-exponent(b_whole[0]))
        unit = a_unit * 2.0**TOP * b_unit
        wholes = scaled_sum(a_whole, unit), scaled_sum(b_whole, unit)
        back = 2.0**-TOP / (mantissa(a_whole[0]) * mantissa(b_whole[0]))
        total, common, result = 0.0, 0.0, 0.0
        for exact in (False, True):
            plan = Plan(*wholes, (a_shift, b_shift), b_whole, exponent(unit), exact, longs)
            total, common = term_sums(pair, scales, plan, (fill, 0), alpha, 0)
            result = finish(total, common, lacking, back, True, alpha)
            if exact or not is_doubtful(result, pair.k, alpha):
                break
            if not pair.fills and are_proportional(pair, scales, shifts):
                return 0.0
            exact_sums(pair, scales, fill, pair.amount if shifts else 0.0, longs)
        if needs_logarithm(result, total, lacking):
            a_one = (mantissa(a_whole[0]), exponent(a_whole[0]))
            b_one = (mantissa(b_whole[0]), exponent(b_whole[0]))
            return log_of_sum(pair, scales, (a_one, b_one), (fill, 0), alpha)
        return root(result, total, back, alpha)

    @inline
    def result(pair, alpha, normalize, longs):
        """The divergence, or nan for rows that are no distributions."""
        a_most, b_most, lacking, has_gaps = survey(pair, normalize)
        if a_most <= 0.0 or b_most <= 0.0:
            return np.nan
        pair = filling(pair, has_gaps)
        one_row = address(pair.p, pair.p_at) == address(pair.q, pair.q_at)
        if one_row and not pair.fills and not against_whole:
            return 0.0  # as on the diagonal of a matrix
        fill = pair.amount if pair.fills and normalize else 0.0
        a_scale, b_scale = scales_of(a_most, b_most, fill)
        if normalize:
            return normalized(pair, (a_scale, b_scale), alpha, lacking, longs)
        if against_whole:
            return unscaled(pair, (a_scale, min(b_scale, TOP)), alpha, lacking, longs)
        scale = min(a_scale, b_scale)
        scale = TOP if TOP < scale < TOP + JUST_BELOW_1 else scale
        return unscaled(pair, (scale, scale), alpha, lacking, longs)

    def careful(p, p_index, q, q_index, amount, alpha, normalize, skips, fills, out):
        """Fill in the results marked UNCERTIFIED; how many of them are nan: no distributions."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        longs = room()
        invalid = 0
        for r in range(out.shape[0]):
            if out[r] == UNCERTIFIED:
                at = p_index[r] * k, q_index[r] * k
                pair = Pair(p_data, q_data, *at, k, skips, fills, amount)
                out[r] = result(pair, alpha, normalize, longs)
                invalid += np.isnan(out[r])
        return invalid

    return careful
