"""The nearest Gaussian in reverse divergence, by the evidence lower bound."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._process.arrays import Floats
from kullback.estimate import arguments
from kullback.estimate.results import ConvergenceWarning
from kullback.project import reparameterization, score
from kullback.project.gaussians import COVARIANCES, Gaussian, InformationProjection, Shape
from kullback.project.points import Points, hermite, sobol
from kullback.project.targets import Target
from kullback.project.walk import Course, walk

METHODS = ("reparameterization", "score_function", "quadrature")
FIRST_NODES, MOST_NODES = 32, 2048  # of quadrature
AGREED, DIFFERENT = 1e-10, 1e-6  # two bounds by quadrature: no need for more nodes; no agreement


def information_projection(
    log_target: Callable[[Any], Any],
    start: ArrayLike | Gaussian,
    /,
    *,
    gradient: Callable[[Any], Any] | None = None,
    covariance: str = "diagonal",
    method: str = "reparameterization",
    n_points: int = 4096,
    seed: int = 0,
    max_iterations: int = 500,
) -> InformationProjection:
    """The Gaussian g that makes KL(g || target) least, for a target that need not be normalized.

    It makes the evidence lower bound E_g[ln target] + H(g) = ln Z - KL(g || target) largest. It
    sits where the target is: of several modes on one, which one depending on the start.

    Parameters
    ----------
    log_target : callable
        Takes points, (n, d), or (n,) if `start` is a number, and gives the logarithm of the target
        at each, (n,): finite everywhere, up to a constant -ln Z.
    start : float, array_like (d,), or Gaussian
        Where to begin: a mean, with covariance 1, or a Gaussian.
    gradient : callable, optional
        Takes the same points and gives the gradient of log_target, of their shape. By default
        central differences, at 2 d values of log_target a point. "score_function" needs none.
    covariance : "diagonal" or "full"
        The family: independent coordinates, or any covariance.
    method : "reparameterization", "score_function" or "quadrature"
        How the bound and its gradient are computed: at points mean + L z, moved with the Gaussian;
        from values of log_target alone, weighted (less exact); by Gauss and Hermite's points in one
        dimension, doubled until two of them agree.
    n_points : int
        Points of the first two methods, rounded up to a power of two: the same quasi-random ones
        throughout, so that the result is deterministic.
    seed : int
        Of the points.
    max_iterations : int
        At most so many.

    Returns
    -------
    InformationProjection
        `gaussian`, the `bound` at it in nats, `bound_error`, the `history` of the bound and
        `converged`. With points the bound is a mean over others than those it was optimized at,
        and its error a standard error; by quadrature it is the difference of two.

    Raises
    ------
    ValueError
        A target that is not finite at the start, or of a wrong shape; quadrature in more than one
        dimension; an option out of its range.
    TypeError
        A log_target that cannot be called.

    Warns
    -----
    ConvergenceWarning
        The maximum was not reached, or two quadratures do not agree.

    Notes
    -----
    Maximized by SciPy's L-BFGS-B, in boxes in which the mean moves by less than half a standard
    deviation, so that the start decides which mode is reached. The points are made to have mean 0
    and covariance 1 exactly, so that a Gaussian target is found to the accuracy of the optimizer.

    References
    ----------
    D. M. Blei, A. Kucukelbir and J. D. McAuliffe, "Variational Inference: A Review for
    Statisticians", JASA 112 (2017); A. Kucukelbir et al., "Automatic Differentiation Variational
    Inference", JMLR 18 (2017); R. Ranganath, S. Gerrish and D. M. Blei, "Black Box Variational
    Inference", AISTATS (2014), for the score function.

    Examples
    --------
    >>> import numpy as np
    >>> import kullback as kl
    >>> def two_modes(x):  # at -3 and 3, each of variance 1 and half of the mass
    ...     both = np.logaddexp(-((x + 3) ** 2) / 2, -((x - 3) ** 2) / 2)
    ...     return both - np.log(2 * np.sqrt(2 * np.pi))
    >>> for start in (-1.0, 1.0):
    ...     found = kl.project.information_projection(two_modes, start, method="quadrature")
    ...     print(f"{found.gaussian.mean:.3f} {found.gaussian.variance:.2f} {found.bound:.3f}")
    -2.984 1.05 -0.689
    2.984 1.05 -0.689
    """
    _check(log_target, covariance, method)
    mean, factor, scalar = _start(start, covariance == "full")
    shape = Shape(len(mean), covariance == "full")
    target = Target(log_target, gradient, scalar)
    vector = shape.vector(mean, factor)
    if method == "quadrature":
        if shape.d != 1:
            raise ValueError(f'method="quadrature" is for one dimension, and start has {shape.d}')
        _finite_bound(target, shape, hermite(FIRST_NODES), vector)
        return _by_quadrature(target, shape, vector, max_iterations)
    count = arguments.whole(n_points, "n_points", 2)
    points = sobol(count, shape.d, seed)
    _finite_bound(target, shape, points, vector)
    local = (score if method == "score_function" else reparameterization).around
    course = walk(local(target, shape, points), shape, vector, max_iterations)
    bound = _fresh_bound(target, shape, course.vector, count, seed)
    return _result(shape, course, bound, scalar)


def _check(log_target: object, covariance: str, method: str) -> None:
    if not callable(log_target):
        raise TypeError(f"log_target is {log_target!r}; it must be a function")
    arguments.choice(covariance, COVARIANCES, "covariance")
    arguments.choice(method, METHODS, "method")


def _start(given: Any, full: bool) -> tuple[Floats, Floats, bool]:
    """The mean and L of the start, and whether the target takes numbers."""
    mean, spread = given if isinstance(given, Gaussian) else (given, None)
    center = np.asarray(arrays.array(mean, "start"), np.float64)
    if center.ndim > 1 or not center.size or not np.isfinite(center).all():
        raise ValueError(f"start is {mean!r}; it must be a finite number or (d,) of them")
    d = center.size
    square = np.eye(d) if spread is None else np.asarray(spread, np.float64).reshape(d, d)
    try:
        factor = np.linalg.cholesky(square if full else np.diag(np.diagonal(square)))
    except np.linalg.LinAlgError:
        raise ValueError("the covariance of start is not positive definite") from None
    return center.reshape(d), np.asarray(factor, np.float64), center.ndim == 0


def _finite_bound(target: Target, shape: Shape, points: Points, vector: Floats) -> None:
    x = shape.samples(vector, points.z)
    wrong = np.flatnonzero(~np.isfinite(target.values(x)))
    if wrong.size:
        raise ValueError(
            f"log_target is not finite at {x[wrong[0]]}, where the Gaussian of the start is not 0: "
            "the divergence is infinite (change variables, so that the target is positive "
            "everywhere, or begin elsewhere)"
        )


def _by_quadrature(
    target: Target, shape: Shape, vector: Floats, iterations: int
) -> InformationProjection:
    history = list[float]()
    nodes = FIRST_NODES
    while True:
        points = hermite(nodes)
        course = walk(reparameterization.around(target, shape, points), shape, vector, iterations)
        history, vector = history + course.history, course.vector
        bound = _bound(target, shape, hermite(2 * nodes), vector)
        error = abs(bound - history[-1])
        if error <= AGREED * max(1.0, abs(bound)) or 2 * nodes > MOST_NODES:
            break
        nodes *= 2
    settled = course.settled and error <= DIFFERENT * max(1.0, abs(bound))
    return _result(shape, Course(vector, history, settled), (bound, error), target.scalar)


def _bound(target: Target, shape: Shape, points: Points, vector: Floats) -> float:
    values = target.values(shape.samples(vector, points.z))
    return float(points.weights @ values) + shape.entropy(vector)


def _fresh_bound(
    target: Target, shape: Shape, vector: Floats, n: int, seed: int
) -> tuple[float, float]:
    """Mean and standard error of ln target - ln g over independent samples of g."""
    z = np.random.default_rng([seed, 1]).standard_normal((n, shape.d))
    minus_log = 0.5 * (z**2).sum(axis=1) - 0.5 * shape.d + shape.entropy(vector)
    terms = target.values(shape.samples(vector, z)) + minus_log
    return float(terms.mean()), float(terms.std(ddof=1)) / math.sqrt(n)


def _result(
    shape: Shape, course: Course, bound: tuple[float, float], scalar: bool
) -> InformationProjection:
    if not course.settled:
        warnings.warn(
            "the evidence lower bound has not converged: allow more iterations, or begin elsewhere",
            ConvergenceWarning,
            stacklevel=3,
        )
    mean, factor = shape.parts(course.vector)
    spread = factor @ factor.T
    gaussian = Gaussian(float(mean[0]), float(spread[0, 0])) if scalar else Gaussian(mean, spread)
    return InformationProjection(gaussian, *bound, np.array(course.history), course.settled)
