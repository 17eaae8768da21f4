"""Divergences of softmax distributions, from logits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import kullback as kl
import limits
import peers
import plain_numba
import torch_lanes
from case import Array, Arrays, Case, Lane, Size
from histogram_cases import ours
from oracle import logits as reference_logits

FROM_LOGITS: dict[str, Callable[..., Array]] = {
    "kl": kl.kl_divergence_from_logits,
    "js": kl.js_divergence_from_logits,
}
TEXTBOOK = {"kl": torch_lanes.kl_from_logits, "js": torch_lanes.js_from_logits}


def logits(size: Size) -> Arrays:
    """Normal ones: n rows of k bins."""
    rng = np.random.default_rng(20261121)
    return rng.standard_normal(size), rng.standard_normal(size)


def banded(size: Size, band: str) -> Arrays:
    """Independent ones, ones with bins of probability 0, or nearly equal ones."""
    a, b = logits(size)
    if band == "zeros":
        a[:, : size[1] // 3] = -np.inf
        b[::3, : size[1] // 4] = -np.inf
    elif band != "random":
        b = a + float(band) * np.random.default_rng(7).uniform(-1, 1, size)
    return a, b


def lanes(word: str) -> dict[str, Lane]:
    """Others' and ours."""
    return {
        **peers.LOGITS[word],
        "Numba": plain_numba.logits(word),
        **torch_lanes.lanes(TEXTBOOK[word]),
        **ours(FROM_LOGITS[word]),
    }


def _case(word: str, n: int, k: int) -> Case:
    return Case(
        f"{word} from logits {n:,} x {k:,}",
        (n, k),
        (40, min(k, 300)),
        logits,
        banded,
        partial(reference_logits.divergences, word),
        lanes(word),
        limits.read,
        "reading the two arrays",
        n * k,
        "logits",
    )


CASES = (_case("kl", 5_000, 1_000), _case("kl", 16, 128_000), _case("js", 5_000, 1_000))
