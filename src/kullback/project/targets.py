"""A user's log density and its gradient at many points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._process.arrays import Floats
from kullback.estimate import arguments

STEP = float(np.finfo(np.float64).eps) ** (
    1 / 3
)  # relative, of differences: rounding and curvature err alike


class Target(NamedTuple):
    """ln p and its gradient, of points (n, d) or, if `scalar`, (n,)."""

    log: Callable[[Any], Any]
    slope: Callable[[Any], Any] | None
    scalar: bool

    def values(self, x: Floats) -> Floats:
        """Ln p at each point, (n,)."""
        return arguments.values(self.log, self._points(x), x.shape[:1], "log_target")

    def gradients(self, x: Floats) -> Floats:
        """The gradient at each point, (n, d): the user's, or by central differences."""
        if self.slope is None:
            return self._differences(x)
        points = self._points(x)
        return arguments.values(self.slope, points, points.shape, "gradient").reshape(x.shape)

    def _points(self, x: Floats) -> Floats:
        return x[:, 0] if self.scalar else x

    def _differences(self, x: Floats) -> Floats:
        found = np.empty_like(x)
        for j in range(x.shape[1]):
            up, down = x.copy(), x.copy()
            step = STEP * np.maximum(1.0, np.abs(x[:, j]))
            up[:, j] += step
            down[:, j] -= step
            with np.errstate(invalid="ignore"):
                rise = self.values(up) - self.values(down)
            found[:, j] = rise / (up[:, j] - down[:, j])
        return found
