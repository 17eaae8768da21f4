"""What differs between float64 and float32, so that each function is written once for both.

    HALF = constant(1 << 51, 1 << 22)     HALF(x): the one that goes with x
    near = polynomial(NEAR, NEAR_SINGLE)  near(z): with the coefficients that go with z

Which it is, is known when a kernel is compiled, from the type of the argument: a number, or lanes
of numbers, of 64 or 32 bits. A plain number beside lanes is rounded to theirs and needs no twin.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.extending import intrinsic

from kullback._math.bits import fused
from kullback._math.lanes import ELEMENT, Lanes

# The type of a constant: that of its value, with as many bits as what it goes with.
_KINDS = {
    (float, 64): types.float64,
    (float, 32): types.float32,
    (int, 64): types.int64,
    (int, 32): types.int32,
    (bool, 64): types.boolean,
    (bool, 32): types.boolean,
}


def _bits(kind):
    return (kind.dtype if isinstance(kind, Lanes) else types.unliteral(kind)).bitwidth


def constant(double, single):
    """constant(double, single)(x): the one or the other, as a float, an integer or a boolean."""

    @intrinsic
    def chosen(typing, like):
        value = double if _bits(like) == 64 else single
        returned = _KINDS[type(value), _bits(like)]

        def build(context, builder, sig, args):
            return ir.Constant(ELEMENT[returned], value)

        return returned(like), build

    return chosen


def polynomial(double, single=()):
    """polynomial(double, single)(z): the sum of c[i] z**i, by Horner's rule, in fused steps.

    The rule has no branch and no loop. Estrin's has shorter chains but two or three multiplications
    more, and multiplications are what the kernels are bound by: KL with it took 11 % longer on a
    processor with 256-bit units, JS 13 %.
    """

    @intrinsic
    def evaluated(typing, z):
        coefficients = double if _bits(z) == 64 else single
        if not coefficients:
            raise TypeError(f"there are no coefficients for {z}")

        def build(context, builder, sig, args):
            kind = args[0].type
            width = z.width if isinstance(z, Lanes) else 0
            terms = [ir.Constant(kind, [c] * width if width else c) for c in coefficients]
            total = terms.pop()
            while terms:
                total = fused(builder, z, total, args[0], terms.pop())
            return total

        return z(z), build

    return evaluated
