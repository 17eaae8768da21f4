"""The reparameterized gradient of the bound: points move with the Gaussian, x = mean + L z."""

from __future__ import annotations

import numpy as np

from kullback._process.arrays import Floats
from kullback.project.gaussians import Shape
from kullback.project.points import Points
from kullback.project.targets import Target
from kullback.project.walk import Local, Step


def around(target: Target, shape: Shape, points: Points) -> Local:
    """The bound near any Gaussian, at the same points z."""
    z, weights = points

    def local(mean: Floats, factor: Floats) -> tuple[float, Step]:
        entropy = shape.entropy(shape.vector(mean, factor))
        bound = float(weights @ target.values(mean + z @ factor.T)) + entropy

        def gain(vector: Floats) -> tuple[float, Floats]:
            by_mean, by_factor = shape.parts(vector)
            x = mean + (by_mean + z @ by_factor.T) @ factor.T
            with np.errstate(all="ignore"):
                value = float(weights @ target.values(x)) + entropy - bound
                slopes = weights[:, None] * (target.gradients(x) @ factor)
            gradient = shape.gradient(slopes.sum(axis=0), slopes.T @ z, by_factor)
            gradient[shape.d : 2 * shape.d] += 1.0
            return value + float(vector[shape.d : 2 * shape.d].sum()), gradient

        return bound, gain

    return local
