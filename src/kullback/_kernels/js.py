"""Jensen-Shannon divergence: half the relative entropies of x and y to their mean.

With t = x + y and both arguments doubled, no mean has to be formed:
JS = (R(2 min, t) + R(2 max, t)) / 4, R(x, y) = x ln(x/y) - x + y >= 0, and the differences
2 min - t = -|x - y|, 2 max - t = |x - y| are exact. The logarithm of the larger one's ratio
lies in [0, ln 2], so it needs no exponent.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._math.bits import larger, magnitude, smaller
from kullback._math.log import LN2
from kullback._math.log_ratio import relative_entropy, relative_entropy_of_larger


@inline
def term(x: float, y: float, d: float) -> float:
    """Four times one bin's share; x and y are floored, and a zero needs nothing else."""
    minus_apart = -magnitude(d)
    low = smaller(x, y)
    total = x + y
    return relative_entropy(low + low, total, minus_apart) + relative_entropy_of_larger(
        larger(x, y), total, minus_apart
    )


@inline
def tail(x: float, n: int) -> float:
    """Nothing: the share of a bin where y is far below x is x ln 2 to the last digit."""
    return 0.0


@inline
def finish(total: float, normalize: bool) -> float:
    """From the sum of the terms of two rows to the divergence; of distributions, at most ln 2."""
    return min(0.25 * total, LN2) if normalize else 0.25 * total
