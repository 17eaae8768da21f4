"""Eight float64 numbers, or sixteen float32, at a time, as one value inside a kernel.

    v = load_lanes(data, offset)          eight entries of a row, of any dtype, as float64
    w = fma(v, v, 1.0)                    every function of `bits` and every operator takes lanes
    s = sum_of_lanes(w)                   always added in the same order
    u = load_singles(data, offset)        sixteen entries of a float32 row
    v, w = widened(u)                     the same numbers as two times eight float64

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
_ELEMENT = {
    types.float64: ir.DoubleType(),
    types.float32: ir.FloatType(),
    types.int64: ir.IntType(64),
    types.int32: ir.IntType(32),
    types.boolean: ir.IntType(1),
}


@register_model(Lanes)
class _LanesModel(PrimitiveModel):
    def __init__(self, manager, lanes):
        super().__init__(manager, lanes, ir.VectorType(_ELEMENT[lanes.dtype], lanes.width))


def splat(context, builder, value, given, lanes):
    """Code that makes lanes of a scalar; lanes stay what they are."""
    if isinstance(given, Lanes):
        return value
    scalar = context.cast(builder, value, given, lanes.dtype)
    vector = ir.VectorType(scalar.type, lanes.width)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, _index(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes.width), [0] * lanes.width)
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


def _loads(lanes):
    """Two functions that load whole lanes, and only the first of them."""

    @intrinsic
    def load_whole(typing, source, offset):
        def build(context, builder, sig, args):
            vector = ir.VectorType(context.get_value_type(source.dtype), lanes.width)
            address = builder.bitcast(builder.gep(args[0], [args[1]]), vector.as_pointer())
            return _converted(builder, builder.load(address, align=1), source.dtype, lanes)

        return lanes(source, types.intp), build

    @intrinsic
    def load_first(typing, source, offset, count):
        def build(context, builder, sig, args):
            element = context.get_value_type(source.dtype)
            vector = ir.VectorType(element, lanes.width)
            address = builder.bitcast(builder.gep(args[0], [args[1]]), vector.as_pointer())
            wide = splat(context, builder, args[2], types.intp, Lanes(types.int64, lanes.width))
            numbers = ir.Constant(wide.type, list(range(lanes.width)))
            mask = builder.icmp_signed("<", numbers, wide)
            kind = f"{'i' if source.dtype in types.integer_domain else 'f'}{source.dtype.bitwidth}"
            function = declare(
                builder,
                f"llvm.masked.load.v{lanes.width}{kind}.p0",
                vector,
                [address.type, _index(0).type, mask.type, vector],
            )
            value = builder.call(function, [address, _index(1), mask, ir.Constant(vector, None)])
            return _converted(builder, value, source.dtype, lanes)

        return lanes(source, types.intp, types.intp), build

    return load_whole, load_first


# load_lanes(source, offset): source[offset : offset + WIDTH] as float64, of any real dtype; the
# bounds are the caller's business. load_first_lanes(source, offset, count): the first `count` of
# them, and 0 in the other lanes. The same for float32.
load_lanes, load_first_lanes = _loads(FLOATS)
load_singles, load_first_singles = _loads(SINGLES)


def _converted(builder, value, dtype, lanes):
    if dtype == lanes.dtype:
        return value
    vector = ir.VectorType(_ELEMENT[lanes.dtype], lanes.width)
    if dtype in types.signed_domain:
        return builder.sitofp(value, vector)
    if dtype in types.unsigned_domain:
        return builder.uitofp(value, vector)
    return builder.fpext(value, vector)


@intrinsic
def widened(typing, singles):
    """Sixteen float32 lanes as two times eight float64 lanes."""

    def build(context, builder, sig, args):
        wide = ir.VectorType(ir.DoubleType(), WIDTH)
        halves = []
        for first in (0, WIDTH):
            chosen = [_index(first + i) for i in range(WIDTH)]
            mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), chosen)
            undefined = ir.Constant(args[0].type, ir.Undefined)
            halves.append(builder.fpext(builder.shuffle_vector(args[0], undefined, mask), wide))
        return context.make_tuple(builder, sig.return_type, halves)

    return types.UniTuple(FLOATS, 2)(singles), build


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

    return lanes.dtype(lanes), build


def _exchange(step):
    @intrinsic
    def exchange(typing, lanes):
        def build(context, builder, sig, args):
            chosen = [_index(i ^ step) for i in range(WIDTH)]
            mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), chosen)
            undefined = ir.Constant(args[0].type, ir.Undefined)
            return builder.shuffle_vector(args[0], undefined, mask)

        return lanes(lanes), build

    return exchange


# Every lane changes places with the one that is so many further: to add lanes in one's own way.
exchange_1, exchange_2, exchange_4 = _exchange(1), _exchange(2), _exchange(4)


@intrinsic
def first_lane(typing, lanes):
    """The number in lane 0."""

    def build(context, builder, sig, args):
        return builder.extract_element(args[0], _index(0))

    return lanes.dtype(lanes), build


@intrinsic
def largest_of_lanes(typing, lanes):
    """The largest of the numbers, none of which is NaN."""

    def build(context, builder, sig, args):
        def larger(x, y):
            return builder.select(builder.fcmp_ordered(">", x, y), x, y)

        return _folded(builder, args[0], larger)

    return lanes.dtype(lanes), build


@intrinsic
def any_bit_of_lanes(typing, lanes):
    """The bitwise or of integer lanes."""

    def build(context, builder, sig, args):
        return _folded(builder, args[0], builder.or_)

    return lanes.dtype(lanes), build


def _folded(builder, vector, operation):
    width = vector.type.count
    while width > 1:
        width //= 2
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
def store_as_singles(typing, target, offset, lanes):
    """target[offset : offset + WIDTH] = lanes, in float32."""

    def build(context, builder, sig, args):
        vector = ir.VectorType(ir.FloatType(), WIDTH)
        address = builder.bitcast(builder.gep(args[0], [args[1]]), vector.as_pointer())
        builder.store(builder.fptrunc(args[2], vector), address, align=1)
        return context.get_dummy_value()

    return types.none(target, types.intp, lanes), build


@intrinsic
def mask_byte(typing, mask):
    """A mask as the bits of one byte, lane 0 the lowest."""

    def build(context, builder, sig, args):
        return builder.bitcast(args[0], ir.IntType(8))

    return types.uint8(mask), build


@intrinsic
def transposed(typing, rows):
    """Eight lanes of eight columns each become eight lanes of eight rows each, in three steps."""

    def build(context, builder, sig, args):
        vectors = [builder.extract_value(args[0], i) for i in range(WIDTH)]
        for step in (1, 2, 4):
            vectors = _exchanged(builder, vectors, step)
        return context.make_tuple(builder, sig.return_type, vectors)

    return types.UniTuple(FLOATS, WIDTH)(rows), build


def _exchanged(builder, vectors, step):
    """Exchange the blocks of step x step entries on either side of the diagonals."""
    low = [i if not i & step else WIDTH + (i ^ step) for i in range(WIDTH)]
    high = [i ^ step if not i & step else WIDTH + i for i in range(WIDTH)]
    made = list(vectors)
    for i in range(WIDTH):
        if not i & step:
            for place, chosen in ((i, low), (i ^ step, high)):
                mask = ir.Constant(
                    ir.VectorType(ir.IntType(32), WIDTH), [_index(n) for n in chosen]
                )
                made[place] = builder.shuffle_vector(vectors[i], vectors[i ^ step], mask)
    return made
