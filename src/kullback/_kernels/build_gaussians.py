"""Compiles the kernels of Gaussians when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels import (
    gaussian_full,
    gaussian_overlaps,
    gaussian_products,
    gaussian_rows,
)
from kullback._kernels.gaussian import WIDTHS
from kullback._kernels.gaussian_pairs import make_metric, make_pairs
from kullback._kernels.gaussian_spreads import SPREADS

_INDEX = types.Array(types.intp, 1, "C", readonly=True)
_NUMBERS = {"f8": types.float64, "f4": types.float32}
_ROWS = types.Array(types.float64, 2, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")
_READ = types.Array(types.float64, 1, "C", readonly=True)
_GRID = types.Array(types.float64, 2, "C")
_BYTES = types.Array(types.uint8, 1, "C")
_BLOCK = types.Array(types.float64, 2, "A")


@cache
def rows(spread: str, standard: bool, dtype: str) -> Any:
    """rows(m0, index, s0, index, m1, index, s1, index, out) -> how many are nan."""
    rows = (types.Array(_NUMBERS[dtype], 2, "C", readonly=True), _INDEX)
    function = gaussian_rows.make_rows(WIDTHS[spread], standard)
    name = f"gaussian-rows-{spread}-{'standard' if standard else 'pair'}-{dtype}"
    return compile_kernel(function, name, (*4 * rows, _VECTOR))


@cache
def entries(spread: str, standard: bool, dtype: str) -> Any:
    """entries(m0, s0, m1, s1, d, out) -> how many are nan: see `gaussian_rows`."""
    function = gaussian_rows.make_entries(WIDTHS[spread], standard)
    name = f"gaussian-entries-{spread}-{'standard' if standard else 'pair'}-{dtype}"
    array = types.Array(_NUMBERS[dtype], 1, "C", readonly=True)
    return compile_kernel(function, name, (*4 * [array], types.intp, _VECTOR))


@cache
def pairs(metric: str, spread: str) -> Any:
    """pairs(x, x_index, y, y_index, out): see `gaussian_pairs`."""
    function = make_pairs(make_metric(metric, SPREADS[spread]))
    given = (_ROWS, _INDEX, _ROWS, _INDEX, _VECTOR)
    return compile_kernel(function, f"gaussian-pairs-{metric}-{spread}", given)


@cache
def prepared(spread: str, left: bool, right: bool) -> Any:
    """prepared(rows, reference, right_first, out, e, norm): see `gaussian_products`."""
    function = gaussian_products.make_prepared(SPREADS[spread], left, right)
    given = (_ROWS, _ROWS, types.boolean, _GRID, _VECTOR, _VECTOR)
    name = f"gaussian-prepared-{spread}-{left:d}{right:d}"
    return compile_kernel(function, name, given)


@cache
def lengths(spread: str) -> Any:
    """lengths(rows, reference, second, out, e, norm): see `gaussian_products`."""
    given = (_ROWS, _ROWS, types.boolean, _GRID, _VECTOR, _VECTOR)
    function = gaussian_products.make_lengths(SPREADS[spread])
    return compile_kernel(function, f"gaussian-lengths-{spread}", given)


@cache
def certify(length: bool) -> Any:
    """certify(out, x_e, x_norm, y_e, y_norm, width, above, diagonal): `gaussian_products`."""
    given = (_BLOCK, *4 * [_READ], *3 * [types.intp])
    name = f"gaussian-certify-{length:d}"
    return compile_kernel(gaussian_products.make_certify(length), name, given)


@cache
def scaled(spread: str) -> Any:
    """scaled(rows, reference, out, logs, size): see `gaussian_overlaps`."""
    given = (_ROWS, _ROWS, _GRID, _VECTOR, _VECTOR)
    function = gaussian_overlaps.make_scaled(SPREADS[spread])
    return compile_kernel(function, f"gaussian-scaled-{spread}", given)


@cache
def overlap_tile(hellinger: bool) -> Any:
    """tile(x, logs, size, y, logs, size, above, out): see `gaussian_overlaps`."""
    side = (_GRID, _READ, _READ)
    given = (*side, *side, types.intp, _BLOCK)
    function = gaussian_overlaps.make_tile(hellinger)
    return compile_kernel(function, f"gaussian-overlap-{hellinger:d}", given)


@cache
def full() -> Any:
    """full(mean_p, index, cov_p, index, mean_q, index, cov_q, index, tolerance, memory, out, ...).

    See `gaussian_full`.
    """
    given = (*4 * [_ROWS, _INDEX], types.float64, _VECTOR, _VECTOR, _BYTES)
    return compile_kernel(gaussian_full.make_full(), "gaussian-full", given)
