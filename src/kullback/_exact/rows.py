"""Row pairs that no kernel certifies: right to the last bit, whatever the numbers.

Rows become integers in one unit, so that options, sums and differences have no rounding. With
x = a B and y = b A the two probabilities in one unit, every term is a function of x, y and x - y
that does not cancel; it stands beside the terms of its kernel. 15 to 80 us a bin. Rows are walked
through some columns at a time: a row of a thousand million bins takes its time, but no memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple, Protocol

from kullback._exact.functions import CONTEXT, INFINITE, real

BINS_AT_ONCE = 1 << 10  # after which the caller may stop
ROUNDED = 2.0**-50  # what is left of 0 by a function of floats, whose terms cancel
FAR = Decimal("0.5")  # nats from which on a distance comes from the affinity

# Some columns of the two rows at a time; called once for each walk.
Parts = Callable[[], Iterable[tuple[Sequence[float], Sequence[float]]]]


class Form(Protocol):
    """A divergence: see `Exact` beside the kernels' terms."""

    @property
    def term(self) -> Callable[[int, int, int, float], Decimal]: ...
    @property
    def finish(self) -> Callable[[Decimal, float], Decimal]: ...
    @property
    def affinity(self) -> Callable[[int, int, float], Decimal] | None: ...
    @property
    def far(self) -> Callable[[Decimal, float], Decimal]: ...
    @property
    def largest(self) -> bool: ...
    @property
    def most(self) -> float: ...


class Options(NamedTuple):
    """What is made of the rows before they are compared."""

    rule: str  # "plain", "pseudocount", "skip" or "fill" ...
    amount: float  # ... with so much
    gaps: str  # the bins that alone make it infinite: "", "q", "either"
    normalize: bool
    alpha: float  # the parameter of the divergence


class Pair(NamedTuple):
    """Two rows of integers, and the integers that are 1 in them."""

    parts: Parts
    options: Options
    unit: int  # the integer that is 1 in the unit of all entries, as given
    fills: tuple[int, int] = (0, 0)  # what stands for a gap of either row, in units of unit**2
    a_one: int = 0
    b_one: int = 0

    def given(self) -> Iterator[tuple[int, int]]:
        """Every bin, as it was given."""
        unit = self.unit
        for p, q in self.parts():
            for x, y in zip(p, q, strict=True):
                (a, c), (b, d) = x.as_integer_ratio(), y.as_integer_ratio()
                yield a * (unit // c), b * (unit // d)

    def ruled(self) -> Iterator[tuple[int, int]]:
        """Every bin, as the option leaves it."""
        rule, unit, (p_fill, q_fill) = self.options.rule, self.unit, self.fills
        of_p, of_q = _sides(self.options)
        if rule == "pseudocount":
            n, d = self.options.amount.as_integer_ratio()
            amount = n * (unit // d)
            yield from ((a + amount, b + amount) for a, b in self.given())
        elif rule == "skip":
            yield from (
                (a if b or not of_q else 0, b if a or not of_p else 0) for a, b in self.given()
            )
        elif rule == "fill":
            yield from (
                (a * unit or (p_fill if b else 0), b * unit or (q_fill if a else 0))
                for a, b in self.given()
            )
        else:
            yield from self.given()

    def bins(self) -> Iterator[tuple[int, int]]:
        """x and y of each bin in which one of them is not 0."""
        return ((a * self.b_one, b * self.a_one) for a, b in self.ruled() if a or b)


def divergence(form: Form, parts: Parts, options: Options) -> float:
    """Of one row pair, in nats; nan if a row is no distribution."""
    pair = _pair(parts, options)
    if pair is None:
        return math.nan
    with localcontext(CONTEXT):
        value = float(_value(form, pair)) + 0.0  # not -0.0
    if not options.normalize:
        return value
    return 0.0 if -ROUNDED <= value < 0.0 else min(value, form.most)


def contributions(form: Form, parts: Parts, places: Sequence[int], options: Options) -> list[float]:
    """What the bins at these places, in order, add to a divergence that is a sum."""
    pair = _pair(parts, options)
    if pair is None:
        return [math.nan for _ in places]
    whole, wanted, found = pair.a_one * pair.b_one, iter(places), list[float]()
    with localcontext(CONTEXT):
        place = next(wanted, None)
        for c, (a, b) in enumerate(pair.ruled()):
            if c == place:
                x, y = a * pair.b_one, b * pair.a_one
                term = form.term(x, y, whole, options.alpha) if x != y else Decimal(0)
                found.append(float(form.finish(term / real(whole), options.alpha)))
                place = next(wanted, None)
    return found


def ratios(parts: Parts, options: Options) -> Iterator[float]:
    """x/y of every bin as the option leaves it; nan where either is 0, or it is no number."""
    pair = _pair(parts, options)
    if pair is None:
        return
    for a, b in pair.ruled():
        x, y = a * pair.b_one, b * pair.a_one
        yield x / y if x and y and x < y * 2**1023 else math.nan


def _pair(parts: Parts, options: Options) -> Pair | None:
    """The two rows with an option; None where one is no distribution or has nothing left."""
    unit = options.amount.as_integer_ratio()[1]
    some_p = some_q = False
    for p, q in parts():
        if not all(0.0 <= x < math.inf for row in (p, q) for x in row):
            return None
        some_p, some_q = some_p or any(p), some_q or any(q)
        unit = max(unit, *(x.as_integer_ratio()[1] for row in (p, q) for x in row))
    if options.normalize and not (some_p and some_q):  # no observation is no distribution
        return None
    pair = Pair(parts, options, unit)
    one = unit
    if options.rule == "fill":
        pair, one = pair._replace(fills=_fills(pair)), unit * unit
    if not options.normalize:
        return pair._replace(a_one=one, b_one=one)
    a_sum, b_sum = _sums(pair.ruled())
    return pair._replace(a_one=a_sum, b_one=b_sum) if a_sum and b_sum else None


def _fills(pair: Pair) -> tuple[int, int]:
    """What stands for a gap of p, and of q."""
    options = pair.options
    n, d = options.amount.as_integer_ratio()
    amount = n * (pair.unit // d)
    wholes = _sums(pair.given()) if options.normalize else (pair.unit, pair.unit)
    p_fill, q_fill = (
        amount * whole if chosen else 0
        for whole, chosen in zip(wholes, _sides(options), strict=True)
    )
    return p_fill, q_fill


def _sides(options: Options) -> tuple[bool, bool]:
    """Whether gaps are looked for in p, and in q."""
    return options.gaps in ("p", "either"), options.gaps in ("q", "either")


def _sums(bins: Iterable[tuple[int, int]]) -> tuple[int, int]:
    a_sum = b_sum = 0
    for a, b in bins:
        a_sum += a
        b_sum += b
    return a_sum, b_sum


def _value(form: Form, pair: Pair) -> Decimal:
    alpha, whole = pair.options.alpha, pair.a_one * pair.b_one
    shares = (form.term(x, y, whole, alpha) for x, y in pair.bins())
    total = max(shares, default=Decimal(0)) if form.largest else sum(shares, Decimal(0))
    if not form.largest:
        total /= real(whole)
    if total == INFINITE:
        return INFINITE
    value = form.finish(total, alpha)
    if form.affinity and pair.options.normalize and value > FAR:
        common = sum((form.affinity(x, y, alpha) for x, y in pair.bins()), Decimal(0))
        return form.far(common / real(whole), alpha)
    return value
