"""Lanes that are timed in turns on the same arrays, and the ratios of their times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from case import Array, Arrays, Lane, worst

Check = Callable[[Arrays, Array], float]  # the worst relative error of a sample of results


@dataclass(frozen=True)
class Ratio:
    """Time of one lane over that of another; `asked` is a bound from below or from above."""

    name: str
    over: tuple[str, str]
    asked: float | None = None
    at_least: bool = True
    either_way: bool = False  # whichever of the two is the larger one over the other


@dataclass(frozen=True)
class Group:
    """The data are made once. `checks`: by lane; `notes`: what is said of a lane's errors."""

    data: Callable[[], Arrays]
    lanes: dict[str, Lane]
    ratios: list[Ratio]
    checks: dict[str, Check] = field(default_factory=dict)
    notes: dict[str, Callable[[], str]] = field(default_factory=dict)
    rounds: int = 5
    work: dict[str, float] = field(default_factory=dict)  # what times are divided by


def rows_against(oracle: Lane, count: int) -> Check:
    """Compare some rows of row-wise results with the oracle's."""

    def check(arrays: Arrays, found: Array) -> float:
        i = np.random.default_rng(1).integers(len(found), size=count)
        return worst(found[i], oracle(*(array[i] for array in arrays)))

    return check


def pairs_against(oracle: Callable[[Array, Array], Array], count: int) -> Check:
    """Compare some entries of a matrix with the oracle's; half are in one cluster in 20."""

    def check(arrays: Arrays, found: Array) -> float:
        p, q = arrays
        rng = np.random.default_rng(1)
        i, j = rng.integers(len(p), size=count), rng.integers(len(q), size=count)
        j[::2] = (i[::2] + 20 * j[::2]) % (len(q) // 20 * 20)
        return worst(found[i, j], oracle(p[i], q[j]))

    return check
