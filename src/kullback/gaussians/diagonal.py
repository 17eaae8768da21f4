"""Diagonal Gaussians in batches: `(..., d)` means and spreads `-> (...)`."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.axes import Axis, kept
from kullback._arguments.faces import face_of
from kullback._arguments.options import Chosen, InformationOptions, checked
from kullback._arguments.results import Results
from kullback._catalogue import GAUSSIAN
from kullback._drivers import gaussians as driver
from kullback._drivers.sources import Rows
from kullback._process.arrays import Array
from kullback.gaussians.arguments import dimensions_last, reporter, spread_kind


@face_of("(d|1),(d|1),(d|1),(d|1)->()")
def gaussian_kl_divergence(
    mean_p: ArrayLike,
    var_p: ArrayLike,
    mean_q: ArrayLike,
    var_q: ArrayLike,
    /,
    *,
    spread: str = "var",
    axis: Axis | None = -1,
    keepdims: bool = False,
    **options: Unpack[InformationOptions],
) -> Any:
    """KL(p || q) of Gaussians with diagonal covariance, sum over the dimensions of

        (v_p/v_q - 1 - ln(v_p/v_q) + (m_p - m_q)**2 / v_q) / 2.

    Parameters
    ----------
    mean_p, var_p, mean_q, var_q : array_like, (..., d)
        Means and spreads, which broadcast: one Gaussian against many is not copied. All numbers:
        Gaussians of one dimension. All float32 are returned as such, everything else is float64.
        A p without width (variance 0) is infinitely far from every q.
    spread : "var", "std" or "log_var"
        What the second and fourth arguments are: variances, standard deviations, or natural
        logarithms of variances.
    axis : int, str, a tuple of them, or None
        The axis of the dimensions, or several, of labelled arrays also by name; None returns every
        dimension's share, without a sum.
    keepdims : bool
        Keep the axes of the dimensions in the result, with length 1.
    invalid : "raise" or "nan"
        What does an entry that is no mean or no spread: ValueError, or NaN in every result that
        it takes part in.

    Returns
    -------
    ndarray (...), or (..., d) for axis=None; a float where there are no other axes
        At least 0, and 0 where the Gaussians are equal; in nats or units of `base`.

    Raises
    ------
    ValueError
        A mean that is not finite; a spread that is negative, NaN or infinite; a q without width
        (naming argument, row, dimension and value); shapes that do not broadcast; an option or
        `out` out of its range.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    The relative error in float64 is below 1e-13, however near to or far from each other the two
    are: no difference of large terms is formed. Results do not depend on `threads`.

    References
    ----------
    S. Kullback, "Information Theory and Statistics", Wiley (1959), chapter 9.

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.gaussian_kl_divergence(0, 1, 0, 2, spread="std"))
    0.3181471805599453
    >>> kl.gaussian_kl_divergence([[0.0, 0.0], [1.0, 2.0]], [1.0, 1.0], 0.0, 1.0)
    array([0. , 2.5])
    """
    given = (("mean_p", mean_p), ("var_p", var_p), ("mean_q", mean_q), ("var_q", var_q))
    return _divergence(given, spread, axis, checked(GAUSSIAN["kl"], keepdims=keepdims, **options))


@face_of("(d|1),(d|1)->()")
def standard_gaussian_kl_divergence(
    mean: ArrayLike,
    log_var: ArrayLike,
    /,
    *,
    spread: str = "log_var",
    axis: Axis | None = -1,
    keepdims: bool = False,
    **options: Unpack[InformationOptions],
) -> Any:
    """KL of diagonal Gaussians from N(0, I): -1/2 sum (1 + ln v - m**2 - v), the term of a VAE.

    Parameters
    ----------
    mean, log_var : array_like, (..., d)
        Means, and natural logarithms of variances (or what `spread` says), which broadcast.
    spread : "var", "std" or "log_var"
        What the second argument is: variances, standard deviations, or natural logarithms of
        variances.
    axis : int, str, a tuple of them, or None
        The axis of the dimensions, or several, of labelled arrays also by name; None returns every
        dimension's share, without a sum.
    keepdims : bool
        Keep the axes of the dimensions in the result, with length 1.
    invalid : "raise" or "nan"
        What does an entry that is no mean or no spread: ValueError, or NaN in every result that
        it takes part in.

    Returns
    -------
    ndarray (...), or (..., d) for axis=None; a float where there are no other axes
        At least 0, and 0 for N(0, I); in nats or units of `base`.

    Raises
    ------
    ValueError, TypeError
        As `gaussian_kl_divergence`.

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-Encoding Variational Bayes" (2014), appendix B.

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.standard_gaussian_kl_divergence([0.5, -0.3], [-0.5, -1.0]).round(6))
    0.407205
    >>> float(kl.standard_gaussian_kl_divergence(0.5, 0.8, spread="std").round(6))
    0.168144
    """
    given = (("mean", mean), ("log_var", log_var))
    return _divergence(given, spread, axis, checked(GAUSSIAN["kl"], keepdims=keepdims, **options))


def _divergence(
    given: tuple[tuple[str, ArrayLike], ...],
    spread: str,
    axis: Axis | None,
    chosen: Chosen,
) -> Any:
    """Check, run, return: of two arrays against N(0, I), of four against each other."""
    kind = spread_kind(spread)
    names = [name for name, _ in given]
    inputs = [arrays.array(value, name) for name, value in given]
    dtype = arrays.result_dtype(*inputs)
    sides = dimensions_last(inputs, names, -1 if axis is None else axis)
    leads = {side.shape[:-1] for side in sides}
    lead = np.broadcast_shapes(*leads) if len(leads) > 1 else leads.pop()  # 1 us less
    d = sides[0].shape[-1]
    shape = _shape_of_result(inputs, lead, axis, chosen.keepdims)
    results = Results(chosen.out, shape, dtype, inputs)
    rows = results.flat.reshape(-1, d) if axis is None else results.flat
    report = reporter(sides, names, kind, chosen.raises)
    read = [Rows(side, lead, dtype) for side in sides]
    standard, unit = len(given) == 2, chosen.work.unit
    driver.run(driver.Batch(kind, standard, read, axis is None, unit, report, chosen.threads), rows)
    return results.returned()


def _shape_of_result(
    inputs: list[Array], lead: tuple[int, ...], axis: Axis | None, keepdims: bool
) -> tuple[int, ...]:
    """Of all shares where `axis` is None; of numbers there are no axes to be kept."""
    if axis is None:
        return np.broadcast_shapes(*(array.shape for array in inputs))
    numbers = not any(array.ndim for array in inputs)
    return lead if numbers else kept(lead, axis, keepdims)
