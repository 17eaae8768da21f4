"""The oracle of the generalized Jensen-Shannon divergence, for the exact value of the numbers.

Entries and weights become Python integers (in units of 2**-1074), shifted and summed as such, and
the entropies are subtracted with mpmath, in as many bits as the cancellation asks for. The kernels
add up relative entropies to the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

UNIT = 1074
PRECISIONS = (400, 1600, 6400, 25600)  # bits; the next is taken when too many have cancelled
RESULT_BITS = 70


def _units(x: Any) -> int:
    numerator, denominator = float(x).as_integer_ratio()
    return numerator * (2**UNIT // denominator)


def _x_log_x(x: mpf) -> mpf:
    return x * mpmath.log(x) if x else mpf(0)


def _entropies(
    rows: Sequence[Sequence[int]], wholes: Sequence[int], weights: Sequence[int]
) -> mpf | None:
    """H(mean) - sum w H(row); None where too many of the bits have cancelled."""
    weight_sum = sum(weights)
    terms, sizes = [], []
    for column in zip(*rows, strict=True):
        bins = [mpf(a) / whole for a, whole in zip(column, wholes, strict=True)]
        parts = [mpf(w) / weight_sum for w in weights]
        mean = mpmath.fsum(w * p for w, p in zip(parts, bins, strict=True))
        terms += [w * _x_log_x(p) for w, p in zip(parts, bins, strict=True)]
        terms.append(-_x_log_x(mean))
        sizes += [mean, *bins]
    total = mpmath.fsum(terms)
    largest = max(map(abs, [*terms, *sizes]))  # ln has the error of its argument
    certain = total > mpmath.ldexp(largest * len(terms), RESULT_BITS - mpmath.mp.prec)
    return total if certain else None


def mixture(
    given: np.ndarray,
    weights: np.ndarray,
    *,
    base: float | None = None,
    normalize: bool = True,
    pseudocount: float = 0.0,
) -> float:
    """The divergence of the rows of `given`, (m, k); nan where one is no distribution."""
    if not (np.isfinite(given).all() and (given >= 0).all()):
        return np.nan
    rows = [[_units(x) + _units(pseudocount) for x in row] for row in given.tolist()]
    if not all(any(row) for row in rows):
        return np.nan
    chosen = [(row, _units(w)) for row, w in zip(rows, weights.tolist(), strict=True) if w]
    rows, shares = [row for row, _ in chosen], [w for _, w in chosen]
    wholes = [sum(row) if normalize else 1 << UNIT for row in rows]
    if all(
        x * wholes[0] == y * whole
        for row, whole in zip(rows, wholes, strict=True)
        for x, y in zip(row, rows[0], strict=True)
    ):
        return 0.0
    for precision in PRECISIONS:
        with mpmath.mp.workprec(precision):
            total = _entropies(rows, wholes, shares)
            if total is not None:
                return float(total / (1 if base is None else mpmath.log(base)))
    raise AssertionError(f"{PRECISIONS[-1]} bits are too few")


def mixtures(given: Any, weights: Any = None, **options: Any) -> np.ndarray:
    """As `generalized_js_divergence` of (..., m, k) with weights (m,), in float64."""
    given = np.asarray(given)
    weights = np.ones(given.shape[-2]) if weights is None else np.asarray(weights, np.float64)
    result = np.empty(given.shape[:-2])
    for group in np.ndindex(result.shape):
        result[group] = mixture(given[group], weights, **options)
    return result
