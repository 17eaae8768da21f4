"""Entropy and cross-entropy, row by row: KL(p || q) = H(p, q) - H(p)."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from kullback._arguments import arrays as _arguments
from kullback._catalogue import DIVERGENCES
from kullback.discrete.row_wise import row_wise


def entropy(
    p: ArrayLike,
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
    """Shannon's entropy H(p) = -sum p ln p of each row.

    Parameters
    ----------
    p : array_like, (..., k)
        As for `kl_divergence`.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `kl_divergence`; `zeros` is there for all functions to take the same options: without
        a q it changes nothing. With `normalize=False` the sum is taken as it stands, and may be
        negative.

    Returns
    -------
    ndarray (...), or a float for one row
        Between 0 (one bin has everything) and ln k (all bins alike); in nats or units of `base`.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`.

    Notes
    -----
    The relative error is below 1e-14, also where one bin has nearly everything and the entropy is
    tiny: the logarithm is taken of 1 minus the rest, and rows are summed in twice the precision.

    References
    ----------
    C. E. Shannon, "A Mathematical Theory of Communication", Bell Syst. Tech. J. 27 (1948).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.entropy([[1, 1, 1, 1], [1, 0, 0, 0]], base=2)
    array([2., 0.])
    """
    row_wise_options = (normalize, pseudocount, "inf", invalid, out, threads)
    _arguments.zeros_rule(zeros)
    return row_wise(DIVERGENCES["cross_entropy"], p, p, axis, base, *row_wise_options)


def cross_entropy(
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
    """Cross-entropy H(p, q) = -sum p ln q of each row of p with one of q: H(p) + KL(p || q).

    Parameters
    ----------
    p, q : array_like, (..., k)
        As for `kl_divergence`, and so are the options.
    axis, base, normalize, pseudocount, zeros, invalid, out, threads
        See `kl_divergence`. With `normalize=False` the sum is taken as it stands, and may be
        negative.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least the entropy of p; infinite where q = 0 < p; in nats or units of `base`.

    Raises
    ------
    ValueError, TypeError
        As `kl_divergence`.

    Notes
    -----
    Accuracy and threads: as `entropy`.

    References
    ----------
    T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd ed., Wiley (2006).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.cross_entropy([[9, 1], [1, 1]], [1, 1], base=2)
    array([1., 1.])
    """
    return row_wise(
        DIVERGENCES["cross_entropy"],
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
