"""The operations that Python cannot write: bit casts, fused multiply-add, masks.

Each is one LLVM instruction (or a compare and a select), for a float64, a float32 or eight lanes.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types

from kullback._math.kinds import FLOATS, Lanes, declare, dtype_of, like, llvm_type
from kullback._math.tracing import traced
from kullback._math.values import Value, common, current, is_real, kind_of, lifted, value

_INT_OF = {types.float64: types.int64, types.float32: types.int32}
_FLOAT_OF = {integer: real for real, integer in _INT_OF.items()}


def _of_its_size(x, other):
    """The type that has another type of number in the place of each of its own."""
    return like(kind_of(x), other[dtype_of(kind_of(x))])


def _bit_cast(x, kind):
    return Value(kind, current().builder.bitcast(lifted(x, kind_of(x)), llvm_type(kind)))


@traced
def bits(x):
    """The bits of a float64 as int64, of a float32 as int32."""
    return _bit_cast(x, _of_its_size(x, _INT_OF))


@traced
def from_bits(n):
    """The float64 with the bits of an int64, the float32 with those of an int32."""
    return _bit_cast(n, _of_its_size(n, _FLOAT_OF))


@traced
def to_float(n):
    """An integer as a float of its size."""
    kind = _of_its_size(n, _FLOAT_OF)
    return Value(kind, current().builder.sitofp(lifted(n, kind_of(n)), llvm_type(kind)))


@traced
def to_single(x):
    """A float64 as a float32."""
    return Value(types.float32, current().builder.fptrunc(x.llvm, llvm_type(types.float32)))


def _by_llvm(name, kind, *given):
    """A function of floats that LLVM has for numbers and for lanes."""
    size = f"f{dtype_of(kind).bitwidth}"
    full_name = f"llvm.{name}.{f'v{kind.width}' if isinstance(kind, Lanes) else ''}{size}"
    args, builder = [lifted(x, kind) for x in given], current().builder
    function = declare(builder, full_name, args[0].type, [x.type for x in args])
    return Value(kind, builder.call(function, args))


@traced
def fma(x, y, z):
    """x * y + z, rounded once."""
    return _by_llvm("fma", common(x, y, z), x, y, z)


@traced
def square_root(x):
    """The square root, rounded once."""
    return _by_llvm("sqrt", kind_of(x), x)


@traced
def select(condition, x, y):
    """x where the condition holds, else y, both being evaluated: a mask, not a branch."""
    kind, where = common(x, y), kind_of(condition)
    if isinstance(where, Lanes) and not isinstance(kind, Lanes):
        real = types.float64 if where.width == FLOATS.width else types.float32
        kind = like(where, real if is_real(kind) else _INT_OF[real])
    if not isinstance(condition, Value):
        return value(x if condition else y, kind)
    chosen = current().builder.select(condition.llvm, lifted(x, kind), lifted(y, kind))
    return Value(kind, chosen)


@traced
def magnitude(x):
    """|x|."""
    n = bits(x)
    return from_bits(n & ((1 << (dtype_of(n.kind).bitwidth - 1)) - 1))


@traced
def larger(x, y):
    """The larger of the two, the second where either is NaN."""
    return select(x > y, x, y)


@traced
def smaller(x, y):
    """The smaller of the two, the second where either is NaN."""
    return select(x < y, x, y)


@traced
def mask_byte(mask):
    """A mask as the bits of one byte, lane 0 the lowest."""
    return Value(types.uint8, current().builder.bitcast(mask.llvm, ir.IntType(8)))
