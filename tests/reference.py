"""The oracle: every divergence for the exact value of the given numbers.

A row becomes a list of Python integers (in units of 2**-1074, so that no float is rounded), rows
are compared, shifted, filled and summed as integers, and only the logarithms are mpmath's.
The kernels add up terms that do not cancel; here the entropies are subtracted, in as many bits as
the cancellation asks for. The two have nothing in common but the definition.

Adding a divergence is one line in ORACLES: its elementary terms, and what the tests may ask of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf

UNIT = 1074  # every float64 is a multiple of 2**-UNIT
PRECISIONS = (400, 1600, 6400, 25600)  # bits; the next is taken when too many have cancelled
RESULT_BITS = 70  # of the result, which is then rounded to float64

Measure = Sequence[mpf]


class NoDistributionError(ValueError):
    """A row has a negative, NaN or infinite entry, or no mass."""


# The elementary terms of each divergence, in nats. Their sum is the divergence.


@lru_cache(maxsize=100_000)
def _log(x: mpf, precision: int) -> mpf:
    return mpmath.log(x)


def _x_log_y(x: mpf, y: mpf) -> mpf:
    """x ln y, where 0 ln 0 = 0 and x ln 0 = -inf."""
    if not x:
        return mpf(0)
    return x * _log(y, mp.prec) if y else -mp.inf


def _kl(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        yield from (_x_log_y(a, a), -_x_log_y(a, b), -a, b)


def _js(p: Measure, q: Measure) -> Iterator[mpf]:
    for a, b in zip(p, q, strict=True):
        mean = (a + b) / 2
        yield from (_x_log_y(a, a) / 2, _x_log_y(b, b) / 2, -_x_log_y(mean, mean))


@dataclass(frozen=True)
class Oracle:
    """One divergence: its terms, and what holds for it."""

    terms: Callable[[Measure, Measure], Iterator[mpf]]
    public: str | None  # the row-wise function; None where it is another one's, transposed
    symmetric: bool = False
    reverse: bool = False  # the arguments change places, before the options treat p and q
    root: bool = False  # the square root of the sum


ORACLES = {
    "kl": Oracle(_kl, "kl_divergence"),
    "reverse_kl": Oracle(_kl, None, reverse=True),
    "js": Oracle(_js, "js_divergence", symmetric=True),
    "js_distance": Oracle(_js, "js_distance", symmetric=True, root=True),
}
ROWWISE = [word for word, oracle in ORACLES.items() if oracle.public]
SYMMETRIC = [word for word, oracle in ORACLES.items() if oracle.symmetric]


# From two rows of numbers to two exact measures.


def _units(x: Any) -> int:
    """x * 2**UNIT, exactly."""
    if not np.isfinite(x):
        raise NoDistributionError(f"{x} is not finite")
    numerator, denominator = x.as_integer_ratio()
    return numerator * (2**UNIT // denominator)


def exact_rows(
    p: np.ndarray, q: np.ndarray, pseudocount: float, zeros: float | str, normalize: bool
) -> tuple[list[int], list[int], int]:
    """The two rows as integers, all options but `normalize` applied, and the integer that is 1."""
    a, b = ([_units(x) for x in row.tolist()] for row in (p, q))
    if min(*a, *b) < 0:
        raise NoDistributionError("a negative entry")
    shift = _units(float(pseudocount))
    a, b = ([x + shift for x in row] for row in (a, b))
    if zeros == "skip":
        a = [x if y else 0 for x, y in zip(a, b, strict=True)]
    if not any(a) or not any(b):
        raise NoDistributionError("a row without mass")
    if zeros in ("inf", "skip") or 0 not in b:
        return a, b, 1 << UNIT
    fill = _units(float(zeros)) * (sum(b) if normalize else 1 << UNIT)
    return [x << UNIT for x in a], [y << UNIT or fill for y in b], 1 << 2 * UNIT


def divergence(
    word: str,
    p: np.ndarray,
    q: np.ndarray,
    *,
    base: float | None = None,
    normalize: bool = True,
    pseudocount: float = 0.0,
    zeros: float | str = "inf",
) -> mpf:
    """The divergence of one row from another; NoDistributionError where it has none."""
    if ORACLES[word].reverse:
        p, q = q, p
    a, b, one = exact_rows(p, q, pseudocount, zeros, normalize)
    common = math.gcd(one, *a, *b)  # short integers make it three times as fast
    a, b, one = [x // common for x in a], [y // common for y in b], one // common
    a_sum, b_sum = (sum(a), sum(b)) if normalize else (one, one)
    if all(x * b_sum == y * a_sum for x, y in zip(a, b, strict=True)):
        return mpf(0)
    for precision in PRECISIONS:
        with mp.workprec(precision):
            total = _certain_sum(ORACLES[word], a, a_sum, b, b_sum)
            if total is not None:
                total /= 1 if base is None else mpmath.log(base)
                return mpmath.sqrt(total) if ORACLES[word].root else total
    raise AssertionError(f"{word}: {precision} bits are too few")


def _certain_sum(oracle: Oracle, a: list[int], a_sum: int, b: list[int], b_sum: int) -> mpf | None:
    """The sum of the terms, in nats; None where too many of the bits have cancelled."""
    p = [mpf(x) / a_sum for x in a]
    q = [mpf(y) / b_sum for y in b]
    terms = list(oracle.terms(p, q))
    total = mpmath.fsum(terms)
    largest = max(map(abs, [*terms, *p, *q]))
    certain = total == mp.inf or total > mpmath.ldexp(largest * len(p), RESULT_BITS - mp.prec)
    return total if certain else None


def _as_float(word: str, p: np.ndarray, q: np.ndarray, options: dict[str, Any]) -> float:
    try:
        return float(divergence(word, p, q, **options))
    except NoDistributionError:
        return np.nan


def rowwise(word: str, p: Any, q: Any, **options: Any) -> np.ndarray:
    """As the row-wise function with `invalid="nan"`, bins on the last axis, in float64."""
    p, q = np.broadcast_arrays(p, q)
    result = np.empty(p.shape[:-1])
    for row in np.ndindex(result.shape):
        result[row] = _as_float(word, p[row], q[row], options)
    return result


def pairwise(word: str, x: Any, y: Any = None, **options: Any) -> np.ndarray:
    """As `kullback.pairwise` with `invalid="nan"`, in float64."""
    x = np.asarray(x)
    y = x if y is None else np.asarray(y)
    return rowwise(word, x[:, None, :], y[None, :, :], **options)


def condensed(word: str, x: Any, **options: Any) -> np.ndarray:
    """As `kullback.condensed` with `invalid="nan"`, in float64."""
    x = np.asarray(x)
    i, j = np.triu_indices(len(x), 1)
    return rowwise(word, x[i], x[j], **options)
