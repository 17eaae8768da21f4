"""How far a result may be from the true one: one table by operation and dtype, with reasons.

An error is |got - want| <= relative * want + absolute. `absolute` is for results so small that
the dtype cannot hold them with all their digits, and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """What is allowed, and why."""

    relative: float
    absolute: float
    reason: str


TINY = 2 * 2.0**-1074
TINY_ROOT = 2.0**-536  # the root of a divergence that is off by TINY
TINY_SINGLE = 2.0**-149

TOLERANCES = {
    ("rows", "f8"): Tolerance(
        1e-14, TINY, "the promise: about 45 ulp, for sums of terms that do not cancel"
    ),
    ("rows", "f4"): Tolerance(
        1e-7, TINY_SINGLE, "computed in float64 and rounded once, which costs 2**-24 = 6e-8"
    ),
    ("matrix", "f8"): Tolerance(
        1e-12, TINY, "the promise: a matrix product is certified to this, or recomputed"
    ),
    ("matrix", "f4"): Tolerance(
        6e-7, TINY_SINGLE, "blocks accumulated in float64, but ten float32 roundings are allowed"
    ),
    ("identity", "f8"): Tolerance(
        4e-13, TINY, "the two sides of an identity are sums of several results that may cancel"
    ),
    ("scipy", "f8"): Tolerance(
        1e-11, 0.0, "SciPy's own error on well separated rows, where little cancels"
    ),
}


def assert_close(got: Any, want: Any, operation: str, word: str = "") -> None:
    """Every number of `got` within the tolerance of `want`; its dtype decides how much that is."""
    got = np.asarray(got)
    assert got.dtype in (np.float64, np.float32), got.dtype
    assert got.shape == np.shape(want), f"shape {got.shape}, expected {np.shape(want)}"
    tolerance = TOLERANCES[operation, got.dtype.str[1:]]
    absolute = TINY_ROOT if "distance" in word and got.dtype == "f8" else tolerance.absolute
    want = np.atleast_1d(np.asarray(want, np.float64))
    largest = np.finfo(got.dtype).max
    want = np.where(want > largest, np.inf, want)
    got = np.atleast_1d(got.astype(np.float64))
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= tolerance.relative * np.abs(want) + absolute
    near &= np.isfinite(want)
    near |= np.isinf(want) & (got > largest * (1 - tolerance.relative))  # on either side of it
    right = near | (got == want) | (np.isnan(got) & np.isnan(want))
    if not right.all():
        at = tuple(int(i) for i in np.argwhere(~right)[0])
        error = abs(got[at] - want[at]) / want[at] if 0 < want[at] < np.inf else np.inf
        raise AssertionError(
            f"{word or operation}: {(~right).sum()} of {right.size} results are off; at {at} got "
            f"{got[at]!r}, expected {want[at]!r}, relative error {error:.2g}, allowed "
            f"{tolerance.relative:g} ({tolerance.reason})"
        )


def assert_same_bits(got: Any, want: Any) -> None:
    """Equal, the signs of zeros and the places of NaN included."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(np.signbit(got), np.signbit(want) & ~np.isnan(want))
