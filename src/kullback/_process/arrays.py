"""The types of arrays in annotations. This is the lowest room that knows NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Index = NDArray[np.intp]  # numbers of rows
