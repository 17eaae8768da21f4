"""Rows that users have, by band: from nearly equal to as far apart as floats can be."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

NEAR = ("1e-12", "1e-9", "1e-6", "1e-3", "1")
BANDS = (*NEAR, "random", "zeros", "extreme", "subnormal")
SPREADS = {"f8": (3, 30, 100), "f4": (3, 8, 15)}  # decades on either side; ratios stay floats


def rows(
    band: str, n: int, m: int, k: int, dtype: type = np.float64, seed: int = 0
) -> tuple[Array, Array]:
    """n and m rows of k bins, weights that sum to anything; every pair of rows is of the band."""
    rng = np.random.default_rng([seed, BANDS.index(band), k])
    both = rng.standard_exponential((n + m, k))
    which = np.arange(n + m)
    if band in NEAR:
        both = (both[0] * (1 + float(band) * rng.uniform(-1, 1, both.shape))).astype(dtype)
        # Where the dtype cannot hold the perturbation, rows differ by one ulp of one bin.
        own = which % k
        both[which, own] = np.nextafter(both[which, own], dtype(np.inf))
    elif band == "zeros":
        x, y = both[:n], both[n:]  # supports: alike, within each other, neither
        x[1::2][rng.random(x[1::2].shape) < 0.3] = 0
        x[::2, : k // 4] = y[1::2, : k // 4] = 0
    elif band == "extreme":
        spread = np.array(SPREADS[np.dtype(dtype).str[1:]])[which % 3, None]
        both = 10 ** (spread * rng.uniform(-1, 1, both.shape))
    elif band == "subnormal":
        tiniest = float(np.finfo(dtype).smallest_subnormal)
        both[rng.random(both.shape) < 0.3] = 7 * tiniest
        both[::2] = rng.integers(1, 9000, both[::2].shape) * tiniest
    both = both.astype(dtype)
    return both[:n], both[n:]
