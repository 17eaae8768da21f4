"""Projections on the Gaussians: the nearest one in forward and in reverse divergence.

    moments    moment_projection, KL(target || Gaussian): as wide as the target, covers every mode
    evidence   information_projection, KL(Gaussian || target): sits on one mode; the target need
               not be normalized

Below them:

    gaussians  what is returned, and the numbers that an optimizer sees
    points     where expectations under a standard normal are taken
    targets    a log density and its gradient at many points
    walk       steps to the maximum of the bound, and the two ways to its gradient:
    reparameterization · score
"""

from kullback.project.evidence import information_projection
from kullback.project.gaussians import Gaussian, InformationProjection
from kullback.project.moments import moment_projection

__all__ = ["Gaussian", "InformationProjection", "information_projection", "moment_projection"]


def __dir__() -> list[str]:
    return __all__
