"""Branches and loops of traced helpers, over what is not known when a kernel is built.

    share = branch(b < 0.0, by_power, lambda: share)
    sums = loop(0, width, WIDTH, sums, lambda c, sums: with_columns(sums, p, q, c))

What is computed is what functions return, since names cannot be given another value by them.
"""

# Numba calls these functions with types and builds code in them; it publishes no usable types.
# mypy: ignore-errors

from __future__ import annotations

from numba import types

from kullback._math.values import Value, common, current, kind_of, lifted, value


def branch(condition, first, second):
    """first() where a condition holds, else second(): the other one takes no time."""
    if not isinstance(condition, Value):
        return first() if condition else second()
    builder, ends = current().builder, []
    with builder.if_else(condition.llvm) as blocks:
        for block, function in zip(blocks, (first, second), strict=True):
            with block:
                result = function()
                ends.append((result, builder.block))
    (x, x_end), (y, y_end) = ends
    return together(lambda u, v: _merged(u, v, x_end, y_end), x, y)


def _merged(x, y, x_end, y_end):
    if x is None and y is None:
        return None
    kind = common(x, y)
    for each in (x, y):
        if isinstance(each, Value) and each.kind != kind:
            raise TypeError(f"both sides of a branch are to give {kind}, not {each.kind}")
    phi = current().builder.phi(lifted(x, kind).type)
    phi.add_incoming(lifted(x, kind), x_end)
    phi.add_incoming(lifted(y, kind), y_end)
    return Value(kind, phi)


def loop(start, stop, step, state, body):
    """What becomes of the state by state = body(i, state), for i from start to before stop.

    The state is a number, lanes or a tuple of these, of types that stay what they are; the step is
    above 0.
    """
    builder = current().builder
    limit, state = lifted(stop, types.intp), together(lambda x: value(x, kind_of(x)), state)
    first, before = value(start, types.intp), builder.block
    head, inside, after = (builder.append_basic_block(name) for name in ("head", "body", "end"))
    builder.branch(head)
    builder.position_at_end(head)
    i, now = together(lambda x: Value(x.kind, builder.phi(x.llvm.type)), (first, state))
    builder.cbranch(builder.icmp_signed("<", i.llvm, limit), inside, after)
    builder.position_at_end(inside)
    following = (i + step, body(i, now))
    end = builder.block
    builder.branch(head)
    together(lambda phi, x, y: _enter(phi, x, before, y, end), (i, now), (first, state), following)
    builder.position_at_end(after)
    return now


def _enter(phi, x, before, y, end):
    phi.llvm.add_incoming(x.llvm, before)
    phi.llvm.add_incoming(lifted(y, phi.kind), end)


def together(function, *given):
    """The function of numbers, or of the numbers in the same places of tuples."""
    if not isinstance(given[0], tuple):
        return function(*given)
    parts = [together(function, *each) for each in zip(*given, strict=True)]
    return type(given[0])(*parts) if hasattr(given[0], "_fields") else tuple(parts)
