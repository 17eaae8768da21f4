"""The operations that Python cannot write: bit casts, fused multiply-add, masks.

Each is one LLVM instruction (or a compare and a select), for a float64, a float32 or eight lanes.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.extending import intrinsic

from kullback._math.lanes import FLOATS, INTEGERS, SINGLE_INTEGERS, SINGLES, Lanes, declare, splat

_INT_OF = {
    types.float64: types.int64,
    types.float32: types.int32,
    FLOATS: INTEGERS,
    SINGLES: SINGLE_INTEGERS,
}
_FLOAT_OF = {integer: real for real, integer in _INT_OF.items()}


def _common(*given):
    """Lanes where an argument is lanes, else the one floating type of all."""
    lanes = [x for x in given if isinstance(x, Lanes)]
    if lanes:
        return lanes[0]
    if not all(x == given[0] for x in given):
        raise TypeError(f"takes floats of one type, not {given}")
    return given[0]


def _as(kind, context, builder, args, given):
    if not isinstance(kind, Lanes):
        return args
    return [splat(context, builder, v, t, kind) for v, t in zip(args, given, strict=True)]


def _bit_cast(returned):
    def build(context, builder, sig, args):
        return builder.bitcast(args[0], context.get_value_type(returned))

    return build


@intrinsic
def bits(typing, x):
    """The bits of a float64 as int64, of a float32 as int32."""
    return _INT_OF[x](x), _bit_cast(_INT_OF[x])


@intrinsic
def from_bits(typing, n):
    """The float64 with the bits of an int64, the float32 with those of an int32."""
    return _FLOAT_OF[n](n), _bit_cast(_FLOAT_OF[n])


@intrinsic
def to_float(typing, n):
    """An integer as a float of its size."""
    returned = _FLOAT_OF[n]

    def build(context, builder, sig, args):
        return builder.sitofp(args[0], context.get_value_type(returned))

    return returned(n), build


@intrinsic
def fma(typing, x, y, z):
    """x * y + z, rounded once."""
    kind = _common(x, y, z)

    def build(context, builder, sig, args):
        return fused(builder, kind, *_as(kind, context, builder, args, sig.args))

    return kind(x, y, z), build


def fused(builder, kind, x, y, z):
    """The code of `fma`, of three values of one kind."""
    if not isinstance(kind, Lanes):
        return builder.fma(x, y, z)
    name = f"llvm.fma.v{kind.width}f{kind.dtype.bitwidth}"
    return builder.call(declare(builder, name, x.type, [x.type] * 3), [x, y, z])


@intrinsic
def square_root(typing, x):
    """The square root, rounded once."""

    def build(context, builder, sig, args):
        kind = x.dtype if isinstance(x, Lanes) else x
        width = f"v{x.width}" if isinstance(x, Lanes) else ""
        name = f"llvm.sqrt.{width}f{kind.bitwidth}"
        function = declare(builder, name, args[0].type, [args[0].type])
        return builder.call(function, args)

    return x(x), build


@intrinsic
def select(typing, condition, x, y):
    """x where the condition holds, else y, both being evaluated: a mask, not a branch."""
    if isinstance(condition, Lanes) and not isinstance(x, Lanes) and not isinstance(y, Lanes):
        kind = FLOATS if condition.width == FLOATS.width else SINGLES
    else:
        kind = _common(x, y)

    def build(context, builder, sig, args):
        x1, y1 = _as(kind, context, builder, args[1:], sig.args[1:])
        return builder.select(args[0], x1, y1)

    return kind(condition, x, y), build


@intrinsic
def magnitude(typing, x):
    """|x|."""

    def build(context, builder, sig, args):
        integer = context.get_value_type(_INT_OF[x])
        element = integer.element if isinstance(x, Lanes) else integer
        kept = ir.Constant(element, (1 << (element.width - 1)) - 1)
        mask = ir.Constant(integer, [kept] * x.width) if isinstance(x, Lanes) else kept
        return builder.bitcast(builder.and_(builder.bitcast(args[0], integer), mask), args[0].type)

    return x(x), build


def _extremum(comparison):
    @intrinsic
    def extremum(typing, x, y):
        kind = _common(x, y)

        def build(context, builder, sig, args):
            x1, y1 = _as(kind, context, builder, args, sig.args)
            return builder.select(builder.fcmp_ordered(comparison, x1, y1), x1, y1)

        return kind(x, y), build

    return extremum


larger = _extremum(">")  # the second argument where either is NaN
smaller = _extremum("<")


@intrinsic
def mask_byte(typing, mask):
    """A mask as the bits of one byte, lane 0 the lowest."""

    def build(context, builder, sig, args):
        return builder.bitcast(args[0], ir.IntType(8))

    return types.uint8(mask), build
