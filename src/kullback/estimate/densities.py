"""Densities on the line: SciPy's distributions, old and new, and callables, as one thing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from kullback._process.arrays import Floats
from kullback.estimate import arguments

LEVELS = np.array(
    [1e-9, 1e-5, 1e-3, 0.02, 0.1, 0.3, 0.5]
)  # of the quantiles that are landmarks, and 1 minus these
DROPS = (0.5, 4.0, 18.0)  # below its mode, the log density has a landmark
MODES = 8  # of a callable, at most, that are landmarks
GRID = np.linspace(-46.0, 46.0, 921)  # of points to search for modes: x = sinh of it reaches 1e20
DISTANCES = np.logspace(-14, 20, 341)


class Density(NamedTuple):
    """A log density and what is known of it."""

    log: Callable[[Any], Floats]  # of an array
    low: float
    high: float
    certain: bool  # the density is above 0 between low and high, also where its logarithm is -inf
    landmarks: Callable[[], Floats]  # points that part the line where it changes


def density(given: Any, support: tuple[float, float] | None, name: str) -> Density:
    """A frozen SciPy distribution or a callable as a Density."""
    if hasattr(given, "logpdf") and hasattr(given, "support"):
        return _distribution(given, name)
    if hasattr(given, "pmf") or hasattr(given, "logpmf"):
        raise TypeError(f"{name} is a discrete distribution; use kullback.kl_divergence on its pmf")
    if not callable(given):
        raise TypeError(
            f"{name} is {given!r}; it must be a frozen SciPy distribution or a function that gives "
            "the logarithm of a density for an array"
        )
    low, high = _interval(support)
    log = _within(_checked(given, name), low, high)
    return Density(log, low, high, False, lambda: _landmarks(log, low, high, name))


def landmarks_of(densities: Iterable[Density], points: ArrayLike | None) -> list[Floats]:
    """The landmarks of each density, and the points that the user names."""
    named = [] if points is None else [np.ravel(np.asarray(points, np.float64))]
    return [*(one.landmarks() for one in densities), *named]


def _distribution(given: Any, name: str) -> Density:
    low, high = (float(end) for end in given.support())
    inverse = getattr(given, "ppf", None) or given.icdf
    upper = getattr(given, "isf", None) or given.iccdf

    def quantiles() -> Floats:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a landmark that cannot be computed is not needed
            found = np.concatenate([np.ravel(inverse(LEVELS)), np.ravel(upper(LEVELS))])
        return np.asarray(found[np.isfinite(found)])

    def log(
        x: Any,
    ) -> Any:  # some distributions give inf - inf far out, where the density is next to 0
        values = np.asarray(given.logpdf(x), np.float64)
        return np.where(np.isnan(values), -np.inf, values)

    return Density(_checked(log, name), low, high, True, quantiles)


def _interval(support: tuple[float, float] | None) -> tuple[float, float]:
    low, high = (-math.inf, math.inf) if support is None else (float(x) for x in support)
    if not low < high:
        raise ValueError(f"support is {support}; it must be (low, high) with low < high")
    return low, high


def _checked(function: Callable[[Any], Any], name: str) -> Callable[[Any], Floats]:
    """`function`, checked to give a number for each entry of an array, and none that is NaN."""

    def log(x: Any) -> Floats:
        values = arguments.values(function, x, np.shape(x), f"the log density {name}")
        if np.isnan(values).any():
            at = np.ravel(x)[np.ravel(np.isnan(values))][0]
            raise ValueError(f"the log density {name} is NaN at {at}")
        return values

    return log


def _within(log: Callable[[Any], Floats], low: float, high: float) -> Callable[[Any], Floats]:
    """The log density -inf outside the support, where its function need not be defined."""
    if math.isinf(low) and math.isinf(high):
        return log

    def inside(x: Any) -> Floats:
        x = np.asarray(x)
        there = (x >= low) & (x <= high)
        values = np.full(x.shape, -np.inf)
        values[there] = log(x[there])
        return values

    return inside


def _landmarks(log: Callable[[Any], Floats], low: float, high: float, name: str) -> Floats:
    """The modes, and the points on either side where the log density has dropped by DROPS."""
    x = np.unique(_grid(low, high))
    values = log(x)
    if not (values > -np.inf).any():
        raise ValueError(
            f"the log density {name} is -inf at every point tried; give support= around its mass, "
            "or points="
        )
    padded = np.concatenate([[-np.inf], values, [-np.inf]])
    tops = np.flatnonzero((values >= padded[:-2]) & (values >= padded[2:]) & (values > -np.inf))
    found: list[float] = []
    for top in tops[np.argsort(values[tops])[::-1][:MODES]]:
        around = x[max(top - 1, 0)], x[min(top + 1, x.size - 1)]
        mode = _mode(log, around, float(x[top]))
        found += [mode, *_shoulders(log, mode, low, high)]
    return np.array(found)


def _grid(low: float, high: float) -> Floats:
    if math.isinf(low) and math.isinf(high):
        return np.asarray(np.sinh(GRID))
    if math.isinf(low) or math.isinf(high):
        return np.asarray(high - np.exp(GRID) if math.isinf(low) else low + np.exp(GRID))
    inside = low + (high - low) / (1.0 + np.exp(-GRID))
    return np.asarray(inside[(inside > low) & (inside < high)])


def _mode(log: Callable[[Any], Floats], around: tuple[float, float], start: float) -> float:
    def height(x: float) -> float:
        return -float(max(log(np.array([x]))[0], -1e300))

    with np.errstate(all="ignore"):
        best = minimize_scalar(height, bounds=around, method="bounded", options={"xatol": 1e-9})
    return float(best.x) if best.fun <= height(start) else start


def _shoulders(log: Callable[[Any], Floats], mode: float, low: float, high: float) -> list[float]:
    top = log(np.array([mode]))[0]
    found = []
    for side in (-1.0, 1.0):
        x = mode + side * DISTANCES * max(abs(mode), 1.0)
        x = x[(x > low) & (x < high)]
        if x.size:
            values = log(x)
            for drop in DROPS:
                below = np.flatnonzero(values < top - drop)
                found += [float(x[below[0]])] if below.size else []
    return found
