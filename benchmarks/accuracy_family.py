"""What is measured of one kind of input: words, bands, and the worst errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
DTYPES = {"f8": np.float64, "f4": np.float32}
Key = tuple[str, str, str, str]  # operation, dtype, word, band


class Family(NamedTuple):
    """`measure(word, seeds)`: the worst error for every operation of the word, dtype and band."""

    words: list[str]
    bands: Sequence[str]
    operations: Callable[[str], list[str]]
    measure: Callable[[str, int], dict[Key, float]]


def relative_error(got: Array, want: Array, size: Array, absolute: float) -> float:
    """The worst of some results; infinite where one is NaN, negative or wrongly infinite."""
    want = np.where(want > np.finfo(got.dtype).max, np.inf, want)
    got = got.astype(np.float64)
    with np.errstate(all="ignore"):
        off = np.maximum(np.abs(got - want) - absolute, 0.0) / size
    off = np.where(got == want, 0.0, np.where(np.isinf(got), np.inf, off))
    off = np.where((got < 0) & (size <= np.abs(want)), np.inf, off)
    return float(np.where(np.isnan(off), np.inf, off).max(initial=0.0))
