"""Divergences and distances of all pairs of diagonal Gaussians: `(n, d), (m, d) -> (n, m)`."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.domains import Domain
from kullback._arguments.faces import face_of
from kullback._arguments.options import InformationOptions, checked
from kullback._arguments.progress import Progress, Shown
from kullback._arguments.remedies import refuse_metric
from kullback._arguments.results import output
from kullback._catalogue import gaussian_metric
from kullback._drivers import tiles
from kullback._drivers.gaussian_matrices import FORMS, GaussianRows, GaussianWork
from kullback._drivers.rows import Invalid
from kullback._drivers.targets import Matrix
from kullback._process.arrays import Array
from kullback.gaussians.arguments import (
    Gaussians,
    gaussian_rows,
    spread_kind,
    spreads,
    wrong_gaussians,
)


@face_of("(n|1,d|1),(n|1,d|1),(m|1,d|1),(m|1,d|1)->(n,m)")
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
    """Matrix of every Gaussian of x against every one of y, with diagonal covariances.

    KL is 1/2 sum (v0/v1 - 1 - ln(v0/v1) + (m0 - m1)**2 / v1) over the d dimensions, with m0, v0 the
    means and variances of the one that the expectation is taken over.

    Parameters
    ----------
    mean_x, var_x : array_like, (n, d)
        Means and variances (see `spread`) of n Gaussians; either may be of a shape that broadcasts
        to that of the other.
    mean_y, var_y : array_like, (m, d), optional
        Those of y; without them, x is compared with itself, and each pair of a symmetric metric
        is computed once.
    metric : str
        "kl" (KL(x[i] || y[j])), "reverse_kl" (KL(y[j] || x[i])), "jeffreys" (the sum of the two),
        "bhattacharyya" (-ln of the integral of sqrt(p q)), "hellinger" (in [0, 1]), "wasserstein2"
        (the distance, sqrt(sum (m0 - m1)**2 + (sqrt(v0) - sqrt(v1))**2), in the unit of the means).
    spread : {"var", "std", "log_var"}
        What `var_x` and `var_y` are: variances, standard deviations, or logarithms of variances.
    base : float, optional
        Results are in nats, or in units of this base: 2 for bits. Not for "hellinger" and
        "wasserstein2".
    invalid : {"raise", "nan"}
        What a row with a NaN, an infinity, or a spread that is not positive does: a ValueError,
        or NaN in that row or column of the result, everything else being computed.
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
    A variance of 0 makes p a point: its KL, Jeffreys' and Bhattacharyya's from any Gaussian is
    infinite, and Hellinger's distance 1. It is taken in x where y is given (in y for "reverse_kl"),
    and for "wasserstein2" everywhere; elsewhere it is an error.

    Relative errors in float64 are below 1e-12 at every distance and for every size of variance
    that the spread can express. KL, Jeffreys' and Wasserstein's are matrix products of inner size
    2 d (Jeffreys' 4 d), Bhattacharyya's and Hellinger's take some additions and multiplications
    for each pair and dimension; either bounds its own error, and pairs that the bound does not
    certify are computed again by a sum of terms that do not cancel. No array of shape (n, m, d) is
    made: beyond the result, at most 160 MB are used. float32 is computed in float64.

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
    record = gaussian_metric(metric)
    kind = spread_kind(spread)
    chosen = checked(record, **options)
    if (mean_y is None) != (var_y is None):
        raise ValueError("mean_y and var_y must be given both, or neither")
    x = y = gaussian_rows(mean_x, var_x, ("mean_x", "var_x"))
    if mean_y is not None and var_y is not None:
        y = gaussian_rows(mean_y, var_y, ("mean_y", "var_y"))
        _same_dimensions(x.mean, y.mean)
    inputs = [*x.given, *y.given]
    shape, dtype = (len(x.mean), len(y.mean)), arrays.result_dtype(*inputs)
    result = output(chosen.out, shape, dtype, inputs, "pairwise_gaussian")
    if not result.size:
        return result
    anywhere = metric == "wasserstein2"  # may a variance be 0
    in_x, in_y = x is not y and not record.reverse, record.reverse
    sets = [(x, spreads(kind, anywhere or in_x))]
    if x is not y:
        sets.append((y, spreads(kind, anywhere or in_y)))
    x_rows, y_rows = _checked(sets, chosen.raises)
    symmetric = x is y and record.symmetric
    wrong = x_rows.wrong
    if record.reverse:
        x_rows, y_rows = y_rows, x_rows
    work = GaussianWork(str(record.kernel or record.word), kind, chosen.work.unit)
    target = Matrix(result.T if record.reverse else result, symmetric)
    _run(work, record.matrix_form, x_rows, y_rows, target, chosen.threads, progress)
    if symmetric and wrong.any():
        np.fill_diagonal(result, np.where(wrong, np.nan, 0.0))
    return result


def _checked(
    sets: list[tuple[Gaussians, Domain]], raises: bool
) -> tuple[GaussianRows, GaussianRows]:
    """One set or two, with the rows that are no Gaussians marked, as those of x and of y."""
    wrong = wrong_gaussians(sets, raises)
    rows = [GaussianRows(x.mean, x.spread, of_x) for (x, _), of_x in zip(sets, wrong, strict=True)]
    return rows[0], rows[-1]


def _run(
    work: GaussianWork,
    form: str,
    x: GaussianRows,
    y: GaussianRows,
    target: Matrix,
    threads: int | None,
    progress: Progress,
) -> None:
    n, m = x.lead[0], y.lead[0]
    job = tiles.AllPairs(work, FORMS[form](work, x, y), x, y, target, Invalid(None))
    with Shown(progress) as shown:
        tiles.run(job, tiles.tile_shape(form, n, m, x.width), threads, shown)


def _same_dimensions(x: Array, y: Array) -> None:
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            f"the numbers of dimensions differ: x has shape {x.shape} and y has shape {y.shape} "
            "(dimensions last)"
        )
