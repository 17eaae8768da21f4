"""A Gaussian as it is returned, and as the vector of numbers that an optimizer changes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._process.arrays import Floats

COVARIANCES = ("diagonal", "full")


class Gaussian(NamedTuple):
    """A Gaussian distribution.

    Parameters
    ----------
    mean : float or ndarray, (d,)
        A float in one dimension.
    covariance : float or ndarray, (d, d)
        In one dimension the variance; ``variance`` is its diagonal.
    """

    mean: Any
    covariance: Any

    @property
    def variance(self) -> Any:
        """The variance of each coordinate: a float, or (d,)."""
        return np.diagonal(self.covariance).copy() if np.ndim(self.covariance) else self.covariance


class InformationProjection(NamedTuple):
    """The result of `information_projection`.

    Parameters
    ----------
    gaussian : Gaussian
        The projection.
    bound : float
        The evidence lower bound in nats, ln Z - KL(gaussian || target).
    bound_error : float
        Its standard error, or an estimate of its error by quadrature.
    history : ndarray
        The bound after each iteration, at the points of the optimization.
    converged : bool
        Whether the maximum was reached.
    """

    gaussian: Gaussian
    bound: float
    bound_error: float
    history: Floats
    converged: bool


class Shape(NamedTuple):
    """How a Gaussian is a vector: its mean, then ln of the diagonal of L, then the rest of L.

    Its samples are mean + L z with z standard normal; L is lower triangular.
    """

    d: int
    full: bool

    def below(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the entries of L below its diagonal that may differ from 0."""
        return np.tril_indices(self.d if self.full else 0, -1)

    def vector(self, mean: Floats, factor: Floats) -> Floats:
        """The vector of a Gaussian."""
        return np.concatenate([mean, np.log(np.diagonal(factor)), factor[self.below()]])

    def parts(self, vector: Floats) -> tuple[Floats, Floats]:
        """The mean and L of a vector."""
        factor = np.diag(np.exp(vector[self.d : 2 * self.d]))
        factor[self.below()] = vector[2 * self.d :]
        return vector[: self.d], factor

    def samples(self, vector: Floats, z: Floats) -> Floats:
        """The points mean + L z, (n, d), for z of that shape."""
        mean, factor = self.parts(vector)
        return np.asarray(mean + z @ factor.T)

    def entropy(self, vector: Floats) -> float:
        """The entropy of the Gaussian, in nats."""
        unit = math.log(2 * math.pi * math.e)  # twice that of a standard normal number
        return float(vector[self.d : 2 * self.d].sum()) + 0.5 * self.d * unit

    def gradient(self, by_mean: Floats, by_factor: Floats, factor: Floats) -> Floats:
        """The gradient of a function of the vector, from its derivatives by the mean and by L."""
        return np.concatenate(
            [by_mean, np.diagonal(by_factor) * np.diagonal(factor), by_factor[self.below()]]
        )
