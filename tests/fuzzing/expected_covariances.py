"""What a call of `multivariate_gaussian_kl_divergence` must return or raise, by exact matrices.

Inverses and determinants are of fractions; of the lower triangle, which is the one that counts.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mpf

from fuzzing.check import Call, Value, Wrong
from fuzzing.expected import is_wrong, result_dtype, value_of, with_dtypes
from oracle.divergences import Exact
from oracle.gaussians import full
from oracle.sums import per_unit
from support.tolerances import TOLERANCES

Matrix = list[list[Fraction]]
Kind = str  # "positive", "singular", "wrong" or "doubtful"
BARELY = 1e-9  # an eigenvalue of correlations that is so near to 0 may count as 0
NOTHING_PROMISED = Exact(mpf(0), mpf(0), promised=False)


def fraction(x: Any) -> Fraction:
    return Fraction(x.item() if isinstance(x, np.generic) else x)


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    mean_p, cov_p, mean_q, cov_q = arrays = call.arrays
    options = call.options
    if is_wrong(options):
        return Wrong((ValueError,))
    d = mean_p.shape[-1] if mean_p.ndim else 0
    if not d or mean_q.shape[-1:] != (d,) or any(c.shape[-2:] != (d, d) for c in (cov_p, cov_q)):
        return Wrong((ValueError,))
    leads = [mean_p.shape[:-1], cov_p.shape[:-2], mean_q.shape[:-1], cov_q.shape[:-2]]
    try:
        lead = np.broadcast_shapes(*leads)
    except ValueError:
        return Wrong((ValueError,))
    coarsest = max((np.finfo(a.dtype).eps for a in arrays if a.dtype.kind == "f"), default=2**-52)
    whole = [
        np.broadcast_to(a, lead + a.shape[len(own) :]) for a, own in zip(arrays, leads, strict=True)
    ]
    dtype = result_dtype(arrays)
    found = [
        _pair([a[place] for a in whole], float(coarsest), dtype, options)
        for place in np.ndindex(lead)
    ]
    return value_of(call, found, lead, dtype)


def _pair(
    pair: list[np.ndarray], eps: float, dtype: np.dtype, options: dict[str, Any]
) -> Exact | None:
    mean_p, cov_p, mean_q, cov_q = pair
    if not (np.isfinite(mean_p).all() and np.isfinite(cov_p).all()):
        return None
    if not (np.isfinite(mean_q).all() and np.isfinite(cov_q).all()):
        return None
    (kind_p, p), (kind_q, q) = (_judged(cov, eps) for cov in (cov_p, cov_q))
    if kind_p == "wrong" or kind_q in ("wrong", "singular"):
        return None
    if "doubtful" in (kind_p, kind_q):
        return NOTHING_PROMISED
    if kind_p == "singular":
        return Exact(mpf("inf"), mpf("inf"))
    value = per_unit(full(mean_p, p, mean_q, q), options.get("base"))
    condition = max(_condition(cov_p), _condition(cov_q))
    least_error = 1.2e-7 if dtype == np.float32 else 0.0
    relative = max(least_error, 2 * (len(p) + 12) * condition * 2.0**-53)
    return Exact(value, value * relative / TOLERANCES["size", dtype.str[1:]].relative)


def _judged(cov: np.ndarray, eps: float) -> tuple[Kind, Matrix]:
    """What a finite matrix is, and its lower triangle mirrored."""
    d = len(cov)
    exact = [[fraction(cov[max(i, j), min(i, j)]) for j in range(d)] for i in range(d)]
    if any(exact[i][i] < 0 for i in range(d)):
        return "wrong", exact
    kind = "positive"
    for i, j in itertools.combinations(range(d), 2):
        off = (fraction(cov[i, j]) - fraction(cov[j, i])) ** 2
        scale = exact[i][i] * exact[j][j]
        if off > scale * Fraction(8.001 * eps) ** 2:  # 8 units; a little for rounding
            return "wrong", exact
        if off > scale * Fraction(7.999 * eps) ** 2:
            kind = "doubtful"
    minors = [_determinant(exact, subset) for subset in _subsets(d)]
    if any(minor < 0 for minor in minors):
        kind = "doubtful" if _least(cov) > -BARELY else "wrong"
    elif any(minor == 0 for minor in minors):
        kind = "singular"
    elif _least(cov) < BARELY:
        kind = "doubtful"
    return kind, exact


def _subsets(d: int) -> list[tuple[int, ...]]:
    return [s for size in range(1, d + 1) for s in itertools.combinations(range(d), size)]


def _determinant(matrix: Matrix, rows: tuple[int, ...]) -> Fraction:
    if not rows:
        return Fraction(1)
    first, rest = rows[0], rows[1:]
    return sum(
        (
            (-1) ** i * matrix[row][first] * _minor(matrix, rows, row, rest)
            for i, row in enumerate(rows)
        ),
        start=Fraction(0),
    )


def _minor(
    matrix: Matrix, rows: tuple[int, ...], without: int, columns: tuple[int, ...]
) -> Fraction:
    kept = [row for row in rows if row != without]
    part = [[matrix[row][column] for column in columns] for row in kept]
    return _determinant(part, tuple(range(len(part))))


def _correlations(cov: np.ndarray) -> np.ndarray:
    """Of the lower triangle, a unit diagonal; scaled by logarithms, for any size of variances."""
    lower = np.tril(cov.astype(float))
    logs = np.log(np.diagonal(lower)) / 2
    with np.errstate(divide="ignore"):
        sizes = np.exp(np.log(np.abs(lower)) - logs[:, None] - logs[None, :])
    found = np.sign(lower) * sizes
    return found + np.tril(found, -1).T


def _least(cov: np.ndarray) -> float:
    if not (np.diagonal(cov) > 0).all():
        return -math.inf
    return float(np.linalg.eigvalsh(_correlations(cov))[0])


def _condition(cov: np.ndarray) -> float:
    values = np.linalg.eigvalsh(_correlations(cov))
    return float(values[-1] / values[0])
