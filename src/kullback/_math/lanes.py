"""Eight float64 numbers, or sixteen float32, at a time, as one value inside a kernel.

    v = load_lanes(data, offset)          eight entries of a row, of any dtype, as float64
    w = fma(v, v, 1.0)                    every function of `bits` and every operator takes lanes
    s = sum_of_lanes(w)                   always added in the same order
    u = load_singles(data, offset)        sixteen entries of a float32 row
    v, w = widened(u)                     the same numbers as two times eight float64

Here are the type and its operators; `memory` has the loads and stores, `shuffles` what goes between
the lanes of one value.

Why not leave it to LLVM to vectorise plain loops? It may, but then it also chooses how many
iterations to interleave: two for the KL loop, with loads in descending order, at which the
processor's prefetcher gave up (0.6 of the reading speed instead of 0.9); and a sum has other
bits on every kind of processor. Eight fixed lanes are one AVX-512 register, two of AVX2, four of
SSE2 or NEON; the results have the same bits on all of them (where multiply-add is fused).
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import operator

import llvmlite.ir as ir
from numba import types
from numba.core.datamodel.models import PrimitiveModel
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, register_model

WIDTH = 8
SINGLE_WIDTH = 16


class Lanes(types.Type):
    """`width` numbers of one scalar type: a float, an integer of its size, a boolean for a mask."""

    def __init__(self, dtype, width):
        self.dtype = dtype
        self.width = width
        super().__init__(f"Lanes({dtype}, {width})")


FLOATS = Lanes(types.float64, WIDTH)
INTEGERS = Lanes(types.int64, WIDTH)
MASK = Lanes(types.boolean, WIDTH)
SINGLES = Lanes(types.float32, SINGLE_WIDTH)
SINGLE_INTEGERS = Lanes(types.int32, SINGLE_WIDTH)
SINGLE_MASK = Lanes(types.boolean, SINGLE_WIDTH)
ELEMENT = {
    types.float64: ir.DoubleType(),
    types.float32: ir.FloatType(),
    types.int64: ir.IntType(64),
    types.int32: ir.IntType(32),
    types.boolean: ir.IntType(1),
}


@register_model(Lanes)
class _LanesModel(PrimitiveModel):
    def __init__(self, manager, lanes):
        super().__init__(manager, lanes, ir.VectorType(ELEMENT[lanes.dtype], lanes.width))


def splat(context, builder, value, given, lanes):
    """Code that makes lanes of a scalar; lanes stay what they are."""
    if isinstance(given, Lanes):
        return value
    scalar = context.cast(builder, value, given, lanes.dtype)
    vector = ir.VectorType(scalar.type, lanes.width)
    place = ir.Constant(ir.IntType(32), 0)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, place)
    return shuffled(builder, first, [0] * lanes.width)


def shuffled(builder, vector, places, other=None):
    """Code that picks lanes of a vector, or of it and, counted on, of another."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places))
    return builder.shuffle_vector(vector, other or ir.Constant(vector.type, ir.Undefined), mask)


def _define(operation, given, returned, build):
    """Let a Python operator work between lanes, and between lanes and a scalar of their type."""

    @infer_global(operation)
    class Template(AbstractTemplate):
        def generic(self, args, kws):
            fits = all(x == given or not isinstance(x, Lanes) for x in args)
            if fits and any(isinstance(x, Lanes) for x in args):
                return signature(returned, *args)

    def lower(context, builder, sig, args):
        return build(
            builder,
            *(splat(context, builder, v, t, given) for v, t in zip(args, sig.args, strict=True)),
        )

    if operation in (operator.neg, operator.invert):
        lower_builtin(operation, given)(lower)
    else:
        lower_builtin(operation, given, given)(lower)
        lower_builtin(operation, given, types.Number)(lower)
        lower_builtin(operation, types.Number, given)(lower)


for _floats, _integers, _mask in (
    (FLOATS, INTEGERS, MASK),
    (SINGLES, SINGLE_INTEGERS, SINGLE_MASK),
):
    _define(operator.add, _floats, _floats, lambda b, x, y: b.fadd(x, y))
    _define(operator.sub, _floats, _floats, lambda b, x, y: b.fsub(x, y))
    _define(operator.mul, _floats, _floats, lambda b, x, y: b.fmul(x, y))
    _define(operator.truediv, _floats, _floats, lambda b, x, y: b.fdiv(x, y))
    _define(operator.neg, _floats, _floats, lambda b, x: b.fneg(x))
    _define(operator.eq, _floats, _mask, lambda b, x, y: b.fcmp_ordered("==", x, y))
    _define(operator.ne, _floats, _mask, lambda b, x, y: b.fcmp_unordered("!=", x, y))
    _define(operator.lt, _floats, _mask, lambda b, x, y: b.fcmp_ordered("<", x, y))
    _define(operator.gt, _floats, _mask, lambda b, x, y: b.fcmp_ordered(">", x, y))
    _define(operator.add, _integers, _integers, lambda b, x, y: b.add(x, y))
    _define(operator.sub, _integers, _integers, lambda b, x, y: b.sub(x, y))
    _define(operator.and_, _integers, _integers, lambda b, x, y: b.and_(x, y))
    _define(operator.or_, _integers, _integers, lambda b, x, y: b.or_(x, y))
    _define(operator.xor, _integers, _integers, lambda b, x, y: b.xor(x, y))
    _define(operator.rshift, _integers, _integers, lambda b, x, y: b.ashr(x, y))
    _define(operator.lshift, _integers, _integers, lambda b, x, y: b.shl(x, y))
    _define(operator.eq, _integers, _mask, lambda b, x, y: b.icmp_signed("==", x, y))
    _define(operator.lt, _integers, _mask, lambda b, x, y: b.icmp_signed("<", x, y))
    _define(operator.gt, _integers, _mask, lambda b, x, y: b.icmp_signed(">", x, y))
    _define(operator.and_, _mask, _mask, lambda b, x, y: b.and_(x, y))
    _define(operator.or_, _mask, _mask, lambda b, x, y: b.or_(x, y))
    _define(operator.invert, _mask, _mask, lambda b, x: b.not_(x))


_LANES_OF = {lanes.dtype: lanes for lanes in (FLOATS, INTEGERS, SINGLES, SINGLE_INTEGERS)}


@intrinsic
def lanes_of(typing, scalar):
    """The scalar in every lane; lanes stay what they are."""
    returned = scalar if isinstance(scalar, Lanes) else _LANES_OF[types.unliteral(scalar)]

    def build(context, builder, sig, args):
        return splat(context, builder, args[0], sig.args[0], returned)

    return returned(scalar), build


def _lane_numbers(lanes):
    @intrinsic
    def numbers(typing):
        def build(context, builder, sig, args):
            return ir.Constant(context.get_value_type(lanes), list(range(lanes.width)))

        return lanes(), build

    return numbers


lane_numbers = _lane_numbers(INTEGERS)  # 0, 1, ... WIDTH - 1
single_lane_numbers = _lane_numbers(SINGLE_INTEGERS)  # 0, 1, ... SINGLE_WIDTH - 1


def declare(builder, name, returned, args):
    """An LLVM intrinsic, declared once in the module that is being built."""
    module = builder.module
    known = module.globals.get(name)
    return known or ir.Function(module, ir.FunctionType(returned, args), name)
