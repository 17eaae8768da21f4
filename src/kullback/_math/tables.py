"""Small tables that lanes look up in a register: one instruction of AVX-512.

Where the processor has none, a look-up is eight loads and slower than a division: `FAST` tells.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba.core import cgutils
from numba.core.registry import cpu_target

from kullback._math.kinds import FLOATS, SINGLES, declare, llvm_type
from kullback._math.tracing import traced
from kullback._math.values import Value, current

FAST = "+avx512f" in str(cpu_target.target_context.codegen().magic_tuple()[2])

_INSTRUCTION = {FLOATS: "llvm.x86.avx512.vpermi2var.pd.512"}
_INSTRUCTION[SINGLES] = "llvm.x86.avx512.vpermi2var.ps.512"


def table(double, single):
    """table(double, single)(index): entries[index % len(entries)] in every lane.

    They are twice as many as there are lanes of their precision.
    """

    @traced
    def look_up(index):
        lanes, entries = (FLOATS, double) if index.kind.width == FLOATS.width else (SINGLES, single)
        if len(entries) != 2 * lanes.width:
            raise ValueError(f"{len(entries)} entries, not {2 * lanes.width}")
        builder, vector = current().builder, llvm_type(lanes)
        if not FAST:
            return Value(lanes, _one_by_one(builder, entries, index, lanes))
        halves = [
            ir.Constant(vector, [float(x) for x in part])
            for part in (entries[: lanes.width], entries[lanes.width :])
        ]
        given = [vector, index.llvm.type, vector]
        function = declare(builder, _INSTRUCTION[lanes], vector, given)
        return Value(lanes, builder.call(function, [halves[0], index.llvm, halves[1]]))

    return look_up


def _one_by_one(builder, entries, index, lanes):
    vector = llvm_type(lanes)
    whole = ir.ArrayType(vector.element, len(entries))
    constants = ir.Constant(whole, [float(x) for x in entries])
    stored = cgutils.global_constant(builder, "table", constants)
    places = (index & (len(entries) - 1)).llvm
    found = ir.Constant(vector, ir.Undefined)
    for lane in range(lanes.width):
        number = ir.Constant(ir.IntType(32), lane)
        at = builder.extract_element(places, number)
        entry = builder.load(builder.gep(stored, [ir.Constant(at.type, 0), at]))
        found = builder.insert_element(found, entry, number)
    return found
