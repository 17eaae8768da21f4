"""How far a result may be from the true one: one table by operation and dtype, with reasons.

An error is |got - want| <= relative * want + absolute. `absolute` is for results so small that
the dtype cannot hold them with all their digits, and for nothing else. Where what a result is made
of is larger than the result, and no arithmetic could help (a user's f, masses that cancel), the
oracle says how large: the error may then be the one of "size" in proportion to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.divergences import ORACLES


@dataclass(frozen=True)
class Tolerance:
    """What is allowed, and why."""

    relative: float
    absolute: float
    reason: str


TINY = 2 * 2.0**-1074
TINY_ROOT = 2.0**-945  # a probability below 2**-1900 is none; some hundred roots of such ones
TINY_SINGLE = 2.0**-149

TOLERANCES = {
    ("rows", "f8"): Tolerance(
        1e-14, TINY, "the promise: about 45 ulp, for sums of terms that do not cancel"
    ),
    ("rows", "f4"): Tolerance(
        1e-6,
        TINY_SINGLE,
        "about 16 float32 roundings of 2**-24 a term (its ratio, a polynomial), summed in float64",
    ),
    ("matrix", "f8"): Tolerance(
        1e-12, TINY, "the promise: a matrix product is certified to this, or recomputed"
    ),
    ("matrix", "f4"): Tolerance(
        2e-6, TINY_SINGLE, "terms as of rows, and twice that: a matrix is compared with rows, too"
    ),
    ("any matrix", "f8"): Tolerance(1e-12, TINY, "the promise, as of every matrix"),
    ("any matrix", "f4"): Tolerance(
        1e-5, TINY_SINGLE, "a float32 matrix of JS is certified to this; seen are 2e-6"
    ),
    ("table", "f8"): Tolerance(1e-14, TINY, "the promise, as for histograms"),
    ("table", "f4"): Tolerance(1.2e-7, TINY_SINGLE, "computed in float64, and rounded"),
    ("gaussian", "f8"): Tolerance(
        1e-13, TINY, "the promise: a difference of log-variances is rounded before it is a power"
    ),
    ("gaussian", "f4"): Tolerance(
        1.2e-7, TINY_SINGLE, "computed in float64, and rounded to float32"
    ),
    ("gaussian_matrix", "f8"): Tolerance(1e-12, TINY, "the promise, as for histograms"),
    ("gaussian_matrix", "f4"): Tolerance(1.2e-7, TINY_SINGLE, "computed in float64, and rounded"),
    ("multivariate", "f8"): Tolerance(
        1e-12, TINY, "2 (d + 12) roundings, times the condition number of the correlations"
    ),
    ("multivariate", "f4"): Tolerance(1e-6, TINY_SINGLE, "computed in float64, and rounded"),
    ("condition", "f8"): Tolerance(0.0, TINY, "sizes have the bound in them"),
    ("condition", "f4"): Tolerance(0.0, TINY_SINGLE, "sizes have the bound in them"),
    ("logits", "f8"): Tolerance(1e-14, TINY, "the promise, as for histograms"),
    ("logits", "f4"): Tolerance(1.2e-7, TINY_SINGLE, "computed in float64, and rounded"),
    ("size", "f8"): Tolerance(1e-14, 0.0, "45 roundings of what the result is made of"),
    ("size", "f4"): Tolerance(1e-6, 0.0, "16 roundings of what the result is made of"),
    ("identity", "f8"): Tolerance(
        4e-13, TINY, "the two sides of an identity are sums of several results that may cancel"
    ),
    ("scipy", "f8"): Tolerance(
        1e-11, 0.0, "SciPy's own error on well separated rows, where little cancels"
    ),
}


def assert_close(
    got: Any, want: Any, operation: str, word: str = "", size: np.ndarray | None = None
) -> None:
    """Every number of `got` within the tolerance of `want`; its dtype decides how much that is."""
    got = np.asarray(got)
    assert got.dtype in (np.float64, np.float32), got.dtype
    assert got.shape == np.shape(want), f"shape {got.shape}, expected {np.shape(want)}"
    tolerance = TOLERANCES[operation, got.dtype.str[1:]]
    is_root = word in ORACLES and ORACLES[word].root and got.dtype == "f8"
    want = np.atleast_1d(np.asarray(want, np.float64))
    largest = np.finfo(got.dtype).max
    want = np.where(np.abs(want) > largest, np.copysign(np.inf, want), want)
    with np.errstate(invalid="ignore"):  # 0 times infinity, which `right` compares as it is
        allowed = tolerance.relative * np.abs(want)
    size = 0.0 if size is None else np.minimum(size, np.finfo(np.float64).max)
    of_size = TOLERANCES["size", got.dtype.str[1:]].relative * size
    nearly_infinite = (of_size > allowed) & (of_size > 1)  # ln of a number that rounding makes 0
    allowed = np.maximum(allowed, of_size)
    got = np.atleast_1d(got.astype(np.float64))
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= allowed + (TINY_ROOT if is_root else tolerance.absolute)
    near &= np.isfinite(want)
    near |= np.isinf(want) & (got > largest * (1 - tolerance.relative))  # on either side of it
    near |= np.isposinf(got) & (nearly_infinite | (want > largest * (1 - tolerance.relative)))
    right = near | (got == want) | (np.isnan(got) & np.isnan(want))
    if not right.all():
        at = tuple(int(i) for i in np.argwhere(~right)[0])
        error = abs(got[at] - want[at]) / abs(want[at]) if 0 < abs(want[at]) < np.inf else np.inf
        raise AssertionError(
            f"{word or operation}: {(~right).sum()} of {right.size} results are off; at {at} got "
            f"{got[at]!r}, expected {want[at]!r}, relative error {error:.2g}, allowed "
            f"{allowed[at] / abs(want[at]) if 0 < abs(want[at]) < np.inf else 0:.2g} ("
            f"{tolerance.reason})"
        )


def assert_same_bits(got: Any, want: Any) -> None:
    """Equal, the signs of zeros and the places of NaN included."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(np.signbit(got), np.signbit(want) & ~np.isnan(want))
