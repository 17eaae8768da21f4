"""Step of `careful`: results that are the logarithm of a sum, where the sum overflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.rows.careful_pair import entries
from kullback._kernels.terms.arithmetic import Terms
from kullback._math.exp import exp
from kullback._math.log import LN2, log
from kullback._math.sums import exponent_of_any, times_power_of_two


@inline
def ln_of(x, scale, whole):
    """ln of x 2**scale relative to a whole, which is a mantissa and an exponent."""
    power = exponent_of_any(x)
    ratio = times_power_of_two(x, -power) / whole[0]
    return log(ratio) + LN2 * (power + scale - whole[1])


def make_log_of_sum(terms: Terms, shifts: bool) -> Callable[..., Any]:
    """The function for one divergence, of rows with a pseudocount or without."""
    logarithm = terms.logarithm

    @inline
    def log_of_sum(pair, scales, wholes, fill, alpha):
        """The logarithm of a sum that overflows, with its largest term taken out."""
        most = -np.inf
        for repeated in range(2):
            total = 0.0
            next_most = -np.inf
            for column in range(pair.k):
                a, b = entries(pair, column)
                b_scale = scales[1]
                if pair.fills and b == 0.0:
                    b, b_scale = fill
                if shifts:
                    a += pair.amount
                    b += pair.amount
                if a > 0.0:
                    ln_p = ln_of(a, scales[0], wholes[0])
                    z = logarithm(ln_p, ln_of(b, b_scale, wholes[1]), alpha)
                    next_most = max(next_most, z)
                    total += exp(z - most) if repeated else 0.0
            most = next_most
        return (most + log(total)) / (alpha - 1.0)

    return log_of_sum
