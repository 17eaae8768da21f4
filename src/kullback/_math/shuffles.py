"""Operations between the lanes of one value: sums, exchanges, transposition."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.extending import intrinsic

from kullback._math.lanes import FLOATS, WIDTH, shuffled


@intrinsic
def widened(typing, singles):
    """Sixteen float32 lanes as two times eight float64 lanes."""

    def build(context, builder, sig, args):
        wide = ir.VectorType(ir.DoubleType(), WIDTH)
        halves = []
        for first in (0, WIDTH):
            half = shuffled(builder, args[0], range(first, first + WIDTH))
            halves.append(builder.fpext(half, wide))
        return context.make_tuple(builder, sig.return_type, halves)

    return types.UniTuple(FLOATS, 2)(singles), build


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
            return shuffled(builder, args[0], [i ^ step for i in range(WIDTH)])

        return lanes(lanes), build

    return exchange


# Every lane changes places with the one that is so many further: to add lanes in one's own way.
exchange_1, exchange_2, exchange_4 = _exchange(1), _exchange(2), _exchange(4)


@intrinsic
def first_lane(typing, lanes):
    """The number in lane 0."""

    def build(context, builder, sig, args):
        return _first(builder, args[0])

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
def any_sign_of_lanes(typing, lanes):
    """-1 where any of the integer lanes is negative, else 0."""

    def build(context, builder, sig, args):
        kind = args[0].type
        negative = builder.icmp_signed("<", args[0], ir.Constant(kind, None))
        mask = builder.bitcast(negative, ir.IntType(kind.count))
        found = builder.icmp_unsigned("!=", mask, ir.Constant(mask.type, 0))
        return builder.sext(found, kind.element)

    return lanes.dtype(lanes), build


@intrinsic
def bits_of_lanes(typing, lanes):
    """The bits that are set in any of the integer lanes."""

    def build(context, builder, sig, args):
        return _folded(builder, args[0], builder.or_)

    return lanes.dtype(lanes), build


def _folded(builder, vector, operation):
    width = vector.type.count
    while width > 1:
        width //= 2
        halves = (range(width), range(width, 2 * width))
        vector = operation(*(shuffled(builder, vector, half) for half in halves))
    return _first(builder, vector)


def _first(builder, vector):
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))


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
                made[place] = shuffled(builder, vectors[i], chosen, vectors[i ^ step])
    return made
