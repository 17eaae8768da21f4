"""Weights as the kernels take them, and their entropy, which bounds the divergence."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._process.arrays import Array

WEIGHTS_SCALE = 60  # they sum to 2**60 ... 2**61, so that the smallest keep their digits


class Weights(NamedTuple):
    """All different weights, a row each."""

    table: NDArray[np.float64]  # times a power of two: rows sum to 2**WEIGHTS_SCALE or more
    entropies: NDArray[np.float64]


@lru_cache(64)
def equal(m: int) -> Weights:
    """The same weight for each of m rows."""
    table = np.full((1, m), math.ldexp(1.0, WEIGHTS_SCALE - math.frexp(m)[1] + 1))
    return Weights(table, np.array([math.log(m)]))


def prepared(given: Array) -> Weights:
    """Weights in rows, none of which is all 0."""
    given = np.ascontiguousarray(given)  # the order of its strides would be that of the table
    exponents = np.frexp(given.max(axis=1))[1]
    exponents += np.frexp(np.ldexp(given, -exponents[:, None]).sum(axis=1))[1]
    table = np.ldexp(given, WEIGHTS_SCALE + 1 - exponents[:, None])
    return Weights(table, _entropies(table))


def _entropies(weights: Array) -> Array:
    """Of each row, also where all but one are next to nothing."""
    places = np.arange(len(weights)), np.argmax(weights, axis=1)
    heaviest = weights[places]
    rest = weights.copy()
    rest[places] = 0.0
    others = rest.sum(axis=1)
    total = heaviest + others
    with np.errstate(divide="ignore"):
        surprise = np.log(total)[:, None] - np.log(rest)
    surprise[rest == 0] = 0.0
    shares = (rest * surprise).sum(axis=1) + heaviest * np.log1p(others / heaviest)
    equal_ones = (weights == heaviest[:, None]).all(axis=1)
    return np.asarray(np.where(equal_ones, math.log(weights.shape[1]), shares / total))
