"""Integrals over the line of what comes with densities: pieces, ends, SciPy's quadrature.

    low ┄┄┄┄┄┄┄ first ──┬──────┬─── last ┄┄┄┄┄┄┄ high
        end             pieces              end

Between landmarks a piece is linear. At an end, finite or infinite, x moves away from the first or
last landmark as an exponential of t: a heavy tail, and a singularity at the end of a support, both
become an exponential decay in t, which is integrated up to the last t that x can be told apart at;
the rest is that of the exponential that it has become. If it does not decay there, the integral is
infinite. All pieces are integrated at once, as a vector, by `scipy.integrate.quad_vec`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad_vec

from kullback._process.arrays import Floats

# (x, ln of dx/ds) to ln of the integrand times dx/ds; +inf where the integral is infinite
LogIntegrand = Callable[[Floats, Floats], Floats]

FARTHEST = 1e150  # its square is a number
NEAREST = 1e-300  # the least distance from an end at 0
RESOLVED = 2.0**-36  # the least relative distance from another end: nearer, x has few digits left
EXACT = 5 * math.log(2)  # a step of t beyond that: at powers of two x has all its digits
CUTS = np.concatenate([[0.0], 1.5 ** np.arange(17)])  # of t, between the pieces of an end
GROWTH = 8.0  # of the widths of neighbouring pieces between landmarks, at most
NO_DECAY, NO_DECAY_RESOLVED = 1e-9, 1e-4  # a slower fall of the logarithm, per unit of t, is none
NEGLIGIBLE = -80.0  # the logarithm of the share of a tail that need not be looked at


class Pieces(NamedTuple):
    """x = origin + factor * t where rate is 0, else origin + factor * e**(rate t)."""

    origin: Floats
    factor: Floats
    rate: Floats
    start: Floats  # t = start + length * s, s from 0 to 1
    length: Floats

    def at(self, s: float | Floats) -> tuple[Floats, Floats]:
        """X and ln(dx/ds) of every piece."""
        t = self.start + self.length * s
        inner = self.rate == 0
        x = self.origin + self.factor * np.where(inner, t, np.exp(self.rate * t))
        return x, np.log(np.abs(self.factor) * self.length) + self.rate * t


class End(NamedTuple):
    """How x goes to one end of the line."""

    origin: float
    factor: float
    rate: float
    most: float  # the last t
    step: float  # between points beyond the last t, if positive, or before it
    no_decay: float
    uncertain: bool = False  # it stops so early that nothing is known of the integrand beyond ...
    broken: str = "q"  # ... since the logarithm of this density is -inf there

    def at(self, t: Floats) -> tuple[Floats, Floats]:
        """X and ln(dx/dt)."""
        x = self.origin + self.factor * np.exp(self.rate * t)
        return x, math.log(abs(self.factor)) + self.rate * t


class Integral(NamedTuple):
    """A value and an estimate of its error."""

    value: float
    error: float  # of an infinite value 0 if the integral diverges, infinite if that is not certain


def landmarks(points: list[Floats], low: float, high: float) -> Floats:
    """The points inside (low, high), ascending, none so near another that x has no digits left."""
    found = np.unique(np.concatenate([*points, np.empty(0)]))
    found = found[(found > low) & (found < high) & (np.abs(found) < FARTHEST / 1e6)]
    for end in (low, high):
        if math.isfinite(end):
            least = 2 * RESOLVED * abs(end) if end else math.sqrt(NEAREST)
            found = found[np.abs(found - end) > least]
    if found.size:
        apart = np.diff(found) > 1e-12 * np.maximum(np.abs(found[1:]), np.abs(found[:-1]))
        return np.asarray(found[np.concatenate([[True], apart])])
    if math.isfinite(low) and math.isfinite(high):
        return np.array([low + (high - low) / 2])
    return np.array([0.0 if math.isinf(low) and math.isinf(high) else _one_inside(low, high)])


def _one_inside(low: float, high: float) -> float:
    return low + max(1.0, abs(low)) if math.isfinite(low) else high - max(1.0, abs(high))


def ends(points: Floats, low: float, high: float) -> list[End]:
    """The way from the first landmark to `low` and from the last to `high`."""
    one = max(1.0, float(np.abs(points[0])))
    widths = (
        np.diff(points) if points.size > 1 else np.array([one])
    )  # that of the outermost piece is the scale at an end
    first, last = float(points[0]), float(points[-1])
    return [_end(first, low, -float(widths[0])), _end(last, high, float(widths[-1]))]


def _end(first: float, end: float, step: float) -> End:
    if math.isinf(end):
        most = math.log(FARTHEST / abs(step))
        return End(first - step, step, 1.0, most, -most / 5, NO_DECAY)
    distance = first - end
    if end == 0:
        most = math.log(max(abs(distance) / NEAREST, 2.0))
        return End(end, distance, -1.0, most, -most / 5, NO_DECAY)
    nearest = RESOLVED * 2.0 ** math.ceil(math.log2(abs(end)))
    most = math.log(max(abs(distance) / nearest, 2.0))
    return End(end, distance, -1.0, most, EXACT, NO_DECAY_RESOLVED)


def pieces(points: Floats, both: list[End]) -> Pieces:
    """All pieces between the landmarks and towards the ends."""
    points = graded(points, both)
    rows = [(x, width, 0.0, 0.0, 1.0) for x, width in zip(points, np.diff(points), strict=False)]
    for end in both:
        cuts = np.append(CUTS[end.most > CUTS], end.most)
        for start, length in zip(cuts, np.diff(cuts), strict=False):
            rows.append((end.origin, end.factor, end.rate, start, length))
    return Pieces(*(np.array(column) for column in zip(*rows, strict=True)))


def joined(parts: list[Pieces]) -> Pieces:
    """The pieces of several parts of the line as one."""
    return Pieces(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def graded(points: Floats, both: list[End]) -> Floats:
    """The points and more, so that no piece is much longer than the next, whatever the scales."""
    widths = np.diff(points)
    beside = [abs(end.factor) if end.rate < 0 else math.inf for end in both]
    neighbors = np.array([beside[0], *widths, beside[1]])
    more = [points]
    for i, width in enumerate(widths):
        for side, edge in ((-1, points[i]), (1, points[i + 1])):
            first = GROWTH * neighbors[i + 1 + side]
            count = math.ceil(math.log(max(width / 2 / first, 1.0), GROWTH))
            more.append(edge - side * first * GROWTH ** np.arange(count))
    return np.unique(np.concatenate(more))


def integrate(
    function: LogIntegrand,
    parts: Pieces,
    both: list[End],
    tolerances: tuple[float, float],
    limit: int,
) -> Integral:
    """The integral of what `function` is the logarithm of, never negative; infinite if it is.

    `tolerances`: absolute and relative.
    """
    count = math.sqrt(parts.origin.size)  # the norm of the error is the root of a sum of squares
    absolute, relative = max(tolerances[0], 1e-300), tolerances[1] / count

    def values(s: float) -> Floats:
        logarithms = function(*parts.at(s))
        if np.isposinf(logarithms).any():
            raise OverflowError
        return np.asarray(np.exp(logarithms))

    for end in both:
        rest = tail(function, end, 0.0)
        if math.isinf(rest.value):
            return rest
    try:
        with np.errstate(over="ignore"):
            found, error, _ = quad_vec(
                values, 0.0, 1.0, epsabs=absolute, epsrel=relative, limit=limit, full_output=True
            )
    except OverflowError:
        return Integral(math.inf, math.inf)
    total = float(found.sum())
    error = float(error) * count
    for end in both:
        rest = tail(function, end, total)
        total, error = total + rest.value, error + rest.error
    return Integral(total, error)


@np.errstate(all="ignore")
def tail(function: LogIntegrand, end: End, total: float) -> Integral:
    """The integral beyond the last t, if the integrand goes on as (a + b t) e**(-c t)."""
    places = np.arange(4.0) if end.step > 0 else np.arange(3.0, -1.0, -1.0)
    logs = function(*end.at(end.most + end.step * places))
    if np.isposinf(logs).any():
        return Integral(math.inf, 0.0)
    scale, last = math.log(total) if total > 0 else -700.0, int(np.argmin(places))
    if not np.isfinite(logs).all() or logs[last] - scale < NEGLIGIBLE:
        return Integral(0.0, 0.0)
    step = abs(end.step)
    if logs[3] - logs[2] >= -end.no_decay * step:
        return Integral(math.inf, math.inf if end.uncertain else 0.0)
    heights = np.exp(logs - logs[last])
    rest, expected = _rest(heights[:3], last, step)
    rounded = 1.0 + 2.0**-53 * float(np.abs(logs).max())
    moved, _ = _rest(heights[:3] * np.array([1.0, rounded, 1.0]), last, step)
    if rest == math.inf:
        return Integral(0.0, math.inf)
    # The fourth value shows how well that holds; as it may get worse, four times the difference.
    error = 4.0 * rest * abs(expected / heights[3] - 1.0) + abs(moved - rest)
    whole = float(np.exp(logs[last]))
    return Integral(whole * rest, whole * (rest if end.uncertain else error))


def _rest(heights: Floats, last: int, step: float) -> tuple[float, float]:
    """Of three values (a + b i) r**i at i = 0, 1, 2: the integral from `last` on, and the fourth.

    The integral is in units of i times `step`; infinite where there is no such course.
    """
    first, second, third = heights
    ratio = (second - math.sqrt(max(second**2 - first * third, 0.0))) / first
    if not 0.0 < ratio < 1.0:
        return math.inf, math.inf
    rise = second / (first * ratio) - 1.0  # b/a
    decay = -math.log(ratio)
    at_last = rise / (1.0 + rise * last)
    return step * (1.0 + at_last / decay) / decay, first * (1.0 + 3.0 * rise) * ratio**3
