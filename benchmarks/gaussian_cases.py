"""Gaussians: row by row, against N(0, I), all pairs, and with full covariances."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import kullback as kl
import limits
import torch_lanes
from case import Array, Arrays, Case, Lane, Size
from histogram_cases import ours
from oracle import gaussians as reference_gaussian

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


def two_sets(size: Size) -> Arrays:
    """Means and variances of n and of m Gaussians."""
    n, m, d = size
    first, second = gaussians((n, d)), gaussians((m, d))
    return *first[:2], *second[2:]


def near_sets(size: Size, band: str) -> Arrays:
    """The same of one band."""
    n, m, d = size
    if band == "random":
        return two_sets(size)
    m0, v0, m1, v1 = near(gaussians, (max(n, m), d), band)
    return m0[:n], v0[:n], m1[:m], v1[:m]


def pairwise_numpy(m0: Array, v0: Array, m1: Array, v1: Array) -> Array:
    """Broadcast, a row of p at a time: (n, m, d) would take gigabytes."""
    return np.array([gaussian_kl_numpy(m, v, m1, v1) for m, v in zip(m0, v0, strict=True)])


def product_of_double_width(m0: Array, v0: Array, m1: Array, v1: Array) -> Array:
    """NumPy's bare matrix product of inner size 2 d."""
    return np.concatenate([m0, v0], axis=1) @ np.concatenate([m1, v1], axis=1).T


def full(size: Size) -> Arrays:
    """Means and covariances, with condition numbers of some hundred."""
    n, d = size
    rng = np.random.default_rng(20261121)
    made: list[Array] = []
    for _ in "pq":
        factor = rng.standard_normal((n, d, 2 * d))
        made += [rng.standard_normal((n, d)), factor @ factor.swapaxes(1, 2) / d]
    return tuple(made)


def full_of_band(size: Size, band: str) -> Arrays:
    """The same of one band."""
    m0, c0, m1, c1 = full(size)
    if band == "random":
        return m0, c0, m1, c1
    change = 1 + float(band) * np.random.default_rng(7).uniform(-0.1, 0.1, c0.shape)
    return m0, c0, m0 * (1 + float(band)), c0 * (change + change.swapaxes(1, 2)) / 2


def multivariate_numpy(m0: Array, c0: Array, m1: Array, c1: Array) -> Array:
    apart = (m1 - m0)[..., None]
    trace = np.trace(np.linalg.solve(c1, c0), axis1=1, axis2=2)
    distance = (apart * np.linalg.solve(c1, apart)).sum(axis=(1, 2))
    logs = np.linalg.slogdet(c1)[1] - np.linalg.slogdet(c0)[1]
    return 0.5 * (trace + distance - m0.shape[1] + logs)


PAIRWISE = {"NumPy": pairwise_numpy, **ours(kl.pairwise_gaussian)}
FULL = {"NumPy": multivariate_numpy, **ours(kl.multivariate_gaussian_kl_divergence)}
CASES = (
    _rows("gaussian kl", (200_000, 64), gaussians, reference_gaussian.rowwise, PAIRS),
    _rows("gaussian kl", (20_000, 256), gaussians, reference_gaussian.rowwise, PAIRS),
    _rows("standard gaussian kl", (200_000, 64), encodings, reference_gaussian.standard, STANDARD),
    Case(
        "pairwise gaussian kl 2,000 x 2,000 x 128",
        (2_000, 2_000, 128),
        (9, 7, 40),
        two_sets,
        near_sets,
        partial(reference_gaussian.pairwise, "kl"),
        PAIRWISE,
        product_of_double_width,
        "a bare matrix product of inner size 256",
        2_000 * 2_000 * 128,
        "gaussian_matrix",
        BANDS,
    ),
    Case(
        "multivariate gaussian kl 10,000 x 16 x 16",
        (10_000, 16),
        (20, 6),
        full,
        full_of_band,
        reference_gaussian.multivariate,
        FULL,
        limits.read_all,
        "reading the 4 arrays",
        10_000 * 16 * 16,
        "multivariate",
        BANDS,
    ),
)
