"""Pairs of Gaussians with diagonal covariance, exactly: every term is positive, none cancels.

A row holds d means and after them d spreads. A metric is what one dimension contributes, and what
becomes of the sum, which is taken in twice the precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels.gaussians.spreads import Spread, difference
from kullback._kernels.matrices.reference import load_columns, no_sum, whole_sum
from kullback._math.bits import magnitude, select, square_root
from kullback._math.exp import expm1
from kullback._math.lanes import WIDTH, lane_numbers
from kullback._math.memory import pointer
from kullback._math.sums import add_to

LIFT = 600
UP, DOWN = 2.0**LIFT, 2.0**-LIFT  # for distances whose squares under- or overflow
LEAST, MOST = 2.0**-800, 2.0**1000


class Metric(NamedTuple):
    """`share(mean0, x0, mean1, x1, scale)` of lanes, and `finish(total)`."""

    share: Callable[..., Any]
    finish: Callable[..., Any]
    rooted: bool = False  # the root of the sum where that is small; `scale` keeps it in range
    length: bool = False  # and where it is large


@inline
def whole(total):
    """The sum is the result."""
    return total


@inline
def hellinger_of(total):
    """Hellinger's distance from Bhattacharyya's."""
    return square_root(-expm1(-total))


def make_metric(word: str, spread: Spread) -> Metric:
    """The metric of that name for that kind of spread."""
    compare, half_square, overlap, deviation = spread

    @inline
    def kl(mean0, x0, mean1, x1, scale):
        return compare(x0, x1)[2] + half_square(difference(mean0, mean1), x1)

    @inline
    def jeffreys(mean0, x0, mean1, x1, scale):
        apart = difference(mean0, mean1)
        logs = compare(x0, x1)[2] + compare(x1, x0)[2]
        return logs + (half_square(apart, x0) + half_square(apart, x1))

    @inline
    def bhattacharyya(mean0, x0, mean1, x1, scale):
        return overlap(difference(mean0, mean1), x0, x1, LIFT if scale > 1.0 else 0)

    @inline
    def wasserstein2(mean0, x0, mean1, x1, scale):
        a = mean0 * scale - mean1 * scale if scale < 1.0 else (mean0 - mean1) * scale
        b = deviation(x0, x1) * scale
        return a * a + b * b

    return {
        "kl": Metric(kl, whole),
        "jeffreys": Metric(jeffreys, whole),
        "bhattacharyya": Metric(bhattacharyya, whole),
        "hellinger": Metric(bhattacharyya, hellinger_of, rooted=True),
        "wasserstein2": Metric(wasserstein2, np.sqrt, rooted=True, length=True),
    }[word]


def make_pairs(metric: Metric) -> Callable[..., Any]:
    """The kernel over pairs of rows."""
    share, finish, rooted, length = metric

    @inline
    def total_of(x_data, x_at, y_data, y_at, d, scale):
        total = no_sum()
        for c in range(0, d, WIDTH):
            live = lane_numbers() + c < d
            x0 = select(live, load_columns(x_data, x_at + d, c, d), 1.0)
            x1 = select(live, load_columns(y_data, y_at + d, c, d), 1.0)
            mean0 = load_columns(x_data, x_at, c, d)
            mean1 = load_columns(y_data, y_at, c, d)
            total = add_to(total, share(mean0, x0, mean1, x1, scale))
        high, low = total
        # Infinities have no rounding error; their low part is not a number.
        return whole_sum((high, select(magnitude(high) < np.inf, low, 0.0)))

    def pairs(x, x_index, y, y_index, out):
        """out[r] = the metric of row x_index[r] of x and row y_index[r] of y, in nats."""
        d = x.shape[1] // 2
        x_data, y_data = pointer(x), pointer(y)
        for r in range(out.size):
            x_at, y_at = x_index[r] * 2 * d, y_index[r] * 2 * d
            total = total_of(x_data, x_at, y_data, y_at, d, 1.0)
            out[r] = finish(total)
            if rooted and (total < LEAST or (length and total > MOST)):
                scale = UP if total < LEAST else DOWN
                out[r] = np.sqrt(total_of(x_data, x_at, y_data, y_at, d, scale)) / scale

    return pairs
