"""Cosine and sine of an angle in turns, as steps that vectorise."""

from __future__ import annotations

from typing import Any

from kullback._jit import inline
from kullback._math import series

TO_INTEGER = 1.5 * 2.0**52  # added and taken away again, it rounds what is below 2**51
TURNS_ERROR = 2e-14  # of cosine and sine of |t| <= 1; beyond, the rounding of t adds 7 |t| 2**-53


@inline
def cosine_and_sine(t: Any) -> Any:
    """cos(2 pi t) and sin(2 pi t) for |t| < 2**51, to TURNS_ERROR."""
    rest = t - ((t + TO_INTEGER) - TO_INTEGER)
    z = rest * rest
    return series.cosine(z), rest * series.sine(z)
