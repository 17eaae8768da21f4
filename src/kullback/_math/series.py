"""The series behind every logarithm here: (atanh(s) - s) / s**3 = 1/3 + s**2/5 + s**4/7 + ...

Source: ln(1 + f) = 2 atanh(f / (2 + f)); the coefficients are made by `tests/coefficients.py`.
Each function takes z = s**2; the error of s + s**3 h relative to s is below 5e-17, and below 1e-9
for `single`.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math.bits import fma

NEAR = (
    0.3333333333333348,
    0.19999999999647927,
    0.14285714424604132,
    0.11111090603093089,
    0.09092346936741552,
    0.07640836131958906,
    0.07568418624456183,
)
WIDE = (
    0.33333333333333487,
    0.19999999999779317,
    0.1428571433848842,
    0.1111110626641162,
    0.09091131039873389,
    0.07686627310698292,
    0.06751287491739139,
    0.05160643491215821,
    0.08437011720871737,
)
SINGLE = tuple(
    np.float32(c)
    for c in (0.3333333312887794, 0.20000161445772788, 0.14265889001762402, 0.1188329879957116)
)


@inline
def near(z: float) -> float:
    """For |s| up to 1/5: arguments of the logarithm in [2/3, 3/2]."""
    # Estrin's scheme, here and below: one chain of fused steps made the JS kernel 7 % slower
    # (and the KL kernel 5 % faster, but that one waits for memory anyway).
    z2 = z * z
    low = fma(fma(NEAR[3], z, NEAR[2]), z2, fma(NEAR[1], z, NEAR[0]))
    high = fma(NEAR[6], z2, fma(NEAR[5], z, NEAR[4]))
    return fma(high, z2 * z2, low)


@inline
def near_in_turn(z: float) -> float:
    """As `near`, in two multiplications less: where several of them are under way at once."""
    h = fma(NEAR[6], z, NEAR[5])
    h = fma(h, z, NEAR[4])
    h = fma(h, z, NEAR[3])
    h = fma(h, z, NEAR[2])
    h = fma(h, z, NEAR[1])
    return fma(h, z, NEAR[0])


@inline
def wide(z: float) -> float:
    """For |s| up to 1/3: arguments of the logarithm in [1/2, 2]."""
    z2 = z * z
    z4 = z2 * z2
    low = fma(fma(WIDE[3], z, WIDE[2]), z2, fma(WIDE[1], z, WIDE[0]))
    middle = fma(fma(WIDE[7], z, WIDE[6]), z2, fma(WIDE[5], z, WIDE[4]))
    return fma(fma(WIDE[8], z4, middle), z4, low)


@inline
def single(z: float) -> float:
    """As `near`, in float32."""
    h = fma(SINGLE[3], z, SINGLE[2])
    h = fma(h, z, SINGLE[1])
    return fma(h, z, SINGLE[0])
