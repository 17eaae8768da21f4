"""Loads and stores at bare addresses: of one number, of lanes, of some of them."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types
from numba.extending import intrinsic

from kullback._math.lanes import ELEMENT, FLOATS, SINGLES, WIDTH, Lanes, declare, splat


@intrinsic
def pointer(typing, array):
    """The address of the first element of a C-contiguous array, as a typed pointer.

    Passing an array to an inlined function counts its references up and down, atomically, and
    slicing it too: 40 ns for each row. A pointer has no references to count.
    """

    def build(context, builder, sig, args):
        return context.make_array(array)(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), build


@intrinsic
def address(typing, source, offset):
    """Where source[offset] is, to tell whether two rows are one."""

    def build(context, builder, sig, args):
        return builder.ptrtoint(builder.gep(args[0], [args[1]]), context.get_value_type(types.intp))

    return types.intp(source, types.intp), build


@intrinsic
def prefetch(typing, source, offset):
    """Ask for the line of source[offset], which will be read soon; any address will do."""

    def build(context, builder, sig, args):
        place = builder.gep(args[0], [args[1]])
        number = ir.IntType(32)
        given = [place.type, number, number, number]
        function = declare(builder, "llvm.prefetch.p0", ir.VoidType(), given)
        builder.call(function, [place, *(ir.Constant(number, n) for n in (0, 3, 1))])
        return context.get_dummy_value()

    return types.none(source, types.intp), build


@intrinsic
def load(typing, source, offset):
    """The number at source[offset], as float64; neither bounds nor negative offsets are checked."""

    def build(context, builder, sig, args):
        value = builder.load(builder.gep(args[0], [args[1]]))
        return context.cast(builder, value, source.dtype, types.float64)

    return types.float64(source, types.intp), build


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
                [address.type, ir.IntType(32), mask.type, vector],
            )
            alignment = ir.Constant(ir.IntType(32), 1)
            value = builder.call(function, [address, alignment, mask, ir.Constant(vector, None)])
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
    vector = ir.VectorType(ELEMENT[lanes.dtype], lanes.width)
    if dtype in types.signed_domain:
        return builder.sitofp(value, vector)
    if dtype in types.unsigned_domain:
        return builder.uitofp(value, vector)
    return builder.fpext(value, vector)


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
