"""The figures that are asked for of Gaussians."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import limits
from case import Array, Arrays, Lane, Size, worst
from gaussian_cases import (
    FULL,
    PAIRS,
    PAIRWISE,
    STANDARD,
    encodings,
    full,
    gaussians,
    product_of_double_width,
    two_sets,
)
from group import Group, Ratio, rows_against
from oracle.gaussians import multivariate, rowwise, standard


def _rows(
    name: str,
    size: Size,
    data: Callable[[Size], Arrays],
    theirs_and_ours: dict[str, Lane],
    oracle: Lane,
    least: float,
) -> Group:
    work = f"{name} {size[0]:,} x {size[1]}"
    lanes = {"reading": limits.read_all, **theirs_and_ours}
    ratios = [Ratio(f"{work}: speed / reading", ("reading", "ours"), least)]
    ratios += [
        Ratio(f"{work}: speed / {lane}", (lane, "ours"), asked)
        for lane, asked in (("torch.compile", 1.5), ("NumPy", None))
        if lane in lanes
    ]
    checks = {lane: rows_against(oracle, 3_000 // size[1]) for lane in theirs_and_ours}
    return Group(partial(data, size), lanes, ratios, checks, rounds=7)


def _entries(arrays: Arrays, found: Array) -> float:
    """The worst error of some entries of a matrix."""
    m0, v0, m1, v1 = arrays
    rng = np.random.default_rng(1)
    i, j = rng.integers(len(m0), size=40), rng.integers(len(m1), size=40)
    return worst(found[i, j], rowwise(m0[i], v0[i], m1[j], v1[j]))


def _matrix() -> Group:
    work = "pairwise gaussian kl 2,000 x 2,000 x 128"
    ratios = [
        Ratio(f"{work}: time / product", ("ours", "product"), 1.5, at_least=False),
        Ratio(f"{work}: speed / NumPy", ("NumPy", "ours"), 20),
    ]
    lanes = {"product": product_of_double_width, **PAIRWISE}
    checks = {"ours": _entries, "NumPy": _entries}
    return Group(partial(two_sets, (2_000, 2_000, 128)), lanes, ratios, checks, rounds=5)


def _full() -> Group:
    ratio = Ratio("multivariate gaussian kl 10,000 x 16 x 16: speed / NumPy", ("NumPy", "ours"), 5)
    checks = {lane: rows_against(multivariate, 5) for lane in ("ours", "NumPy")}
    return Group(partial(full, (10_000, 16)), FULL, [ratio], checks, rounds=5)


GROUPS: dict[str, Callable[[], Group]] = {
    **{
        f"gaussian-{d}": partial(_rows, "gaussian kl", (n, d), gaussians, PAIRS, rowwise, 0.8)
        for n, d in ((200_000, 64), (20_000, 256))
    },
    "gaussian-standard": partial(
        _rows, "standard gaussian kl", (200_000, 64), encodings, STANDARD, standard, 0.7
    ),
    "gaussian-pairwise": _matrix,
    "gaussian-full": _full,
}
