"""KL and JS of two softmax rows, for the exact value of the logits and of the temperature.

Logits become integers, so that nothing is rounded before they are divided by T. Measured from the
largest of their rows, A and B, and with

    z = (a - A)/T,  w = (b - B)/T,  u = w - z,  x = e**z,  y = e**w,  X = sum x,  Y = sum y,

P = Y/X is 1 + sum x (e**u - 1) / X. Then v = u - ln P makes q = p e**v, and every term is a
function of v that does not cancel:

    KL = sum p (e**v - 1 - v),   JS = sum (p + q)/4 (h(t) + h(-t)),   t = (q - p)/(p + q),

with h(t) = (1 + t) ln(1 + t) - t. An error d of ln P adds d**2 / 2 to KL, and KL is at least
(ln P)**2 / 2k, since a bin with z = 0 or w = 0 has at least 1/k of its row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, localcontext
from typing import TypeVar

from kullback._exact.functions import (
    CONTEXT,
    INFINITE,
    NEAR,
    exp_tail,
    expm1,
    ln1p,
    real,
    relative_entropy,
)
from kullback._exact.rows import BINS_AT_ONCE

# e**NOTHING = 10**-4343 stands for 0: |u| is below 10**633, and no float is below 10**-324.
NOTHING = Decimal(-10_000)

Poll = Callable[[], None]
Bin = tuple[Decimal, Decimal, Decimal]  # x, u, y
Each = TypeVar("Each")
Integers = list[int | None]  # below the largest of their row; None for -inf


def difference(x: Decimal, u: Decimal, y: Decimal) -> Decimal:
    """y - x, where y = x e**u."""
    return x * expm1(u) if abs(u) <= NEAR else y - x


def kl(x: Decimal, v: Decimal, y: Decimal) -> Decimal:
    """The term of a bin, where y = x e**v."""
    if abs(v) <= NEAR:
        return x * exp_tail(v)
    return y - x - x * v if x else y


def js(x: Decimal, v: Decimal, y: Decimal, weight: Decimal) -> Decimal:
    """The term of a bin, where y = x e**v: both sides from their mean m, weighted as in it."""
    d = difference(x, v, y)
    mean = weight * x + (1 - weight) * y
    of_x = weight * relative_entropy((weight - 1) * d / mean)
    return mean * (of_x + (1 - weight) * relative_entropy(weight * d / mean))


def divergence(
    word: str,
    p: Iterable[float],
    q: Iterable[float],
    temperature: float,
    poll: Poll,
    weight: float = 0.5,
) -> float:
    """Of two rows of logits, in nats; nan if one has no softmax. `poll` may raise at any time.

    `word`: "kl", or JS where p has this weight in the mean.
    """
    p, q = list(p), list(q)
    if not (has_softmax(p) and has_softmax(q)):
        return math.nan
    if word == "kl" and any(a > -math.inf == b for a, b in zip(p, q, strict=True)):
        return math.inf
    with localcontext(CONTEXT):
        found = list(polled(bins(p, q, temperature), poll))
        x_sum = sum((x for x, _, _ in found), Decimal(0))
        more = sum((difference(*each) for each in found), Decimal(0)) / x_sum
        shift, quotient = ln1p(more), 1 + more
        scaled = ((x, u - shift, y / quotient) for x, u, y in polled(found, poll))
        share = Decimal(weight)
        terms = (kl(*each) if word == "kl" else js(*each, share) for each in scaled)
        return float(sum(terms, Decimal(0)) / x_sum)


def entropy(row: list[float], temperature: float, poll: Poll) -> float:
    """Of one row of logits, in nats; nan if it has no softmax."""
    if not has_softmax(row):
        return math.nan
    with localcontext(CONTEXT):
        found = list(polled(exponents(row, temperature), poll))
        tops = sum(1 for _, z in found if not z)
        rest = sum((x for x, z in found if z), Decimal(0)) / tops
        moment = -sum((x * z for x, z in found), Decimal(0)) / tops
        return float(Decimal(tops).ln() + ln1p(rest) + moment / (1 + rest))


def exponents(row: list[float], temperature: float) -> Iterator[tuple[Decimal, Decimal]]:
    """e**z and z of every bin that has any of it."""
    unit, (integers,) = below_largest(row)
    numerator, denominator = temperature.as_integer_ratio()
    degree = real(unit * numerator)
    for n in integers:
        z = -INFINITE if n is None else real(n * denominator) / degree
        if z > NOTHING:
            yield z.exp(), z


def has_softmax(row: list[float]) -> bool:
    """Whether no logit is NaN or inf, and one is finite."""
    return all(x < math.inf for x in row) and max(row) > -math.inf


def bins(p: list[float], q: list[float], temperature: float) -> Iterator[Bin]:
    """x, u and y of every bin that has any of them."""
    unit, (a, b) = below_largest(p, q)
    numerator, denominator = temperature.as_integer_ratio()
    degree = real(unit * numerator)

    def quotient(n: int | None) -> Decimal:
        return -INFINITE if n is None else real(n * denominator) / degree

    for i, j in zip(a, b, strict=True):
        z, w = quotient(i), quotient(j)
        x, y = (t.exp() if t > NOTHING else Decimal(0) for t in (z, w))
        if x or y:
            yield x, w - z if i is None or j is None else quotient(j - i), y


def polled(bins: Iterable[Each], poll: Poll) -> Iterator[Each]:
    """The bins; the caller may stop at some of them."""
    for n, each in enumerate(bins):
        if n % BINS_AT_ONCE == 0:
            poll()
        yield each


def below_largest(*rows: list[float]) -> tuple[int, list[Integers]]:
    """1 in the unit of all rows, and in it their entries less the largest of their row."""
    ratios = [[x.as_integer_ratio() if x > -math.inf else None for x in row] for row in rows]
    unit = max(ratio[1] for row in ratios for ratio in row if ratio)
    integers = [[r and r[0] * (unit // r[1]) for r in row] for row in ratios]
    tops = [max(n for n in row if n is not None) for row in integers]
    return unit, [
        [None if n is None else n - top for n in row]
        for row, top in zip(integers, tops, strict=True)
    ]
