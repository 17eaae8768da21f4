"""One piece of work that is timed, and checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Arrays = tuple[Array, ...]
Lane = Callable[..., Array]
Size = tuple[int, ...]

SLOW = ("SciPy", "NumPy", "Numba")  # lanes of others that may take seconds or minutes
EXACT = ("ours, one thread", "ours")  # lanes held to our bound


@dataclass(frozen=True, eq=False)
class Case:
    """Lanes that take the same arrays. `check`: a size that mpmath can do."""

    name: str
    size: Size
    check: Size
    data: Callable[[Size], Arrays]  # the same ones in every run
    banded: Callable[[Size, str], Arrays]  # from nearly equal to independent: see BANDS
    oracle: Callable[..., Array]  # in tests/: the exact results for these arrays
    lanes: dict[str, Lane]
    limit: Lane
    limit_name: str
    terms: int  # of the sums that define the results
    operation: str = "rows"  # what the tests allow: see tests/support/tolerances.py
    bands: tuple[str, ...] = ("random", "zeros", "1e-3", "1e-6", "1e-9", "1e-12")

    @cache  # noqa: B019 (cases live as long as their module)
    def expected(self, band: str) -> tuple[Arrays, Array]:
        """The arrays of one band, and the oracle's results for them."""
        arrays = self.banded(self.check, band)
        return arrays, self.oracle(*arrays)

    def error(self, lane: str, band: str) -> float:
        """The worst relative error of one lane in one band."""
        arrays, want = self.expected(band)
        with np.errstate(all="ignore"):
            return worst(self.lanes[lane](*arrays), want)

    def worst_error(self, lane: str) -> float:
        """Over all bands."""
        return max(self.error(lane, band) for band in self.bands)


def worst(got: Array, want: Array) -> float:
    """The largest relative error; infinite where a result is NaN, negative or wrongly infinite."""
    with np.errstate(all="ignore"):
        off = np.where(got == want, 0.0, np.abs(got / want - 1))
    return float(np.where(np.isnan(off) | (got < 0), np.inf, off).max())


def few(arrays: Arrays, count: int) -> Arrays:
    """The first rows of each array; what is one array stays one, so that a set can meet itself."""
    cut = {id(array): array[:count] for array in arrays}
    return tuple(cut[id(array)] for array in arrays)
