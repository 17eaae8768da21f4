"""What the walk over sparse rows is compiled for: one divergence, under one rule.

With what either row has of its own, a few numbers u and v, and a term for each meeting,

    total(p, q) = sum u v + sum over the bins of both of meeting(p, q).

A `Side` says what becomes of an entry, and of a row; a `Walk`, what the total is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._math.tracing import traced

OWN = 4.0  # roundings of a product of two numbers that rows have of their own
SIZE = 16.0  # roundings of what a term, or a sum of a row's own, is made of


class Row(NamedTuple):
    """A row that has been looked at, for a side to say what it has of its own."""

    mass: Any  # the sum of what its entries become, over all bins
    absent: Any  # what it has in all bins where nothing is given: 0 but for pseudocounts
    missing: Any  # how many these are
    least: Any  # of its entries, pseudocounts included; with `most` inf and 0 if there are none
    most: Any
    k: Any
    alpha: Any
    normalize: Any


class Given(NamedTuple):
    """What an entry's side is told of."""

    k: float
    alpha: float
    amount: float


class Options(NamedTuple):
    """Those that a walk is told of."""

    alpha: float
    amount: float
    normalize: bool
    plain: bool  # whether nothing is done with zeros


class Side(NamedTuple):
    """What an entry and a row become.

    entry(p, more, absent, given): two features and four shares, of the entry p, `more` than
    `absent`; given: options. row(shares, row): what the row has of its own, from the sums
    of shares, and after that its size and its norm (see `Walk.error`).
    """

    entry: Callable[..., Any]
    row: Callable[..., Any]


@traced
def no_second(x1, x2, y1, y2):
    """Of divergences that need one sum."""
    return x1


@traced
def by_size_and_norm(total, sizes, x, y, roundings):
    """SIZE roundings of what either row has; those of a sum of terms whose signs may differ."""
    return OWN * sizes + SIZE * (x[0] + y[0]) + roundings * (total + x[1] * y[1])


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
    # (|sum of terms|, sum |u v|, (size, norm), (size, norm), roundings of the sum): a bound of the
    # error of the total, in units of rounding.
    error: Callable[..., Any] = by_size_and_norm
    second: Callable[..., Any] = no_second
    counts: bool = False  # the second term is 1
