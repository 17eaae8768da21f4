"""Row pairs of float32, sixteen columns at a time, in float32 arithmetic: twice the throughput.

A term has few roundings of float32, and they average out in a sum; up to four columns are added in
float32, all others in float64. As in `rows`, the sums of the row pair after the next are taken in
the loop over the terms of this one. Divergences of first order, in which an error of a row's sum
shows as it is, get sums and factors with the digits of float64. Rows beyond the range in which no
entry is lost, nearly equal rows and rows with a sign bit or a NaN are UNCERTIFIED.

The near kernel takes the differences of nearly equal rows as `differences` does, in float32; what
it leaves is done in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.scales import nearest_power
from kullback._kernels.rows.single_sums import GROUP, add_wide, four, make_single_sums, no_sums
from kullback._math import log_ratio
from kullback._math.bits import fma, magnitude, select, smaller, to_single
from kullback._math.flow import loop
from kullback._math.lanes import SINGLE_WIDTH, lanes_of, single_lane_numbers
from kullback._math.log_ratio import floored
from kullback._math.memory import load_first_singles, pointer
from kullback._math.shuffles import any_sign_of_lanes, bits_of_lanes, sum_of_lanes
from kullback._math.sums import exponent, mantissa, power_of_two
from kullback._math.tracing import traced

SCALE = 100  # x and y sum to about 2**SCALE
# Sums of rows in this range leave every float32 entry above 2**-102 when it is scaled.
LEAST, MOST, UNSCALED_MOST = 2.0**-25, 2.0**50, 2.0**20
# Roots of entries below 2**-123 of their row underflow: of 2**20 of them that is less than 2**-24
# of a result above this.
LEAST_OF_ROOTS = 2.0**-75
# The sums are right to 2**-22: squared and halved, that is 3e-14, below 3e-8 of a result above.
TRUSTED_ABOVE = 1e-6

# Of divergences of first order, 1e-7 of a result is more than all roundings of the two sums.
OF_SUMS = 1e7 * 2.0**-53 / SINGLE_WIDTH
UNIT = 2.0**-24
NEAR_ALLOWED = 1e-7  # relative error of a result that differences may cause
ROUNDED = 4 << 29  # as in `scales`: units of float64 in which a ratio is told from its power

ZERO = np.float32(0.0)


@traced
def singles_above(k: int, first_order: bool) -> float:
    """The least result of normalized rows that is certified."""
    return TRUSTED_ABOVE + k * OF_SUMS if first_order else TRUSTED_ABOVE


@traced
def near_singles_above(c: float, linear: bool, size: float, rough: float) -> float:
    """The same of the near kernel: see `near_above` of `thresholds`, with u = 2**-24."""
    if linear:
        return 4.0 * UNIT * size / NEAR_ALLOWED
    of_d = 2.0 * UNIT * (size + 2.0 * UNIT * rough) / NEAR_ALLOWED
    of_shift = 8.0 * UNIT * size
    return c * (of_d * of_d + of_shift * of_shift / NEAR_ALLOWED)


def make_singles(terms: Terms, near: bool) -> Callable[..., Any]:
    """The kernel over row pairs as they are given, for one divergence in float32."""
    term, affinity, finish, gaps = terms.term, terms.affinity, terms.finish, terms.gaps
    root, rooted, exact = terms.root, terms.rooted, terms.first_order
    linear, curvature = terms.linear, terms.curvature
    has_affinity = affinity is not no_affinity
    add_whole, rest_sums, row_sums = make_single_sums(gaps, exact)

    @traced
    def trusted_above(k):
        return singles_above(k, exact)

    @traced
    def numbers(a, b, made):
        x = floored(a, made[0])
        y = floored(b, made[1])
        d = fma(a, made[0], -y) - fma(b, made[1], -y)
        rest = fma(a, made[0], -x) - fma(b, made[1], -y)
        if exact:
            d = d + fma(a, made[3], -(b * made[4]))
        return x, y, d, rest

    @traced
    def near_numbers(a, b, made):
        a, b = a * made[0], b * made[1]
        x = a + np.float32(log_ratio.FLOOR_SINGLE)
        y = floored(b, made[3])
        d = fma(-b, made[4], fma(-b, made[3], a))
        if linear:
            d = fma(-b, made[5], d)
        return x, y, d, d - (x - y)

    @traced
    def share(a, b, made, alpha):
        x, y, d, rest = near_numbers(a, b, made) if near else numbers(a, b, made)
        kept = affinity(x, y, alpha) if has_affinity else lanes_of(ZERO)
        return term(x, y, d, rest, alpha), kept

    @traced
    def plan(sums, normalize):
        """Whether the row pair can be done here, lacks a bin, and is equal; its factors."""
        a_sum = sum_of_lanes(sums[0])
        b_sum = sum_of_lanes(sums[1])
        most = select(normalize, MOST, UNSCALED_MOST)
        usable = (a_sum > LEAST) & (a_sum < most) & (b_sum > LEAST) & (b_sum < most)
        usable = usable & (any_sign_of_lanes(sums[2]) > -1)
        a_sum = select(usable & normalize, a_sum, 1.0)
        b_sum = select(usable & normalize, b_sum, 1.0)
        lacking, equal = any_sign_of_lanes(sums[3]) < 0, bits_of_lanes(sums[4]) == 0
        made = near_factors(a_sum, b_sum) if near else factors(a_sum, b_sum)
        return usable, lacking, equal, made

    @traced
    def factors(a_sum, b_sum):
        """What p and q are multiplied by, what takes the sum back, and the rests of the first."""
        for_p = mantissa(b_sum) * power_of_two(SCALE - exponent(a_sum))
        for_q = mantissa(a_sum) * power_of_two(SCALE - exponent(b_sum))
        p_high, q_high = to_single(for_p), to_single(for_q)
        back = 1.0 / (a_sum * (for_p if exact else p_high))
        return p_high, q_high, back, to_single(for_p - p_high), to_single(for_q - q_high)

    @traced
    def near_factors(a_sum, b_sum):
        """Powers of two for p and q, what takes the sum back, c, and room for r in two parts."""
        for_p = power_of_two(SCALE - exponent(a_sum))
        for_q = power_of_two(SCALE - exponent(b_sum))
        a_sum, b_sum = a_sum * for_p, b_sum * for_q
        ratio, _ = nearest_power(a_sum / b_sum, ROUNDED)
        return to_single(for_p), to_single(for_q), 1.0 / a_sum, to_single(ratio), ZERO, ZERO

    @traced
    def difference(a, b, made):
        return fma(-(b * made[1]), made[3], a * made[0])

    @traced
    def differences_whole(total, p, q, at, c, made):
        """The sum of differences with the columns of one turn more."""
        a, b = four(p, at[0] + c), four(q, at[1] + c)
        g = [difference(a[i], b[i], made) for i in range(4)]
        return add_wide(total, (g[0] + g[1]) + (g[2] + g[3]))

    @traced
    def differences_rest(total, p, q, at, c, count, made):
        """The same, with the first columns of one set of lanes more."""
        a = load_first_singles(p, at[0] + c, count)
        b = load_first_singles(q, at[1] + c, count)
        return add_wide(total, difference(a, b, made))

    @traced
    def shifted(total, made):
        """The factors with r, and the least result that is certified with it."""
        for_p, for_q, back, ratio, _, _ = made
        r = sum_of_lanes(total) * back * ratio
        high = to_single(r)
        wide = ratio * 1.0  # as float64
        _, rough = nearest_power(wide, ROUNDED)
        least = near_singles_above(curvature, linear, magnitude(r) / ratio, rough)
        if rooted or has_affinity:
            least = select(least > LEAST_OF_ROOTS, least, LEAST_OF_ROOTS)
        return (for_p, for_q, back, ratio, high, to_single(r - high)), least

    @traced
    def settled(p, q, at, k, made):
        """As `shifted`, of a row pair."""
        grouped = k & -GROUP

        def with_group(c, total):
            return differences_whole(total, p, q, at, c, made)

        def with_rest(c, total):
            return differences_rest(total, p, q, at, c, smaller(SINGLE_WIDTH, k - c), made)

        total = loop(0, grouped, GROUP, lanes_of(0.0), with_group)
        return shifted(loop(grouped, k, SINGLE_WIDTH, total, with_rest), made)

    @traced
    def whole_terms(totals, p, q, at, c, made, alpha):
        """The sums of terms and of affinities, with the columns of one turn more."""
        total, common = totals
        a, b = four(p, at[0] + c), four(q, at[1] + c)
        shares, kept = share(a[0], b[0], made, alpha)
        for i in range(1, 4):
            more, more_kept = share(a[i], b[i], made, alpha)
            shares = shares + more
            kept = kept + more_kept
        return add_wide(total, shares), add_wide(common, kept) if has_affinity else common

    @traced
    def rest_terms(totals, p, q, at, c, count, made, alpha):
        """The same, with the first columns of one set of lanes more."""
        total, common = totals
        live = single_lane_numbers() < count
        a = load_first_singles(p, at[0] + c, count)
        b = load_first_singles(q, at[1] + c, count)
        shares, kept = share(a, b, made, alpha)
        total = add_wide(total, select(live, shares, ZERO))
        return total, add_wide(common, select(live, kept, ZERO)) if has_affinity else common

    @traced
    def row_terms(p, q, at, after, k, made, alpha):
        """The terms of one row pair, and the sums of a later one."""
        grouped = k & -GROUP

        def with_group(c, state):
            totals, sums = state
            sums = add_whole(sums, p, q, after, c)
            return whole_terms(totals, p, q, at, c, made, alpha), sums

        def with_rest(c, totals):
            count = smaller(SINGLE_WIDTH, k - c)
            return rest_terms(totals, p, q, at, c, count, made, alpha)

        nothing = (lanes_of(0.0), lanes_of(0.0)), no_sums()
        totals, sums = loop(0, grouped, GROUP, nothing, with_group)
        totals = loop(grouped, k, SINGLE_WIDTH, totals, with_rest)
        return totals, rest_sums(sums, p, q, after, grouped, k)

    @traced
    def result(totals, ready, least, normalize, alpha):
        """In nats, or UNCERTIFIED."""
        usable, lacking, equal, made = ready
        total, common = sum_of_lanes(totals[0]), sum_of_lanes(totals[1])
        value = finish(total, common, lacking, made[2], normalize, alpha)
        good = usable & (equal | ((lacking | (value < np.inf)) & (value > least)))
        value = select(equal, 0.0, root(value, total, made[2], alpha))
        return select(good, value, UNCERTIFIED)

    def singles(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are UNCERTIFIED."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        last = out.shape[0] - 1
        left = 0
        # Roots of tiny entries are not right; they count where all else is smaller still.
        least = TRUSTED_ABOVE if rooted or has_affinity else -np.inf
        if normalize:
            least = trusted_above(k)
        second = min(1, last)
        ready = plan(row_sums(p_data, q_data, (p_index[0] * k, q_index[0] * k), k), normalize)
        sums = row_sums(p_data, q_data, (p_index[second] * k, q_index[second] * k), k)
        for r in range(out.shape[0]):
            now = ready
            ready = plan(sums, normalize)
            ahead = min(r + 2, last)
            at = (p_index[r] * k, q_index[r] * k)
            after = (p_index[ahead] * k, q_index[ahead] * k)
            made = now[3]
            if near and normalize:
                made, least = settled(p_data, q_data, at, k, made)
            totals, sums = row_terms(p_data, q_data, at, after, k, made, alpha)
            value = result(totals, now, least, normalize, alpha)
            out[r] = value
            left += value == UNCERTIFIED
        return left

    return singles
