"""Eight float64 numbers at a time, as one value inside a kernel.

    v = load_lanes(data, offset)          eight entries of a row
    w = fma(v, v, 1.0)                    every function of `bits` and every operator takes lanes
    s = sum_of_lanes(w)                   always added in the same order

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


class Lanes(types.Type):
    """WIDTH numbers of one scalar type: float64, int64, or boolean for a mask."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(f"Lanes({dtype})")


FLOATS = Lanes(types.float64)
INTEGERS = Lanes(types.int64)
MASK = Lanes(types.boolean)
_ELEMENT = {
    types.float64: ir.DoubleType(),
    types.int64: ir.IntType(64),
    types.boolean: ir.IntType(1),
}


@register_model(Lanes)
class _LanesModel(PrimitiveModel):
    def __init__(self, manager, lanes):
        super().__init__(manager, lanes, ir.VectorType(_ELEMENT[lanes.dtype], WIDTH))


def splat(context, builder, value, given, lanes):
    """Code that makes lanes of a scalar; lanes stay what they are."""
    if isinstance(given, Lanes):
        return value
    scalar = context.cast(builder, value, given, lanes.dtype)
    vector = ir.VectorType(scalar.type, WIDTH)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, _index(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)


def _index(n):
    return ir.Constant(ir.IntType(32), n)


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


_define(operator.add, FLOATS, FLOATS, lambda b, x, y: b.fadd(x, y))
_define(operator.sub, FLOATS, FLOATS, lambda b, x, y: b.fsub(x, y))
_define(operator.mul, FLOATS, FLOATS, lambda b, x, y: b.fmul(x, y))
_define(operator.truediv, FLOATS, FLOATS, lambda b, x, y: b.fdiv(x, y))
_define(operator.neg, FLOATS, FLOATS, lambda b, x: b.fneg(x))
_define(operator.eq, FLOATS, MASK, lambda b, x, y: b.fcmp_ordered("==", x, y))
_define(operator.ne, FLOATS, MASK, lambda b, x, y: b.fcmp_unordered("!=", x, y))
_define(operator.lt, FLOATS, MASK, lambda b, x, y: b.fcmp_ordered("<", x, y))
_define(operator.gt, FLOATS, MASK, lambda b, x, y: b.fcmp_ordered(">", x, y))
_define(operator.add, INTEGERS, INTEGERS, lambda b, x, y: b.add(x, y))
_define(operator.sub, INTEGERS, INTEGERS, lambda b, x, y: b.sub(x, y))
_define(operator.and_, INTEGERS, INTEGERS, lambda b, x, y: b.and_(x, y))
_define(operator.or_, INTEGERS, INTEGERS, lambda b, x, y: b.or_(x, y))
_define(operator.rshift, INTEGERS, INTEGERS, lambda b, x, y: b.ashr(x, y))
_define(operator.eq, INTEGERS, MASK, lambda b, x, y: b.icmp_signed("==", x, y))
_define(operator.lt, INTEGERS, MASK, lambda b, x, y: b.icmp_signed("<", x, y))
_define(operator.and_, MASK, MASK, lambda b, x, y: b.and_(x, y))
_define(operator.or_, MASK, MASK, lambda b, x, y: b.or_(x, y))


@intrinsic
def lanes_of(typing, scalar):
    """The scalar in every lane."""
    returned = FLOATS if isinstance(scalar, types.Float) else INTEGERS

    def build(context, builder, sig, args):
        return splat(context, builder, args[0], scalar, returned)

    return returned(scalar), build


@intrinsic
def lane_numbers(typing):
    """0, 1, ... WIDTH - 1."""

    def build(context, builder, sig, args):
        return ir.Constant(ir.VectorType(ir.IntType(64), WIDTH), list(range(WIDTH)))

    return INTEGERS(), build


@intrinsic
def load_lanes(typing, source, offset):
    """source[offset : offset + WIDTH] as float64; the bounds are the caller's business."""

    def build(context, builder, sig, args):
        vector = ir.VectorType(context.get_value_type(source.dtype), WIDTH)
        address = builder.bitcast(builder.gep(args[0], [args[1]]), vector.as_pointer())
        return _widened(builder, builder.load(address, align=1), source.dtype)

    return FLOATS(source, types.intp), build


@intrinsic
def load_first_lanes(typing, source, offset, count):
    """source[offset : offset + count] as float64, and 0 in the other lanes; count <= WIDTH."""

    def build(context, builder, sig, args):
        vector = ir.VectorType(context.get_value_type(source.dtype), WIDTH)
        address = builder.bitcast(builder.gep(args[0], [args[1]]), vector.as_pointer())
        wide = splat(context, builder, args[2], types.intp, INTEGERS)
        numbers = ir.Constant(wide.type, list(range(WIDTH)))
        mask = builder.icmp_signed("<", numbers, wide)
        kind = "v8f64" if source.dtype == types.float64 else "v8f32"
        function = declare(
            builder,
            f"llvm.masked.load.{kind}.p0",
            vector,
            [address.type, _index(0).type, mask.type, vector],
        )
        value = builder.call(function, [address, _index(1), mask, ir.Constant(vector, None)])
        return _widened(builder, value, source.dtype)

    return FLOATS(source, types.intp, types.intp), build


def _widened(builder, value, dtype):
    if dtype == types.float64:
        return value
    return builder.fpext(value, ir.VectorType(ir.DoubleType(), WIDTH))


def declare(builder, name, returned, args):
    """An LLVM intrinsic, declared once in the module that is being built."""
    module = builder.module
    known = module.globals.get(name)
    return known or ir.Function(module, ir.FunctionType(returned, args), name)


@intrinsic
def sum_of_lanes(typing, lanes):
    """The sum, as ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) on every processor."""

    def build(context, builder, sig, args):
        return _folded(builder, args[0], builder.fadd)

    return types.float64(lanes), build


@intrinsic
def any_bit_of_lanes(typing, lanes):
    """The bitwise or of integer lanes."""

    def build(context, builder, sig, args):
        return _folded(builder, args[0], builder.or_)

    return types.int64(lanes), build


def _folded(builder, vector, operation):
    for width in (4, 2, 1):
        halves = []
        for start in (0, width):
            chosen = [_index(start + i) for i in range(width)]
            mask = ir.Constant(ir.VectorType(ir.IntType(32), width), chosen)
            undefined = ir.Constant(vector.type, ir.Undefined)
            halves.append(builder.shuffle_vector(vector, undefined, mask))
        vector = operation(*halves)
    return builder.extract_element(vector, _index(0))


@intrinsic
def store_lanes(typing, target, offset, lanes):
    """target[offset : offset + WIDTH] = lanes, in float64."""

    def build(context, builder, sig, args):
        address = builder.bitcast(builder.gep(args[0], [args[1]]), args[2].type.as_pointer())
        builder.store(args[2], address, align=1)
        return context.get_dummy_value()

    return types.none(target, types.intp, lanes), build


@intrinsic
def mask_byte(typing, mask):
    """A mask as the bits of one byte, lane 0 the lowest."""

    def build(context, builder, sig, args):
        return builder.bitcast(args[0], ir.IntType(8))

    return types.uint8(mask), build
