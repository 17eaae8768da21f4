"""The polynomials behind every logarithm and exponential here.

Logarithms: ln(1 + f) = 2 atanh(s), s = f/(2 + f), (atanh(s) - s) / s**3 = 1/3 + s**2/5 + ...
Each function takes z = s**2; the error of s + s**3 h relative to s is below 5e-17, and below 1e-8
for the ones in float32. Exponentials: (e**r - 1 - r) / r**2 = 1/2 + r/6 + ...
Binary logarithms by table: log2(1 + f) / f = 1/ln 2 - f/(2 ln 2) + ...
The coefficients are made by `tests/coefficients.py`.

All are evaluated in turn, by Horner's rule. Estrin's scheme has shorter chains but two or three
multiplications more, and multiplications are what the kernels are bound by: KL with it took 11 %
longer on a processor with 256-bit units, JS 13 %.
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
NEAR_SINGLE = tuple(
    np.float32(c) for c in (0.33333357557769466, 0.19989248501984702, 0.14986452958010033)
)
WIDE_SINGLE = tuple(
    np.float32(c)
    for c in (0.33333320146195494, 0.20003785165284077, 0.14118163564493022, 0.13426807704413224)
)
EXPONENTIAL = (
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662404,
    0.008333333333330055,
    0.0013888888917258759,
    0.00019841269863088255,
    2.4801521225986432e-05,
    2.7557268406190795e-06,
    2.7620121717381933e-07,
    2.51004110820149e-08,
)

LOG2 = (
    1.4426950408889623,
    -0.7213475204444807,
    0.4808983470004411,
    -0.36067376025594977,
    0.2885388165655868,
    -0.24044900102591074,
    0.20641292156589114,
    -0.18061915287013675,
)
LOG2_SINGLE = tuple(
    np.float32(c)
    for c in (1.4426950387360515, -0.7213475186503728, 0.48096884691264874, -0.3607325106288536)
)


@inline
def near(z: float) -> float:
    """For |s| up to 1/5: arguments of the logarithm in [2/3, 3/2]."""
    h = fma(NEAR[6], z, NEAR[5])
    h = fma(h, z, NEAR[4])
    h = fma(h, z, NEAR[3])
    h = fma(h, z, NEAR[2])
    h = fma(h, z, NEAR[1])
    return fma(h, z, NEAR[0])


@inline
def wide(z: float) -> float:
    """For |s| up to 1/3: arguments of the logarithm in [1/2, 2]."""
    h = fma(WIDE[8], z, WIDE[7])
    h = fma(h, z, WIDE[6])
    h = fma(h, z, WIDE[5])
    h = fma(h, z, WIDE[4])
    h = fma(h, z, WIDE[3])
    h = fma(h, z, WIDE[2])
    h = fma(h, z, WIDE[1])
    return fma(h, z, WIDE[0])


@inline
def single(z: float) -> float:
    """As `near`, in float32, to its last digit."""
    h = fma(SINGLE[3], z, SINGLE[2])
    h = fma(h, z, SINGLE[1])
    return fma(h, z, SINGLE[0])


@inline
def near_single(z: float) -> float:
    """As `near`, in float32."""
    h = fma(NEAR_SINGLE[2], z, NEAR_SINGLE[1])
    return fma(h, z, NEAR_SINGLE[0])


@inline
def wide_single(z: float) -> float:
    """As `wide`, in float32."""
    h = fma(WIDE_SINGLE[3], z, WIDE_SINGLE[2])
    h = fma(h, z, WIDE_SINGLE[1])
    return fma(h, z, WIDE_SINGLE[0])


@inline
def exponential(r: float) -> float:
    """(e**r - 1 - r) / r**2 for |r| up to ln(2)/2, relative error below 3e-16."""
    h = fma(EXPONENTIAL[9], r, EXPONENTIAL[8])
    h = fma(h, r, EXPONENTIAL[7])
    h = fma(h, r, EXPONENTIAL[6])
    h = fma(h, r, EXPONENTIAL[5])
    h = fma(h, r, EXPONENTIAL[4])
    h = fma(h, r, EXPONENTIAL[3])
    h = fma(h, r, EXPONENTIAL[2])
    h = fma(h, r, EXPONENTIAL[1])
    return fma(h, r, EXPONENTIAL[0])


@inline
def log2(f: float) -> float:
    """log2(1 + f) / f for |f| up to 1/32, relative error below 8e-16."""
    h = fma(LOG2[7], f, LOG2[6])
    h = fma(h, f, LOG2[5])
    h = fma(h, f, LOG2[4])
    h = fma(h, f, LOG2[3])
    h = fma(h, f, LOG2[2])
    h = fma(h, f, LOG2[1])
    return fma(h, f, LOG2[0])


@inline
def log2_single(f: float) -> float:
    """The same for |f| up to 1/64, in float32."""
    h = fma(LOG2_SINGLE[3], f, LOG2_SINGLE[2])
    h = fma(h, f, LOG2_SINGLE[1])
    return fma(h, f, LOG2_SINGLE[0])
