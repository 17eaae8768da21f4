"""Bounded distances, and others without a logarithm in each bin: `(..., k), (..., k) -> (...)`."""

from __future__ import annotations

from typing import Any, Unpack

from numpy.typing import ArrayLike

from kullback._arguments.faces import face
from kullback._arguments.options import DistanceOptions, Options
from kullback._catalogue import DIVERGENCES
from kullback.discrete.row_wise import row_wise


@face
def hellinger_distance(p: ArrayLike, q: ArrayLike, /, **options: Unpack[DistanceOptions]) -> Any:
    """Hellinger's distance, sqrt(sum (sqrt p - sqrt q)^2 / 2), row by row: a metric in [0, 1].

    Parameters
    ----------
    normalize : bool
        Divide each row by its sum. False takes rows as they are: the distance of measures may
        exceed 1.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        0 for equal rows, 1 for rows without a common bin.

    Notes
    -----
    The relative error is below 1e-14 at every distance: no difference of roots is taken.

    References
    ----------
    E. Hellinger, "Neue Begründung der Theorie quadratischer Formen von unendlichvielen
    Veränderlichen", J. reine angew. Math. 136 (1909).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.hellinger_distance([[1, 0], [1, 1]], [0, 1]).round(6)
    array([1.      , 0.541196])
    """
    return row_wise(DIVERGENCES["hellinger"], p, q, options)


@face
def bhattacharyya_distance(p: ArrayLike, q: ArrayLike, /, **options: Unpack[Options]) -> Any:
    """Bhattacharyya's distance -ln(sum sqrt(p q)), row by row.

    Symmetric; infinite for rows without a common bin. Half of Rényi's divergence of order 1/2.

    Parameters
    ----------
    normalize : bool
        Divide each row by its sum. False gives -ln(1 - h), h being the square of the Hellinger
        distance of the measures: at least 0, and infinite where h reaches 1.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0; in nats or units of `base`.

    Notes
    -----
    The relative error is below 1e-14 at every distance: the affinity is not subtracted from 1.

    References
    ----------
    A. Bhattacharyya, "On a Measure of Divergence between Two Statistical Populations Defined by
    their Probability Distributions", Bull. Calcutta Math. Soc. 35 (1943).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.bhattacharyya_distance([[1, 0], [1, 1]], [1, 3]).round(6)
    array([0.693147, 0.034668])
    """
    return row_wise(DIVERGENCES["bhattacharyya"], p, q, options)


@face
def total_variation_distance(
    p: ArrayLike, q: ArrayLike, /, **options: Unpack[DistanceOptions]
) -> Any:
    """Total variation distance sum |p - q| / 2, row by row: a metric in [0, 1].

    The largest difference of the probabilities that the two give to one event.

    Parameters
    ----------
    normalize : bool
        Divide each row by its sum. False takes rows as they are: the distance of measures may
        exceed 1.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        0 for equal rows, 1 for rows without a common bin.

    Notes
    -----
    The relative error is below 1e-14 at every distance: rows are summed in twice the precision.

    References
    ----------
    A. L. Gibbs and F. E. Su, "On Choosing and Bounding Probability Metrics", Int. Stat. Rev. 70
    (2002).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.total_variation_distance([[1, 0], [1, 1]], [1, 3])
    array([0.75, 0.25])
    """
    return row_wise(DIVERGENCES["total_variation"], p, q, options)


@face
def triangular_discrimination(
    p: ArrayLike, q: ArrayLike, /, **options: Unpack[DistanceOptions]
) -> Any:
    """Triangular discrimination sum (p - q)^2 / (p + q), row by row: between 0 and 2.

    Symmetric; half the square of the total variation distance at least, and twice it at most. Its
    root is a metric.

    Parameters
    ----------
    normalize : bool
        Divide each row by its sum. False takes rows as they are: that of measures may exceed 2.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        0 for equal rows, 2 for rows without a common bin.

    Notes
    -----
    Accuracy and threads: as `kl_divergence`. Known as the symmetric chi-squared divergence, and
    twice the squared Le Cam distance.

    References
    ----------
    F. Topsøe, "Some Inequalities for Information Divergence and Related Measures of
    Discrimination", IEEE Trans. Inf. Theory 46 (2000).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.triangular_discrimination([[1, 0], [1, 1]], [1, 3]).round(6)
    array([1.2     , 0.133333])
    """
    return row_wise(DIVERGENCES["triangular"], p, q, options)


@face
def chi2_divergence(p: ArrayLike, q: ArrayLike, /, **options: Unpack[DistanceOptions]) -> Any:
    """Pearson's chi-squared divergence sum (p - q)^2 / q, row by row.

    Not symmetric; infinite where q = 0 < p. Never below KL.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0.

    Notes
    -----
    Accuracy and threads: as `kl_divergence`. Times the number of observations behind p this is the
    statistic of Pearson's test of p against q.

    References
    ----------
    K. Pearson, "On the Criterion that a Given System of Deviations...", Phil. Mag. 50 (1900).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.chi2_divergence([[1, 0], [1, 1]], [1, 3]).round(6)
    array([3.      , 0.333333])
    """
    return row_wise(DIVERGENCES["chi2"], p, q, options)
