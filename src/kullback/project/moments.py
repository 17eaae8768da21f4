"""The nearest Gaussian in forward divergence: it has the target's moments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kullback._process.arrays import Floats
from kullback.estimate import arguments, integration
from kullback.estimate.densities import Density, density, landmarks_of
from kullback.project.gaussians import COVARIANCES, Gaussian

PRECISION = 1e-10  # relative, of the integrals; most are right to 1e-14
LIMIT = 200


def moment_projection(
    target: Any,
    /,
    *,
    weights: ArrayLike | None = None,
    covariance: str = "full",
    support: tuple[float, float] | None = None,
    points: ArrayLike | None = None,
) -> Gaussian:
    """The Gaussian g that makes KL(target || g) least: the one with the target's moments.

    Of samples it is the maximum of the likelihood: the mean, and the covariance with 1/n. It covers
    all of the target, the room between its modes included; `information_projection` does not.

    Parameters
    ----------
    target : array_like, (n,) or (n, d); or frozen SciPy distribution, or callable
        Samples; or a density on the line: a continuous distribution, or a function that takes an
        array and gives the logarithm of a density, which need not be normalized.
    weights : array_like, (n,), optional
        Of samples: not negative, finite and not all 0. Equal by default.
    covariance : "full" or "diagonal"
        Whether the Gaussian may have correlations.
    support : (float, float), optional
        Where a density that is a callable lives; the whole line by default.
    points : array_like, optional
        Where a density has narrow peaks or jumps: see `kullback.estimate.kl_quadrature`.

    Returns
    -------
    Gaussian
        `mean` and `covariance`, and `variance`: floats in one dimension, else (d,) and (d, d). A
        covariance of fewer samples than dimensions is singular.

    Raises
    ------
    ValueError
        Samples or weights of wrong shapes, not finite; a density without a variance; an option out
        of its range.
    TypeError
        A target that is none of these.

    References
    ----------
    C. M. Bishop, "Pattern Recognition and Machine Learning", Springer (2006), 10.7.

    Examples
    --------
    >>> import numpy as np
    >>> import kullback as kl
    >>> def two_modes(x):
    ...     return np.logaddexp(-((x + 3) ** 2) / 2, -((x - 3) ** 2) / 2)
    >>> found = kl.project.moment_projection(two_modes)
    >>> abs(round(found.mean, 9)), round(found.variance, 9)
    (0.0, 10.0)
    >>> kl.project.moment_projection([[1.0, 2.0], [3.0, 4.0]]).covariance
    array([[1., 1.],
           [1., 1.]])
    """
    arguments.choice(covariance, COVARIANCES, "covariance")
    if callable(target) or hasattr(target, "support"):
        if weights is not None:
            raise ValueError("weights are for samples, and target is a density")
        return _of_density(density(target, support, "target"), points)
    return _of_samples(target, weights, covariance == "full")


def _of_samples(target: Any, weights: ArrayLike | None, full: bool) -> Gaussian:
    if weights is not None:
        target, weights = arguments.by_label({"target": target, "weights": weights}, "mm")
    rows = arguments.samples(target, "target")
    shares = _shares(weights, len(rows))
    mean = shares @ rows
    mean += shares @ (rows - mean)  # the mean of the rest that rounding has left
    away = rows - mean
    spread = (shares[:, None] * away).T @ away if full else np.diag(shares @ away**2)
    if np.ndim(target) == 1:
        return Gaussian(float(mean[0]), float(spread[0, 0]))
    return Gaussian(mean, (spread + spread.T) / 2)


def _shares(weights: ArrayLike | None, n: int) -> Floats:
    if weights is None:
        return np.full(n, 1.0 / n)
    if np.shape(weights) != (n,):
        raise ValueError(f"weights have shape {np.shape(weights)}; it must be ({n},), one a sample")
    return arguments.shares(weights, "weights")


def _of_density(target: Density, points: ArrayLike | None) -> Gaussian:
    marks = integration.landmarks(landmarks_of((target,), points), target.low, target.high)
    both = integration.ends(marks, target.low, target.high)
    parts = integration.pieces(marks, both)
    top = float(target.log(marks).max())

    def moment(order: int, center: float, side: float) -> float:
        """The moment of the part of the target on one side of the center, without its sign."""

        def logarithm(x: Floats, weight: Floats) -> Floats:
            away = side * (x - center)
            with np.errstate(divide="ignore"):
                power = order * np.log(np.maximum(away, 0.0)) if order else 0.0
            return target.log(x) - top + weight + power

        found = integration.integrate(logarithm, parts, both, (0.0, PRECISION), LIMIT)
        if not math.isfinite(found.value) or found.error > 1e-6 * abs(found.value):
            raise ValueError(f"target has no moment of order {order}, or none that can be found")
        return found.value

    def centered(order: int, center: float) -> float:
        right, left = moment(order, center, 1.0), moment(order, center, -1.0)
        return float(right + (-1) ** order * left) / mass

    mass, start = moment(0, 0.0, 1.0), float(np.median(marks))
    mean = start + centered(1, start)
    mean += centered(
        1, mean
    )  # again, around the mean: the first one is not exact if it is far from `start`
    return Gaussian(mean, centered(2, mean))
