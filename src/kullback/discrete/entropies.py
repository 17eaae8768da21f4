"""Entropy and cross-entropy, row by row: KL(p || q) = H(p, q) - H(p)."""

from __future__ import annotations

from typing import Any, Unpack

from numpy.typing import ArrayLike

from kullback._arguments.faces import face
from kullback._arguments.options import Options, zeros_rule
from kullback._catalogue import DIVERGENCES
from kullback.discrete.row_wise import row_wise


@face
def entropy(p: ArrayLike, /, **options: Unpack[Options]) -> Any:
    """Shannon's entropy H(p) = -sum p ln p of each row.

    Parameters
    ----------
    p : array_like, (..., k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row. float32 is
        computed and returned as such, everything else as float64.
    normalize : bool
        Divide each row by its sum. False takes the sum over the bins as it stands, which may be
        negative.
    zeros : "inf", "skip" or float
        There for all functions to take the same options: without a q it changes nothing.

    Returns
    -------
    ndarray (...), or a float for one row
        Between 0 (one bin has everything) and ln k (all bins alike); in nats or units of `base`.

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
    zeros_rule(options.pop("zeros", "inf"))
    return row_wise(DIVERGENCES["cross_entropy"], p, p, options)


@face
def cross_entropy(p: ArrayLike, q: ArrayLike, /, **options: Unpack[Options]) -> Any:
    """Cross-entropy H(p, q) = -sum p ln q of each row of p with one of q: H(p) + KL(p || q).

    Parameters
    ----------
    normalize : bool
        Divide each row by its sum. False takes the sum over the bins as it stands, which may be
        negative.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least the entropy of p; infinite where q = 0 < p; in nats or units of `base`.

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
    return row_wise(DIVERGENCES["cross_entropy"], p, q, options)
