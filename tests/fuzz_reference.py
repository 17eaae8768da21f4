"""What a call must return or raise, from the interface's description alone: slow and plain.

Rows are lists of fractions, so that sums, pseudocounts and ratios are exact; only logarithms and
roots are rounded, to more digits than any cancellation takes away. Nothing here is shared with the
library or with the oracle that the other tests use.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from mpmath import mp, mpf

DIGITS = 1400  # 5e-324 beside 1.8e308, squared

Row = list[Fraction]
BASELESS = ("hellinger", "total_variation", "chi2")
SYMMETRIC = ("js", "js_distance", "jeffreys", "hellinger", "bhattacharyya", "total_variation")
REFUSED = "cOUSVMm"  # kinds of dtype


class Wrong(NamedTuple):
    """The call is an error; of several faults it may name any."""

    kinds: tuple[type[Exception], ...]


class Value(NamedTuple):
    """Results with what their errors are in proportion to, and the dtype."""

    results: np.ndarray
    sizes: np.ndarray
    dtype: np.dtype


def expected(word: str, form: str, arrays: list[np.ndarray], options: dict[str, Any]) -> Any:
    """`form` is "rows", "pairwise" or "condensed"; Wrong or Value."""
    faults = set(_faults(word, form, arrays, options))
    if faults:
        return Wrong(tuple(faults))
    if form == "rows":
        p, q = (_bins_last(a, options.get("axis", -1)) for a in arrays)
        lead = np.broadcast_shapes(p.shape[:-1], q.shape[:-1])
        pairs = (np.broadcast_to(a, (*lead, a.shape[-1])).reshape(-1, a.shape[-1]) for a in (p, q))
        rows = list(zip(*pairs, strict=True))
    else:
        x, y = arrays[0], arrays[-1]
        every: Any = itertools.product(x, y)
        lead = (len(x), len(y))
        if form == "condensed":
            every, lead = itertools.combinations(x, 2), (len(x) * (len(x) - 1) // 2,)
        rows = list(every)
    raises = options.get("invalid", "raise") == "raise"
    every_row = (row for array in arrays for row in _rows_of(array, options))
    if raises and rows and any(_is_invalid(row, options) for row in every_row):
        return Wrong((ValueError,))
    found = [_pair(word, p, q, options) for p, q in rows]
    if raises and any(one is None for one in found):
        return Wrong((ValueError,))
    dtype = np.dtype("f4" if all(a.dtype.str[1:] in ("f2", "f4") for a in arrays) else "f8")
    values = [one or (mpf("nan"), mpf(0)) for one in found]
    results = np.array([_to_float(value, dtype) for value, _ in values]).reshape(lead)
    return Value(results, np.array([float(size) for _, size in values]).reshape(lead), dtype)


def _faults(
    word: str, form: str, arrays: list[np.ndarray], options: dict[str, Any]
) -> Iterator[type[Exception]]:
    """Every fault that can be seen without looking at an entry."""
    for array in arrays:
        if array.dtype.kind in REFUSED or array.dtype.itemsize > 8:
            yield TypeError
        if form != "rows" and array.ndim != 2:
            yield ValueError
    shapes = [a.shape for a in arrays]
    if form == "rows":
        axis = options.get("axis", -1)
        if any(not s or not -len(s) <= axis < len(s) for s in shapes):
            yield ValueError
            return
        shapes = [(*s[: axis % len(s)], *s[axis % len(s) + 1 :], s[axis]) for s in shapes]
        try:
            np.broadcast_shapes(*(s[:-1] for s in shapes))
        except ValueError:
            yield ValueError
    if any(not s or s[-1] == 0 or s[-1] != shapes[0][-1] for s in shapes):
        yield ValueError
    base = options.get("base")
    if base is not None and (word in BASELESS or not 1 < base < math.inf):
        yield ValueError
    if not 0 <= options.get("pseudocount", 0.0) < math.inf:
        yield ValueError
    zeros = options.get("zeros", "inf")
    if not (zeros in ("inf", "skip") if isinstance(zeros, str) else 0 < zeros < math.inf):
        yield ValueError
    plain = zeros == "inf" or options.get("pseudocount", 0.0) > 0
    if form == "condensed" and (word not in SYMMETRIC or not plain):
        yield ValueError


def _bins_last(array: np.ndarray, axis: int) -> np.ndarray:
    return np.moveaxis(array, axis, -1)


def _rows_of(array: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    last = _bins_last(array, options.get("axis", -1))
    return last.reshape(-1, last.shape[-1])


def _is_invalid(row: np.ndarray, options: dict[str, Any]) -> bool:
    entries = [float(x) for x in row]
    if not all(0 <= x < math.inf for x in entries):
        return True
    return not any(entries) and not options.get("pseudocount", 0.0)


def _pair(
    word: str, p_row: np.ndarray, q_row: np.ndarray, options: dict[str, Any]
) -> tuple[mpf, mpf] | None:
    """The result of one pair of rows and the size of what it is made of; None: it has none."""
    if _is_invalid(p_row, options) or _is_invalid(q_row, options):
        return None
    if word == "reverse_kl":
        p_row, q_row, word = q_row, p_row, "kl"
    more = Fraction(float(options.get("pseudocount", 0.0)))
    p, q = ([Fraction(x.item()) + more for x in row] for row in (p_row, q_row))
    normalize = options.get("normalize", True)
    zeros = options.get("zeros", "inf")
    if zeros == "skip":
        kept = [i for i, y in enumerate(q) if y]
        p, q = [p[i] for i in kept], [q[i] for i in kept]
        if not sum(p):
            return None
    if normalize:
        p, q = _normalized(p), _normalized(q)
    if not isinstance(zeros, str) and not all(q):
        q = [y or Fraction(float(zeros)) for y in q]
        q = _normalized(q) if normalize else q
    with mp.workdps(DIGITS):
        value, size = DEFINITIONS[word](p, q)
        base = options.get("base")
        unit = mp.log(mpf(base)) if base is not None else mpf(1)
        value, size = value / unit, size / unit
        if word == "js_distance":
            value, size = mp.sqrt(value), mp.sqrt(size)
    return value, size


def _normalized(row: Row) -> Row:
    total = sum(row)
    return [x / total for x in row]


def _to_float(value: mpf, dtype: np.dtype) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(float(value)) if dtype == "f4" else float(value))


def _mp(x: Fraction) -> mpf:
    return mpf(x.numerator) / x.denominator


def _sum(terms: list[mpf]) -> tuple[mpf, mpf]:
    return mp.fsum(terms), mp.fsum(abs(term) for term in terms)


def _kl(p: Row, q: Row) -> tuple[mpf, mpf]:
    """The generalized one; its terms are not negative, so that the sum is its own size."""
    if any(x and not y for x, y in zip(p, q, strict=True)):
        return mpf("inf"), mpf("inf")
    terms = [_mp(x) * mp.log(_mp(x / y)) if x else mpf(0) for x, y in zip(p, q, strict=True)]
    value = max(mpf(0), mp.fsum(terms) + _mp(sum(q) - sum(p))) if p != q else mpf(0)
    return value, value


def _js(p: Row, q: Row) -> tuple[mpf, mpf]:
    mean = [(x + y) / 2 for x, y in zip(p, q, strict=True)]
    value = (_kl(p, mean)[0] + _kl(q, mean)[0]) / 2
    return value, value


def _jeffreys(p: Row, q: Row) -> tuple[mpf, mpf]:
    value = _kl(p, q)[0] + _kl(q, p)[0]
    return value, value


def _hellinger(p: Row, q: Row) -> tuple[mpf, mpf]:
    roots = [(mp.sqrt(_mp(x)), mp.sqrt(_mp(y))) for x, y in zip(p, q, strict=True)]
    value = mp.sqrt(mp.fsum((a - b) ** 2 for a, b in roots) / 2)
    return value, value


def _bhattacharyya(p: Row, q: Row) -> tuple[mpf, mpf]:
    affinity = mp.fsum(mp.sqrt(_mp(x * y)) for x, y in zip(p, q, strict=True))
    value = -mp.log(affinity) if affinity else mpf("inf")
    value = max(mpf(0), value) if p != q else mpf(0)
    return value, value


def _total_variation(p: Row, q: Row) -> tuple[mpf, mpf]:
    value = _mp(sum(abs(x - y) for x, y in zip(p, q, strict=True)) / 2)
    return value, value


def _chi2(p: Row, q: Row) -> tuple[mpf, mpf]:
    if any(x and not y for x, y in zip(p, q, strict=True)):
        return mpf("inf"), mpf("inf")
    value = _mp(sum((x - y) ** 2 / y for x, y in zip(p, q, strict=True) if y))
    return value, value


def _cross_entropy(p: Row, q: Row) -> tuple[mpf, mpf]:
    if any(x and not y for x, y in zip(p, q, strict=True)):
        return mpf("inf"), mpf("inf")
    return _sum([-_mp(x) * mp.log(_mp(y)) for x, y in zip(p, q, strict=True) if x])


DEFINITIONS: dict[str, Callable[[Row, Row], tuple[mpf, mpf]]] = {
    "kl": _kl,
    "js": _js,
    "js_distance": _js,
    "jeffreys": _jeffreys,
    "hellinger": _hellinger,
    "bhattacharyya": _bhattacharyya,
    "total_variation": _total_variation,
    "chi2": _chi2,
    "cross_entropy": _cross_entropy,
}
