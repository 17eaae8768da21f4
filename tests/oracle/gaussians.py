"""The oracle of Gaussians: the textbooks' formulas, in as many digits as cancel and 80 bits more.

Numbers are taken as they are given: a float is exactly that rational. The kernels add up terms
that do not cancel; here logarithms, quotients and determinants are subtracted, in as many bits as
the cancellation asks for (`sums`); determinants are taken at several precisions until two agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf

from oracle.sums import PRECISIONS, agreed, certain_sum, per_unit

SPREADS = ("var", "std", "log_var")
SYMMETRIC = ("jeffreys", "bhattacharyya", "hellinger", "wasserstein2")


@lru_cache(maxsize=10_000)  # the rows of a matrix meet many times
def _number(x: Any) -> mpf:
    return mpf(int(x)) if isinstance(x, int | np.integer | np.bool_) else mpf(float(x))


def variance(value: Any, spread: str) -> mpf:
    """The variance that a number stands for."""
    number = _number(value)
    if spread == "var":
        return number
    return number * number if spread == "std" else mpmath.exp(number)


def _valid(mean: Any, value: Any, spread: str, zero: bool) -> bool:
    if not math.isfinite(mean) or math.isnan(value) or value == math.inf:
        return False
    if spread == "log_var":
        return zero or value > -math.inf
    return value >= 0 if zero else value > 0


@lru_cache(maxsize=10_000)
def kl_term(p: Sequence[Any], q: Sequence[Any], spread: str = "var") -> mpf:
    """KL of two one-dimensional Gaussians (mean, spread); nan where one is none."""
    if not (_valid(*p, spread, True) and _valid(*q, spread, False)):
        return mpf("nan")
    if tuple(p) == tuple(q):
        return mpf(0)

    if variance(p[1], spread) == 0:
        return mp.inf

    def twice() -> list[mpf]:
        v0, v1 = variance(p[1], spread), variance(q[1], spread)
        apart = _number(p[0]) - _number(q[0])
        return [mpmath.log(v1 / v0), v0 / v1, apart**2 / v1, mpf(-1)]

    return certain_sum(twice) / 2


def _jeffreys_term(p: Sequence[Any], q: Sequence[Any], spread: str) -> mpf:
    if variance(p[1], spread) == 0 and _valid(*p, spread, True) and _valid(*q, spread, False):
        return mp.inf
    return kl_term(p, q, spread) + kl_term(q, p, spread)


def _bhattacharyya_term(p: Sequence[Any], q: Sequence[Any], spread: str) -> mpf:
    if not (_valid(*p, spread, True) and _valid(*q, spread, False)):
        return mpf("nan")
    if tuple(p) == tuple(q):
        return mpf(0)

    if variance(p[1], spread) == 0:
        return mp.inf

    def terms() -> list[mpf]:
        v0, v1 = variance(p[1], spread), variance(q[1], spread)
        apart = _number(p[0]) - _number(q[0])
        both = v0 + v1
        return [apart**2 / both / 4, mpmath.log(both**2 / (4 * v0 * v1)) / 4]

    return certain_sum(terms)


def _wasserstein_term(p: Sequence[Any], q: Sequence[Any], spread: str) -> mpf:
    """The square of it, which adds up over dimensions."""
    if not (_valid(*p, spread, True) and _valid(*q, spread, True)):
        return mpf("nan")
    if tuple(p) == tuple(q):
        return mpf(0)

    def terms() -> list[mpf]:
        square = (_number(p[0]) - _number(q[0])) ** 2
        if p[1] == q[1]:  # which no digits of their size can tell
            return [square]
        v0, v1 = (variance(x[1], spread) for x in (p, q))
        return [square, v0, v1, -2 * mpmath.sqrt(v0 * v1)]

    return certain_sum(terms)


TERMS: dict[str, Callable[[Sequence[Any], Sequence[Any], str], mpf]] = {
    "kl": kl_term,
    "reverse_kl": lambda p, q, spread: kl_term(q, p, spread),
    "jeffreys": _jeffreys_term,
    "bhattacharyya": _bhattacharyya_term,
    "hellinger": _bhattacharyya_term,
    "wasserstein2": _wasserstein_term,
}
METRICS = tuple(TERMS)


def _finish(word: str, total: mpf) -> mpf:
    with mp.workprec(PRECISIONS[1]):
        if word == "hellinger":
            # 1 - e**-B cancels as much as B is small, and B has RESULT_BITS only.
            return mpmath.sqrt(-mpmath.expm1(-min(total, mpf(2000))))  # e**-2000 is below its bits
        return mpmath.sqrt(total) if word == "wasserstein2" else total


def diagonal(
    word: str, mean_p: Any, spread_p: Any, mean_q: Any, spread_q: Any, spread: str = "var"
) -> mpf:
    """One metric of two Gaussians with diagonal covariance, d numbers each, in nats."""
    p, q = zip(mean_p, spread_p, strict=True), zip(mean_q, spread_q, strict=True)
    with mp.workprec(PRECISIONS[1]):
        total = mpmath.fsum(TERMS[word](a, b, spread) for a, b in zip(p, q, strict=True))
    return _finish(word, total)


def terms(
    mean_p: Any, spread_p: Any, mean_q: Any, spread_q: Any, *, spread: str = "var"
) -> np.ndarray:
    """KL of every dimension by itself, arguments broadcast: `axis=None`. In float64, in nats."""
    given = np.broadcast_arrays(mean_p, spread_p, mean_q, spread_q)
    found = np.empty(given[0].shape)
    for place in np.ndindex(found.shape):
        m0, v0, m1, v1 = (x[place] for x in given)
        found[place] = float(kl_term((m0, v0), (m1, v1), spread))
    return found


def rowwise(
    mean_p: Any,
    spread_p: Any,
    mean_q: Any,
    spread_q: Any,
    *,
    word: str = "kl",
    spread: str = "var",
    base: float | None = None,
) -> np.ndarray:
    """(..., d) arguments, broadcast, to (...), in float64."""
    given = np.broadcast_arrays(mean_p, spread_p, mean_q, spread_q)
    found = np.empty(given[0].shape[:-1])
    for row in np.ndindex(found.shape):
        value = diagonal(word, *(x[row] for x in given), spread=spread)
        found[row] = float(per_unit(value, base))
    return found


def standard(mean: Any, spread: Any, kind: str = "log_var", **options: Any) -> np.ndarray:
    """KL to N(0, I): the textbook's VAE term."""
    return rowwise(mean, spread, 0.0, 0.0 if kind == "log_var" else 1.0, spread=kind, **options)


def pairwise(
    word: str,
    mean_x: Any,
    spread_x: Any,
    mean_y: Any = None,
    spread_y: Any = None,
    **options: Any,
) -> np.ndarray:
    """As `kullback.pairwise_gaussian` with `invalid="nan"`, in float64."""
    if mean_y is None:
        mean_y, spread_y = mean_x, spread_x
    x, y = (np.asarray(a)[:, None] for a in (mean_x, spread_x)), (mean_y, spread_y)
    return rowwise(*x, *(np.asarray(a)[None] for a in y), word=word, **options)


def _matrix(given: Any) -> mpmath.matrix:
    return mpmath.matrix([[_number(x) for x in row] for row in np.asarray(given)])


def full(mean_p: Any, cov_p: Any, mean_q: Any, cov_q: Any) -> mpf:
    """KL of two Gaussians with full, positive definite covariances, in nats."""
    d = len(mean_p)

    def of_covariances() -> mpf:
        p, q = _matrix(cov_p), _matrix(cov_q)
        inverse = q**-1
        trace = mpmath.fsum((inverse * p)[i, i] for i in range(d))
        return trace - d + mpmath.log(mpmath.det(q) / mpmath.det(p))

    def of_means() -> mpf:
        apart = [_number(b) - _number(a) for a, b in zip(mean_p, mean_q, strict=True)]
        column = mpmath.matrix(apart)
        return (column.T * _matrix(cov_q) ** -1 * column)[0]

    # Each is at least 0, and found by itself: the one may be next to nothing beside the other.
    same = np.array_equal(cov_p, cov_q), np.array_equal(mean_p, mean_q)
    parts = zip((of_covariances, of_means), same, strict=True)
    return mpmath.fsum(agreed(part) for part, equal in parts if not equal) / 2


def multivariate(
    mean_p: Any, cov_p: Any, mean_q: Any, cov_q: Any, *, base: float | None = None
) -> np.ndarray:
    """(..., d), (..., d, d) arguments, leading axes broadcast, to (...), in float64."""
    means = [np.asarray(x) for x in (mean_p, mean_q)]
    covs = [np.asarray(x) for x in (cov_p, cov_q)]
    lead = np.broadcast_shapes(*(x.shape[:-1] for x in means), *(x.shape[:-2] for x in covs))
    means = [np.broadcast_to(x, (*lead, x.shape[-1])) for x in means]
    covs = [np.broadcast_to(x, (*lead, *x.shape[-2:])) for x in covs]
    found = np.empty(lead)
    for row in np.ndindex(lead):
        value = full(means[0][row], covs[0][row], means[1][row], covs[1][row])
        found[row] = float(per_unit(value, base))
    return found
