"""Divergences of what is no table of numbers: densities, samples, mixtures of Gaussians.

    quadrature         two densities in one dimension         value and error
    monte_carlo        two log densities and samples of p     value and standard error
    nearest_neighbor   samples of p and of q, no densities    value and standard error
    gaussian_mixtures  two mixtures                           approximation, lower and upper bound

Below them:

    arguments          what is given: samples, weights, functions of points
    densities          a SciPy distribution or a callable ──► log density, support, landmarks
    integration        densities ──► pieces of the line ──► SciPy's adaptive quadrature
    ratios             e**d - 1 - d of a difference of logarithms
    results            what is returned
"""

from kullback.estimate.gaussian_mixtures import gaussian_mixture_kl
from kullback.estimate.monte_carlo import kl_monte_carlo
from kullback.estimate.nearest_neighbor import kl_nearest_neighbor
from kullback.estimate.quadrature import kl_quadrature
from kullback.estimate.results import ConvergenceWarning, Estimate, MixtureDivergence, Quadrature

__all__ = [
    "ConvergenceWarning",
    "Estimate",
    "MixtureDivergence",
    "Quadrature",
    "gaussian_mixture_kl",
    "kl_monte_carlo",
    "kl_nearest_neighbor",
    "kl_quadrature",
]


def __dir__() -> list[str]:
    return __all__
