"""Weighted sums of the divergences of rows from the mean of their group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.means.common import APART, DIFFERENCE, GROUP, LOW, MASS, PART, RUN, SPREAD
from kullback._math.bits import select, smaller
from kullback._math.flow import loop
from kullback._math.memory import advanced, entry, pointer
from kullback._math.sums import add_to
from kullback._math.tracing import traced


def make_weighted_sums() -> Callable[..., Any]:
    """The kernel that makes results of the divergences of the rows from the mean."""

    @traced
    def certain(value, spread, apart, m):
        """Whether the error of KL(m||m') is below 9e-15 of the value.

        It is `spread` = sum low**2 / m' / 2 M, to a part 2**-51, less something that may be nearly
        as large. It is to be less than four values: then this costs 2e-15, and the rows kernel's
        own error, of JS + KL(m||m'), grows no more than fivefold.

        An entry of the mean is off by e, |e| <= n 2**-53 E, E = sum w (|a f - a_r| + c |f - 1|),
        n = min(m, RUN) + 3 being the number of roundings of a difference. Therefore KL(m||m') is
        off by sum low e / m' <= n 2**-106 sum E, which must be below 5e-15, and by
        sum e**2 / 2 m', which is below n**2 2**-107 (m + 3), and without a pseudocount below
        n**2 m**2 2**-104 JS: p_r being at most m times the mean, sum E**2 / m' is below m + 3 and
        below 8 m**2 JS. With one, `caution` has made more of the first condition.
        """
        n = smaller(m, RUN) + 3.0
        far = select(n * m > 2.0**27, n * n * (m + 3.0) * 2.0**-58, 0.0)
        return (value > n * 2.0**-58 * apart) & (value > far) & (value > 0.25 * spread)

    @traced
    def weighted(values, weights, m):
        """The sum of the weighted divergences, that of the weights, and whether JS is finite."""

        def with_row(i, state):
            total, shares, finite = state
            v, value = entry(weights, i), entry(values, i)
            finite = finite & ((value != np.inf) | (v == 0.0))  # else a bin was rounded to 0
            # A row of weight 0 may be anywhere, but must be a distribution.
            share = select((v > 0.0) | (value != value), v * value, 0.0)
            return add_to(total, share), shares + v, finite

        return loop(0, m, 1, ((0.0, 0.0), 0.0, True), with_row)

    @traced
    def result(values, weights, most, group, parts, m, normalize):
        """In nats, or UNCERTIFIED."""
        total, shares, finite = weighted(values, weights, m)
        mean = (total[0] + total[1]) / shares
        mass = select(normalize, entry(group, MASS), 1.0)
        low = select(normalize, entry(parts, LOW), 0.0) / mass
        spread = 0.5 * entry(parts, SPREAD) / mass
        apart = (entry(parts, DIFFERENCE) + entry(group, APART)) / mass
        value = mean - (spread - 0.5 * (low * low))
        good = certain(value, spread, apart, m) & (value < np.inf)
        known_well = good | (mean == 0.0) | (mean != mean)
        value = select(good, value, mean)
        value = select(normalize & (value > most), most, value)
        usable = (entry(group, MASS) > 0.0) & finite & known_well
        return select(usable, value, UNCERTIFIED)

    def weighted_sums(values, known, weights, choice, most, m, normalize, out):
        """out[g] = JS in nats, at most most[choice[g]]; nan or UNCERTIFIED, and how many are."""
        _, group, _, parts = known
        of_rows, of_weights = pointer(values), pointer(weights)
        of_groups, costs = pointer(group), pointer(parts)
        left = 0
        for g in range(out.size):
            divergences, shares = advanced(of_rows, g * m), advanced(of_weights, choice[g] * m)
            facts, cost = advanced(of_groups, GROUP * g), advanced(costs, PART * g)
            limit = most[choice[g]]
            out[g] = result(divergences, shares, limit, facts, cost, m, normalize)
            left += not out[g] >= 0.0
        return left

    return weighted_sums
