"""The figures that are asked for of logits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from case import Array
from group import Group, Ratio, rows_against
from logit_cases import FROM_LOGITS, lanes, logits
from oracle import logits as reference_logits

MANY, LONG = (5_000, 1_000), (16, 128_000)


def _kl() -> Group:
    rng = np.random.default_rng(5)
    long = rng.standard_normal((2, *LONG))

    def few_long_rows(p: Array, q: Array) -> Array:
        return FROM_LOGITS["kl"](*long)

    work = f"kl from logits {MANY[0]:,} x {MANY[1]:,}"
    all_lanes = {**lanes("kl"), "16 x 128,000": few_long_rows}
    del all_lanes["Numba"]
    ratios = [
        Ratio(f"{work}: speed / SciPy", ("SciPy", "ours"), 20),
        Ratio(f"{work}: speed / torch.compile", ("torch.compile", "ours"), 2.5),
        Ratio(
            f"{work}: an element of 16 x 128,000 / one here", ("16 x 128,000", "ours"), 1.3, False
        ),
        Ratio(f"{work}: two threads / one", ("ours, one thread", "ours")),
    ]
    ratios = [ratio for ratio in ratios if ratio.over[0] in all_lanes]
    check = rows_against(partial(reference_logits.divergences, "kl"), 10)
    sizes = {name: float(MANY[0] * MANY[1]) for name in all_lanes}
    sizes["16 x 128,000"] = float(LONG[0] * LONG[1])
    checks = dict.fromkeys(("SciPy", "torch.compile", "ours"), check)
    return Group(partial(logits, MANY), all_lanes, ratios, checks, work=sizes)


GROUPS: dict[str, Callable[[], Group]] = {"logits": _kl}
