"""The elementary terms of each divergence, in nats, with mpmath: their sum is the divergence.

They are those of the textbooks, expanded as far as can be: here everything may cancel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import mpmath
from mpmath import mp, mpf

Measure = Sequence[mpf]
Terms = Callable[[Measure, Measure], Iterator[mpf]]


@lru_cache(maxsize=30_000)
def _log_in(x: mpf, precision: int) -> mpf:
    return mpmath.log(x)


def log(x: mpf) -> mpf:
    """The natural logarithm, kept: the rows of a matrix meet many times."""
    return _log_in(x, mp.prec)


def x_log_y(x: mpf, y: mpf) -> mpf:
    """x ln y, where 0 ln 0 = 0 and x ln 0 = -inf."""
    if not x:
        return mpf(0)
    return x * log(y) if y else -mp.inf


# Sums of logarithms


def kl(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        yield from (x_log_y(a, a), -x_log_y(a, b), -a, b)


def js(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        mean = (a + b) / 2
        yield from (x_log_y(a, a) / 2, x_log_y(b, b) / 2, -x_log_y(mean, mean))


def jeffreys(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        yield from (x_log_y(a, a), -x_log_y(a, b), -x_log_y(b, a), x_log_y(b, b))


def cross_entropy(p: Measure, q: Measure) -> Iterator[mpf]:
    return (-x_log_y(a, b) for a, b in zip(p, q, strict=True))


def entropy(p: Measure, _: Measure) -> Iterator[mpf]:
    return cross_entropy(p, p)


# Sums of powers


def hellinger(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        yield from (a / 2, b / 2, -mpmath.sqrt(a * b))


def total_variation(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        yield from (max(a, b), -a / 2, -b / 2)


def chi2(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        if b:
            yield from (a * a / b, -2 * a, b)
        elif a:
            yield mp.inf


def affinity(order: float) -> Terms:
    """p**order q**(1 - order): the sum is the Rényi affinity."""

    def terms(p: Measure, q: Measure) -> Iterator[mpf]:
        for a, b in zip(p, q, strict=True):
            if a and b:
                yield mpmath.exp(order * log(a) + (1 - mpf(order)) * log(b))
            elif a and order > 1:
                yield mp.inf

    return terms


def exponents(order: float) -> Terms:
    """What rounded exponents cost such terms, divided by 1e-14.

    A term is p e**E or q e**E with the smaller |E| of the two, and E is off by 3e-16 |E|, three
    roundings, which moves e**E - 1 by e**E times as much; where p and q are near, E**2 times.
    """

    def terms(p: Measure, q: Measure) -> Iterator[mpf]:
        for a, b in zip(p, q, strict=True):
            if a and b:
                ln = log(a) - log(b)
                first, exponent = (b, order * ln) if order < 0.5 else (a, (order - mpf(1)) * ln)
                power = mpmath.exp(exponent)
                yield first * min(power, abs(power - 1)) * exponent / 32

    return terms


def root_of_product(p: Measure, q: Measure) -> Iterator[mpf]:
    return (mpmath.sqrt(a * b) for a, b in zip(p, q, strict=True))


def largest_ratio(p: Measure, q: Measure) -> Iterator[mpf]:
    yield max((a / b if b else mp.inf for a, b in zip(p, q, strict=True) if a), default=mpf(0))


def log_of_affinity(order: float) -> Callable[[mpf], mpf]:
    """From the affinity to the Rényi divergence."""
    return lambda total: mpmath.log(total) / (mpf(order) - 1) if total > 0 else mp.inf


def minus_log(total: mpf) -> mpf:
    """From the affinity to the Bhattacharyya distance."""
    return -mpmath.log(total) if total > 0 else mp.inf


def positive_log(ratio: mpf) -> mpf:
    """The logarithm of the largest ratio; p may lie below q everywhere if it is not normalized."""
    return max(mpf(0), mpmath.log(ratio)) if ratio > 0 else mpf(0)


# Divergences by a function f, which users write in floats: the terms q f(p/q), and what their
# errors are in proportion to, |q f(t)| + |q t f'(t)| with t = p/q. A t that is rounded moves f(t)
# by t f'(t), which does not get small where p and q are nearly equal.


def t_log_t(t: float) -> float:
    return t * math.log(t)


def f_kl(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        yield from (x_log_y(a, a), -x_log_y(a, b))


def f_kl_size(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        if a:
            ln = log(a) - log(b) if b else mp.inf
            yield from (a * ln, a * (ln + 1))


def triangle(t: float) -> float:
    return (t - 1) ** 2 / (t + 1)


def f_triangular(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        if a or b:
            yield from (a, b, -4 * a * b / (a + b))


def f_triangular_size(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        if a or b:
            yield (a - b) ** 2 / (a + b)
        if a and b:
            yield a * (a - b) * (a + 3 * b) / (a + b) ** 2
