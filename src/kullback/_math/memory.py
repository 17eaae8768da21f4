"""Loads and stores at bare addresses: of one number, of lanes, of some of them."""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import llvmlite.ir as ir
from numba import types

from kullback._math.kinds import ELEMENT, FLOATS, SINGLES, Lanes, declare, like, llvm_type
from kullback._math.tracing import traced
from kullback._math.values import Value, current, is_real, lifted, value

LINE = 64  # bytes
_NUMBER = ir.IntType(32)
_UNALIGNED = ir.Constant(_NUMBER, 1)


@traced
def pointer(array):
    """The address of the first element of a C-contiguous array, as a typed pointer.

    Passing an array to an inlined function counts its references up and down, atomically, and
    slicing it too: 40 ns for each row. A pointer has no references to count.
    """
    context, builder = current()
    data = context.make_array(array.kind)(context, builder, array.llvm).data
    return Value(types.CPointer(array.kind.dtype), data)


def _place(source, offset):
    return current().builder.gep(source.llvm, [lifted(offset, types.intp)])


@traced
def advanced(source, offset):
    """The pointer to source[offset]."""
    return Value(source.kind, _place(source, offset))


@traced
def address(source, offset):
    """Where source[offset] is, to tell whether two rows are one."""
    number = ELEMENT[types.intp]
    return Value(types.intp, current().builder.ptrtoint(_place(source, offset), number))


@traced
def prefetch(source, offset):
    """Ask for the line of source[offset], which will be read soon; any address will do."""
    builder, place = current().builder, _place(source, offset)
    given = [place.type, _NUMBER, _NUMBER, _NUMBER]
    function = declare(builder, "llvm.prefetch.p0", ir.VoidType(), given)
    builder.call(function, [place, *(ir.Constant(_NUMBER, n) for n in (0, 3, 1))])


@traced
def entry(source, offset):
    """The number at source[offset]; neither bounds nor negative offsets are checked."""
    return Value(source.kind.dtype, current().builder.load(_place(source, offset)))


@traced
def load(source, offset):
    """As `entry`, as float64."""
    return value(entry(source, offset), types.float64)


@traced
def store(target, offset, number):
    """target[offset] = number."""
    current().builder.store(lifted(number, target.kind.dtype), _place(target, offset))


def scratch(count):
    """Room for so many float64, on the stack, from the beginning of a cache line on.

    For traced helpers: how many they are has to be known when a kernel is compiled.
    """
    builder = current().builder
    with builder.goto_entry_block():  # once, whatever loop this stands in
        room = builder.alloca(ELEMENT[types.float64], count)
    room.align = LINE
    return Value(types.CPointer(types.float64), room)


def _at(source, offset, vector):
    """The address of a vector."""
    return current().builder.bitcast(_place(source, offset), vector.as_pointer())


def _entries(source, width):
    """What LLVM calls so many numbers of an array's own type."""
    return ir.VectorType(current().context.get_value_type(source.kind.dtype), width)


def _loads(lanes):
    """Two functions that load whole lanes, and only the first of them."""

    @traced
    def load_whole(source, offset):
        place = _at(source, offset, _entries(source, lanes.width))
        return _converted(current().builder.load(place, align=1), source.kind.dtype, lanes)

    @traced
    def load_first(source, offset, count):
        builder, dtype = current().builder, source.kind.dtype
        vector = _entries(source, lanes.width)
        place = _at(source, offset, vector)
        wide = Lanes(types.int64, lanes.width)
        numbers = Value(wide, ir.Constant(llvm_type(wide), list(range(lanes.width))))
        mask = (numbers < count).llvm
        kind = f"v{lanes.width}{'f' if is_real(dtype) else 'i'}{dtype.bitwidth}"
        given = [place.type, _NUMBER, mask.type, vector]
        function = declare(builder, f"llvm.masked.load.{kind}.p0", vector, given)
        loaded = builder.call(function, [place, _UNALIGNED, mask, ir.Constant(vector, None)])
        return _converted(loaded, dtype, lanes)

    return load_whole, load_first


# load_lanes(source, offset): source[offset : offset + WIDTH] as float64, of any real dtype; the
# bounds are the caller's business. load_first_lanes(source, offset, count): the first `count` of
# them, and 0 in the other lanes. The same for float32.
load_lanes, load_first_lanes = _loads(FLOATS)
load_singles, load_first_singles = _loads(SINGLES)


def _converted(vector, dtype, lanes):
    builder, wanted = current().builder, llvm_type(lanes)
    if dtype == lanes.dtype:
        return Value(lanes, vector)
    if is_real(dtype):
        return Value(lanes, builder.fpext(vector, wanted))
    convert = builder.sitofp if dtype in types.signed_domain else builder.uitofp
    return Value(lanes, convert(vector, wanted))


@traced
def store_lanes(target, offset, lanes):
    """target[offset : offset + WIDTH] = lanes, in their own type."""
    current().builder.store(lanes.llvm, _at(target, offset, lanes.llvm.type), align=1)


@traced
def store_as_singles(target, offset, lanes):
    """target[offset : offset + WIDTH] = lanes, in float32."""
    builder, singles = current().builder, llvm_type(like(lanes.kind, types.float32))
    builder.store(builder.fptrunc(lanes.llvm, singles), _at(target, offset, singles), align=1)
