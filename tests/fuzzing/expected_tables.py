"""What a call of the functions of several rows must return or raise: by the oracle."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from mpmath import mpf

from fuzzing.check import Call, Value, Wrong
from fuzzing.expected import is_wrong, result_dtype, value_of, with_dtypes
from fuzzing.expected_calls import fit, is_invalid
from oracle.divergences import Exact
from oracle.rows import NoDistributionError, units
from oracle.sums import per_unit
from oracle.tables import conditional, information, mixture

LEAST_WEIGHT = 1080  # w < 2**-1080 of them all is lost beside the others, which shows in measures


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    if is_wrong(call.options):
        return Wrong((ValueError,))
    return EXPECTED[call.word](call)


def _per_unit(call: Call, value: Callable[[], mpf]) -> mpf | None:
    try:
        return per_unit(value(), call.options.get("base"))
    except NoDistributionError:
        return None


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
    if weights.shape[-1:] != (m,) or not fit(weights.shape[:-1], lead):
        return Wrong((ValueError,))
    if np.broadcast_shapes(weights.shape[:-1], lead) != lead:
        return Wrong((ValueError,))
    if any(is_invalid(row, {}) for row in weights.reshape(-1, m)):
        return Wrong((ValueError,))
    weights = np.broadcast_to(weights, (*lead, m))
    found = [_spread(call, groups[at], weights[at]) for at in np.ndindex(lead)]
    return value_of(call, found, lead, result_dtype(call.arrays[:1]))


def _spread(call: Call, rows: np.ndarray, weights: np.ndarray) -> Exact | None:
    normalize, more = (call.options.get(*x) for x in (("normalize", True), ("pseudocount", 0.0)))
    value = _per_unit(call, lambda: mixture(rows, weights, normalize, more))
    if value is None:
        return None
    shares = [units(w) for w in weights.tolist()]
    light = any(0 < w << LEAST_WEIGHT < sum(shares) for w in shares)
    return Exact(value, value, promised=normalize or not light)


def _information(call: Call) -> Wrong | Value:
    (joint,) = call.arrays
    if joint.ndim < 2 or not all(joint.shape[-2:]):
        return Wrong((ValueError,))
    lead = joint.shape[:-2]
    more = call.options.get("pseudocount", 0.0)
    found = [_per_unit(call, lambda at=at: information(joint[at], more)) for at in np.ndindex(lead)]
    return value_of(call, found, lead, result_dtype([joint]))


def _conditional(call: Call) -> Wrong | Value:
    p, q = call.arrays
    if any(t.ndim < 2 or not all(t.shape[-2:]) for t in (p, q)) or p.shape[-2:] != q.shape[-2:]:
        return Wrong((ValueError,))
    if not fit(p.shape[:-2], q.shape[:-2]):
        return Wrong((ValueError,))
    more = call.options.get("pseudocount", 0.0)
    p, q = np.broadcast_arrays(p, q)
    found = [
        _per_unit(call, lambda at=at: conditional(p[at], q[at], more))
        for at in np.ndindex(p.shape[:-2])
    ]
    return value_of(call, found, p.shape[:-2], result_dtype(call.arrays))


def _histograms(call: Call) -> Wrong | Value:
    """Counts, as floats; Python compares whole numbers and floats exactly."""
    samples, edges = call.arrays
    if samples.ndim != 2 or edges.ndim != 1 or not edges.size or (samples != samples).any():
        return Wrong((ValueError,))
    numbers = edges.tolist()
    if any(x != x for x in numbers) or not all(a < b for a, b in itertools.pairwise(numbers)):
        return Wrong((ValueError,))
    found = [_counts(sample.tolist(), numbers) for sample in samples]
    results = np.array(found, float).reshape(len(samples), edges.size - 1)
    none = np.zeros(results.shape)
    return Value(results, none, none == 0, np.dtype("f8"))


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
