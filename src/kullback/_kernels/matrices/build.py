"""Compiles what tiles of matrices take: once for each form and dtype."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.matrices import centred, cosines, entropic, roots
from kullback._kernels.matrices.products import Outcome, Side, make_certify, make_prepare
from kullback._kernels.signatures import (
    BLOCK,
    BYTES,
    NUMBERS,
    READ,
    VECTOR,
    WORDS,
    contiguous,
)

SIDES: dict[str, Side] = {
    "p": centred.P_SIDE,
    "q": centred.Q_SIDE,
    "difference": centred.DIFFERENCE,
    "logarithm": centred.LOGARITHM,
    "root": roots.ROOT_SIDE,
}
OUTCOMES: dict[str, Outcome] = {
    "kl": centred.KL,
    "jeffreys": centred.JEFFREYS,
    "hellinger": roots.HELLINGER,
    "bhattacharyya": roots.BHATTACHARYYA,
}


@cache
def scaled(dtype: str, single: bool) -> Any:
    """scaled(rows, amount, normalize, out, constant, weight): see `entropic`."""
    out = types.Array(NUMBERS["f4" if single else "f8"], 2, "C")
    given = (contiguous(dtype, 2), types.float64, types.boolean, out, VECTOR, VECTOR)
    return compile_kernel(entropic.make_scaled(single), f"js-scaled-{dtype}-{single:d}", given)


@cache
def entropic_tile(dtype: str) -> Any:
    """tile(x, c, weight, y, c, weight, k, normalize, root, above, out): see `entropic`."""
    rows = (types.Array(NUMBERS[dtype], 2, "C"), READ, READ)
    given = (*rows, *rows, types.intp, types.boolean, types.boolean, types.intp, BLOCK)
    return compile_kernel(entropic.make_tile(dtype == "f4"), f"js-tile-{dtype}", given)


@cache
def prepare(side: str, dtype: str) -> Any:
    """prepare(rows, r, amount, normalize, out, mask, constant, size, square): see `products`."""
    given = (contiguous(dtype, 2), READ, types.float64, types.boolean)
    made = (BLOCK, BYTES, VECTOR, VECTOR, VECTOR)
    return compile_kernel(make_prepare(SIDES[side]), f"{side}-prepare-{dtype}", (*given, *made))


@cache
def certify(outcome: str) -> Any:
    """certify(out, four arrays of either side, six options): see `products`."""
    side = (READ, READ, READ, WORDS)
    options = (*(types.float64,) * 3, types.boolean, types.intp, types.intp)
    given = (BLOCK, *side, *side, *options)
    return compile_kernel(make_certify(OUTCOMES[outcome]), f"{outcome}-certify", given)


@cache
def cosine_features(dtype: str) -> Any:
    """cosines(rows, amount, normalize, mean, out, constant, norm, error): see `cosines`."""
    out = types.Array(types.float32, 2, "C")
    given = (contiguous(dtype, 2), types.float64, types.boolean, READ)
    made = (out, VECTOR, VECTOR, VECTOR)
    return compile_kernel(cosines.make_cosines(), f"js-cosines-{dtype}", (*given, *made))
