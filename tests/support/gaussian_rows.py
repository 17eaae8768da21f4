"""Diagonal Gaussians row by row, for the tests, and how they are compared with the oracle."""

from __future__ import annotations

import numpy as np

from support.tolerances import TINY

LIMIT = 1e-13  # the promise


def is_close(got, want, relative=LIMIT, absolute=TINY):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= relative * np.abs(want) + absolute
    near |= np.isinf(want) & (got > np.finfo(np.float64).max * (1 - relative))
    return near | (got == want) | (np.isnan(got) & np.isnan(want))


def assert_gaussian(got, want, *given_arrays, relative=LIMIT, absolute=TINY):
    right = is_close(got, want, relative, absolute)
    if not np.all(right):
        at = tuple(int(i) for i in np.argwhere(~np.atleast_1d(right))[0])
        shown = [np.broadcast_to(x, np.shape(want))[at] for x in given_arrays]
        raise AssertionError(
            f"{(~right).sum()} of {right.size} are off; at {at}: {np.atleast_1d(got)[at]!r}, "
            f"expected {np.atleast_1d(want)[at]!r}, of {shown}"
        )


def spreads_of(variances, spread):
    """Numbers whose variances are about those given: exact ones of their own."""
    if spread == "var":
        return variances
    return np.sqrt(variances) if spread == "std" else np.log(variances)


def gaussians(rng, shape, spread, size=1.0):
    """Means, and spreads over `size` decades on either side of 1."""
    return rng.normal(size=shape), spreads_of(10.0 ** rng.uniform(-size, size, shape), spread)
