"""Towards the maximum of the bound in steps that stay near: which mode is reached is no accident.

A step is in the coordinates z of the Gaussian reached so far, x = mean + L z: the best Gaussian
whose mean moves by at most BOX standard deviations and whose scales change by at most e**BOX, found
by SciPy's L-BFGS-B. A free line search leaps over the mode that the start belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from kullback._process.arrays import Floats
from kullback.project.gaussians import Shape

Step = Callable[[Floats], tuple[float, Floats]]  # from a vector, of z, to a value and its gradient

BOX = 0.4
SETTLED = 1e-6  # the largest entry of a step after which none follows
ROUNDED = 1e-8  # a relative loss of the bound that may be rounding


class Course(NamedTuple):
    """The result of a walk."""

    vector: Floats
    history: list[float]  # the bound after each step
    settled: bool


# From (mean, L) to the bound there and the Step that gives the gain of a Gaussian near it.
Local = Callable[[Floats, Floats], tuple[float, Step]]


def walk(local: Local, shape: Shape, start: Floats, steps: int) -> Course:
    """Take at most so many steps, until one is below SETTLED."""
    vector, history, box = start, list[float](), BOX
    for _ in range(steps):
        mean, factor = shape.parts(vector)
        bound, gain = local(mean, factor)
        if not np.isfinite(bound):
            return Course(vector, history, False)
        if history and bound < history[-1] - ROUNDED * max(1.0, abs(bound)):
            box /= 2  # the step was a gain at its own points, and a loss at the next
        history.append(bound)
        move = _best(gain, shape, box)
        if np.abs(move).max() < SETTLED or box < SETTLED:
            return Course(vector, history, True)
        by_mean, by_factor = shape.parts(move)
        vector = shape.vector(mean + factor @ by_mean, factor @ by_factor)
    return Course(vector, history, False)


def _best(gain: Step, shape: Shape, box: float) -> Floats:
    """The vector with the largest gain in the box."""

    def loss(vector: Floats) -> tuple[float, Floats]:
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
