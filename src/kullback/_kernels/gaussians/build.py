"""Compiles the kernels of Gaussians when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.gaussians import full as gaussian_full
from kullback._kernels.gaussians import full_products as gaussian_full_products
from kullback._kernels.gaussians import overlaps as gaussian_overlaps
from kullback._kernels.gaussians import pairs as gaussian_pairs
from kullback._kernels.gaussians import products as gaussian_products
from kullback._kernels.gaussians import rows as gaussian_rows
from kullback._kernels.gaussians.spreads import SPREADS
from kullback._kernels.gaussians.terms import make_term
from kullback._kernels.signatures import BLOCK, GRID, INDEX, READ, ROWS, VECTOR, contiguous

_STATUS = types.Array(types.uint8, 1, "C")


@cache
def rows(spread: str, standard: bool, dtype: str) -> Any:
    """rows(m0, index, s0, index, m1, index, s1, index, out) -> how many are uncertified."""
    kind = SPREADS[spread]
    function = gaussian_rows.make_rows(make_term("kl", kind), kind.unit, standard)
    name = f"gaussian-rows-{spread}-{'standard' if standard else 'pair'}-{dtype}"
    rows = (contiguous(dtype, 2), INDEX)
    return compile_kernel(function, name, (*4 * rows, VECTOR))


@cache
def entries(spread: str, standard: bool, dtype: str) -> Any:
    """entries(m0, s0, m1, s1, d, out) -> how many dimensions are uncertified."""
    kind = SPREADS[spread]
    function = gaussian_rows.make_entries(make_term("kl", kind), kind.unit, standard)
    name = f"gaussian-entries-{spread}-{'standard' if standard else 'pair'}-{dtype}"
    array = contiguous(dtype, 1)
    return compile_kernel(function, name, (*4 * [array], types.intp, VECTOR))


@cache
def pairs(metric: str, spread: str) -> Any:
    """pairs(x, x_index, y, y_index, out) -> whether any is uncertified: see `gaussian_pairs`."""
    kind = SPREADS[spread]
    function = gaussian_pairs.make_pairs(make_term(metric, kind), kind.unit)
    given = (ROWS, INDEX, ROWS, INDEX, VECTOR)
    return compile_kernel(function, f"gaussian-pairs-{metric}-{spread}", given)


@cache
def prepared(spread: str, left: bool, right: bool) -> Any:
    """prepared(rows, reference, right_first, out, e, norm): see `gaussian_products`."""
    function = gaussian_products.make_prepared(SPREADS[spread], left, right)
    given = (ROWS, ROWS, types.boolean, GRID, VECTOR, VECTOR)
    name = f"gaussian-prepared-{spread}-{left:d}{right:d}"
    return compile_kernel(function, name, given)


@cache
def lengths(spread: str) -> Any:
    """lengths(rows, reference, second, out, e, norm): see `gaussian_products`."""
    given = (ROWS, ROWS, types.boolean, GRID, VECTOR, VECTOR)
    function = gaussian_products.make_lengths(SPREADS[spread])
    return compile_kernel(function, f"gaussian-lengths-{spread}", given)


@cache
def certify(length: bool) -> Any:
    """certify(out, x_e, x_norm, y_e, y_norm, width, above, diagonal): `gaussian_products`."""
    given = (BLOCK, *4 * [READ], *3 * [types.intp])
    name = f"gaussian-certify-{length:d}"
    return compile_kernel(gaussian_products.make_certify(length), name, given)


@cache
def scaled(spread: str) -> Any:
    """scaled(rows, reference, out, logs, size): see `gaussian_overlaps`."""
    given = (ROWS, ROWS, GRID, VECTOR, VECTOR)
    function = gaussian_overlaps.make_scaled(SPREADS[spread])
    return compile_kernel(function, f"gaussian-scaled-{spread}", given)


@cache
def overlap_tile(hellinger: bool) -> Any:
    """tile(x, logs, size, y, logs, size, above, out): see `gaussian_overlaps`."""
    side = (GRID, READ, READ)
    given = (*side, *side, types.intp, BLOCK)
    function = gaussian_overlaps.make_tile(hellinger)
    return compile_kernel(function, f"gaussian-overlap-{hellinger:d}", given)


@cache
def full() -> Any:
    """full(mean_p, index, cov_p, index, mean_q, index, cov_q, index, tolerance, memory, out, ...).

    See `gaussian_full`.
    """
    given = (*4 * [ROWS, INDEX], types.float64, VECTOR, VECTOR, _STATUS)
    return compile_kernel(gaussian_full.make_full(), "gaussian-full", given)


@cache
def full_prepared(left: bool, right: bool) -> Any:
    """full_prepared(rows, reference, d, right_first, memory, out, e, norm).

    See `gaussian_full_products`.
    """
    function = gaussian_full_products.make_full_prepared(left, right)
    given = (ROWS, READ, types.intp, types.boolean, VECTOR, GRID, VECTOR, VECTOR)
    return compile_kernel(function, f"gaussian-full-prepared-{left:d}{right:d}", given)


@cache
def full_checked() -> Any:
    """checked(mean, index, cov, index, as_p, tolerance, memory, status): see `gaussian_full`."""
    given = (*2 * [ROWS, INDEX], types.boolean, types.float64, VECTOR, _STATUS)
    return compile_kernel(gaussian_full.make_checked(), "gaussian-full-checked", given)
