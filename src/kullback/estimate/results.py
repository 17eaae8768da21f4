"""What estimators return, and the warning that goes with what has not converged."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtri, stdtrit


class ConvergenceWarning(RuntimeWarning):
    """A result is less certain than was asked for."""


class Quadrature(NamedTuple):
    """The result of `kl_quadrature`, in nats or units of `base`.

    Parameters
    ----------
    value : float
        The divergence.
    error : float
        An estimate of its absolute error.
    converged : bool
        Whether the error is as small as was asked for, and nothing speaks against it.
    """

    value: float
    error: float
    converged: bool


class Estimate(NamedTuple):
    """The result of an estimator from samples, in nats or units of `base`.

    Parameters
    ----------
    value : float
        The estimate of the divergence.
    standard_error : float
        The standard error of the value, itself estimated; NaN where there are too few samples.
    degrees_of_freedom : float
        The degrees of freedom of the standard error.
    """

    value: float
    standard_error: float
    degrees_of_freedom: float = math.inf

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Limits that cover the expectation of the estimator with about this probability.

        Parameters
        ----------
        confidence : float
            Between 0 and 1.

        Returns
        -------
        (float, float)
            The value plus and minus a multiple of its standard error, by Student's t distribution.

        Raises
        ------
        ValueError
            A confidence that is not between 0 and 1.

        Examples
        --------
        >>> from kullback.estimate import Estimate
        >>> [round(limit, 3) for limit in Estimate(1.0, 0.1).interval(0.9)]
        [0.836, 1.164]
        """
        if not 0.0 < confidence < 1.0:
            raise ValueError(f"confidence is {confidence!r}; it must be between 0 and 1")
        level = (1.0 + confidence) / 2
        finite = math.isfinite(self.degrees_of_freedom)
        factor = float(stdtrit(self.degrees_of_freedom, level) if finite else ndtri(level))
        return self.value - factor * self.standard_error, self.value + factor * self.standard_error


class MixtureDivergence(NamedTuple):
    """The result of `gaussian_mixture_kl`, in nats or units of `base`.

    Parameters
    ----------
    value : float
        The variational approximation.
    lower, upper : float
        Bounds: not above KL, and not below it.
    """

    value: float
    lower: float
    upper: float
