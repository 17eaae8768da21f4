"""What a call of the functions of several rows must return or raise: slow and plain."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp, mpf

from fuzzing.check import Call, Value, Wrong
from fuzzing.definitions import UNSPECIFIED, Row, kl
from fuzzing.exact import (
    Result,
    digits,
    fraction,
    raises,
    result_dtype,
    unit,
    value_of,
    with_dtypes,
)
from fuzzing.expected_calls import is_invalid, normalized, option_faults

Table = list[Row]

LEAST_WEIGHT = Fraction(2) ** -1080  # that counts beside the others, which shows in measures


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    if set(option_faults(call.options)):
        return Wrong((ValueError,))
    return EXPECTED[call.word](call)


def _value(
    call: Call, found: list[Result | None], lead: tuple[int, ...], dtype: np.dtype
) -> Wrong | Value:
    if raises(call.options) and None in found:
        return Wrong((ValueError,))
    return value_of(found, lead, dtype)


def _mixture(call: Call) -> Wrong | Value:
    """The arrays are the rows, and the weights if they are given."""
    ps, options = call.arrays[0], call.options
    axis, over = options.get("axis", -1), options.get("over", 0)
    if ps.ndim < 2 or not all(-ps.ndim <= a < ps.ndim for a in (axis, over)):
        return Wrong((ValueError,))
    if (axis - over) % ps.ndim == 0:
        return Wrong((ValueError,))
    groups = np.moveaxis(ps, (over % ps.ndim, axis % ps.ndim), (-2, -1))
    lead, m = groups.shape[:-2], groups.shape[-2]
    if not all(groups.shape[-2:]):
        return Wrong((ValueError,))
    weights = call.arrays[1] if len(call.arrays) > 1 else np.ones(m)
    if weights.shape[-1:] != (m,) or not _broadcasts(weights.shape[:-1], lead):
        return Wrong((ValueError,))
    if any(is_invalid(row, {}) for row in weights.reshape(-1, m)):
        return Wrong((ValueError,))
    weights = np.broadcast_to(weights, (*lead, m))
    found = [_spread(groups[at], weights[at], options) for at in np.ndindex(lead)]
    return _value(call, found, lead, result_dtype(call.arrays[:1]))


def _broadcasts(shape: tuple[int, ...], lead: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, lead) == lead
    except ValueError:
        return False


def _spread(rows: np.ndarray, weights: np.ndarray, options: dict[str, Any]) -> Result | None:
    if any(is_invalid(row, options) for row in rows):
        return None
    more = Fraction(float(options.get("pseudocount", 0.0)))
    table = [[fraction(x) + more for x in row] for row in rows]
    shares = normalized([fraction(w) for w in weights])
    if options.get("normalize", True):
        table = [normalized(row) for row in table]
    elif any(0 < w < LEAST_WEIGHT for w in shares):
        return UNSPECIFIED
    with mp.workdps(digits([*rows.flat, *weights, more])):
        return _mean(table, shares, options)


def _mean(table: Table, weights: Row, options: dict[str, Any]) -> Result:
    """Σ w KL(row ‖ mean)."""
    shares = [[w * x for x in row] for w, row in zip(weights, table, strict=True)]
    mean = [sum(bins) for bins in zip(*shares, strict=True)]
    terms = [_times(w, kl(row, mean)[0]) for w, row in zip(weights, table, strict=True) if w]
    value = mp.fsum(terms) / unit(options.get("base"))
    return value, value


def _times(w: Fraction, x: mpf) -> mpf:
    return x * w.numerator / w.denominator


def _is_no_table(table: np.ndarray, options: dict[str, Any]) -> bool:
    return is_invalid(table.reshape(-1), options)


def _information(call: Call) -> Wrong | Value:
    (joint,) = call.arrays
    if joint.ndim < 2 or not all(joint.shape[-2:]):
        return Wrong((ValueError,))
    lead = joint.shape[:-2]
    found = [_mutual(joint[at], call.options) for at in np.ndindex(lead)]
    return _value(call, found, lead, result_dtype([joint]))


def _mutual(joint: np.ndarray, options: dict[str, Any]) -> Result | None:
    """KL of the joint distribution from the product of its marginals."""
    if _is_no_table(joint, options):
        return None
    more = Fraction(float(options.get("pseudocount", 0.0)))
    cells = normalized([fraction(x) + more for x in joint.flat])
    r, c = joint.shape
    rows = [sum(cells[i * c : i * c + c]) for i in range(r)]
    columns = [sum(cells[j::c]) for j in range(c)]
    with mp.workdps(digits([*joint.flat, more])):
        value = kl(cells, [x * y for x in rows for y in columns])[0] / unit(options.get("base"))
    return value, value


def _conditional(call: Call) -> Wrong | Value:
    p, q = call.arrays
    if any(t.ndim < 2 or not all(t.shape[-2:]) for t in (p, q)) or p.shape[-2:] != q.shape[-2:]:
        return Wrong((ValueError,))
    try:
        lead = np.broadcast_shapes(p.shape[:-2], q.shape[:-2])
    except ValueError:
        return Wrong((ValueError,))
    p, q = (np.broadcast_to(t, lead + t.shape[-2:]) for t in (p, q))
    found = [_given(p[at], q[at], call.options) for at in np.ndindex(lead)]
    return _value(call, found, lead, result_dtype(call.arrays))


def _given(p: np.ndarray, q: np.ndarray, options: dict[str, Any]) -> Result | None:
    """The mean over the rows of p of KL(row of p ‖ row of q)."""
    if _is_no_table(p, options) or _is_no_table(q, options):
        return None
    more = Fraction(float(options.get("pseudocount", 0.0)))
    tables = [[[fraction(x) + more for x in row] for row in table] for table in (p, q)]
    weights = normalized([sum(row) for row in tables[0]])
    with mp.workdps(digits([*p.flat, *q.flat, more])):
        terms = [
            _times(w, kl(normalized(a), normalized(b))[0]) if any(b) else mpf("inf")
            for w, a, b in zip(weights, *tables, strict=True)
            if w
        ]
        value = mp.fsum(terms) / unit(options.get("base"))
    return value, value


def _histograms(call: Call) -> Wrong | Value:
    """Counts, as floats; Python compares whole numbers and floats exactly."""
    samples, edges = call.arrays
    if samples.ndim != 2 or edges.ndim != 1 or not edges.size:
        return Wrong((ValueError,))
    numbers = edges.tolist()
    if any(x != x for x in numbers) or not all(a <= b for a, b in itertools.pairwise(numbers)):
        return Wrong((ValueError,))
    found = [_counts(sample.tolist(), numbers) for sample in samples]
    results = np.array(found, float).reshape(len(samples), edges.size - 1)
    return Value(results, np.zeros(results.shape), np.dtype("f8"))


def _counts(sample: list[float], edges: list[float]) -> list[int]:
    """A bin has its lower edge, the last one both."""
    found = [0] * (len(edges) - 1)
    for x, (i, (low, high)) in itertools.product(sample, enumerate(itertools.pairwise(edges))):
        found[i] += low <= x < high or (low <= x == high and i == len(found) - 1)
    return found


EXPECTED = {
    "mixture": _mixture,
    "information": _information,
    "conditional": _conditional,
    "histograms": _histograms,
}
