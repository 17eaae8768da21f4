"""What a user would write in an hour: a plain parallel-free Numba loop with np.log."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np

Array = np.ndarray[Any, Any]


@numba.njit
def _kl(p: Array, q: Array) -> float:
    p_sum, q_sum = p.sum(), q.sum()
    total = 0.0
    for c in range(p.size):
        if p[c] > 0.0:
            total += p[c] / p_sum * np.log((p[c] / p_sum) / (q[c] / q_sum))
    return total


@numba.njit
def _js(p: Array, q: Array) -> float:
    p_sum, q_sum = p.sum(), q.sum()
    total = 0.0
    for c in range(p.size):
        a, b = p[c] / p_sum, q[c] / q_sum
        m = (a + b) / 2
        if a > 0.0:
            total += a * np.log(a / m)
        if b > 0.0:
            total += b * np.log(b / m)
    return total / 2


@numba.njit
def _hellinger(p: Array, q: Array) -> float:
    p_sum, q_sum = p.sum(), q.sum()
    total = 0.0
    for c in range(p.size):
        total += (np.sqrt(p[c] / p_sum) - np.sqrt(q[c] / q_sum)) ** 2
    return np.sqrt(total / 2)


@numba.njit
def _total_variation(p: Array, q: Array) -> float:
    p_sum, q_sum = p.sum(), q.sum()
    total = 0.0
    for c in range(p.size):
        total += abs(p[c] / p_sum - q[c] / q_sum)
    return total / 2


PAIRS = {"kl": _kl, "js": _js, "hellinger": _hellinger, "total_variation": _total_variation}


@cache
def rows(name: str) -> Callable[[Array, Array], Array]:
    """The row-wise loop."""
    pair = PAIRS[name]

    @numba.njit
    def loop(p: Array, q: Array) -> Array:
        out = np.empty(p.shape[0])
        for i in range(p.shape[0]):
            out[i] = pair(p[i], q[i])
        return out

    return loop


@cache
def logits(name: str) -> Callable[[Array, Array], Array]:
    """The row-wise loop over logits, with a softmax of each row."""
    pair = PAIRS[name]

    @numba.njit
    def loop(p: Array, q: Array) -> Array:
        out = np.empty(p.shape[0])
        for i in range(p.shape[0]):
            out[i] = pair(np.exp(p[i] - p[i].max()), np.exp(q[i] - q[i].max()))
        return out

    return loop


@cache
def matrix(name: str) -> Callable[[Array, Array], Array]:
    """The loop over all pairs; of a symmetric divergence and one set, over each pair once."""
    pair = PAIRS[name]

    @numba.njit
    def loop(p: Array, q: Array) -> Array:
        out = np.empty((p.shape[0], q.shape[0]))
        for i in range(p.shape[0]):
            for j in range(q.shape[0]):
                out[i, j] = pair(p[i], q[j])
        return out

    @numba.njit
    def itself(p: Array) -> Array:
        out = np.zeros((p.shape[0], p.shape[0]))
        for i in range(p.shape[0]):
            for j in range(i):
                out[i, j] = out[j, i] = pair(p[i], p[j])
        return out

    return lambda p, q: itself(p) if q is p and name != "kl" else loop(p, q)
