"""Cosine and sine of an angle in turns, as steps that vectorise.

The coefficients are made by `tests/coefficients.py`.
"""

from __future__ import annotations

from typing import Any

from kullback._math.precision import polynomial
from kullback._math.tracing import traced

TO_INTEGER = 1.5 * 2.0**52  # added and taken away again, it rounds what is below 2**51
TURNS_ERROR = 2e-14  # of cosine and sine of |t| <= 1; beyond, the rounding of t adds 7 |t| 2**-53

COSINE = (
    0.9999999999999938,
    -19.739208802173774,
    64.9393940220155,
    -85.45681717323633,
    60.24464050055131,
    -26.426243739288743,
    7.903417343930587,
    -1.7137170601324672,
    0.2796922603463222,
    -0.03193726296857279,
)
SINE = (
    6.2831853071795845,
    -41.34170224039827,
    81.60524927587791,
    -76.70585974295835,
    42.05869368182453,
    -15.094638639381966,
    3.819916667624677,
    -0.7179191300472632,
    0.10353197926616055,
    -0.010694441844600297,
)

# cos(2 pi t) and sin(2 pi t) / t at z = t**2 for |t| up to 1/2, errors below 1e-14.
cosine = polynomial(COSINE)
sine = polynomial(SINE)


@traced
def cosine_and_sine(t: Any) -> Any:
    """cos(2 pi t) and sin(2 pi t) for |t| < 2**51, to TURNS_ERROR."""
    rest = t - ((t + TO_INTEGER) - TO_INTEGER)
    z = rest * rest
    return cosine(z), rest * sine(z)
