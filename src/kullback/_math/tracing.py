"""Helpers of kernels that are traced, not compiled: straight-line Python, run while one is built.

    @traced
    def squared_distance(x, y):
        d = x - y
        return d * d

Numba compiles a helper as a function of its own, in 50 ms for the shortest of them, and a kernel
has some fifty. A traced one costs a thirtieth: where a kernel calls it, it is run once, on values
that stand for numbers (`values`), and leaves the instructions that it is made of there, as one of
Numba's intrinsics does. For other traced helpers it is a plain function.

What is known when a kernel is built is decided then: an `if` on a flag, a loop over the numbers
from 0 to 3, the length of a tuple. What is not known, a number of a row or an option of a call, can
only be computed with: `select` and `branch` take the place of `if`, `loop` that of `for` (`flow`).
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

import inspect

import llvmlite.ir as ir
from numba import types
from numba.core.registry import cpu_target
from numba.core.typing.templates import signature
from numba.extending import lower_builtin, type_callable

from kullback._math.values import Code, Value, building, current, kind_of, lifted


def traced(function):
    """Let kernels call a straight-line helper of numbers, lanes, pointers and tuples of these."""
    returned = {}

    @type_callable(function)
    def typer_of(typing):
        def typer(*given):
            kinds = tuple(map(_without_literals, given))
            if kinds not in returned:
                returned[kinds] = _tried(function, kinds)
            return signature(returned[kinds], *kinds)

        typer.__signature__ = inspect.signature(function)
        return typer

    @lower_builtin(function, types.VarArg(types.Any))
    def lower(context, builder, sig, args):
        with building(Code(context, builder)):
            result = function(*map(from_numba, sig.args, args))
            return to_numba(result, sig.return_type)

    return function


def _tried(function, kinds):
    """The type of the result, from building the helper where it is thrown away."""
    context = cpu_target.target_context
    given = [context.get_value_type(kind) for kind in kinds]
    trial = ir.Function(ir.Module(), ir.FunctionType(ir.VoidType(), given), function.__name__)
    with building(Code(context, ir.IRBuilder(trial.append_basic_block()))):
        return _type_of(function(*map(from_numba, kinds, trial.args)))


def _without_literals(kind):
    if isinstance(kind, types.BaseTuple):
        cls = kind.instance_class if isinstance(kind, types.BaseNamedTuple) else None
        return types.BaseTuple.from_types(tuple(map(_without_literals, kind)), cls)
    return types.unliteral(kind)


def _type_of(x):
    if x is None:
        return types.none
    if isinstance(x, tuple):
        cls = type(x) if hasattr(x, "_fields") else None
        return types.BaseTuple.from_types(tuple(map(_type_of, x)), cls)
    return kind_of(x)


def from_numba(kind, llvm):
    """A value as traced helpers take it."""
    if isinstance(kind, types.BaseTuple):
        builder = current().builder
        parts = [from_numba(k, builder.extract_value(llvm, i)) for i, k in enumerate(kind)]
        return kind.instance_class(*parts) if hasattr(kind, "instance_class") else tuple(parts)
    return Value(kind, llvm)


def to_numba(x, kind):
    """The result of a traced helper as Numba takes it."""
    context, builder = current()
    if x is None:
        return context.get_dummy_value()
    if isinstance(x, tuple):
        parts = [to_numba(part, k) for part, k in zip(x, kind, strict=True)]
        return context.make_tuple(builder, kind, parts)
    return lifted(x, kind)
