"""The centre of a cluster: of all distributions, that with the least sum of divergences.

Each is made of means over the rows of a cluster, (clusters, k): of p for KL, of -ln p for reverse
KL, of √p for Hellinger, of both p and -ln p for Jeffreys. A zero in any row makes a mean of -ln p
`NEVER` at least, and the geometric mean 0.
"""

from __future__ import annotations

import numpy as np
from scipy.special import wrightomega

from kullback._process.arrays import Array

ZERO = 2.0**600  # stands for -ln 0: above all sums of finite ones, and no product with it is NaN
NEVER = 1e6  # a mean of -ln p that holds a ZERO; the largest of all others is 745
MOST_STEPS = 60


def minus_log(p: Array) -> Array:
    """-ln p, ZERO where p is 0."""
    with np.errstate(divide="ignore"):
        logs = np.log(p)
    return np.where(p > 0.0, -logs, ZERO)


def normalized(rows: Array) -> Array:
    """Rows divided by their sums."""
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def geometric(minus_logs: Array) -> Array:
    """exp(mean ln p), normalised: the reverse KL centre. A row of NaN has no common bin."""
    least = minus_logs.min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        centres = normalized(np.exp(least - minus_logs))
    centres[least[:, 0] > NEVER] = np.nan
    return centres


def squared_roots(roots: Array) -> Array:
    """(mean √p)², normalised: the centre of squared Hellinger distances."""
    return normalized((roots / roots.max(axis=1, keepdims=True)) ** 2)


def jeffreys(means: Array, minus_logs: Array) -> Array:
    """The Jeffreys centre: c = a / W(a/g e^(1 + t)), a and g the two means, t so that it sums to 1.

    W is Lambert's function, and W(e^z) Wright's omega, which does not overflow. Newton's steps for
    t: the sum falls, and is convex. A row of NaN: a bin that is 0 in some of the rows only.
    (Nielsen, "Jeffreys centroids", IEEE Signal Processing Letters 20, 2013.)
    """
    without = means == 0.0
    ratios = np.where(without, 0.0, np.log(np.where(without, 1.0, means)) + minus_logs) + 1.0
    infinite = (ratios > NEVER).any(axis=1)
    ratios[infinite] = 1.0
    t = np.zeros((len(means), 1))
    for _ in range(MOST_STEPS):
        omega = wrightomega(ratios + t)
        centres = means / omega
        step = (centres.sum(axis=1, keepdims=True) - 1.0) / (
            (centres / (1.0 + omega)).sum(axis=1, keepdims=True)
        )
        t += step
        if np.abs(step).max() < 1e-14:
            break
    centres = normalized(means / wrightomega(ratios + t))
    centres[infinite] = np.nan
    return centres
