"""Weighted sums of the rows of each group: what the centres of clusters are made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from kullback._jit import compile_kernel
from kullback._kernels.signatures import GRID, INDEX, READ, ROWS


def make_grouped() -> Callable[..., Any]:
    """grouped(rows, labels, weights, out): out[labels[i]] += weights[i] rows[i], in this order."""

    def grouped(rows, labels, weights, out):
        for i in range(rows.shape[0]):
            group, weight = labels[i], weights[i]
            for column in range(rows.shape[1]):
                out[group, column] += weight * rows[i, column]

    return grouped


@cache
def grouped() -> Any:
    """The kernel, compiled."""
    return compile_kernel(make_grouped(), "grouped", (ROWS, INDEX, READ, GRID))
