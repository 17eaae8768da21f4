"""Families of divergences: Rényi's orders, and f-divergences of one's own, row by row.

Their members are metrics for matrices, too: `metric=kl.Renyi(0.5)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Unpack

from numpy.typing import ArrayLike

from kullback._arguments.faces import face
from kullback._arguments.options import Options, number
from kullback._catalogue import DIVERGENCES, Custom, Divergence
from kullback._kernels.terms import renyi, renyi_infinite
from kullback._kernels.terms.record import Gaps
from kullback.discrete.row_wise import row_wise

_of_order = lru_cache(64)(renyi.record)  # to make one takes as long as a small call


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
        alpha = number(self.alpha, "alpha")
        if not alpha > 0.0:
            raise ValueError(f"alpha is {self.alpha!r}; it must be above 0 (1 is KL)")
        object.__setattr__(self, "alpha", alpha)

    def record(self) -> Divergence:
        """Its entry in the catalogue."""
        if self.alpha == 1.0:
            return replace(DIVERGENCES["kl"], word="renyi")
        if math.isinf(self.alpha):
            return renyi_infinite.RECORD
        return _of_order(self.alpha)


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
        f cannot be compiled (when the metric is first used) or returns no real number, or a limit
        is no number.

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
            value = number(getattr(self, name), name)
            if math.isnan(value):
                raise ValueError(f"{name} is NaN; give the limit of f, which may be math.inf")
            object.__setattr__(self, name, value)

    def record(self) -> Divergence:
        """Its entry in the catalogue."""
        from kullback._kernels.rows import custom

        try:
            f: Any = custom.compiled(self.f)
        except custom.NoNumberError:
            raise
        except Exception as error:  # Numba has many
            raise TypeError(
                f"f cannot be compiled by Numba: {_reason(error)}; write it for one float, with "
                "operators and functions of math or numpy alone"
            ) from error
        infinite = math.isinf(self.f_at_zero), math.isinf(self.slope_at_infinity)
        gaps = GAPS[infinite]
        kernel = Custom(f, self.f_at_zero, self.slope_at_infinity)
        exact = custom.exact(kernel)
        return Divergence("f", symmetric=False, kernel=kernel, exact=exact, gaps=gaps, metric=False)


def _reason(error: Exception) -> str:
    """The first line of an error of Numba's that says what is wrong, not in which of its steps."""
    lines = [line.strip() for line in str(error).splitlines()]
    telling = [line for line in lines if line and not line.startswith("Failed in nopython mode")]
    return telling[0].removesuffix(".") if telling else type(error).__name__


@face
def renyi_divergence(
    p: ArrayLike, q: ArrayLike, alpha: float, /, **options: Unpack[Options]
) -> Any:
    """Rényi's divergence ln(sum p^alpha q^(1 - alpha)) / (alpha - 1), row by row.

    Grows with alpha; at 1 it is KL, at 1/2 twice Bhattacharyya's distance, at infinity the
    logarithm of the largest p/q. Infinite where q = 0 < p if alpha is at least 1.

    Parameters
    ----------
    alpha : float
        The order, above 0; may be `math.inf`.
    normalize : bool
        Divide each row by its sum. False makes the sum inside the logarithm 1 + sum (p^alpha
        q^(1 - alpha) - alpha p - (1 - alpha) q), which joins the generalized KL at alpha = 1. Of
        large masses it may fall to 0 or below for alpha < 1: they are infinitely far apart.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0; in nats or units of `base`.

    Raises
    ------
    ValueError
        An order that is not above 0.

    Notes
    -----
    The relative error is below 1e-14 at every distance and for alpha near 1. Where alpha times the
    logarithm of a ratio p/q is above 10 it is below 1e-15 times that: what a power of it costs.

    References
    ----------
    A. Rényi, "On Measures of Entropy and Information", Proc. 4th Berkeley Symp. 1 (1961);
    T. van Erven and P. Harremoës, "Rényi Divergence and Kullback-Leibler Divergence", IEEE Trans.
    Inf. Theory 60 (2014).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.renyi_divergence([[9, 1], [1, 1]], [1, 1], 2).round(6)
    array([0.494696, 0.      ])
    """
    return row_wise(Renyi(alpha).record(), p, q, options)


@face
def f_divergence(
    p: ArrayLike,
    q: ArrayLike,
    f: Callable[[float], float],
    /,
    *,
    f_at_zero: float,
    slope_at_infinity: float,
    **options: Unpack[Options],
) -> Any:
    """The f-divergence sum q f(p/q) of each row of p from one of q, for one's own convex f.

    f(t) = t ln t gives KL, -ln t reverse KL, |t - 1|/2 total variation.

    Parameters
    ----------
    f : callable
        A function of one float with f(1) = 0, written so that Numba can compile it.
    f_at_zero, slope_at_infinity : float
        The limits of f at 0 and of f(t)/t at infinity: what a bin with p = 0 < q counts, times q,
        and one with q = 0 < p, times p. May be infinite.
    base : float, optional
        Divides the result by ln(base).

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        In the units of f. Sums that are 0 but for rounding are 0.

    Raises
    ------
    TypeError
        An f that cannot be compiled, or returns no real number.
    ValueError
        An f that raises, or is NaN at a ratio p/q of these rows.

    Notes
    -----
    The terms of an arbitrary f cancel for near-equal rows: the error is about 1e-15 times the sum
    of |q f(p/q)|. The named members have no such error. f is a function of floats: where a ratio
    p/q, or f's own steps, leave their range (2e-308 to 2e308), the limits count. f is compiled once
    in each process.

    References
    ----------
    I. Csiszár, "Information-Type Measures of Difference of Probability Distributions and Indirect
    Observations", Studia Sci. Math. Hungar. 2 (1967).

    Examples
    --------
    >>> import kullback as kl
    >>> import numpy as np
    >>> divergence = kl.f_divergence(
    ...     [9, 1], [1, 1], lambda t: t * np.log(t), f_at_zero=0.0, slope_at_infinity=np.inf
    ... )
    >>> float(divergence.round(6))
    0.368064
    """
    record = FDivergence(f, f_at_zero, slope_at_infinity).record()
    return row_wise(record, p, q, options)
