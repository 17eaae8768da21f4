"""Divergences and distances of all pairs of Gaussians: `(n, d), (m, d) -> (n, m)`."""

from __future__ import annotations

from typing import Unpack

from numpy.typing import ArrayLike

from kullback._arguments.faces import face_of
from kullback._arguments.options import InformationOptions
from kullback._arguments.progress import Progress
from kullback._arguments.remedies import refuse_metric
from kullback._arguments.results import output
from kullback._drivers.targets import Condensed, Matrix
from kullback._process.arrays import Array
from kullback.gaussians.comparison import Comparison


@face_of(
    "(n|1,d|1),(n|1,d|1),(m|1,d|1),(m|1,d|1)->(n,m)",
    of_covariances="(n|1,d),(n|1,d,d),(m|1,d),(m|1,d,d)->(n,m)",
)
def pairwise_gaussian(
    mean_x: ArrayLike,
    var_x: ArrayLike,
    mean_y: ArrayLike | None = None,
    var_y: ArrayLike | None = None,
    /,
    metric: str = "kl",
    *,
    spread: str = "var",
    progress: Progress = False,
    **options: Unpack[InformationOptions],
) -> Array:
    """Matrix of every Gaussian of x against every one of y, with diagonal or full covariances.

    KL is 1/2 sum (v0/v1 - 1 - ln(v0/v1) + (m0 - m1)**2 / v1) over the d dimensions, with m0, v0 the
    means and variances of the one that the expectation is taken over; with covariances it is that
    of `multivariate_gaussian_kl_divergence`.

    Parameters
    ----------
    mean_x, var_x : array_like, (n, d)
        Means and variances (see `spread`) of n Gaussians; either may be of a shape that broadcasts
        to that of the other. Covariances are (n, d, d), or (d, d) for all.
    mean_y, var_y : array_like, (m, d), optional
        Those of y; without them, x is compared with itself, and each pair of a symmetric metric
        is computed once.
    metric : str
        "kl" (KL(x[i] || y[j])), "reverse_kl" (KL(y[j] || x[i])), "jeffreys" (the sum of the two),
        "bhattacharyya" (-ln of the integral of sqrt(p q)), "hellinger" (in [0, 1]), "wasserstein2"
        (the distance, sqrt(sum (m0 - m1)**2 + (sqrt(v0) - sqrt(v1))**2), in the unit of the means).
    spread : {"var", "std", "log_var", "cov"}
        What `var_x` and `var_y` are: variances, standard deviations, logarithms of variances, or
        full covariances, for "kl", "reverse_kl" and "jeffreys": symmetric to 8 units in the last
        place, and positive definite; the lower triangle is what counts.
    base : float, optional
        Results are in nats, or in units of this base: 2 for bits. Not for "hellinger" and
        "wasserstein2".
    invalid : {"raise", "nan"}
        What a row with a NaN, an infinity, or a spread that is not positive (definite) does: a
        ValueError, or NaN in that row or column of the result, everything else being computed.
    out : ndarray, (n, m), optional
        Array to write to: float64 (float32 if all inputs are), no memory in common with an input.

    Returns
    -------
    ndarray, (n, m)
        `[i, j]` belongs to row i of x and row j of y. Never negative; 0 where the two rows are
        equal. A symmetric matrix is so to the last bit.

    Raises
    ------
    ValueError
        Shapes that do not fit, an unknown option, an unfit `out`, rows that are no Gaussians: the
        argument, the row, the dimension, the value, and how many rows.
    TypeError
        An argument that is no real array, as for `pairwise`.
    MemoryError
        Before any work, if the result does not fit.

    Notes
    -----
    A variance of 0 makes p a point, as does a covariance that is singular (within rounding): its
    KL, Jeffreys' and Bhattacharyya's from any Gaussian is infinite, and Hellinger's distance 1. It
    is taken in x where y is given (in y for "reverse_kl"), and for "wasserstein2" everywhere;
    elsewhere it is an error.

    Relative errors in float64 are below 1e-12 at every distance and for every size of variance
    that the spread can express. KL, Jeffreys' and Wasserstein's are matrix products of inner size
    2 d (Jeffreys' 4 d), Bhattacharyya's and Hellinger's take some additions and multiplications
    for each pair and dimension; either bounds its own error, and pairs that the bound does not
    certify are computed again by a sum of terms that do not cancel. No array of shape (n, m, d) is
    made: beyond the result, at most 160 MB are used. float32 is computed in float64.

    Full covariances are a matrix product of inner size d (d + 3) / 2 (Jeffreys' of two), below 256
    dimensions, measured from a Gaussian in their middle. What a row becomes is computed in
    twice the precision, so that pairs that the bound certifies have relative errors below 1e-12
    whatever the condition of their covariances. The others have those of
    `multivariate_gaussian_kl_divergence`, below 2 (d + 12) c 2**-53 with c the larger condition
    number of the two matrices of correlations: 1e-12 up to c = 200 in 10 dimensions.

    Sources: Kullback and Leibler (1951); Bhattacharyya (1943); Givens and Shortt (1984).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.pairwise_gaussian([[0.0], [1.0]], [[1.0], [4.0]]).round(6)
    array([[0.      , 0.443147],
           [1.306853, 0.      ]])
    >>> kl.pairwise_gaussian([[0]], [[1]], [[3]], [[25]], metric="wasserstein2")
    array([[5.]])
    """
    refuse_metric(mean_y, "mean_y")
    compared = Comparison((mean_x, var_x, mean_y, var_y), metric, spread, options)
    shape, inputs = compared.shape, compared.inputs
    result = output(compared.chosen.out, shape, compared.dtype, inputs, "pairwise_gaussian")
    if result.size:
        turned = result.T if compared.record.reverse else result
        compared.fill(Matrix(turned, compared.symmetric), progress)
    return result


@face_of("(n|1,d|1),(n|1,d|1)", of_covariances="(n|1,d),(n|1,d,d)")
def condensed_gaussian(
    mean: ArrayLike,
    var: ArrayLike,
    /,
    metric: str = "jeffreys",
    *,
    spread: str = "var",
    progress: Progress = False,
    **options: Unpack[InformationOptions],
) -> Array:
    """The upper triangle of `pairwise_gaussian`, as a vector: what SciPy's clustering takes.

    Parameters
    ----------
    mean, var : array_like, (n, d)
        Means and variances (see `spread`) of n Gaussians, as for `pairwise_gaussian`.
    metric : str
        A symmetric one: "jeffreys", "bhattacharyya", "hellinger" or "wasserstein2".
    spread : {"var", "std", "log_var", "cov"}
        What `var` is; "cov": (n, d, d), covariances, for "jeffreys" only.
    base : float, optional
        Results are in nats, or in units of this base: 2 for bits. Not for "hellinger" and
        "wasserstein2".
    invalid : {"raise", "nan"}
        What a row that is no Gaussian does: a ValueError, or NaN in its results.
    out : ndarray, (n (n - 1) / 2,), optional
        Array to write to: float64 (float32 if all inputs are), no memory in common with an input.

    Returns
    -------
    ndarray, (n (n - 1) / 2,)
        In the order of `scipy.spatial.distance.pdist`: (0, 1), (0, 2), ... (n - 2, n - 1).

    Raises
    ------
    ValueError
        A metric that is unknown or not symmetric; otherwise as for `pairwise_gaussian`.
    TypeError
        An argument that is no real array.
    MemoryError
        Before any work, if the result does not fit.

    Notes
    -----
    The same numbers as in `pairwise_gaussian`, in half the memory.

    Examples
    --------
    >>> import kullback as kl
    >>> kl.condensed_gaussian([[0.0], [1.0], [3.0]], [[1.0], [4.0], [1.0]]).round(6)
    array([1.75 , 9.   , 3.625])
    """
    compared = Comparison((mean, var, None, None), metric, spread, options, symmetric=True)
    n = compared.shape[0]
    shape, inputs = (n * (n - 1) // 2,), compared.inputs
    result = output(compared.chosen.out, shape, compared.dtype, inputs, "condensed_gaussian")
    if n:
        compared.fill(Condensed(result, n), progress)
    return result
