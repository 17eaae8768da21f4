"""The record of a divergence: what the floors above its terms need to know of it.

Records stand beside the terms that they describe, and every list is read from them. Nothing here
imports Numba, so that names and options are known before anything is compiled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

MatrixForm = Literal["pairs", "entropic", "product", "overlap"]
Gaps = Literal["", "q", "p", "either"]


class Custom(NamedTuple):
    """A user's own function, compiled, and its two limits."""

    f: Any
    f_at_zero: float
    slope_at_infinity: float


class Exact(NamedTuple):
    """A divergence in Python integers and `decimal`: see `_exact.rows`."""

    # (x, y, whole, alpha): a bin's share, in the unit in which `whole` is probability 1.
    term: Callable[[int, int, int, float], Decimal]
    # (total, alpha): from the sum of all shares, as a number, to the result in nats.
    finish: Callable[[Decimal, float], Decimal] = lambda total, alpha: total
    # (x, y, alpha): what the two have in common, of divergences that are minus its logarithm.
    affinity: Callable[[int, int, float], Decimal] | None = None
    # (affinity, alpha): the same result, of distributions with little in common.
    far: Callable[[Decimal, float], Decimal] = lambda affinity, alpha: affinity
    largest: bool = False  # the largest share, not the sum of all
    most: float = math.inf  # the result of distributions, in floats


@dataclass(frozen=True)
class Divergence:
    """`word` names it as a metric, on every floor; the rest as said."""

    word: str
    symmetric: bool
    function: str = ""  # the public row-wise function ...
    home: str = ""  # ... and the module where it stands
    kernel: str | Custom = ""  # the file of its terms
    exact: Exact | None = None
    # Where a bin alone makes it infinite, so that `zeros` concerns it: "q" where q = 0 < p, "p"
    # where p = 0 < q, "either".
    gaps: Gaps = ""
    root: bool = False  # the root of a quantity of information: its unit is a root, too
    reverse: bool = False  # the arguments change places, before the options treat p and q
    additive: bool = False  # the sum of what each bin adds, without a root or a logarithm of it
    takes_base: bool = True  # a quantity of information, in nats or units of a base
    alpha: float = 0.0  # the parameter of its kernel; of js, 1/2 where the root is taken
    matrix_form: MatrixForm = "pairs"  # the fastest one it has
    # Whether bins in which p and q have the same ratio may be made one bin: all but cross-entropy.
    homogeneous: bool = True
    metric: bool = True  # whether matrices know it by its word
