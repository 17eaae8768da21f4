"""What the loops over row pairs are compiled for, and the arithmetic that terms are written with.

x and y are floored: FLOOR stands for 0. `alpha` is the parameter of a family, else unused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._math import log_ratio
from kullback._math.bits import select, square_root
from kullback._math.tracing import traced

SMALLEST = 2.0**-1000  # normal, whatever it is divided by


@traced
def no_affinity(x, y, alpha):
    """For divergences that need no second sum."""
    return x


@traced
def no_root(value, total, back, alpha):
    """For divergences that are no roots."""
    return value


@traced
def root_of_product(value, total, back):
    """sqrt(value), value = total back, which may be no number where its root is one."""
    good = (value > SMALLEST) & (value < np.inf)
    return select(good, square_root(value), square_root(total) * square_root(back))


class Terms(NamedTuple):
    """One divergence."""

    # (x, y, d, rest, alpha): a bin's share of the sum, from two probabilities times one common
    # number, their difference d to the last digit, and what d is more than x - y as rounded (for
    # terms that need nothing else of d); not negative, not cancelling, homogeneous of degree 1.
    term: Callable[..., Any]
    # (total, affinity, gap, back, normalize, alpha): from the sums over the bins, which `back`
    # takes to the scale of probabilities, to the result in nats, or UNCERTIFIED.
    finish: Callable[..., Any]
    # (x, y, alpha): a second sum, of what the two have in common (or of terms of another size).
    affinity: Callable[..., Any] = no_affinity
    # Where a bin makes the divergence infinite: "" nowhere, "q" where q = 0 < p, "either" also
    # where p = 0 < q. `finish` is told that there is such a gap.
    gaps: str = ""
    # d is y minus the whole of its row, not x - y, and `rest` is that whole: entropies.
    against_whole: bool = False
    # An error of a row's sum shows in the result to first order, so it is summed in twice the
    # precision; elsewhere it shows squared.
    first_order: bool = False
    # For nearly equal x and y a term goes with d, not with d**2.
    linear: bool = False
    # The largest term, not the sum of all.
    largest: bool = False
    # (value, total, back, alpha): from what `finish` gives, the result, if that is a root.
    root: Callable[..., Any] = no_root
    # c, where the sum of near-equal rows is c Σ d**2 / y, or alpha c in a family.
    curvature: float = 1.0
    # A term has roots of entries, which are not right of tiny ones.
    rooted: bool = False


class Arithmetic(NamedTuple):
    """What terms are written with: two numbers of each precision, and functions of both."""

    floor: Any
    down: Any  # times the rows' scale, it is below 1/4
    relative_entropy: Callable[..., Any]
    relative_entropy_by_rest: Callable[..., Any]
    relative_entropy_of_larger: Callable[..., Any]
    log_ratio: Callable[..., Any]
    log_ratio_by_rest: Callable[..., Any]


DOUBLE = Arithmetic(
    log_ratio.FLOOR,
    2.0**-904,
    log_ratio.relative_entropy,
    log_ratio.relative_entropy_by_rest,
    log_ratio.relative_entropy_of_larger,
    log_ratio.log_ratio,
    log_ratio.log_ratio_by_rest,
)
SINGLE = DOUBLE._replace(floor=np.float32(log_ratio.FLOOR_SINGLE), down=np.float32(2.0**-100))
