"""Row pairs that no kernel certifies: right to the last bit, whatever the numbers.

Rows become integers in one unit, so that options, sums and differences have no rounding. With
x = a B and y = b A the two probabilities in one unit, every term is a function of x, y and x - y
that does not cancel; it stands beside the terms of its kernel. 15 to 80 us a bin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, localcontext
from typing import NamedTuple, Protocol

from kullback._exact.functions import CONTEXT, INFINITE, real

BINS_AT_ONCE = 1 << 10  # after which the caller may stop
ROUNDED = 2.0**-50  # what is left of 0 by a function of floats, whose terms cancel
FAR = Decimal("0.5")  # nats from which on a distance comes from the affinity


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

    a: list[int]
    b: list[int]
    a_one: int
    b_one: int


def divergence(
    form: Form, p: Iterable[float], q: Iterable[float], options: Options, poll: Callable[[], None]
) -> float:
    """Of one row pair, in nats; nan if a row is no distribution. `poll` may raise at any time."""
    given = list(p), list(q)
    if not all(0.0 <= x < math.inf for row in given for x in row):
        return math.nan
    pair = _with_rule(*given, options)
    if pair is None or not (pair.a_one and pair.b_one):
        return math.nan
    with localcontext(CONTEXT):
        value = float(_value(form, pair, options.alpha, options.normalize, poll)) + 0.0  # not -0.0
    if not options.normalize:
        return value
    return 0.0 if -ROUNDED <= value < 0.0 else min(value, form.most)


def contributions(
    form: Form,
    rows: tuple[list[float], list[float]],
    places: Iterable[int],
    options: Options,
    poll: Callable[[], None],
) -> list[float]:
    """What the bins at these places add to a divergence that is a sum, for `divergence`'s rows."""
    pair = _with_rule(*rows, options)
    if pair is None or not (pair.a_one and pair.b_one):
        return [math.nan for _ in places]
    whole = pair.a_one * pair.b_one
    found = []
    with localcontext(CONTEXT):
        for n, c in enumerate(places):
            if n % BINS_AT_ONCE == 0:
                poll()
            x, y = pair.a[c] * pair.b_one, pair.b[c] * pair.a_one
            term = form.term(x, y, whole, options.alpha) if x != y else Decimal(0)
            found.append(float(form.finish(term / real(whole), options.alpha)))
    return found


def _with_rule(p: list[float], q: list[float], options: Options) -> Pair | None:
    """The two rows as an option leaves them; None where one has no observation."""
    one, (a, b, (amount,)) = _integers(p, q, [options.amount])
    if options.normalize and not (any(a) and any(b)):
        return None
    of_p, of_q = options.gaps in ("p", "either"), options.gaps in ("q", "either")
    if options.rule == "pseudocount":
        a, b = [x + amount for x in a], [y + amount for y in b]
    elif options.rule == "skip":
        bins = list(zip(a, b, strict=True))
        a = [x if y or not of_q else 0 for x, y in bins]
        b = [y if x or not of_p else 0 for x, y in bins]
    elif options.rule == "fill":
        p_fill = amount * (sum(a) if options.normalize else one) if of_p else 0
        q_fill = amount * (sum(b) if options.normalize else one) if of_q else 0
        bins = list(zip(a, b, strict=True))
        a = [x * one or (p_fill if y else 0) for x, y in bins]
        b = [y * one or (q_fill if x else 0) for x, y in bins]
        one *= one
    return Pair(a, b, sum(a), sum(b)) if options.normalize else Pair(a, b, one, one)


def _integers(*rows: list[float]) -> tuple[int, list[list[int]]]:
    """The entries of all rows in one unit, the largest power of two that does, and 1 in it."""
    ratios = [[x.as_integer_ratio() for x in row] for row in rows]
    one = max(d for row in ratios for _, d in row)
    return one, [[n * (one // d) for n, d in row] for row in ratios]


def _value(
    form: Form, pair: Pair, alpha: float, normalize: bool, poll: Callable[[], None]
) -> Decimal:
    whole = pair.a_one * pair.b_one
    shares = (form.term(x, y, whole, alpha) for x, y in _bins(pair, poll))
    total = max(shares, default=Decimal(0)) if form.largest else sum(shares, Decimal(0))
    if not form.largest:
        total /= real(whole)
    if total == INFINITE:
        return INFINITE
    value = form.finish(total, alpha)
    if form.affinity and normalize and value > FAR:
        common = sum((form.affinity(x, y, alpha) for x, y in _bins(pair, poll)), Decimal(0))
        return form.far(common / real(whole), alpha)
    return value


def _bins(pair: Pair, poll: Callable[[], None]) -> Iterator[tuple[int, int]]:
    """x and y of each bin in which one of them is not 0."""
    for c, (a, b) in enumerate(zip(pair.a, pair.b, strict=True)):
        if c % BINS_AT_ONCE == 0:
            poll()
        if a or b:
            yield a * pair.b_one, b * pair.a_one
