"""Prints the coefficients of `_math/series.py` and `_math/turns.py`, and those of the bound of JS.

    python tests/coefficients.py

Chebyshev interpolation in 300 bits of precision, which is within a factor of about two of the
minimax polynomial; `tests/math/test_math.py` makes the numbers again and compares them.
"""

from collections.abc import Callable

import mpmath
import numpy as np

SERIES = {
    # name: (number of terms, largest |s|): the interval reaches a little beyond what is used
    "NEAR": (7, 0.2012),
    "WIDE": (9, 0.3334),
    "SINGLE": (4, 0.2012),
    "NEAR_SINGLE": (3, 0.2012),
    "WIDE_SINGLE": (4, 0.3334),
    "EXPONENTIAL": (10, 0.3467),  # here the largest |r|
    "LOG2": (8, 0.03126),  # here and below the largest |f|
    "LOG2_SINGLE": (4, 0.01563),
    "COSINE": (10, 0.5),  # here the largest number of turns
    "SINE": (10, 0.5),
}


def atanh_series(z: mpmath.mpf) -> mpmath.mpf:
    """(atanh(s) - s) / s**3 at z = s**2, which is 1/3 + z/5 + z**2/7 + ..."""
    if z < mpmath.mpf("1e-10"):
        return sum(z**i / (2 * i + 3) for i in range(12))
    s = mpmath.sqrt(z)
    return (mpmath.atanh(s) - s) / s**3


def exponential_series(z: mpmath.mpf) -> mpmath.mpf:
    """(e**z - 1 - z) / z**2 = 1/2 + z/6 + ..."""
    return sum(z**i / mpmath.factorial(i + 2) for i in range(60))


def binary_series(f: mpmath.mpf) -> mpmath.mpf:
    """log2(1 + f) / f."""
    with mpmath.workprec(600):
        return mpmath.log1p(f) / mpmath.log(2) / f if f else 1 / mpmath.log(2)


def cosine(z: mpmath.mpf) -> mpmath.mpf:
    """cos(2 pi t) at z = t**2."""
    return mpmath.cos(2 * mpmath.pi * mpmath.sqrt(z))


def sine(z: mpmath.mpf) -> mpmath.mpf:
    """sin(2 pi t) / t."""
    t = mpmath.sqrt(z)
    return mpmath.sin(2 * mpmath.pi * t) / t if t else 2 * mpmath.pi


def series_and_interval(name: str) -> tuple[Callable[[mpmath.mpf], mpmath.mpf], mpmath.mpf, int]:
    """The function, half the width of its interval and the middle of it in that unit."""
    largest = mpmath.mpf(SERIES[name][1])
    if name == "EXPONENTIAL":
        return exponential_series, largest, 0
    if name.startswith("LOG2"):
        return binary_series, largest, 0
    if name in ("COSINE", "SINE"):
        return (cosine if name == "COSINE" else sine), largest**2 / 2, 1
    return atanh_series, largest**2 / 2, 1


def coefficients(name: str) -> tuple[float, ...]:
    """The coefficients of one series, lowest power first, rounded to float64."""
    terms = SERIES[name][0]
    with mpmath.workprec(300):
        series, half, middle = series_and_interval(name)
        angles = [mpmath.cospi((i + 0.5) / mpmath.mpf(terms)) for i in range(terms)]
        nodes = [half * (middle + angle) for angle in angles]
        powers = mpmath.matrix([[z**power for power in range(terms)] for z in nodes])
        fit = mpmath.lu_solve(powers, mpmath.matrix([series(z) for z in nodes]))
        return tuple(float(c) for c in fit)


def kappa(t: np.ndarray) -> np.ndarray:
    """The part of sqrt(p q) in 1 - JS/ln 2, at t = ln(p/q) >= 0: see `matrices/cosines.py`."""
    rest = np.log1p(np.exp(-t))
    return (np.exp(t / 2) * rest + np.exp(-t / 2) * (t + rest)) / (2 * np.log(2))


def js_bound(frequency: float) -> tuple[float, float]:
    """The largest C with kappa <= 1 - C + C cos(w t), and the least bound/JS of a bin with it."""
    t = np.linspace(1e-3, 60, 600_000)
    fall = 1 - np.cos(frequency * t)
    c = float(((1 - kappa(t)) / np.maximum(fall, 1e-300)).min())
    return c, float(((np.cosh(t / 2) - 1 + c * fall) / (np.cosh(t / 2) - kappa(t))).min())


if __name__ == "__main__":
    for name in SERIES:
        print(f"{name} = (")
        for c in coefficients(name):
            print(f"    {c!r},")
        print(")")
    print("w, C and bound/JS:")
    for w in np.arange(0.56, 0.64, 0.01):
        print(round(w, 2), *js_bound(w))
