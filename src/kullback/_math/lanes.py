"""Eight float64 numbers, or sixteen float32, at a time, as one value inside a kernel.

    v = load_lanes(data, offset)          eight entries of a row, of any dtype, as float64
    w = fma(v, v, 1.0)                    every function of `bits` and every operator takes lanes
    s = sum_of_lanes(w)                   always added in the same order
    u = load_singles(data, offset)        sixteen entries of a float32 row
    v, w = widened(u)                     the same numbers as two times eight float64

Here are their operators in kernels (in traced helpers they are those of `values`); `memory` has the
loads and stores, `shuffles` what goes between the lanes of one value.

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
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin

from kullback._math.kinds import (
    FLOATS,
    INTEGERS,
    SINGLE_INTEGERS,
    SINGLES,
    Lanes,
    like,
    llvm_type,
)
from kullback._math.tracing import from_numba, traced
from kullback._math.values import Code, Value, building, kind_of, value

WIDTH: int = FLOATS.width
SINGLE_WIDTH: int = SINGLES.width

_COMPARISONS = (operator.lt, operator.gt, operator.eq, operator.ne)
_OTHERS = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.and_,
    operator.or_,
    operator.xor,
    operator.lshift,
    operator.rshift,
)


def _define(operation, arity):
    """Let a Python operator work between lanes, and between lanes and a scalar of their type."""

    @infer_global(operation)
    class Template(AbstractTemplate):
        def generic(self, args, kws):
            lanes = [x for x in args if isinstance(x, Lanes)]
            if len(args) == arity and lanes and all(x == lanes[0] for x in lanes):
                compares = operation in _COMPARISONS
                return signature(like(lanes[0], types.boolean) if compares else lanes[0], *args)

    def lower(context, builder, sig, args):
        with building(Code(context, builder)):
            return operation(*map(from_numba, sig.args, args)).llvm

    both = (Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)
    for given in both if arity == 2 else ((Lanes,),):
        lower_builtin(operation, *given)(lower)


for _operation in (*_COMPARISONS, *_OTHERS):
    _define(_operation, 2)
for _operation in (operator.neg, operator.invert):
    _define(_operation, 1)


_LANES_OF = {lanes.dtype: lanes for lanes in (FLOATS, INTEGERS, SINGLES, SINGLE_INTEGERS)}


@traced
def lanes_of(scalar):
    """The scalar in every lane; lanes stay what they are."""
    kind = kind_of(scalar)
    return value(scalar, kind if isinstance(kind, Lanes) else _LANES_OF[kind])


def _lane_numbers(lanes):
    @traced
    def numbers():
        return Value(lanes, ir.Constant(llvm_type(lanes), list(range(lanes.width))))

    return numbers


lane_numbers = _lane_numbers(INTEGERS)  # 0, 1, ... WIDTH - 1
single_lane_numbers = _lane_numbers(SINGLE_INTEGERS)  # 0, 1, ... SINGLE_WIDTH - 1
