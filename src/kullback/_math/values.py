"""Numbers that are not known yet: what a helper computes with while a kernel is being built.

A `Value` is the result of an instruction. Python's operators between values, and between values and
plain numbers, append the instruction that they stand for to the code that is `current`; they follow
Numba's rules (an integer beside a float becomes one), and beside lanes a number becomes lanes of
theirs.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import operator
import threading
from contextlib import contextmanager
from typing import Any, NamedTuple

import llvmlite.ir as ir
import numba
import numpy as np
from numba import types

from kullback._math.kinds import Lanes, dtype_of, like, llvm_type, shuffled

_FLOATS = {
    operator.add: ir.IRBuilder.fadd,
    operator.sub: ir.IRBuilder.fsub,
    operator.mul: ir.IRBuilder.fmul,
    operator.truediv: ir.IRBuilder.fdiv,
}
_MASKS = {
    operator.and_: ir.IRBuilder.and_,
    operator.or_: ir.IRBuilder.or_,
    operator.xor: ir.IRBuilder.xor,
}
_INTEGERS = {
    **_MASKS,
    operator.add: ir.IRBuilder.add,
    operator.sub: ir.IRBuilder.sub,
    operator.mul: ir.IRBuilder.mul,
    operator.lshift: ir.IRBuilder.shl,
    operator.rshift: ir.IRBuilder.ashr,
}
_COMPARISONS = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}


class Code(NamedTuple):
    """Where instructions go."""

    context: Any  # Numba's, of the target
    builder: ir.IRBuilder


class _Now(threading.local):
    code: Code | None = None


_now = _Now()


@contextmanager
def building(code):
    """Instructions go there."""
    before, _now.code = _now.code, code
    try:
        yield
    finally:
        _now.code = before


def current():
    """Where instructions go now."""
    if _now.code is None:
        raise TypeError("a traced helper is for kernels, and for other helpers that they call")
    return _now.code


def _both_ways(operation):
    return (
        lambda x, y: combined(operation, x, y),
        lambda x, y: combined(operation, y, x),
    )


class Value:
    """A number, lanes, a pointer or an array: its type, and the instruction that gives it."""

    __slots__ = ("kind", "llvm")
    __array_ufunc__ = None  # NumPy's scalars leave their operators to it

    def __init__(self, kind, llvm):
        self.kind = kind
        self.llvm = llvm

    __add__, __radd__ = _both_ways(operator.add)
    __sub__, __rsub__ = _both_ways(operator.sub)
    __mul__, __rmul__ = _both_ways(operator.mul)
    __truediv__, __rtruediv__ = _both_ways(operator.truediv)
    __and__, __rand__ = _both_ways(operator.and_)
    __or__, __ror__ = _both_ways(operator.or_)
    __xor__, __rxor__ = _both_ways(operator.xor)
    __lshift__, __rlshift__ = _both_ways(operator.lshift)
    __rshift__, __rrshift__ = _both_ways(operator.rshift)
    __lt__, __gt__ = _both_ways(operator.lt)[0], _both_ways(operator.gt)[0]
    __le__, __ge__ = _both_ways(operator.le)[0], _both_ways(operator.ge)[0]
    __eq__, __ne__ = _both_ways(operator.eq)[0], _both_ways(operator.ne)[0]
    __hash__ = None

    def __neg__(self):
        builder = current().builder
        negated = builder.fneg if is_real(self.kind) else builder.neg
        return Value(self.kind, negated(self.llvm))

    def __invert__(self):
        return Value(self.kind, current().builder.not_(self.llvm))

    def __bool__(self):
        raise TypeError("what this is, is not known yet: `select` or `branch` instead of `if`")


def is_real(kind):
    """Whether it is of floats."""
    return dtype_of(kind) in types.real_domain


def kind_of(x):
    """The type of a value, or of a plain number."""
    if isinstance(x, Value):
        return x.kind
    if isinstance(x, bool):
        return types.boolean
    if isinstance(x, float):
        return types.float64
    return numba.from_dtype(x.dtype) if isinstance(x, np.generic) else types.int64


def common(*given):
    """The type that numbers have beside each other: that of lanes, or else the widest."""
    kinds = [kind_of(x) for x in given]
    lanes = [kind for kind in kinds if isinstance(kind, Lanes)]
    if lanes or all(kind == kinds[0] for kind in kinds):
        if any(kind != lanes[0] for kind in lanes):
            raise TypeError(f"takes lanes of one type, not {lanes}")
        return lanes[0] if lanes else kinds[0]
    return types.float64 if any(map(is_real, kinds)) else types.int64


def lifted(x, kind):
    """The instruction, or the constant, that gives x as a value of that type."""
    if not isinstance(x, Value):
        number = float(x) if is_real(kind) else int(x)
        whole = [number] * kind.width if isinstance(kind, Lanes) else number
        return ir.Constant(llvm_type(kind), whole)
    if x.kind == kind:
        return x.llvm
    if isinstance(x.kind, Lanes):
        raise TypeError(f"takes {kind}, not {x.kind}")
    context, builder = current()
    scalar = context.cast(builder, x.llvm, x.kind, dtype_of(kind))
    if not isinstance(kind, Lanes):
        return scalar
    empty, first = ir.Constant(llvm_type(kind), ir.Undefined), ir.Constant(ir.IntType(32), 0)
    return shuffled(builder, builder.insert_element(empty, scalar, first), [0] * kind.width)


def value(x, kind):
    """x as a value of that type."""
    return Value(kind, lifted(x, kind))


def combined(operation, x, y):
    """x and y by one of Python's operators."""
    kind = common(x, y)
    if operation is operator.truediv and not is_real(kind):
        kind = types.float64
    first, second, builder = lifted(x, kind), lifted(y, kind), current().builder
    if operation in _COMPARISONS:
        return Value(like(kind, types.boolean), _compared(builder, operation, kind, first, second))
    if dtype_of(kind) == types.boolean:
        known = _MASKS
    else:
        known = _FLOATS if is_real(kind) else _INTEGERS
    if operation not in known:
        raise TypeError(f"there is no {operation.__name__} of {kind}")
    return Value(kind, known[operation](builder, first, second))


def _compared(builder, operation, kind, first, second):
    if is_real(kind):
        ordered = operation is not operator.ne
        compare = builder.fcmp_ordered if ordered else builder.fcmp_unordered
    else:
        signed = dtype_of(kind) in types.signed_domain
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
    return compare(_COMPARISONS[operation], first, second)
