"""What an option makes of a pair of entries (a, b), before anything is summed or compared.

A rule is compiled into the loops:
`values(a, b, amount)`  the pair to use;
`gap(b)`                1 where the entry of q is a gap that will be filled, else 0;
`shifts`                whether `amount` is added to both entries (a - b is untouched then);
`fills`                 whether `amount` fills gaps, once the sums are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kullback._jit import inline
from kullback._math.bits import select


class Rule(NamedTuple):
    values: Callable[[float, float, float], tuple[float, float]]
    gap: Callable[[float], float]
    shifts: bool
    fills: bool


@inline
def _as_given(a: float, b: float, amount: float) -> tuple[float, float]:
    return a, b


@inline
def _shifted(a: float, b: float, amount: float) -> tuple[float, float]:
    return a + amount, b + amount


@inline
def _restricted(a: float, b: float, amount: float) -> tuple[float, float]:
    return select(b == 0.0, 0.0, a), b


@inline
def _filled(a: float, b: float, amount: float) -> tuple[float, float]:
    return a, select(b == 0.0, amount, b)


@inline
def _no_gap(b: float) -> float:
    return 0.0


@inline
def _zero_is_gap(b: float) -> float:
    return select(b == 0.0, 1.0, 0.0)


RULES = {
    "plain": Rule(_as_given, _no_gap, False, False),
    "pseudocount": Rule(_shifted, _no_gap, True, False),  # amount: the pseudocount
    "skip": Rule(_restricted, _no_gap, False, False),
    "fill": Rule(
        _filled, _zero_is_gap, False, True
    ),  # amount: the entry that stands for a zero of q
}
