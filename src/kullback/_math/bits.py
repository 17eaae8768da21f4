"""The operations that Python cannot write: bit casts, fused multiply-add, reassociable addition.

Each is one LLVM instruction (or a compare and a select), so that loops over them vectorise.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.extending import intrinsic

_INT_OF = {types.float64: types.int64, types.float32: types.int32}
_FLOAT_OF = {types.int64: types.float64, types.int32: types.float32}


def _same_floats(*given) -> bool:
    return isinstance(given[0], types.Float) and all(x == given[0] for x in given)


@intrinsic
def bits(typing, x):
    """The bits of a float64 as int64, of a float32 as int32."""

    def build(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(signature.return_type))

    return _INT_OF[x](x), build


@intrinsic
def from_bits(typing, n):
    """The float64 with the bits of an int64, the float32 with those of an int32."""

    def build(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(signature.return_type))

    return _FLOAT_OF[n](n), build


@intrinsic
def fma(typing, x, y, z):
    """x * y + z, rounded once."""
    if not _same_floats(x, y, z):
        raise TypeError(f"fma takes three floats of one type, not {x}, {y}, {z}")

    def build(context, builder, signature, args):
        return builder.fma(*args)

    return x(x, y, z), build


@intrinsic
def lane_add(typing, x, y):
    """x + y where the compiler may split a sum into lanes: for accumulators, and nothing else."""
    if not _same_floats(x, y):
        raise TypeError(f"lane_add takes two floats of one type, not {x}, {y}")

    def build(context, builder, signature, args):
        return builder.fadd(*args, flags=("reassoc", "nsz"))

    return x(x, y), build


@intrinsic
def load(typing, array, offset):
    """Element `offset` of a C-contiguous array seen as flat, as float64.

    No bounds and no negative indices: their handling keeps loops that start inside a row from
    being vectorised, and a slice for each row costs 40 ns.
    """

    def build(context, builder, signature, args):
        data = context.make_array(array)(context, builder, args[0]).data
        value = builder.load(builder.gep(data, [args[1]]))
        return context.cast(builder, value, array.dtype, types.float64)

    return types.float64(array, types.intp), build


@intrinsic
def select(typing, condition, x, y):
    """x if condition else y, both being evaluated: a mask, not a branch."""
    if not _same_floats(x, y):
        raise TypeError(f"select takes two floats of one type, not {x}, {y}")

    def build(context, builder, signature, args):
        return builder.select(*args)

    return x(types.boolean, x, y), build


def _extremum(comparison):
    @intrinsic
    def extremum(typing, x, y):
        if not _same_floats(x, y):
            raise TypeError(f"takes two floats of one type, not {x}, {y}")

        def build(context, builder, signature, args):
            return builder.select(builder.fcmp_ordered(comparison, *args), *args)

        return x(x, y), build

    return extremum


larger = _extremum(">")  # the second argument where either is NaN
smaller = _extremum("<")
