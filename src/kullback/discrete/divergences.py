"""Divergences row by row: `(..., k), (..., k) -> (...)`."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from kullback._catalogue import DIVERGENCES
from kullback.discrete.row_wise import row_wise


def kl_divergence(
    p: ArrayLike,
    q: ArrayLike,
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
    """Kullback-Leibler divergence KL(p || q) = sum p ln(p/q) of each row of p from one of q.

    The expectation is taken over `p`: with data as p and a model as q this is the forward
    direction, with the arguments exchanged the reverse one.

    Parameters
    ----------
    p, q : array_like, (..., k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row; leading
        axes broadcast. float32 is computed and returned as such, everything else as float64.
    axis : int
        The axis of the k bins, in both.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.
    normalize : bool
        Divide each row by its sum. False takes rows as they are and gives the generalized
        divergence, sum p ln(p/q) - p + q.
    pseudocount : float
        Added to every bin of both sides before normalizing.
    zeros : "inf", "skip" or float
        What a bin with q = 0 < p does: make the result infinite; leave the bin out on both sides;
        or count as this number (q's zeros are set to it after normalizing, and q is normalized
        again).
    invalid : "raise" or "nan"
        What a row that is no distribution does.
    out : ndarray, optional
        Array to write to: the result's shape and dtype, no memory in common with an input.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0, and 0 where the rows are equal; in nats or units of `base`.

    Raises
    ------
    ValueError
        A row that is no distribution (naming argument, row, column and value), shapes that do
        not fit, an option or `out` out of its range.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    The relative error in float64 is below 1e-14 at every distance, for the exact value of the
    given numbers with exactly normalized rows. Results do not depend on `threads`.

    References
    ----------
    S. Kullback and R. A. Leibler, "On Information and Sufficiency", Ann. Math. Stat. 22 (1951).

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.kl_divergence([0.9, 0.1], [0.5, 0.5], base=2))
    0.5310044064107188
    >>> kl.kl_divergence([[9, 1], [1, 1]], [1, 1])
    array([0.36806421, 0.        ])
    """
    return row_wise(
        DIVERGENCES["kl"], p, q, axis, base, normalize, pseudocount, zeros, invalid, out, threads
    )


def js_divergence(
    p: ArrayLike,
    q: ArrayLike,
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
    """Jensen-Shannon divergence (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, row by row.

    Symmetric, and between 0 and ln 2 (1 bit): finite at zeros too. Its square root is a metric,
    `js_distance`.

    Parameters
    ----------
    p, q : array_like, (..., k)
        As for `kl_divergence`, and so are the options. `zeros` other than "inf" treats the zeros
        of q only, so that the result is no longer symmetric.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `kl_divergence`. With `normalize=False` the generalized divergences are averaged.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        In nats or units of `base`.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`.

    Notes
    -----
    Accuracy and threads: as `kl_divergence`. SciPy's `jensenshannon` is the square root.

    References
    ----------
    J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Trans. Inf. Theory 37 (1991).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.js_divergence([[1, 0], [3, 1]], [0, 1], base=2).round(6)
    array([1.      , 0.548795])
    """
    return row_wise(
        DIVERGENCES["js"], p, q, axis, base, normalize, pseudocount, zeros, invalid, out, threads
    )


def js_distance(
    p: ArrayLike,
    q: ArrayLike,
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
    """Jensen-Shannon distance, the square root of `js_divergence`: a metric.

    Parameters
    ----------
    p, q : array_like, (..., k)
        As for `kl_divergence`.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `js_divergence`; the root is taken of the divergence in units of `base`.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        Between 0 and sqrt(ln 2), or 1 for `base=2`.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`.

    Notes
    -----
    Never NaN for near-equal rows: the divergence under the root is never negative.

    References
    ----------
    D. M. Endres and J. E. Schindelin, "A New Metric for Probability Distributions", IEEE Trans.
    Inf. Theory 49 (2003).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.js_distance([[1, 0], [3, 1]], [0, 1], base=2).round(6)
    array([1.      , 0.740807])
    """
    divergence = DIVERGENCES["js_distance"]
    return row_wise(
        divergence, p, q, axis, base, normalize, pseudocount, zeros, invalid, out, threads
    )


def jeffreys_divergence(
    p: ArrayLike,
    q: ArrayLike,
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
    """Jeffreys' divergence KL(p || q) + KL(q || p) = sum (p - q) ln(p/q), row by row.

    Symmetric; infinite where one side alone has a zero.

    Parameters
    ----------
    p, q : array_like, (..., k)
        As for `kl_divergence`, and so are the options.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `kl_divergence`. `zeros` other than "inf" treats the zeros of q only.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0; in nats or units of `base`.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`.

    Notes
    -----
    Accuracy and threads: as `kl_divergence`.

    References
    ----------
    H. Jeffreys, "An Invariant Form for the Prior Probability in Estimation Problems", Proc. R. Soc.
    A 186 (1946).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.jeffreys_divergence([[9, 1], [1, 1]], [1, 1]).round(6)
    array([0.87889, 0.     ])
    """
    return row_wise(
        DIVERGENCES["jeffreys"],
        p,
        q,
        axis,
        base,
        normalize,
        pseudocount,
        zeros,
        invalid,
        out,
        threads,
    )
