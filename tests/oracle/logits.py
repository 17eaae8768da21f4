"""The oracle of the divergences of logits, for the exact value of the numbers.

Differences of logits are taken as Python integers, in units of 2**-1074, and divided by the exact
temperature; then come mpmath's exponentials and the sums of the textbooks, which may cancel, in as
many bits as that asks for. The kernels never subtract one such sum from another.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf

from oracle.rows import UNIT, units
from oracle.sums import certain_sum, per_unit

LEAST = -200_000  # e**LEAST, times any float, is far below 2**-2400; mpmath takes minutes for less

Units = tuple[int | None, ...]  # of a row, below its largest entry; None: -inf
Exponents = list[mpf | None]  # below 0, of the softmax before it is divided by its sum; None: -inf


def _below_top(row: list[float]) -> Units:
    exact = [None if x == -math.inf else units(x) for x in row]
    top = max(x for x in exact if x is not None)
    return tuple(None if x is None else x - top for x in exact)


def _shortened(rows: list[Units]) -> tuple[list[Units], int]:
    """The rows in the largest power of two that all are multiples of, and its exponent.

    Short integers are faster.
    """
    common = math.gcd(*(x for row in rows for x in row if x is not None))
    bits = (common & -common).bit_length() - 1 if common else 0
    return [tuple(None if x is None else x >> bits for x in row) for row in rows], bits - UNIT


def _valid(row: np.ndarray) -> bool:
    return bool((row < np.inf).all() and (row > -np.inf).any())


@lru_cache(maxsize=64)  # rows are compared in both directions
def _softmax(
    row: Units, exponent: int, temperature: float, precision: int
) -> tuple[list[mpf], Exponents]:
    """The probabilities and their logarithms."""
    scale = mpmath.ldexp(1, exponent) / mpf(temperature)
    exponents = [None if x is None else x * scale for x in row]
    powers = [mpf(0) if x is None or x < LEAST else mpmath.exp(x) for x in exponents]
    total = mpmath.fsum(powers)
    log_total = mpmath.log(total)
    return [x / total for x in powers], [None if x is None else x - log_total for x in exponents]


def _kl(p: list[mpf], ln_p: Exponents, q: list[mpf], ln_q: Exponents) -> list[mpf]:
    terms: list[mpf] = []
    for a, ln_a, ln_b in zip(p, ln_p, ln_q, strict=True):
        if ln_a is not None:
            terms += [a * ln_a, mp.inf if ln_b is None else -a * ln_b]
    return terms


def _js(weight: float) -> Callable[..., list[mpf]]:
    """The entropy of the mean less the mean of the entropies, p having this weight in both."""

    def terms(p: list[mpf], ln_p: Exponents, q: list[mpf], ln_q: Exponents) -> list[mpf]:
        found: list[mpf] = []
        w, rest = mpf(weight), 1 - mpf(weight)
        for a, ln_a, b, ln_b in zip(p, ln_p, q, ln_q, strict=True):
            sides = ((w, a, ln_a), (rest, b, ln_b))
            found += [share * x * ln_x for share, x, ln_x in sides if ln_x is not None]
            mean = w * a + rest * b
            if mean:
                found.append(-mean * mpmath.log(mean))
        return found

    return terms


def _terms_of(word: str) -> Callable[..., list[mpf]]:
    """Those of "kl", of "js", and of "js" with a weight after it."""
    return _kl if word == "kl" else _js(float(word.removeprefix("js") or 0.5))


def entropy(a: np.ndarray, temperature: float = 1.0) -> mpf:
    """Of the softmax of one row, in nats."""
    if not _valid(a):
        return mp.nan
    (row,), exponent = _shortened([_below_top(a.astype(np.float64).tolist())])

    def terms() -> list[mpf]:
        p, ln_p = _softmax(row, exponent, temperature, mp.prec)
        return [-x * ln_x for x, ln_x in zip(p, ln_p, strict=True) if ln_x is not None]

    return certain_sum(terms)


def exact(word: str, a: np.ndarray, b: np.ndarray, temperature: float = 1.0) -> mpf:
    """The divergence of one row of logits from another, in nats; nan where one is not valid."""
    if not (_valid(a) and _valid(b)):
        return mp.nan
    rows = [_below_top(row.astype(np.float64).tolist()) for row in (a, b)]
    if rows[0] == rows[1]:
        return mpf(0)
    rows, exponent = _shortened(rows)

    def terms() -> list[mpf]:
        p, q = (_softmax(row, exponent, temperature, mp.prec) for row in rows)
        return _terms_of(word)(*p, *q)

    return certain_sum(terms)


def divergences(
    word: str, a: Any, b: Any, *, temperature: float = 1.0, base: float | None = None
) -> np.ndarray:
    """As `kl_divergence_from_logits` and `js_...` with `invalid="nan"`, in float64."""
    a, b = np.broadcast_arrays(a, b)
    result = np.empty(a.shape[:-1])
    for row in np.ndindex(result.shape):
        value = exact(word, a[row], b[row], float(temperature))
        result[row] = float(per_unit(value, base))
    return result
