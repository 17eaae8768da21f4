"""What a discrete call must return or raise, from the interface's description: slow and plain.

Rows are lists of fractions, so that sums, pseudocounts and ratios are exact; only logarithms and
roots are rounded, to more digits than any cancellation takes away. Nothing here is shared with the
library or with the oracle that the other tests use.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from mpmath import mp

from fuzzing.check import Value, Wrong
from fuzzing.definitions import Row, defined
from fuzzing.exact import (
    Fraction,
    Result,
    digits,
    fraction,
    is_wrong,
    raises,
    refused,
    result_dtype,
    unit,
    value_of,
)

BASELESS = ("hellinger", "total_variation", "chi2")
SYMMETRIC = ("js", "js_distance", "jeffreys", "hellinger", "bhattacharyya", "total_variation")


def expected(
    word: str, form: str, arrays: list[np.ndarray], options: dict[str, Any]
) -> Wrong | Value:
    """`form` is "rows", "pairwise" or "condensed"."""
    faults = set(_faults(word, form, arrays, options))
    if faults:
        return Wrong(tuple(faults))
    if form == "rows":
        p, q = (_bins_last(arrays[i], options.get("axis", -1)) for i in (0, -1))
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
    every_row = (row for array in arrays for row in _rows_of(array, options))
    if raises(options) and rows and any(is_invalid(row, options) for row in every_row):
        return Wrong((ValueError,))
    found = [_pair(word, p, q, options) for p, q in rows]
    if raises(options) and any(one is None for one in found):
        return Wrong((ValueError,))
    return value_of(found, lead, result_dtype(arrays))


def _faults(
    word: str, form: str, arrays: list[np.ndarray], options: dict[str, Any]
) -> Iterator[type[Exception]]:
    """Every fault that can be seen without looking at an entry."""
    if any(refused(array) for array in arrays):
        yield TypeError
    if form != "rows" and any(array.ndim != 2 for array in arrays):
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
    yield from option_faults(options)
    base, alpha, zeros = options.get("base"), options.get("alpha", 1.0), options.get("zeros", "inf")
    if (base is not None and word in BASELESS) or not alpha > 0:
        yield ValueError
    plain = zeros == "inf" or options.get("pseudocount", 0.0) > 0
    symmetric = word in SYMMETRIC or (word == "renyi" and alpha == 0.5)
    if form == "condensed" and not (symmetric and plain):
        yield ValueError


def option_faults(options: dict[str, Any]) -> Iterator[type[Exception]]:
    zeros = options.get("zeros", "inf")
    wrong = (
        is_wrong(options),
        not 0 <= options.get("pseudocount", 0.0) < math.inf,
        not (zeros in ("inf", "skip") if isinstance(zeros, str) else 0 < zeros < math.inf),
    )
    if any(wrong):
        yield ValueError


def _bins_last(array: np.ndarray, axis: int) -> np.ndarray:
    return np.moveaxis(array, axis, -1)


def _rows_of(array: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    last = _bins_last(array, options.get("axis", -1))
    return last.reshape(-1, last.shape[-1])


def is_invalid(row: np.ndarray, options: dict[str, Any]) -> bool:
    entries = [float(x) for x in row]
    if not all(0 <= x < math.inf for x in entries):
        return True
    return not any(entries) and not options.get("pseudocount", 0.0)


def _pair(
    word: str, p_row: np.ndarray, q_row: np.ndarray, options: dict[str, Any]
) -> Result | None:
    """The result of one pair of rows and the size of what it is made of; None: it has none."""
    if is_invalid(p_row, options) or is_invalid(q_row, options):
        return None
    if word == "reverse_kl":
        p_row, q_row, word = q_row, p_row, "kl"
    more = Fraction(float(options.get("pseudocount", 0.0)))
    p, q = ([fraction(x) + more for x in row] for row in (p_row, q_row))
    zeros = "inf" if word == "entropy" else options.get("zeros", "inf")
    if zeros == "skip":
        kept = [i for i, y in enumerate(q) if y]
        p, q = [p[i] for i in kept], [q[i] for i in kept]
        if not sum(p):
            return None
    normalize = options.get("normalize", True)
    if normalize:
        p, q = normalized(p), normalized(q)
    if not isinstance(zeros, str) and not all(q):
        q = [y or Fraction(float(zeros)) for y in q]
        q = normalized(q) if normalize else q
    small = options.get("alpha", 1.0)
    with mp.workdps(digits([*p_row, *q_row, more, small, small - 1, *_filled(zeros)])):
        value, size = (x / unit(options.get("base")) for x in defined(word, p, q, options))
        if word == "js_distance":
            value, size = mp.sqrt(value), mp.sqrt(size)
    return value, size


def _filled(zeros: str | float) -> list[float]:
    return [] if isinstance(zeros, str) else [zeros]


def normalized(row: Row) -> Row:
    whole = sum(row)
    return [x / whole for x in row]
