"""Families of divergences, whose members are metrics for matrices: `metric=kl.Renyi(0.5)`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kullback._arguments import arrays as _arguments
from kullback._catalogue import DIVERGENCES, Custom, Divergence
from kullback._kernels.terms import renyi, renyi_infinite
from kullback._kernels.terms.record import Gaps


@dataclass(frozen=True)
class Renyi:
    """Rényi's divergence of order `alpha`, as a metric.

    Parameters
    ----------
    alpha : float
        Above 0; 1 is KL, `math.inf` the logarithm of the largest ratio p/q. At 1/2 it is
        symmetric.

    Raises
    ------
    ValueError, TypeError
        alpha is not above 0, or no number.

    Examples
    --------
    >>> import kullback as kl
    >>> kl.pairwise([[1, 1], [3, 1]], metric=kl.Renyi(2))
    array([[0.        , 0.28768207],
           [0.22314355, 0.        ]])
    """

    alpha: float

    def __post_init__(self) -> None:
        """Check the order."""
        alpha = _arguments.number(self.alpha, "alpha")
        if not alpha > 0.0:
            raise ValueError(f"alpha is {self.alpha!r}; it must be above 0 (1 is KL)")
        object.__setattr__(self, "alpha", alpha)

    def record(self) -> Divergence:
        """Its entry in the catalogue."""
        if self.alpha == 1.0:
            return replace(DIVERGENCES["kl"], word="renyi")
        if math.isinf(self.alpha):
            return renyi_infinite.RECORD
        return renyi.record(self.alpha)


# Of a function whose limit at 0, and whose slope at infinity, is infinite.
GAPS: dict[tuple[bool, bool], Gaps] = {
    (False, False): "",
    (True, False): "p",
    (False, True): "q",
    (True, True): "either",
}


@dataclass(frozen=True)
class FDivergence:
    """The f-divergence sum q f(p/q) of one's own convex function, as a metric.

    Parameters
    ----------
    f : callable
        A function of one float with f(1) = 0, written so that Numba can compile it.
    f_at_zero : float
        Its limit at 0: what a bin with p = 0 < q counts, times q.
    slope_at_infinity : float
        The limit of f(t)/t: what a bin with q = 0 < p counts, times p.

    Raises
    ------
    TypeError
        f cannot be compiled (when the metric is first used), or a limit is no number.

    Examples
    --------
    >>> import numpy as np
    >>> import kullback as kl
    >>> own = kl.FDivergence(lambda t: t * np.log(t), f_at_zero=0.0, slope_at_infinity=np.inf)
    >>> kl.pairwise([[1, 1], [3, 1]], metric=own)
    array([[0.        , 0.14384104],
           [0.13081204, 0.        ]])
    """

    f: Callable[[float], float]
    f_at_zero: float
    slope_at_infinity: float

    def __post_init__(self) -> None:
        """Check what can be checked before a kernel is needed."""
        if not callable(self.f):
            raise TypeError(f"f is {self.f!r}; it must be a function of one number")
        for name in ("f_at_zero", "slope_at_infinity"):
            value = _arguments.number(getattr(self, name), name)
            if math.isnan(value):
                raise ValueError(f"{name} is NaN; give the limit of f, which may be math.inf")
            object.__setattr__(self, name, value)

    def record(self) -> Divergence:
        """Its entry in the catalogue."""
        from kullback._kernels.rows.custom import compiled

        try:
            f: Any = compiled(self.f)
        except Exception as error:  # Numba has many
            reason = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
            raise TypeError(
                f"f cannot be compiled by Numba: {reason}; write it for one float, with operators "
                "and functions of math or numpy alone"
            ) from error
        infinite = math.isinf(self.f_at_zero), math.isinf(self.slope_at_infinity)
        gaps = GAPS[infinite]
        kernel = Custom(f, self.f_at_zero, self.slope_at_infinity)
        return Divergence("f", symmetric=False, kernel=kernel, gaps=gaps, metric=False)
