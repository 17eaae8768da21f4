"""The series behind every logarithm here: (atanh(s) - s) / s**3 = 1/3 + s**2/5 + s**4/7 + ...

Source: ln(1 + f) = 2 atanh(f / (2 + f)); the coefficients are made by `tests/coefficients.py`.
Each function takes z = s**2; its truncation error is below 1e-17 (1e-9 for `single`) of s + s**3 h.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math.bits import fma

NEAR = (
    0.3333333333333333,
    0.20000000000004248,
    0.1428571428351352,
    0.11111111544796315,
    0.09090867202796428,
    0.07694497914203262,
    0.06603601354397381,
    0.0681408910040067,
)
WIDE = (
    0.3333333333333333,
    0.2000000000000732,
    0.14285714283546977,
    0.11111111359462587,
    0.09090894680418056,
    0.07692786089226493,
    0.06657054776098349,
    0.06000701233024038,
    0.043995272812352236,
    0.08083808271416626,
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
    high = fma(fma(NEAR[7], z, NEAR[6]), z2, fma(NEAR[5], z, NEAR[4]))
    return fma(high, z2 * z2, low)


@inline
def wide(z: float) -> float:
    """For |s| up to 1/3: arguments of the logarithm in [1/2, 2]."""
    z2 = z * z
    z4 = z2 * z2
    low = fma(fma(WIDE[3], z, WIDE[2]), z2, fma(WIDE[1], z, WIDE[0]))
    middle = fma(fma(WIDE[7], z, WIDE[6]), z2, fma(WIDE[5], z, WIDE[4]))
    return fma(fma(fma(WIDE[9], z, WIDE[8]), z4, middle), z4, low)


@inline
def single(z: float) -> float:
    """As `near`, in float32."""
    h = fma(SINGLE[3], z, SINGLE[2])
    h = fma(h, z, SINGLE[1])
    return fma(h, z, SINGLE[0])
