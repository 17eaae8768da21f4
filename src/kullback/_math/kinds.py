"""The type of lanes, as Numba and LLVM know it: several numbers as one value inside a kernel."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import register_model


class Lanes(types.Type):
    """`width` numbers of one scalar type: a float, an integer of its size, a boolean for a mask."""

    def __init__(self, dtype, width):
        self.dtype = dtype
        self.width = width
        super().__init__(f"Lanes({dtype}, {width})")


FLOATS = Lanes(types.float64, 8)
INTEGERS = Lanes(types.int64, 8)
MASK = Lanes(types.boolean, 8)
SINGLES = Lanes(types.float32, 16)
SINGLE_INTEGERS = Lanes(types.int32, 16)
SINGLE_MASK = Lanes(types.boolean, 16)
ELEMENT = {
    types.float64: ir.DoubleType(),
    types.float32: ir.FloatType(),
    types.int64: ir.IntType(64),
    types.int32: ir.IntType(32),
    types.uint64: ir.IntType(64),
    types.uint8: ir.IntType(8),
    types.boolean: ir.IntType(1),
}


@register_model(Lanes)
class _LanesModel(PrimitiveModel):
    def __init__(self, manager, lanes):
        super().__init__(manager, lanes, llvm_type(lanes))


def dtype_of(kind):
    """The type of one number: of lanes that of each."""
    return kind.dtype if isinstance(kind, Lanes) else kind


def like(kind, dtype):
    """The same number of numbers of another type."""
    return Lanes(dtype, kind.width) if isinstance(kind, Lanes) else dtype


def llvm_type(kind):
    """What LLVM calls a number or lanes."""
    element = ELEMENT[dtype_of(kind)]
    return ir.VectorType(element, kind.width) if isinstance(kind, Lanes) else element


def shuffled(builder, vector, places, other=None):
    """Code that picks lanes of a vector, or of it and, counted on, of another."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places))
    return builder.shuffle_vector(vector, other or ir.Constant(vector.type, ir.Undefined), mask)


def declare(builder, name, returned, args):
    """An LLVM intrinsic, declared once in the module that is being built."""
    module = builder.module
    known = module.globals.get(name)
    return known or ir.Function(module, ir.FunctionType(returned, args), name)
