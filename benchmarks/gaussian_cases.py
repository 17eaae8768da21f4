"""Diagonal Gaussians: row by row, and against N(0, I)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import kullback as kl
import limits
import reference_gaussian
import torch_lanes
from case import Array, Arrays, Case, Lane, Size
from histogram_cases import ours

BANDS = ("random", "1e-3", "1e-6", "1e-9", "1e-12")


def gaussians(size: Size) -> Arrays:
    """Means and variances of p and of q: n rows of d dimensions each."""
    rng = np.random.default_rng(20261121)
    m0, v0, m1, v1 = (f(size) for f in (rng.standard_normal, rng.standard_exponential) * 2)
    return m0, v0 + 0.1, m1, v1 + 0.1


def encodings(size: Size) -> Arrays:
    """Means and log-variances, as an encoder gives them."""
    rng = np.random.default_rng(20261121)
    return rng.standard_normal(size), rng.standard_normal(size) - 1


def near(data: Callable[[Size], Arrays], size: Size, band: str) -> Arrays:
    """Gaussians of one band: independent ones, or nearly equal to each other or to N(0, I)."""
    arrays = data(size)
    if band == "random":
        return arrays
    gap = float(band)
    if len(arrays) == 2:
        return arrays[0] * gap, arrays[1] * gap
    rng = np.random.default_rng(7)
    m0, v0 = arrays[:2]
    m1, v1 = (x * (1 + gap * rng.uniform(-1, 1, size)) for x in (m0, v0))
    return m0, v0, m1, v1


def gaussian_kl_numpy(m0: Array, v0: Array, m1: Array, v1: Array) -> Array:
    return 0.5 * ((v0 + (m0 - m1) ** 2) / v1 - 1 + np.log(v1 / v0)).sum(axis=-1)


def standard_gaussian_kl_numpy(mean: Array, log_var: Array) -> Array:
    return -0.5 * (1 + log_var - mean**2 - np.exp(log_var)).sum(axis=-1)


def _rows(
    name: str, size: Size, data: Callable[[Size], Arrays], oracle: Lane, lanes: dict[str, Lane]
) -> Case:
    n, d = size
    return Case(
        f"{name} {n:,} x {d}",
        size,
        (40, min(d, 64)),
        data,
        partial(near, data),
        oracle,
        lanes,
        limits.read_all,
        f"reading the {len(data((1, 1)))} arrays",
        n * d,
        "gaussian",
        BANDS,
    )


PAIRS = {
    "NumPy": gaussian_kl_numpy,
    **torch_lanes.lanes(torch_lanes.gaussian_kl),
    **ours(kl.gaussian_kl_divergence),
}
STANDARD = {
    "NumPy": standard_gaussian_kl_numpy,
    **torch_lanes.lanes(torch_lanes.standard_gaussian_kl),
    **ours(kl.standard_gaussian_kl_divergence),
}
CASES = (
    _rows("gaussian kl", (200_000, 64), gaussians, reference_gaussian.rowwise, PAIRS),
    _rows("gaussian kl", (20_000, 256), gaussians, reference_gaussian.rowwise, PAIRS),
    _rows("standard gaussian kl", (200_000, 64), encodings, reference_gaussian.standard, STANDARD),
)
