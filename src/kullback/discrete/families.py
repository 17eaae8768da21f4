"""Families of divergences row by row: Rényi's orders, and f-divergences of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike, NDArray

from kullback.discrete.metrics import FDivergence, Renyi
from kullback.discrete.row_wise import row_wise


def renyi_divergence(
    p: ArrayLike,
    q: ArrayLike,
    alpha: float,
    /,
    *,
    axis: int = -1,
    base: float | None = None,
    normalize: bool = True,
    pseudocount: float = 0.0,
    zeros: str | float = "inf",
    invalid: str = "raise",
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> Any:
    """Rényi's divergence ln(sum p^alpha q^(1 - alpha)) / (alpha - 1), row by row.

    Grows with alpha; at 1 it is KL, at 1/2 twice Bhattacharyya's distance, at infinity the
    logarithm of the largest p/q. Infinite where q = 0 < p if alpha is at least 1.

    Parameters
    ----------
    p, q : array_like, (..., k)
        As for `kl_divergence`, and so are the options.
    alpha : float
        The order, above 0; may be `math.inf`.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `kl_divergence`. With `normalize=False` the sum inside the logarithm is 1 + sum (p^alpha
        q^(1 - alpha) - alpha p - (1 - alpha) q), which joins the generalized KL at alpha = 1. Of
        large masses it may fall to 0 or below for alpha < 1: they are infinitely far apart.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0; in nats or units of `base`.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`; ValueError also for an order that is not above 0.

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
    record = Renyi(alpha).record()
    return row_wise(record, p, q, axis, base, normalize, pseudocount, zeros, invalid, out, threads)


def f_divergence(
    p: ArrayLike,
    q: ArrayLike,
    f: Callable[[float], float],
    /,
    *,
    f_at_zero: float,
    slope_at_infinity: float,
    axis: int = -1,
    base: float | None = None,
    normalize: bool = True,
    pseudocount: float = 0.0,
    zeros: str | float = "inf",
    invalid: str = "raise",
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> Any:
    """The f-divergence sum q f(p/q) of each row of p from one of q, for one's own convex f.

    f(t) = t ln t gives KL, -ln t reverse KL, |t - 1|/2 total variation.

    Parameters
    ----------
    p, q : array_like, (..., k)
        As for `kl_divergence`, and so are the options.
    f : callable
        A function of one float with f(1) = 0, written so that Numba can compile it.
    f_at_zero, slope_at_infinity : float
        The limits of f at 0 and of f(t)/t at infinity: what a bin with p = 0 < q counts, times q,
        and one with q = 0 < p, times p. May be infinite.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `kl_divergence`; `base` divides the result by ln(base).

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        In the units of f. Sums that are 0 but for rounding are 0.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`; TypeError also for an f that cannot be compiled.

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
    return row_wise(record, p, q, axis, base, normalize, pseudocount, zeros, invalid, out, threads)
