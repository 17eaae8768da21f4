"""Every discrete quantity of two rows of fractions, as its definition has it, and its size.

The size is what an error is in proportion to: the value itself wherever it is a sum of terms that
are not negative, or can be written as one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mpmath import mp, mpf

from fuzzing.exact import Result, number, total

Row = list[Fraction]
INFINITE = mpf("inf"), mpf("inf")
NOTHING = mpf(0), mpf(0)
UNSPECIFIED = mpf(0), mpf("nan")
NEAR_THE_EDGE = mpf(2) ** -40  # of what the logarithm of is taken
LEAST_RATIO = mpf(2) ** -1000  # for a function of floats, whose own steps may overflow


def _has_gap(p: Row, q: Row) -> bool:
    return any(x and not y for x, y in zip(p, q, strict=True))


@lru_cache(1 << 16)
def _ln(x: Fraction, precision: int) -> mpf:
    return mp.log(number(x))


def ln(x: Fraction) -> mpf:
    return _ln(x, mp.prec)


def kl(p: Row, q: Row) -> Result:
    """The generalized one; its terms are not negative, so that the sum is its own size."""
    if _has_gap(p, q):
        return INFINITE
    if p == q:
        return NOTHING
    terms = [number(x) * ln(x / y) for x, y in zip(p, q, strict=True) if x]
    value = max(mpf(0), mp.fsum(terms) + number(sum(q) - sum(p)))
    return value, value


def js(p: Row, q: Row) -> Result:
    mean = [(x + y) / 2 for x, y in zip(p, q, strict=True)]
    value = (kl(p, mean)[0] + kl(q, mean)[0]) / 2
    return value, value


def jeffreys(p: Row, q: Row) -> Result:
    value = kl(p, q)[0] + kl(q, p)[0]
    return value, value


def hellinger(p: Row, q: Row) -> Result:
    roots = [(mp.sqrt(number(x)), mp.sqrt(number(y))) for x, y in zip(p, q, strict=True)]
    value = mp.sqrt(mp.fsum((a - b) ** 2 for a, b in roots) / 2)
    return value, value


def bhattacharyya(p: Row, q: Row) -> Result:
    affinity = mp.fsum(mp.sqrt(number(x * y)) for x, y in zip(p, q, strict=True))
    value = -mp.log(affinity) if affinity else mpf("inf")
    value = max(mpf(0), value) if p != q else mpf(0)
    return value, value


def bhattacharyya_of_measures(p: Row, q: Row) -> Result:
    """-ln(1 - h), whose error is that of h."""
    h = hellinger(p, q)[0] ** 2 if p != q else mpf(0)
    if abs(1 - h) < NEAR_THE_EDGE:
        return UNSPECIFIED
    return (-mp.log(1 - h), h / (1 - h)) if h < 1 else INFINITE


def total_variation(p: Row, q: Row) -> Result:
    value = number(sum(abs(x - y) for x, y in zip(p, q, strict=True)) / 2)
    return value, value


def chi2(p: Row, q: Row) -> Result:
    if _has_gap(p, q):
        return INFINITE
    value = number(sum((x - y) ** 2 / y for x, y in zip(p, q, strict=True) if y))
    return value, value


def cross_entropy(p: Row, q: Row) -> Result:
    if _has_gap(p, q):
        return INFINITE
    return total([-number(x) * ln(y) for x, y in zip(p, q, strict=True) if x])


def renyi(p: Row, q: Row, order: float, normalize: bool) -> Result:
    """The error that is promised grows with order times logarithm of the ratio beyond 10.

    Of measures, order below 1, it is that of 1 less the affinity, as of Bhattacharyya's distance.
    """
    gap = _has_gap(p, q)
    if order == 1 or p == q:
        return kl(p, q)
    if order > 1 and gap:
        return INFINITE
    common = [(x, y) for x, y in zip(p, q, strict=True) if x and y]
    logs = [ln(x / y) for x, y in common]
    if order == math.inf:
        value = max([mpf(0), *logs])
        return value, value
    alpha = Fraction(order)
    weighted = zip(common, logs, strict=True)
    powers = [number(y) * mp.exp(number(alpha) * log) for (_, y), log in weighted]
    affinity = mp.fsum(powers)
    if not normalize:
        affinity += number(1 - alpha * sum(p) - (1 - alpha) * sum(q))
        if affinity <= 0 or (order < 1 and affinity < NEAR_THE_EDGE):
            return UNSPECIFIED
    value = mp.log(affinity) / number(alpha - 1) if affinity else mpf("inf")
    value = max(mpf(0), value)
    size = value * max([mpf(1), *(number(alpha) * abs(log) / 10 for log in logs)])
    if order < 1 and not normalize:
        size = max(size, (1 - affinity) / affinity / number(1 - alpha))
    return value, size


def own(p: Row, q: Row, name: str) -> Result:
    """An f-divergence; of terms that cancel, and with each ratio p/q rounded."""
    f, slope, at_zero, infinite_slope = OWN[name]
    terms, moved = [], []
    for x, y in zip(p, q, strict=True):
        if x and y:
            t = number(x / y)
            if not LEAST_RATIO < t < 1 / LEAST_RATIO:
                return UNSPECIFIED
            terms.append(number(y) * f(t))
            moved.append(number(x) * abs(slope(t)))
        elif x:
            terms.append(number(x) * infinite_slope)
        elif y:
            terms.append(number(y) * at_zero)
    value, size = total(terms)
    return value, size + mp.fsum(moved)


# f, its slope, its limit at 0, and that of f(t)/t at infinity.
OWN: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], float, float]] = {
    "f_kl": (lambda t: t * mp.log(t), lambda t: mp.log(t) + 1, 0.0, math.inf),
    "f_triangular": (
        lambda t: (t - 1) ** 2 / (t + 1),
        lambda t: (t - 1) * (t + 3) / (t + 1) ** 2,
        1.0,
        1.0,
    ),
}
DEFINITIONS: dict[str, Callable[[Row, Row], Result]] = {
    "kl": kl,
    "js": js,
    "js_distance": js,
    "jeffreys": jeffreys,
    "hellinger": hellinger,
    "bhattacharyya": bhattacharyya,
    "total_variation": total_variation,
    "chi2": chi2,
    "cross_entropy": cross_entropy,
    "entropy": cross_entropy,  # of p with itself
    "stability": jeffreys,  # the population stability index
}


def defined(word: str, p: Row, q: Row, options: dict[str, Any]) -> Result:
    if word == "renyi":
        return renyi(p, q, options["alpha"], options.get("normalize", True))
    if word == "bhattacharyya" and not options.get("normalize", True):
        return bhattacharyya_of_measures(p, q)
    return own(p, q, word) if word in OWN else DEFINITIONS[word](p, q)
