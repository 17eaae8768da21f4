"""The worst relative errors of divergences of logits."""

from __future__ import annotations

import numpy as np

import kullback as kl
from accuracy_family import DTYPES, Array, Family, Key, relative_error
from bands import NEAR
from oracle import logits as oracle
from support.tolerances import TOLERANCES

BANDS = (*NEAR, "random", "masked", "extreme")
SIZE = (12, 40)
FUNCTIONS = {"kl_from_logits": kl.kl_divergence_from_logits}
FUNCTIONS["js_from_logits"] = kl.js_divergence_from_logits


def logits(band: str, dtype: str, seed: int) -> tuple[Array, Array, float]:
    """Two sets of rows, and a temperature."""
    rng = np.random.default_rng([seed, BANDS.index(band)])
    a, b = 5 * rng.standard_normal((2, *SIZE))
    if band in NEAR:
        b = a + float(band) * rng.uniform(-1, 1, a.shape)
    elif band == "masked":
        a[rng.random(a.shape) < 0.3] = -np.inf
        b[np.isneginf(a) & (rng.random(b.shape) < 0.5)] = -np.inf
    elif band == "extreme":
        size = 10.0 ** (np.arange(SIZE[0]) % 5)[:, None]
        a, b = a * size + 1e4, b * size
    kind = DTYPES[dtype]
    return a.astype(kind), b.astype(kind), (1.0, 0.5, 4.0)[seed % 3]


def measure(word: str, seeds: int) -> dict[Key, float]:
    """The worst error by dtype and band."""
    worst: dict[Key, float] = {}
    for dtype in DTYPES:
        for band in BANDS:
            key = ("logits", dtype, word, band)
            for seed in range(seeds):
                a, b, temperature = logits(band, dtype, seed)
                got = FUNCTIONS[word](a, b, temperature=temperature)
                want = oracle.divergences(word[:2], a, b, temperature=temperature)
                absolute = TOLERANCES["logits", dtype].absolute
                error = relative_error(got, want, np.abs(want), absolute)
                worst[key] = max(worst.get(key, 0.0), error)
    return worst


FAMILY = Family(list(FUNCTIONS), BANDS, lambda word: ["logits"], measure)
