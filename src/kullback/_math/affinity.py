"""Minus the logarithm of what two rows have in common: shared by Bhattacharyya and Rényi."""

from __future__ import annotations

import numpy as np

from kullback._math.bits import select
from kullback._math.log import log
from kullback._math.log_ratio import log_ratio
from kullback._math.tracing import traced

SMALL = 2.0**-960
NEARLY_NOTHING = 2.0**-60  # a number that is its own logarithm of 1 plus it
SURELY = 2.0**-30  # more than what roundings make of 1 - lost


@traced
def minus_log_affinity(lost, affinity, back, normalize):
    """-ln(1 - lost): from `lost` while that is small; else of distributions from the affinity.

    Of measures it is infinite from 1 on, and nan where that is not certain.
    """
    rest = 1.0 - lost
    near = -log_ratio(select(lost < 0.5, rest, 1.0), 1.0, select(lost < 0.5, -lost, 0.0))
    if_tiny = lost < NEARLY_NOTHING
    kept = affinity * back
    tiny = kept < SMALL  # as a number, but not yet its logarithm
    far = -log(select(normalize, select(tiny, affinity, kept), rest))
    far = far - select(normalize & tiny, log(back), 0.0)
    none = select(rest < -SURELY, np.inf, np.nan)  # what rounding may have made of a small rest
    far = select(rest > 0.0, far, select(normalize, far, none))
    return select(if_tiny, lost, select(lost < 0.5, near, far))
