"""The row pairs that `rows` leaves: nearly equal, of extreme scale, or no distributions.

Each row is scaled by a power of two so that its largest entry is about 2**TOP: no sum overflows
and almost no entry is subnormal. The sums have three times the precision, so that d = a B - b A has
all digits even for rows that are less than a unit in the last place apart. A bin with an entry that
is too small even so is scaled once more (a term is homogeneous), or, where the two entries are very
far apart, left to the divergence's `apart`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.rules import Rule
from kullback._kernels.terms import LEFT, Terms, no_logarithm
from kullback._math.bits import address, load, pointer
from kullback._math.exp import exp
from kullback._math.log import LN2, log
from kullback._math.log_ratio import FLOOR
from kullback._math.sums import (
    add_to,
    add_to_three,
    cross_difference,
    difference_of_products,
    exponent,
    mantissa,
    power_of_two,
    renormalized,
    times_power_of_two,
    two_product,
    two_sum,
)

TOP = 900
LEAST_PART = -100  # the least power of two that takes sums back in one step
TINY = 1.0  # a scaled entry below this is 2**900 times smaller than the largest
RAISED = 300  # the larger of two such entries becomes about 2**RAISED
FAR = 600  # octaves between two entries beyond which `apart` takes over


@inline
def exponent_of_any(x: float) -> int:
    """floor(log2 x) of a positive number, subnormal or not."""
    return exponent(x * 2.0**60) - 60 if x < 1.0 else exponent(x)


@inline
def whole_or_infinite(total):
    """A sum in two parts as one number."""
    return total[0] + total[1] if total[0] < np.inf else np.inf


@inline
def scaled_sum(total, unit):
    """A sum in three parts times a power of two."""
    return total[0] * unit, total[1] * unit, total[2] * unit


@inline
def with_product(total, count, amount):
    """total + count * amount, in three parts."""
    product, error = two_product(count, amount)
    return renormalized(add_to_three(add_to_three(total, product), error))


def make_careful(terms: Terms, rule: Rule) -> Callable[..., Any]:
    """The kernel for the pairs that are marked LEFT, for one divergence and one rule."""
    values, gap, shifts, fills = rule
    term, finish, apart, gaps = terms.term, terms.finish, terms.apart, terms.gaps
    against_whole, largest = terms.against_whole, terms.largest
    affinity, logarithm = terms.affinity, terms.logarithm
    has_logarithm = logarithm is not no_logarithm

    @inline
    def survey(p, q, at, amount, normalize):
        """The largest entries that the rule leaves, and whether a bin makes the result infinite.

        -1 for a row that is no distribution.
        """
        a_most = 0.0
        b_most = 0.0
        lacking = False
        for c in range(at[2]):
            a = load(p, at[0] + c)
            b = load(q, at[1] + c)
            if not 0.0 <= a < np.inf or not 0.0 <= b < np.inf:
                return -1.0, -1.0, False
            a, b = values(a, b, 0.0)
            a_most = max(a_most, a)
            b_most = max(b_most, b)
            if gaps != "" and not shifts and not fills:
                lacking |= b == 0.0 < a
            if gaps == "either" and not shifts:
                lacking |= a == 0.0 and (b > 0.0 or fills)
        if shifts:
            a_most = max(a_most, amount)
        if shifts or (fills and not normalize):
            b_most = max(b_most, amount)
        return a_most, b_most, lacking

    @inline
    def exact_sums(p, q, at, scales):
        """The sums of the scaled rows, in three times the precision, and the number of gaps."""
        a_sum = (0.0, 0.0, 0.0)
        b_sum = (0.0, 0.0, 0.0)
        gap_count = 0.0
        for c in range(at[2]):
            a, b = values(load(p, at[0] + c), load(q, at[1] + c), 0.0)
            gap_count += gap(b)
            a_sum = add_to_three(a_sum, times_power_of_two(a, scales[0]))
            b_sum = add_to_three(b_sum, times_power_of_two(b, scales[1]))
        return renormalized(a_sum), renormalized(b_sum), gap_count

    @inline
    def shifted_cross_difference(a, a_rest, b, b_rest, a_sum, b_sum):
        """(a + a_rest) B - (b + b_rest) A; in this order equal products leave exactly 0."""
        d = difference_of_products(a, b_sum[0], b, a_sum[0])
        return d + ((a_rest * b_sum[0] - b * a_sum[1]) + (a * b_sum[1] - b_rest * a_sum[0]))

    @inline
    def shifted_difference(a, b, plan, k):
        """(a + c) B - (b + c) A, where c, the pseudocount, may make rows nearly equal.

        Either from a + c and b + c in twice the precision; or, with B' and A' the sums without
        the pseudocounts, as a B' - b A' + k (a c - b c) + c B' - c A', which is better where c
        hides a and b. Whichever has the smaller error; each side has its own scale.
        """
        whole_a, whole_b, a_sum, b_sum, (a_shift, b_shift, unit, between), _ = plan
        a_high, a_low = two_sum(a, a_shift)
        b_high, b_low = two_sum(b, b_shift)
        error = (k + 16) * 2.0**-105 * (a_high * whole_b[0])
        first = cross_difference(a, b, a_sum, b_sum)
        second = k * difference_of_products(a * unit, b_shift, b * unit, a_shift)
        if (abs(first) + abs(second) + abs(between)) * 2.0**-51 < error:
            return first + second + between
        d = shifted_cross_difference(a_high, a_low, b_high, b_low, whole_a, whole_b)
        return 0.0 if abs(d) <= error else d

    @inline
    def difference(a, b, plan, k):
        """x - y, or y minus the whole of its row; a and b are scaled, without pseudocounts."""
        if against_whole:
            whole = plan[5]
            high, low = two_sum(b, plan[4][1]) if shifts else (b, 0.0)
            return (((high - whole[0]) - whole[1]) + (low - whole[2])) * plan[0][0]
        if shifts:
            return shifted_difference(a, b, plan, k)
        return cross_difference(a, b, plan[0], plan[1])

    @inline
    def moderate_share(a, b, d, plan, alpha):
        """Term and affinity of two scaled entries, neither of them tiny unless it is 0."""
        x = max(a * plan[1][0] + FLOOR, 2.0 * FLOOR) if a > 0.0 else FLOOR
        y = max(b * plan[0][0] + FLOOR, 2.0 * FLOOR) if b > 0.0 else FLOOR
        common = affinity(x, y, alpha)
        if against_whole:  # what stands for 0 has a term, which counts where all others are 0
            share = term(x, y, d, plan[5][0] * plan[0][0], alpha)
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
            x = times_power_of_two(a, -a_power) * mantissa(plan[1][0])
            y = times_power_of_two(b, -b_power) * mantissa(plan[0][0])
            a_exponent += exponent(plan[1][0])
            b_exponent += exponent(plan[0][0])
            if against_whole:
                whole = plan[5][0] * plan[0][0]
                y /= mantissa(whole)
                b_exponent -= exponent(whole)
            return apart(x, a_exponent, y, b_exponent, alpha)
        more = RAISED - max(a_exponent, b_exponent)
        a = times_power_of_two(a, a_scale + more)
        b = times_power_of_two(b, b_scale + more)
        exact = cross_difference(a, b, plan[0], plan[1])
        d = times_power_of_two(d, more) if shifts else exact
        share, common = moderate_share(a, b, d, plan, alpha)
        common = times_power_of_two(common, -more)
        return share if largest else times_power_of_two(share, -more), common

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
                a_scaled += plan[4][0]
                b_scaled += plan[4][1]
            tiny = min(a_scaled * plan[1][0], b_scaled * plan[0][0]) < TINY
            if tiny and a > 0.0 and b > 0.0:
                share, kept = extreme_share(a, scales[0], b, b_scale, d, plan, alpha)
            else:
                share, kept = moderate_share(a_scaled, b_scaled, d, plan, alpha)
            total = (max(total[0], share), 0.0) if largest else add_to(total, share)
            common = add_to(common, kept)
        return whole_or_infinite(total), whole_or_infinite(common)

    @inline
    def ln_of(x, scale, whole):
        """ln of x 2**scale relative to a whole, which is a mantissa and an exponent."""
        power = exponent_of_any(x)
        ratio = times_power_of_two(x, -power) / whole[0]
        return log(ratio) + LN2 * (power + scale - whole[1])

    @inline
    def log_of_sum(p, q, at, scales, wholes, amount, fill, alpha):
        """The logarithm of a sum that overflows, with its largest term taken out."""
        most = -np.inf
        for repeated in range(2):
            total = 0.0
            next_most = -np.inf
            for column in range(at[2]):
                a, b = values(load(p, at[0] + column), load(q, at[1] + column), 0.0)
                b_scale = scales[1]
                if fills and b == 0.0:
                    b, b_scale = fill
                if shifts:
                    a += amount
                    b += amount
                if a > 0.0:
                    ln_p = ln_of(a, scales[0], wholes[0])
                    z = logarithm(ln_p, ln_of(b, b_scale, wholes[1]), alpha)
                    next_most = max(next_most, z)
                    total += exp(z - most) if repeated else 0.0
            most = next_most
        return (most + log(total)) / (alpha - 1.0)

    @inline
    def needs_logarithm(result, total, lacking):
        return has_logarithm and not lacking and (result == LEFT or not total < np.inf)

    @inline
    def unscaled(p, q, at, scales, amount, alpha, lacking):
        """The divergence of rows as they are; both have the same scale, or q only a logarithm."""
        scale, b_scale = scales
        one = (1.0, 0.0, 0.0)
        a_shift = times_power_of_two(amount, scale) if shifts else 0.0
        b_shift = times_power_of_two(amount, b_scale) if shifts else 0.0
        whole = (power_of_two(b_scale), 0.0, 0.0) if against_whole else one
        plan = (one, one, one, one, (a_shift, b_shift, 1.0, 0.0), whole)
        fill = (amount, b_scale)
        total, common = term_sums(p, q, at, scales, plan, amount, fill, alpha)
        # In two steps: the power that takes the sums back may be beyond the range of one number.
        part = max(min(scale, TOP), LEAST_PART)
        total = total if largest else times_power_of_two(total, part - scale)
        common = times_power_of_two(common, part - scale)
        result = finish(total, common, lacking, power_of_two(-part), False, alpha)
        if needs_logarithm(result, total, lacking):
            wholes = ((1.0, scale), (1.0, scale))
            return log_of_sum(p, q, at, scales, wholes, amount, fill, alpha)
        return result

    @inline
    def normalized(p, q, at, scales, amount, alpha, lacking):
        """The divergence of the rows divided by their sums."""
        a_scale, b_scale = scales
        a_sum, b_sum, gap_count = exact_sums(p, q, at, scales)
        fill = 0.0
        if fills:
            fill = amount * b_sum[0]
            b_sum = with_product(b_sum, gap_count, fill)
        a_whole, b_whole = a_sum, b_sum
        a_shift, b_shift = 0.0, 0.0
        if shifts:
            a_shift = times_power_of_two(amount, a_scale)
            b_shift = times_power_of_two(amount, b_scale)
            a_whole = with_product(a_sum, float(at[2]), a_shift)
            b_whole = with_product(b_sum, float(at[2]), b_shift)
        a_unit = power_of_two(-exponent(a_whole[0]))
        b_unit = power_of_two(-exponent(b_whole[0]))
        unit = a_unit * 2.0**TOP * b_unit
        a_part, b_part = scaled_sum(a_sum, unit), scaled_sum(b_sum, unit)
        between = cross_difference(a_shift, b_shift, a_part, b_part) if shifts else 0.0
        plan = (
            scaled_sum(a_whole, unit),
            scaled_sum(b_whole, unit),
            a_part,
            b_part,
            (a_shift, b_shift, unit, between),
            b_whole,
        )
        total, common = term_sums(p, q, at, scales, plan, amount, (fill, 0), alpha)
        back = 2.0**-TOP / (mantissa(a_whole[0]) * mantissa(b_whole[0]))
        result = finish(total, common, lacking, back, True, alpha)
        if needs_logarithm(result, total, lacking):
            a_one = (mantissa(a_whole[0]), exponent(a_whole[0]))
            b_one = (mantissa(b_whole[0]), exponent(b_whole[0]))
            return log_of_sum(p, q, at, scales, (a_one, b_one), amount, (fill, 0), alpha)
        return result

    @inline
    def pair(p, q, at, amount, alpha, normalize):
        """The divergence, or nan for rows that are no distributions."""
        a_most, b_most, lacking = survey(p, q, at, amount, normalize)
        if a_most <= 0.0 or b_most <= 0.0:
            return np.nan
        if not fills and not against_whole and address(p, at[0]) == address(q, at[1]):
            return 0.0  # one row, as on the diagonal of a matrix
        a_scale = TOP - exponent_of_any(a_most)
        b_scale = TOP - exponent_of_any(b_most)
        if normalize:
            return normalized(p, q, at, (a_scale, b_scale), amount, alpha, lacking)
        if against_whole:
            return unscaled(p, q, at, (a_scale, min(b_scale, TOP)), amount, alpha, lacking)
        scale = min(a_scale, b_scale)
        return unscaled(p, q, at, (scale, scale), amount, alpha, lacking)

    def careful(p, p_index, q, q_index, amount, alpha, normalize, out):
        """Fill in the results marked LEFT; how many of them are nan: no distributions."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        invalid = 0
        for r in range(out.shape[0]):
            if out[r] == LEFT:
                at = (p_index[r] * k, q_index[r] * k, k)
                out[r] = pair(p_data, q_data, at, amount, alpha, normalize)
                invalid += np.isnan(out[r])
        return invalid

    return careful
