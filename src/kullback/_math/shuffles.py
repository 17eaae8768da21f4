"""Operations between the lanes of one value: sums, exchanges, transposition."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir

from kullback._math.bits import larger
from kullback._math.kinds import FLOATS, Lanes, llvm_type, shuffled
from kullback._math.lanes import WIDTH
from kullback._math.tracing import traced
from kullback._math.values import Value, current


def _picked(lanes, places, other=None):
    """Lanes of a value, or of it and, counted on, of another."""
    others = None if other is None else other.llvm
    picked = shuffled(current().builder, lanes.llvm, places, others)
    return Value(Lanes(lanes.kind.dtype, len(places)), picked)


@traced
def widened(singles):
    """Sixteen float32 lanes as two times eight float64 lanes."""
    halves = [_picked(singles, range(first, first + WIDTH)) for first in (0, WIDTH)]
    builder, wide = current().builder, llvm_type(FLOATS)
    return tuple(Value(FLOATS, builder.fpext(half.llvm, wide)) for half in halves)


@traced
def first_lane(lanes):
    """The number in lane 0."""
    place = ir.Constant(ir.IntType(32), 0)
    return Value(lanes.kind.dtype, current().builder.extract_element(lanes.llvm, place))


def _folded(lanes, operation):
    width = lanes.kind.width
    while width > 1:
        width //= 2
        halves = (range(width), range(width, 2 * width))
        lanes = operation(*(_picked(lanes, half) for half in halves))
    return first_lane(lanes)


@traced
def sum_of_lanes(lanes):
    """The sum, as ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) on every processor."""
    return _folded(lanes, lambda x, y: x + y)


def _exchange(step):
    @traced
    def exchange(lanes):
        return _picked(lanes, [i ^ step for i in range(WIDTH)])

    return exchange


# Every lane changes places with the one that is so many further: to add lanes in one's own way.
exchange_1, exchange_2, exchange_4 = _exchange(1), _exchange(2), _exchange(4)


@traced
def largest_of_lanes(lanes):
    """The largest of the numbers, none of which is NaN."""
    return _folded(lanes, larger)


@traced
def any_sign_of_lanes(lanes):
    """-1 where any of the integer lanes is negative, else 0."""
    builder, negative = current().builder, (lanes < 0).llvm
    mask = builder.bitcast(negative, ir.IntType(lanes.kind.width))
    found = builder.icmp_unsigned("!=", mask, ir.Constant(mask.type, 0))
    return Value(lanes.kind.dtype, builder.sext(found, llvm_type(lanes.kind.dtype)))


@traced
def bits_of_lanes(lanes):
    """The bits that are set in any of the integer lanes."""
    return _folded(lanes, lambda x, y: x | y)


@traced
def transposed(rows):
    """Eight lanes of eight columns each become eight lanes of eight rows each, in three steps."""
    for step in (1, 2, 4):
        rows = _exchanged(rows, step)
    return rows


def _exchanged(rows, step):
    """Exchange the blocks of step x step entries on either side of the diagonals."""
    low = [i if not i & step else WIDTH + (i ^ step) for i in range(WIDTH)]
    high = [i ^ step if not i & step else WIDTH + i for i in range(WIDTH)]
    made = list(rows)
    for i in range(WIDTH):
        if not i & step:
            for place, chosen in ((i, low), (i ^ step, high)):
                made[place] = _picked(rows[i], chosen, rows[i ^ step])
    return tuple(made)
