"""Hellinger's and Bhattacharyya's distances as a matrix product, centred.

With r the reference row, u = sqrt(p) - sqrt(r) = (p - r) / (sqrt(p) + sqrt(r)) and v that of q,

    H**2 = sum (u - v)**2 / 2 = h(p) + h(q) - sum u v,      h(p) = sum u**2 / 2.

Bhattacharyya's distance is -ln(1 - H**2), at least H**2, with 1 / (1 - H**2) times its error.
(Where H**2 is near 1 that is never certified: the bound is above ROW ROUNDING H**2.)
"""

from __future__ import annotations

from typing import Any

from kullback._kernels.matrices.products import Outcome, Side
from kullback._math.bits import smaller, square_root
from kullback._math.log_ratio import log_ratio
from kullback._math.tracing import traced


@traced
def _root(live: Any, a: float, p: float, r: float, d: float) -> Any:
    u = d / (square_root(p) + square_root(r))
    return u, 0.5 * (u * u), u * u, live, 0.0


@traced
def _distance(square: float, most: float) -> float:
    return square_root(smaller(square, most))


@traced
def _itself(square: float) -> float:
    return square


@traced
def _logarithm(square: float, most: float) -> float:
    return -log_ratio(1.0 - square, 1.0, -square)


@traced
def _with_affinity(square: float) -> float:
    return square * (1.0 - square)


ROOT_SIDE = Side(_root, 1.0, masks=False)
HELLINGER = Outcome(_distance, _itself, None)
BHATTACHARYYA = Outcome(_logarithm, _with_affinity, None)
