"""Weighted sums of the divergences of rows from the mean of their group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.means.common import APART, DIFFERENCE, GROUP, LOW, MASS, PART, RUN, SPREAD
from kullback._math.sums import add_to


def make_weighted_sums() -> Callable[..., Any]:
    """The kernel that makes results of the divergences of the rows from the mean."""

    @inline
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
        n = min(m, RUN) + 3.0
        far = n * n * (m + 3.0) * 2.0**-58 if n * m > 2.0**27 else 0.0
        return value > n * 2.0**-58 * apart and value > far and value > 0.25 * spread

    def weighted_sums(values, known, weights, choice, most, m, normalize, out):
        """out[g] = JS in nats, at most most[choice[g]]; nan or UNCERTIFIED, and how many are."""
        _, group, _, parts = known
        left = 0
        for g in range(out.size):
            total, shares, finite = (0.0, 0.0), 0.0, True
            for i in range(m):
                v, value = weights[choice[g] * m + i], values[g * m + i]
                shares += v
                finite &= value != np.inf or v == 0.0  # else the mean has rounded a bin to 0
                # A row of weight 0 may be anywhere, but must be a distribution.
                total = add_to(total, v * value if v > 0.0 or value != value else 0.0)
            mean = (total[0] + total[1]) / shares
            mass = group[GROUP * g + MASS] if normalize else 1.0
            low = parts[PART * g + LOW] if normalize else 0.0
            spread = 0.5 * parts[PART * g + SPREAD] / mass
            apart = (parts[PART * g + DIFFERENCE] + group[GROUP * g + APART]) / mass
            value = mean - (spread - 0.5 * (low / mass) ** 2)
            good = certain(value, spread, apart, m) and value < np.inf
            out[g] = UNCERTIFIED
            known_well = good or mean == 0.0 or mean != mean
            if group[GROUP * g + MASS] > 0.0 and finite and known_well:
                value = value if good else mean
                out[g] = most[choice[g]] if normalize and value > most[choice[g]] else value
            left += not out[g] >= 0.0
        return left

    return weighted_sums
