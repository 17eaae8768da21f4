"""What an option makes of a pair of entries (a, b), before anything is summed or compared.

A rule is compiled into the loops. A gap is a bin that alone makes the divergence infinite: one of
q where q = 0 < p, one of p where p = 0 < q; its terms say of which side. Bins that are 0 on both
sides are none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._math.bits import select
from kullback._math.tracing import traced


class Rule(NamedTuple):
    """One option, for the gaps of one divergence."""

    values: Callable[..., Any]  # (a, b, p_fill, q_fill): the pair to use
    p_gap: Callable[..., Any]  # (a, b): 1 where p has a gap that will be filled, else 0
    q_gap: Callable[..., Any]
    shifts: bool = False  # `p_fill` and `q_fill` are added to all entries (a - b is untouched then)
    fills: bool = False  # gaps are filled, once the sums are known
    marks: bool = False  # gaps stay, and make the result infinite


@traced
def _as_given(a, b, p_fill, q_fill):
    return a, b


@traced
def _shifted(a, b, p_fill, q_fill):
    return a + p_fill, b + q_fill


@traced
def _no_gap(a, b):
    return 0.0


@traced
def _is_gap(a, b):
    """Of the first of the two."""
    return select((a == 0.0) & (b > 0.0), 1.0, 0.0)


def _skip(of_p: bool, of_q: bool) -> Rule:
    @traced
    def values(a, b, p_fill, q_fill):
        kept_a = select(b == 0.0, 0.0, a) if of_q else a
        kept_b = select(a == 0.0, 0.0, b) if of_p else b
        return kept_a, kept_b

    return Rule(values, _no_gap, _no_gap)


def _fill(of_p: bool, of_q: bool) -> Rule:
    @traced
    def p_gap(a, b):
        return _is_gap(a, b) if of_p else 0.0

    @traced
    def q_gap(a, b):
        return _is_gap(b, a) if of_q else 0.0

    @traced
    def values(a, b, p_fill, q_fill):
        filled_a = select((a == 0.0) & (b > 0.0), p_fill, a) if of_p else a
        filled_b = select((b == 0.0) & (a > 0.0), q_fill, b) if of_q else b
        return filled_a, filled_b

    return Rule(values, p_gap, q_gap, fills=True)


def make_rule(name: str, gaps: str) -> Rule:
    """The rule "plain", "pseudocount", "skip" or "fill" for a divergence with such gaps."""
    sides = gaps in ("p", "either"), gaps in ("q", "either")
    if name == "pseudocount":
        return Rule(_shifted, _no_gap, _no_gap, shifts=True)
    if name == "skip":
        return _skip(*sides)
    if name == "fill":
        return _fill(*sides)
    return Rule(_as_given, _no_gap, _no_gap, marks=gaps != "")
