"""Masks as bits of an integer: to find the few lanes in which something holds."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types

from kullback._math.kinds import declare
from kullback._math.tracing import traced
from kullback._math.values import Value, current


@traced
def mask_bits(mask):
    """A mask as the lowest bits of an integer, lane 0 the lowest."""
    builder = current().builder
    bits = builder.bitcast(mask.llvm, ir.IntType(mask.kind.width))
    return Value(types.int64, builder.zext(bits, ir.IntType(64)))


@traced
def lowest_bit(n):
    """The place of the lowest bit that is set in an int64 other than 0."""
    builder = current().builder
    given = [n.llvm.type, ir.IntType(1)]
    function = declare(builder, "llvm.cttz.i64", n.llvm.type, given)
    return Value(types.int64, builder.call(function, [n.llvm, ir.Constant(given[1], 1)]))
