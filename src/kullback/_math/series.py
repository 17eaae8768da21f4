"""The polynomials behind every logarithm and exponential here.

Logarithms: ln(1 + f) = 2 atanh(s), s = f/(2 + f), (atanh(s) - s) / s**3 = 1/3 + s**2/5 + ...
Each function takes z = s**2; the error of s + s**3 h relative to s is below 5e-17, and below 1e-8
for the ones in float32. Exponentials: (e**r - 1 - r) / r**2 = 1/2 + r/6 + ...
Binary logarithms by table: log2(1 + f) / f = 1/ln 2 - f/(2 ln 2) + ...
The coefficients are made by `tests/coefficients.py`.
"""

from __future__ import annotations

from kullback._math.precision import polynomial

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
SINGLE = (0.3333333312887794, 0.20000161445772788, 0.14265889001762402, 0.1188329879957116)
NEAR_SINGLE = (0.33333357557769466, 0.19989248501984702, 0.14986452958010033)
WIDE_SINGLE = (0.33333320146195494, 0.20003785165284077, 0.14118163564493022, 0.13426807704413224)
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
LOG2_SINGLE = (1.4426950387360515, -0.7213475186503728, 0.48096884691264874, -0.3607325106288536)

# For |s| up to 1/5: arguments of the logarithm in [2/3, 3/2].
near = polynomial(NEAR, NEAR_SINGLE)

# As `near`; in float32 to the last digit, where `near` leaves out a term.
near_to_the_last_digit = polynomial(NEAR, SINGLE)

# For |s| up to 1/3: arguments of the logarithm in [1/2, 2].
wide = polynomial(WIDE, WIDE_SINGLE)

# (e**r - 1 - r) / r**2 for |r| up to ln(2)/2, relative error below 3e-16.
exponential = polynomial(EXPONENTIAL)

# log2(1 + f) / f for |f| up to 1/32, relative error below 8e-16; in float32 up to 1/64.
log2 = polynomial(LOG2, LOG2_SINGLE)
