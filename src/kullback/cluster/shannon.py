"""What Jensen-Shannon makes of rows and centres: no product, and no formula for the centre.

The centre makes Σ w JS(p, c) least, and there Σ w ln((p + c)/2) is ln c up to a constant. One step
c ← exp(mean ln((p + c)/2)), normalised, never raises the sum: the concave part of it is replaced by
its tangent (Nielsen, "On a generalization of the Jensen-Shannon divergence and the Jensen-Shannon
centroid", Entropy 22, 2020). A pass over the rows makes one step.
"""

from __future__ import annotations

import numpy as np

from kullback._process.arrays import Array
from kullback.cluster.centres import normalized

FLOOR = 1e-300  # for a bin of a centre that is 0, which no step would leave
NOTHING = 1e-290  # what a bin holds at most that no row, or next to none, has


def log_mixtures(p: Array, c: Array) -> Array:
    """ln((p + c)/2), whose means the next centres are made of."""
    return np.log((p + np.maximum(c, FLOOR)) * 0.5)


def centres(means: Array) -> Array:
    """The next centres."""
    found = np.exp(means - means.max(axis=1, keepdims=True))
    found[found < NOTHING] = 0.0
    return normalized(found)
