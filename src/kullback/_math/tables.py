"""Small tables that lanes look up in a register: one instruction of AVX-512.

Where the processor has none, a look-up is eight loads and slower than a division: `FAST` tells.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from kullback._math.lanes import FLOATS, INTEGERS, SINGLE_INTEGERS, SINGLES, declare

FAST = "+avx512f" in str(cpu_target.target_context.codegen().magic_tuple()[2])

_INSTRUCTION = {FLOATS: "llvm.x86.avx512.vpermi2var.pd.512"}
_INSTRUCTION[SINGLES] = "llvm.x86.avx512.vpermi2var.ps.512"
_FLOATS_OF = {INTEGERS: FLOATS, SINGLE_INTEGERS: SINGLES}


def table(double, single):
    """table(double, single)(index): entries[index % len(entries)] in every lane.

    They are twice as many as there are lanes of their precision.
    """

    @intrinsic
    def look_up(typing, index):
        lanes = _FLOATS_OF[index]
        entries = double if lanes == FLOATS else single
        if len(entries) != 2 * lanes.width:
            raise ValueError(f"{len(entries)} entries, not {2 * lanes.width}")

        def build(context, builder, sig, args):
            vector = context.get_value_type(lanes)
            halves = [
                ir.Constant(vector, [ir.Constant(vector.element, float(x)) for x in part])
                for part in (entries[: lanes.width], entries[lanes.width :])
            ]
            given = [vector, args[0].type, vector]
            if FAST:
                function = declare(builder, _INSTRUCTION[lanes], vector, given)
                return builder.call(function, [halves[0], args[0], halves[1]])
            return _one_by_one(builder, halves, args[0], vector)

        return lanes(index), build

    return look_up


def _one_by_one(builder, halves, index, vector):
    number = index.type.element
    whole = ir.ArrayType(vector.element, 2 * vector.count)
    stored = builder.alloca(whole)
    builder.store(ir.Constant(whole, [x for half in halves for x in half.constant]), stored)
    found = ir.Constant(vector, ir.Undefined)
    for lane in range(vector.count):
        place = ir.Constant(ir.IntType(32), lane)
        at = builder.and_(
            builder.extract_element(index, place), ir.Constant(number, 2 * vector.count - 1)
        )
        entry = builder.load(builder.gep(stored, [ir.Constant(number, 0), at]))
        found = builder.insert_element(found, entry, place)
    return found
