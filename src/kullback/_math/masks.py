"""Masks as bits of an integer: to find the few lanes in which something holds."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.extending import intrinsic

from kullback._math.lanes import declare


@intrinsic
def mask_bits(typing, mask):
    """A mask as the lowest bits of an integer, lane 0 the lowest."""

    def build(context, builder, sig, args):
        bits = builder.bitcast(args[0], ir.IntType(mask.width))
        return builder.zext(bits, ir.IntType(64))

    return types.int64(mask), build


@intrinsic
def lowest_bit(typing, n):
    """The place of the lowest bit that is set in an int64 other than 0."""

    def build(context, builder, sig, args):
        flag = ir.IntType(1)
        function = declare(builder, "llvm.cttz.i64", args[0].type, [args[0].type, flag])
        return builder.call(function, [args[0], ir.Constant(flag, 1)])

    return types.int64(n), build
