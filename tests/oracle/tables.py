"""The oracle of divergences of several rows: of rows from their mean, and of tables.

Entries and weights become Python integers, shifted, summed and compared as such; then entropies are
subtracted with mpmath, in as many bits as the cancellation asks for. The kernels add up relative
entropies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf

from oracle.rows import NoDistributionError, Row, entries, measure, units
from oracle.sums import certain_sum, per_unit


def _x_log_x(x: mpf) -> mpf:
    return x * mpmath.log(x) if x else mpf(0)


def _n_log_n(numbers: Iterable[int], whole: int) -> list[mpf]:
    return [n * mpmath.log(mpf(n) / whole) / whole for n in numbers if n]


def mixture(given: np.ndarray, weights: np.ndarray, normalize: bool, pseudocount: float) -> mpf:
    """H(mean) - sum w H(row) of the rows of `given`, (m, k)."""
    rows = [measure(entries(row, normalize, pseudocount), normalize) for row in given]
    chosen = [(row, units(w)) for row, w in zip(rows, weights.tolist(), strict=True) if w]
    if all(_same(row, chosen[0][0]) for row, _ in chosen):
        return mpf(0)
    return certain_sum(lambda: _entropies(chosen))


def _same(a: Row, b: Row) -> bool:
    return all(x * b.one == y * a.one for x, y in zip(a.units, b.units, strict=True))


def _entropies(chosen: list[tuple[Row, int]]) -> list[mpf]:
    whole = sum(w for _, w in chosen)
    terms = []
    for i in range(len(chosen[0][0].units)):
        parts = [(mpf(w) / whole, mpf(row.units[i]) / row.one) for row, w in chosen]
        terms += [w * _x_log_x(p) for w, p in parts]
        terms.append(-_x_log_x(mpmath.fsum(w * p for w, p in parts)))
    return terms


def _table(given: np.ndarray, pseudocount: float) -> np.ndarray:
    """Its cells as Python integers, in the largest unit that they have."""
    cells = measure(entries(given.ravel(), True, pseudocount), True).units
    return np.array(cells, object).reshape(given.shape)


def information(joint: np.ndarray, pseudocount: float = 0.0) -> mpf:
    """H(X) + H(Y) - H(X, Y)."""
    return _of_cells(_table(joint, pseudocount))


def _of_cells(cells: np.ndarray) -> mpf:
    rows, columns, whole = cells.sum(axis=1), cells.sum(axis=0), cells.sum()
    if np.array_equal(cells * whole, np.multiply.outer(rows, columns)):
        return mpf(0)

    def terms() -> list[mpf]:
        of_parts = [-term for part in (rows, columns) for term in _n_log_n(part, whole)]
        return [*_n_log_n(cells.ravel(), whole), *of_parts]

    return certain_sum(terms)


def conditional(p: np.ndarray, q: np.ndarray, pseudocount: float = 0.0) -> mpf:
    """KL of the joint distributions less KL of the marginals of x."""
    tables = [_table(t, pseudocount) for t in (p, q)]
    pairs = [(a, b, a.sum(), b.sum()) for a, b in zip(*tables, strict=True) if a.any()]
    if any(x and not y for a, b, _, _ in pairs for x, y in zip(a, b, strict=True)):
        return mp.inf
    if all(np.array_equal(a * b_sum, b * a_sum) for a, b, a_sum, b_sum in pairs):
        return mpf(0)
    whole = sum(a_sum for *_, a_sum, _ in pairs)

    def terms() -> list[mpf]:
        found = []
        for a, b, a_sum, b_sum in pairs:
            logs = [(x, mpmath.log(mpf(x) / a_sum), y) for x, y in zip(a, b, strict=True) if x]
            found += [x * ln / whole for x, ln, _ in logs]
            found += [-x * mpmath.log(mpf(y) / b_sum) / whole for x, _, y in logs]
        return found

    return certain_sum(terms)


def normalized(joint: np.ndarray, average: str, pseudocount: float = 0.0) -> mpf:
    """I(X; Y) divided by an average of H(X) and H(Y)."""
    cells = _table(joint, pseudocount)
    with mp.workprec(400):
        parts = [cells.sum(axis=1), cells.sum(axis=0)]
        h = [-mpmath.fsum(_n_log_n(part, cells.sum())) for part in parts]
        averages = {
            "arithmetic": (h[0] + h[1]) / 2,
            "geometric": mpmath.sqrt(h[0] * h[1]),
            "min": min(h),
            "max": max(h),
        }
        shared = information(joint, pseudocount)
        return shared / averages[average] if shared else mpf(not any(h))


def given_third(joint: np.ndarray, pseudocount: float = 0.0) -> mpf:
    """The mean over the last axis of the information of its tables."""
    cells = _table(joint, pseudocount)
    whole = cells.sum()
    with mp.workprec(400):
        parts = ((table.sum(), table) for table in np.moveaxis(cells, -1, 0))
        return mpmath.fsum(mpf(n) / whole * _of_cells(table) for n, table in parts if n)


def _float(value: Callable[[], mpf], base: float | None) -> float:
    try:
        return float(per_unit(value(), base))
    except NoDistributionError:
        return np.nan


def mixtures(
    given: Any,
    weights: Any = None,
    *,
    base: float | None = None,
    normalize: bool = True,
    pseudocount: float = 0.0,
) -> np.ndarray:
    """As `generalized_js_divergence` of (..., m, k) with weights (m,), in float64."""
    given = np.asarray(given)
    weights = np.ones(given.shape[-2]) if weights is None else np.asarray(weights, np.float64)
    result = np.empty(given.shape[:-2])
    for at in np.ndindex(result.shape):
        group = given[at]
        result[at] = _float(
            lambda group=group: mixture(group, weights, normalize, pseudocount), base
        )
    return result


def mutual_information(joint: Any, base: float | None = None, pseudocount: float = 0.0) -> float:
    """As `mutual_information` of one table with `invalid="nan"`, in float64."""
    return _float(lambda: information(np.asarray(joint), pseudocount), base)


def conditional_kl(p: Any, q: Any, base: float | None = None, pseudocount: float = 0.0) -> float:
    """As `conditional_kl_divergence` of two tables with `invalid="nan"`, in float64."""
    return _float(lambda: conditional(np.asarray(p), np.asarray(q), pseudocount), base)
