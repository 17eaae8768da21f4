"""Sums whose terms cancel, in as many bits as that asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath
from mpmath import mp, mpf

PRECISIONS = (256, 450, 1800, 7200, 28800)  # bits; the next is taken when too many have cancelled
RESULT_BITS = 80
NOTHING = -2400  # a sum below 2**NOTHING is 0, and so is its root, in float64


def certain_sum(terms: Callable[[], Sequence[mpf]]) -> mpf:
    """The sum of terms that are right to some 8 bits less than the precision, or to 1."""
    for precision in PRECISIONS:
        with mp.workprec(precision):
            found = terms()
            total = mpmath.fsum(found)
            if total == mp.inf:
                return total
            sizes = mpmath.fsum(found, absolute=True) + len(found)
            error = mpmath.ldexp(sizes, 8 - precision)
            if error <= mpmath.ldexp(total, -RESULT_BITS):
                return total
            if abs(total) + error < mpmath.ldexp(1, NOTHING):
                return mpf(0)
    raise AssertionError(f"{precision} bits are too few")


def agreed(compute: Callable[[], mpf]) -> mpf:
    """The value on which two precisions agree."""
    last = None
    for precision in PRECISIONS:
        with mp.workprec(precision):
            try:
                value = compute()
            except ZeroDivisionError:  # matrices whose scales are further apart than its digits
                continue
            if not mpmath.isfinite(value):
                return value
            if last is not None and abs(value - last) <= mpmath.ldexp(abs(value), -RESULT_BITS):
                return value
            last = value
    raise AssertionError(f"{precision} bits are too few")


def per_unit(value: mpf, base: float | None) -> mpf:
    """A quantity of information in units of its base."""
    if base is None:
        return value
    with mp.workprec(max(mp.prec, PRECISIONS[0])):
        return value / mpmath.log(mpf(base))
