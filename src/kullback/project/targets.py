"""A user's log density and its gradient at many points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP = float(np.finfo(np.float64).eps) ** (1 / 3)  # where rounding and curvature err alike


class Target(NamedTuple):
    """ln p and its gradient, of points (n, d) or, if `scalar`, (n,)."""

    log: Callable[[Any], Any]
    slope: Callable[[Any], Any] | None
    scalar: bool

    def values(self, x: Array) -> Array:
        """Ln p at each point, (n,)."""
        with np.errstate(all="ignore"):
            found = np.asarray(self.log(x[:, 0] if self.scalar else x), np.float64)
        if found.shape != x.shape[:1]:
            raise ValueError(
                f"log_target gives shape {found.shape} for {len(x)} points; it must give one "
                "number for each"
            )
        return found

    def gradients(self, x: Array) -> Array:
        """(n, d): the given gradient, or central differences."""
        if self.slope is None:
            return self._differences(x)
        with np.errstate(all="ignore"):
            found = np.asarray(self.slope(x[:, 0] if self.scalar else x), np.float64)
        if found.shape != (x.shape[:1] if self.scalar else x.shape):
            raise ValueError(
                f"gradient gives shape {found.shape} for points of shape "
                f"{x.shape[:1] if self.scalar else x.shape}; it must give the same"
            )
        return found.reshape(x.shape)

    def _differences(self, x: Array) -> Array:
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
