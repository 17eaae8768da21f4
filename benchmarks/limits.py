"""The limits of the machine, each as work that moves the same data or does the least arithmetic."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numba
import numpy as np

from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log import log_normal
from kullback._math.memory import load_lanes, pointer
from kullback._math.shuffles import sum_of_lanes
from kullback._process import blas
from kullback._process.threads import default_threads

Array = np.ndarray[Any, Any]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count())


def _share(function: Any, *arrays: Array) -> list[Any]:
    """The function on equal parts of the arrays, on as many threads as the library takes."""
    parts = default_threads()
    edges = [len(arrays[0]) * part // parts for part in range(parts + 1)]
    pieces = [tuple(a[i:j] for a in arrays) for i, j in pairwise(edges)]
    return list(_pool().map(lambda piece: function(*piece), pieces))


def read(p: Array, q: Array) -> Array:
    """Read both arrays once: a dot product, on all threads."""
    with blas.at_most(1):
        return np.array(_share(lambda a, b: a.reshape(-1) @ b.reshape(-1), p, q))


def read_all(*arrays: Array) -> Array:
    """Read any even number of arrays once, two of one size at a time."""
    by_size = sorted(arrays, key=np.size)
    pairs = zip(by_size[::2], by_size[1::2], strict=True)
    return np.concatenate([read(p, q) for p, q in pairs])


def matrix_product(p: Array, q: Array) -> Array:
    """NumPy's matrix product with the threads that it takes by itself."""
    return p @ q.T


@numba.njit(nogil=True)
def _logarithms(p: Array, q: Array) -> float:
    total = lanes_of(0.0)
    p_data, q_data = pointer(p), pointer(q)
    k = p.shape[1]
    for i in range(p.shape[0]):
        for j in range(q.shape[0]):
            for c in range(0, k - WIDTH + 1, WIDTH):
                s = load_lanes(p_data, i * k + c) + load_lanes(q_data, j * k + c)
                total = total + log_normal(s)
    return sum_of_lanes(total)


def half_of_logarithms(p: Array, q: Array) -> Array:
    """As `logarithms`, for half of the rows: where each pair is wanted once."""
    return logarithms(p[: max(1, len(p) // 2)], q)


def logarithms(p: Array, q: Array) -> Array:
    """One logarithm for each pair and bin, all summed, on all threads."""
    return np.array(_share(lambda part: _logarithms(part, q), p))
