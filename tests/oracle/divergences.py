"""The oracle: every divergence for the exact value of the given numbers.

A row becomes a list of Python integers (`rows`), rows are compared, shifted, filled and
summed as integers, and only the terms (`terms`) are mpmath's. The kernels add up terms that
do not cancel; here entropies and masses are subtracted, in as many bits as the cancellation asks
for. The two have nothing in common but the definition.

Adding a divergence is one line in ORACLES: its elementary terms, and what the tests may ask of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

import mpmath
import numpy as np
from mpmath import mp, mpf

import oracle.terms as e
from oracle.rows import NoDistributionError, Row, pair_of_rows, without
from oracle.sums import certain_sum, per_unit
from oracle.terms import Terms

PRECISIONS = (400, 1600, 6400, 25600)  # bits; the next is taken when too many have cancelled
RESULT_BITS = 64  # of the result, which is then rounded to float64
LOST_BITS = 26  # of a term, at most: the exponent of e is at most 2 * 1000 ln 2**2098 < 2**22
EDGE = mpf(2) ** -40  # an affinity of measures this near to 0 is what is left of others
LEAST_RATIO = mpf(2) ** -1000  # of entries, for a function of floats, whose own steps may overflow

ORDERS = (0.25, 0.5, 0.999999, 1, 1.000001, 2, 30, math.inf)  # of Rényi's divergence


def _equal(a: Row, b: Row) -> bool:
    return all(x * b.one == y * a.one for x, y in zip(a.units, b.units, strict=True))


def _certain(a: Row, b: Row) -> bool:
    """What p may choose has probability 1 in q."""
    return all(not x or y == b.one for x, y in zip(a.units, b.units, strict=True))


@dataclass(frozen=True)
class Oracle:
    """One divergence: its terms, and what holds for it."""

    terms: Terms
    public: str | None  # the row-wise function; None where it is another one's, transposed
    gaps: str = ""  # the sides whose zeros, alone, make it infinite: what `zeros` is about
    symmetric: bool = False
    reverse: bool = False  # the arguments change places, before the options treat p and q
    root: bool = False  # the square root of the value is taken
    finish: Callable[[mpf], mpf] = lambda total: total  # from the sum to the value, in nats
    order: float | None = None  # the sum is the affinity of this order
    relative: bool = False  # a term is right to its last bits, however large p and q are
    size: Terms | None = None  # terms that errors are in proportion to, where not to the value
    zero: Callable[[Row, Row], bool] = _equal  # whether the value is 0
    takes_base: bool = True
    matrix: bool = True
    parametric: str | None = None  # the class of the metric; None: the metric is the word
    arguments: tuple[Any, ...] = ()  # of that class, and of the function after p and q
    keywords: dict[str, float] = field(default_factory=dict)


def _distance(terms: Terms, public: str, **others: Any) -> Oracle:
    return Oracle(terms, public, symmetric=True, **others)


def _renyi(order: float) -> Oracle:
    oracle = Oracle(e.kl, "renyi_divergence", "q", parametric="Renyi", arguments=(order,))
    if order == 1:
        return oracle
    if order == math.inf:
        return replace(oracle, terms=e.largest_ratio, finish=e.positive_log, relative=True)
    gaps = "q" if order > 1 else ""
    oracle = replace(oracle, gaps=gaps, order=order, relative=True, symmetric=order == 0.5)
    terms, size, finish = e.affinity(order), e.exponents(order), e.log_of_affinity(order)
    return replace(oracle, terms=terms, size=size, finish=finish)


def _by_function(f: Callable[[float], float], terms: Terms, size: Terms, *ends: float) -> Oracle:
    gaps = "".join(side for side, end in zip("pq", ends, strict=True) if end == math.inf)
    oracle = Oracle(terms, "f_divergence", gaps, parametric="FDivergence", arguments=(f,))
    keywords = dict(zip(("f_at_zero", "slope_at_infinity"), ends, strict=True))
    return replace(oracle, size=size, keywords=keywords)


_roots = {"finish": e.minus_log, "order": 0.5, "relative": True}
_entropy = {"zero": _certain, "matrix": False}
ORACLES = {
    "kl": Oracle(e.kl, "kl_divergence", "q"),
    "reverse_kl": Oracle(e.kl, None, "q", reverse=True),
    "js": _distance(e.js, "js_divergence"),
    "js_distance": _distance(e.js, "js_distance", root=True),
    "jeffreys": _distance(e.jeffreys, "jeffreys_divergence", gaps="pq"),
    "hellinger": _distance(e.hellinger, "hellinger_distance", root=True, takes_base=False),
    "bhattacharyya": _distance(e.root_of_product, "bhattacharyya_distance", **_roots),
    "total_variation": _distance(e.total_variation, "total_variation_distance", takes_base=False),
    "triangular": _distance(e.f_triangular, "triangular_discrimination", takes_base=False),
    "chi2": Oracle(e.chi2, "chi2_divergence", "q", takes_base=False),
    **{f"renyi_{order}": _renyi(order) for order in ORDERS},
    "f_kl": _by_function(e.t_log_t, e.f_kl, e.f_kl_size, 0.0, math.inf),
    "f_triangular": _by_function(e.triangle, e.f_triangular, e.f_triangular_size, 1.0, 1.0),
    "cross_entropy": Oracle(
        e.cross_entropy, "cross_entropy", "q", size=e.cross_entropy, **_entropy
    ),
    "entropy": Oracle(e.entropy, "entropy", size=e.entropy, **_entropy),  # of p; q is p, too
}
ROWWISE = [word for word, oracle in ORACLES.items() if oracle.public and word != "entropy"]
METRICS = [word for word, oracle in ORACLES.items() if oracle.matrix]
SYMMETRIC = [word for word, oracle in ORACLES.items() if oracle.symmetric]


class Exact(NamedTuple):
    """A value, and what an error of it is in proportion to: the value itself, or more."""

    value: mpf
    size: mpf
    promised: bool = True  # whether a function of floats can come near to it


@lru_cache(maxsize=100)
def oracle_of(word: str) -> Oracle:
    """That of a word; "renyi_" and any order is one."""
    return ORACLES[word] if word in ORACLES else _renyi(float(word.removeprefix("renyi_")))


def exact(
    word: str, p: np.ndarray, q: np.ndarray, *, base: float | None = None, **options: Any
) -> Exact:
    """The divergence of one row from another; NoDistributionError where it has none."""
    oracle = oracle_of(word)
    if oracle.reverse:
        p, q = q, p
    a, b = pair_of_rows(p, q, oracle.gaps, **options)
    if oracle.zero(a, b):
        return Exact(mpf(0), mpf(0))
    for precision in PRECISIONS:
        with mp.workprec(precision):
            found = _certain_value(oracle, a, b, options.get("normalize", True))
            if found is not None:
                value, size = (per_unit(x, base) for x in found[:2])
                if oracle.root:
                    value = size = mpmath.sqrt(value)
                return Exact(value, size, found.promised)
    raise AssertionError(f"{word}: {precision} bits are too few")


@lru_cache(maxsize=1000)
def _measure(row: tuple[int, ...], whole: int, precision: int) -> list[mpf]:
    """The row divided by its whole, kept: the rows of a matrix meet many times."""
    one = mpf(whole)
    return [mpf(x) / one for x in row]


def _certain_value(oracle: Oracle, a: Row, b: Row, normalize: bool) -> Exact | None:
    """In nats, before the root; None where too many of the bits have cancelled."""
    p, q = (_measure(*row, mp.prec) for row in (a, b))
    p_mass, q_mass = (mpf(sum(row.units)) / row.one for row in (a, b))
    terms = list(oracle.terms(p, q))
    of_measures = oracle.order is not None and not normalize
    if of_measures:  # of distributions these are exactly 0
        terms += [mpf(1), -oracle.order * p_mass, (oracle.order - mpf(1)) * q_mass]
    total = mpmath.fsum(terms)
    promised = not (of_measures and oracle.order < 1 and abs(total) < EDGE)
    if oracle.public == "f_divergence":
        promised = _ratios_are_floats(p, q)
    value = oracle.finish(total)
    size = _size(oracle, p, q, total, normalize)
    largest = mpmath.fsum(terms, absolute=True) + (0 if oracle.relative else p_mass + q_mass)
    error = mpmath.ldexp(largest, LOST_BITS - mp.prec) if largest < mp.inf else 0
    low, high = oracle.finish(total - error), oracle.finish(total + error)
    apart = abs(high - low) if low != high else 0
    if apart < mp.inf and apart <= mpmath.ldexp(abs(value), -RESULT_BITS):
        return Exact(value, size, promised)
    # No precision tells an affinity of 0, a ratio of 1 or an entropy of 0 from its neighbours.
    at_a_bend = value in (0, mp.inf) or apart < mpmath.ldexp(size, -RESULT_BITS)
    return Exact(value, size, promised) if at_a_bend and mp.prec == PRECISIONS[-1] else None


def _ratios_are_floats(p: list[mpf], q: list[mpf]) -> bool:
    pairs = ((a, b) for a, b in zip(p, q, strict=True) if a and b)
    return all(a < b / LEAST_RATIO and b < a / LEAST_RATIO for a, b in pairs)


def _size(oracle: Oracle, p: list[mpf], q: list[mpf], total: mpf, normalize: bool) -> mpf:
    value = abs(oracle.finish(total))
    size = mpmath.fsum(oracle.size(p, q), absolute=True) if oracle.size else 0
    if oracle.order is None or value == mp.inf:
        return max(value, size)
    if oracle.order < 1 and not normalize:
        # What does not cancel is 1 - total; where that is nearly 1, the logarithm of total is
        # worse. Distributions have total, their affinity, to fall back on.
        size = max(size, abs(1 - total))
    slope = abs(1 - mpf(oracle.order)) if oracle.parametric else 1  # Bhattacharyya's is 1
    return max(value, size / total / slope)


def by_bin(word: str, p: Any, q: Any, *, base: float | None = None, **options: Any) -> np.ndarray:
    """What each bin of one row pair adds, 0 where it is left out; NaN where a row is none."""
    oracle = oracle_of(word)
    if oracle.reverse:
        p, q = q, p
    found = np.zeros(len(p))
    try:
        left_out = without(p, q, oracle.gaps) if options.get("zeros") == "skip" else ~np.isfinite(p)
        a, b = pair_of_rows(p, q, oracle.gaps, **options)
    except NoDistributionError:
        return np.full(len(p), math.nan)
    for place, x, y in zip(np.flatnonzero(~left_out), a.units, b.units, strict=True):
        bin_of = partial(_terms_of_bin, oracle.terms, (x, a.one), (y, b.one))
        found[place] = float(per_unit(certain_sum(bin_of), base))
    return found


def _terms_of_bin(terms: Terms, p: tuple[int, int], q: tuple[int, int]) -> list[mpf]:
    return list(terms([mpf(p[0]) / p[1]], [mpf(q[0]) / q[1]]))


def _as_floats(word: str, p: np.ndarray, q: np.ndarray, options: dict[str, Any]) -> list[float]:
    try:
        return [float(x) for x in exact(word, p, q, **options)]
    except NoDistributionError:
        return [math.nan, math.nan, True]


def values_and_sizes(word: str, p: Any, q: Any, **options: Any) -> np.ndarray:
    """Values as of `rowwise`, what errors are in proportion to, and whether any is promised."""
    p, q = np.broadcast_arrays(p, q)
    found = np.empty((3, *p.shape[:-1]))
    for row in np.ndindex(p.shape[:-1]):
        found[:, *row] = _as_floats(word, p[row], q[row], options)
    return found


def rowwise(word: str, p: Any, q: Any, **options: Any) -> np.ndarray:
    """As the row-wise function with `invalid="nan"`, bins on the last axis, in float64."""
    return values_and_sizes(word, p, q, **options)[0]


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
