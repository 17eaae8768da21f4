"""What the walk over sparse rows is compiled for: one divergence, under one rule.

With what either row has of its own, a few numbers u and v, and a term for each meeting,

    total(p, q) = sum u v + sum over the bins of both of meeting(p, q).

A `Side` says what becomes of an entry, and of a row; a `Walk`, what the total is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._jit import inline


class Side(NamedTuple):
    """What an entry and a row become.

    entry(p, more, absent, alpha): two features and four shares, of the entry p, `more` than
    `absent`, which is what the row has in all bins where it is not given (0 but for pseudocounts).
    row(shares, mass, absent, missing, options): from their sums, the mass of the row and the number
    of bins where it is absent, what it has of its own, a tuple; its size and its norm (see `Walk`).
    """

    entry: Callable[..., Any]
    row: Callable[..., Any]


@inline
def no_second(x1, x2, y1, y2):
    """Of divergences that need one sum."""
    return x1


@inline
def by_size_and_norm(total, x, y, roundings):
    """SIZE roundings of what either row has; those of a sum of terms whose signs may differ."""
    return SIZE * (x[0] + y[0]) + roundings * (total + x[1] * y[1])


SIZE = 16.0


class Walk(NamedTuple):
    """One divergence under one rule. All functions are of eight lanes, but for sides."""

    left: Side
    right: Side
    # (x1, x2, y1, y2): the term of a meeting, from the features of both entries.
    meeting: Callable[..., Any]
    # (total, second, (x_count, y_count), options): the result in nats and its margin, by which an
    # error of the total is measured: that of the result is at most error / margin of it. Both are
    # infinite where the result is, for certain. `second` is the sum of second terms.
    finish: Callable[..., Any]
    owns: int  # how many numbers a row has of its own
    # (|sum of terms|, (size, norm), (size, norm), roundings): a bound of the error, in units of
    # rounding, but for the products u v.
    error: Callable[..., Any] = by_size_and_norm
    second: Callable[..., Any] = no_second
    counts: bool = False  # the second term is 1
