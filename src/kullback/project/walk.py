"""Towards the maximum of the bound in steps that stay near: which mode is reached is no accident.

A step is in the coordinates z of the Gaussian reached so far, x = mean + L z: the best Gaussian
whose mean moves by at most BOX standard deviations and whose scales change by at most e**BOX, found
by SciPy's L-BFGS-B. A free line search leaps over the mode that the start belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from kullback.project.gaussians import Shape

Array = NDArray[np.float64]

Step = Callable[[Array], tuple[float, Array]]  # a vector in coordinates of z to value and gradient

BOX = 0.4
SETTLED = 1e-6  # the largest entry of a step
ROUNDED = 1e-8  # of a step that brings nothing any more


class Course(NamedTuple):
    """Where a walk has led."""

    vector: Array
    history: list[float]  # the bound after each step
    settled: bool


# (mean, L) to the bound there, and how much the bound of a Gaussian near it is above that.
Local = Callable[[Array, Array], tuple[float, Step]]


def walk(local: Local, shape: Shape, start: Array, steps: int) -> Course:
    """Steps until one is next to nothing."""
    vector, history, box = start, list[float](), BOX
    for _ in range(steps):
        mean, factor = shape.parts(vector)
        bound, gain = local(mean, factor)
        if not np.isfinite(bound):
            return Course(vector, history, False)
        if history and bound < history[-1] - ROUNDED * max(1.0, abs(bound)):
            box /= 2  # a gain at weighted points was none at their successors
        history.append(bound)
        move = _best(gain, shape, box)
        if np.abs(move).max() < SETTLED or box < SETTLED:
            return Course(vector, history, True)
        by_mean, by_factor = shape.parts(move)
        vector = shape.vector(mean + factor @ by_mean, factor @ by_factor)
    return Course(vector, history, False)


def _best(gain: Step, shape: Shape, box: float) -> Array:
    """The vector with the largest gain in the box."""

    def loss(vector: Array) -> tuple[float, Array]:
        value, gradient = gain(vector)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return 1e300, np.zeros_like(gradient)
        return -value, -gradient

    start = shape.vector(np.zeros(shape.d), np.eye(shape.d))
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-box, box)] * start.size,
        options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 60, "maxcor": 20},
    )
    return np.asarray(found.x)
