"""The figures that are asked for of Gaussians."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import limits
from case import Arrays, Lane, Size
from gaussian_cases import PAIRS, STANDARD, encodings, gaussians
from group import Group, Ratio, rows_against
from reference_gaussian import rowwise, standard


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


GROUPS: dict[str, Callable[[], Group]] = {
    **{
        f"gaussian-{d}": partial(_rows, "gaussian kl", (n, d), gaussians, PAIRS, rowwise, 0.8)
        for n, d in ((200_000, 64), (20_000, 256))
    },
    "gaussian-standard": partial(
        _rows, "standard gaussian kl", (200_000, 64), encodings, STANDARD, standard, 0.7
    ),
}
