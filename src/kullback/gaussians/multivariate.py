"""KL divergence of Gaussians with full covariances: `(..., d), (..., d, d)` for each of the two."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.faces import face_of
from kullback._arguments.options import InformationOptions, checked
from kullback._arguments.results import Results
from kullback._catalogue import MULTIVARIATE
from kullback._drivers import gaussian_full
from kullback._drivers.sources import Rows
from kullback.gaussians.covariances import Gaussian, gaussian, resolve, tolerance_of


@face_of("(d),(d,d),(d),(d,d)->()")
def multivariate_gaussian_kl_divergence(
    mean_p: ArrayLike,
    cov_p: ArrayLike,
    mean_q: ArrayLike,
    cov_q: ArrayLike,
    /,
    **options: Unpack[InformationOptions],
) -> Any:
    """KL(p || q) of multivariate Gaussians p = N(mean_p, cov_p) and q = N(mean_q, cov_q).

    1/2 (tr(Q**-1 P) - d + (m_q - m_p)^T Q**-1 (m_q - m_p) + ln det Q - ln det P), P and Q being the
    covariances.

    Parameters
    ----------
    mean_p, mean_q : array_like, (..., d)
        Means; leading axes broadcast, also with those of the covariances, without copies.
    cov_p, cov_q : array_like, (..., d, d)
        Covariances: symmetric, to 8 units in the last place of sqrt(c_ii c_jj), and positive
        definite. The lower triangle is what counts.
    invalid : {"raise", "nan"}
        What a mean that is not finite or a matrix that is no covariance does: a ValueError, or
        NaN in the results that it takes part in, everything else being computed.
    out : ndarray, optional
        Array to write to: of the leading shape, float64 (float32 if all inputs are), no memory in
        common with an input.

    Returns
    -------
    float or ndarray, (...)
        Never negative; exactly 0 where means and covariances are equal. Infinite where cov_p is
        singular (to within rounding) but has no negative eigenvalue.

    Raises
    ------
    ValueError
        Shapes that do not fit, an unfit `out`, an unknown option; a mean that is not finite; a
        covariance that is not finite, symmetric and positive definite (cov_p: positive
        semidefinite): the argument, which of its matrices, why, and how many there are.
    TypeError
        An argument that is no real array.
    MemoryError
        Before any work, if the result does not fit.

    Notes
    -----
    Errors are in proportion to the condition number c of the matrix of correlations (a covariance
    with its diagonal scaled to 1): the relative error is below 2 (d + 12) c 2**-53, c being the
    larger one of the two, at every distance: nearly equal covariances are compared by their
    difference. Scales do not matter: variances may lie anywhere between 1e-300 and 1e300. float32
    is computed in float64.

    Up to 255 dimensions, eight pairs at a time are factored in the lanes of one thread; above, each
    pair by the LAPACK that NumPy has.

    Source: Kullback (1959), Information Theory and Statistics, chapter 9.

    Examples
    --------
    >>> import kullback as kl
    >>> eye = [[1, 0], [0, 1]]
    >>> covs = [eye, [[1, 0.6], [0.6, 1]]]
    >>> kl.multivariate_gaussian_kl_divergence([[1, 0], [0, 0]], covs, [0, 0], eye).round(6)
    array([0.5     , 0.223144])
    """
    chosen = checked(MULTIVARIATE, **options)
    p = gaussian(mean_p, cov_p, ("mean_p", "cov_p"))
    q = gaussian(mean_q, cov_q, ("mean_q", "cov_q"))
    lead = _common_lead(p, q)
    inputs = [*p, *q]
    dtype = arrays.result_dtype(*inputs)
    results = Results(chosen.out, lead, dtype, inputs, "multivariate_gaussian_kl_divergence")
    values = np.empty(results.flat.size)
    status = np.zeros(values.size, np.uint8)
    kind = arrays.FLOAT64
    pairs = [(Rows(x.mean, lead, kind), Rows(x.cov, lead, kind, axes=2)) for x in (p, q)]
    sides = gaussian_full.Sides(*pairs[0], *pairs[1])
    tolerance = tolerance_of(*inputs)
    gaussian_full.run(sides, tolerance, values, status, chosen.threads)
    if status.any():
        resolve(values, status, sides, inputs, tolerance, chosen.raises)
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        results.flat[:] = values / chosen.work.unit
    return results.returned()


def _common_lead(p: Gaussian, q: Gaussian) -> tuple[int, ...]:
    shapes = (
        f"mean_p has shape {p.mean.shape}, cov_p {p.cov.shape}, mean_q {q.mean.shape} and cov_q "
        f"{q.cov.shape}"
    )
    if p.mean.shape[-1] != q.mean.shape[-1]:
        raise ValueError(f"the numbers of dimensions differ: {shapes}")
    leads = (*(x.mean.shape[:-1] for x in (p, q)), *(x.cov.shape[:-2] for x in (p, q)))
    try:
        return np.broadcast_shapes(*leads)
    except ValueError:
        raise ValueError(f"the leading axes do not broadcast: {shapes}") from None
