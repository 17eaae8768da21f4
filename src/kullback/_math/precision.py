"""What differs between float64 and float32, so that each function is written once for both.

    HALF = constant(1 << 51, 1 << 22)     HALF(x): the one that goes with x
    near = polynomial(NEAR, NEAR_SINGLE)  near(z): with the coefficients that go with z

Which it is, is known when a kernel is compiled, from the type of the argument: a number, or lanes
of numbers, of 64 or 32 bits. A plain number beside lanes is rounded to theirs and needs no twin.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import numpy as np

from kullback._math.bits import fma
from kullback._math.kinds import dtype_of
from kullback._math.tracing import traced
from kullback._math.values import kind_of

# The type of a constant that goes with 32 bits; with 64 it is Python's own.
_SINGLE = {float: np.float32, int: np.int32, bool: bool}


def constant(double, single):
    """constant(double, single)(x): the one or the other, as a float, an integer or a boolean."""
    single = _SINGLE[type(single)](single)

    @traced
    def chosen(like):
        return double if dtype_of(kind_of(like)).bitwidth == 64 else single

    return chosen


def polynomial(double, single=()):
    """polynomial(double, single)(z): the sum of c[i] z**i, by Horner's rule, in fused steps.

    The rule has no branch and no loop. Estrin's has shorter chains but two or three multiplications
    more, and multiplications are what the kernels are bound by: KL with it took 11 % longer on a
    processor with 256-bit units, JS 13 %.
    """

    @traced
    def evaluated(z):
        coefficients = double if dtype_of(kind_of(z)).bitwidth == 64 else single
        if not coefficients:
            raise TypeError(f"there are no coefficients for {kind_of(z)}")
        total = coefficients[-1]
        for c in reversed(coefficients[:-1]):
            total = fma(total, z, c)
        return total

    return evaluated
