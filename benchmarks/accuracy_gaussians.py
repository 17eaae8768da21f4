"""The worst relative errors of Gaussians: rows of every spread, matrices, full covariances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import kullback as kl
from accuracy_family import DTYPES, Array, Family, Key, relative_error
from bands import NEAR
from oracle import gaussians as oracle
from support.tolerances import TINY_ROOT, TOLERANCES

BANDS = (*NEAR, "random", "extreme")
SIZE = (24, 20)  # Gaussians, and dimensions: beyond those of the kernel for short rows
PAIRS = 10
DECADES = {"f8": (3, 50, 150), "f4": (3, 8, 15)}  # of variances, on either side of 1
ROOTS = ("hellinger", "wasserstein2")
FULL = (12, 5)


def gaussians(band: str, dtype: str, seed: int) -> tuple[Array, Array, Array, Array]:
    """Means and variances of two sets; every pair is of the band."""
    rng = np.random.default_rng([seed, BANDS.index(band)])
    n, d = SIZE
    means, variances = rng.standard_normal((2 * n, d)), rng.standard_exponential((2 * n, d)) + 0.1
    if band in NEAR:
        gap = float(band)
        means = means[0] + gap * rng.uniform(-1, 1, means.shape)
        variances = variances[0] * (1 + gap * rng.uniform(-0.5, 0.5, variances.shape))
    elif band == "extreme":
        decades = np.array(DECADES[dtype])[np.arange(2 * n) % 3, None]
        variances = 10 ** (decades * rng.uniform(-1, 1, variances.shape))
        means = means * 10 ** (decades * rng.uniform(-0.5, 0.5, means.shape))
    return means[:n], variances[:n], means[n:], variances[n:]


def spread_of(variances: Array, spread: str) -> Array:
    """Numbers that say about these variances."""
    if spread == "var":
        return variances
    return np.sqrt(variances) if spread == "std" else np.log(variances)


def _seeds(dtype: str, seeds: int) -> Iterator[tuple[str, tuple[Array, ...], Array, Array]]:
    """Every band, both sets of it, and which of their pairs are looked at."""
    rng = np.random.default_rng(3)
    for band in BANDS:
        for seed in range(seeds):
            made = gaussians(band, dtype, seed)
            yield band, made, *(rng.integers(SIZE[0], size=PAIRS) for _ in "xy")


def measure_rows(word: str, seeds: int) -> dict[Key, float]:
    """KL of one spread, or the term of a VAE."""
    worst: dict[Key, float] = {}
    spread, standard = word.removeprefix("standard_").removeprefix("kl_"), "standard" in word
    for dtype, kind in DTYPES.items():
        for band, (m0, v0, m1, v1), i, j in _seeds(dtype, seeds):
            p = m0[i].astype(kind), spread_of(v0[i], spread).astype(kind)
            q = m1[j].astype(kind), spread_of(v1[j], spread).astype(kind)
            if standard:
                if band in NEAR:  # to N(0, I)
                    p = tuple((float(band) * x).astype(kind) for x in p)
                got = kl.standard_gaussian_kl_divergence(*p, spread=spread)
                want = oracle.standard(*p, spread)
            else:
                got = kl.gaussian_kl_divergence(*p, *q, spread=spread)
                want = oracle.rowwise(*p, *q, spread=spread)
            _keep(worst, ("gaussian", dtype, word, band), got, want)
    return worst


def measure_matrices(word: str, seeds: int) -> dict[Key, float]:
    """One metric of `pairwise_gaussian`, of variances."""
    worst: dict[Key, float] = {}
    for dtype, kind in DTYPES.items():
        for band, made, i, j in _seeds(dtype, seeds):
            m0, v0, m1, v1 = (x.astype(kind) for x in made)
            got = kl.pairwise_gaussian(m0, v0, m1, v1, metric=word)[i, j]
            want = oracle.rowwise(m0[i], v0[i], m1[j], v1[j], word=word)
            _keep(worst, ("gaussian_matrix", dtype, word, band), got, want)
    return worst


def covariances(band: str, seed: int) -> tuple[Array, ...]:
    """Means and covariances of p and of q: condition numbers of some hundred, or of 1e6."""
    rng = np.random.default_rng([seed, BANDS.index(band)])
    n, d = FULL
    made = []
    for _ in "pq":
        factor = rng.standard_normal((n, d, 2 * d)) * 10.0 ** (
            rng.uniform(-1.5, 1.5, (n, d, 1)) * (band == "extreme")
        )
        made += [rng.standard_normal((n, d)), factor @ factor.swapaxes(1, 2) / d]
    if band in NEAR:
        change = 1 + float(band) * rng.uniform(-0.1, 0.1, (n, d, d))
        made[2] = made[0] + float(band) * rng.standard_normal((n, d))
        made[3] = made[1] * (change + change.swapaxes(1, 2)) / 2
    return tuple((x + x.swapaxes(1, 2)) / 2 if x.ndim == 3 else x for x in made)


def measure_full(word: str, seeds: int) -> dict[Key, float]:
    """KL with full covariances."""
    worst: dict[Key, float] = {}
    for dtype, kind in DTYPES.items():
        for band in BANDS:
            for seed in range(seeds):
                made = [x.astype(kind) for x in covariances(band, seed)]
                got = kl.multivariate_gaussian_kl_divergence(*made)
                want = oracle.multivariate(*made)
                _keep(worst, ("multivariate", dtype, word, band), got, want)
    return worst


def _keep(worst: dict[Key, float], key: Key, got: Array, want: Array) -> None:
    operation, dtype, word, _ = key
    absolute = TOLERANCES[operation, dtype].absolute
    if word in ROOTS and dtype == "f8":
        absolute = TINY_ROOT
    error = relative_error(got, want, np.abs(want), absolute)
    worst[key] = max(worst.get(key, 0.0), error)


FAMILIES = (
    Family(
        [f"{kind}_{spread}" for kind in ("kl", "standard_kl") for spread in oracle.SPREADS],
        BANDS,
        lambda word: ["gaussian"],
        measure_rows,
    ),
    Family(list(oracle.METRICS), BANDS, lambda word: ["gaussian_matrix"], measure_matrices),
    Family(["multivariate_kl"], BANDS, lambda word: ["multivariate"], measure_full),
)
