"""The types of arrays in annotations, and their conversion. The lowest room that knows NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Index = NDArray[np.intp]  # numbers of rows


def contiguous(array: Array, dtype: np.dtype[Any] | type = np.float64) -> Array:
    """C-contiguous, of this dtype; an array that is so already is returned as it is.

    A signaling NaN becomes a quiet one, and NumPy warns of that; what a NaN is here is said by the
    errors of those who look for it.
    """
    with np.errstate(invalid="ignore"):
        return np.ascontiguousarray(array, dtype)
