"""Prints the polynomial coefficients that stand in `kullback/_math/series.py`.

    python tests/coefficients.py

Chebyshev interpolation in 300 bits of precision, which is within a factor of about two of the
minimax polynomial; `tests/test_math.py` makes the numbers again and compares them.
"""

import mpmath

SERIES = {
    # name: (number of terms, largest |s|): the interval reaches a little beyond what is used
    "NEAR": (7, 0.2012),
    "WIDE": (9, 0.3334),
    "SINGLE": (4, 0.2012),
    "NEAR_SINGLE": (3, 0.2012),
    "WIDE_SINGLE": (4, 0.3334),
    "EXPONENTIAL": (13, 0.7002),  # here, and in the next, the largest |z|
    "EXPONENTIAL_REDUCED": (10, 0.3467),
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


def coefficients(name: str) -> tuple[float, ...]:
    """The coefficients of one series, lowest power first, rounded to float64."""
    terms, largest = SERIES[name]
    with mpmath.workprec(300):
        logarithm = not name.startswith("EXPONENTIAL")
        series = atanh_series if logarithm else exponential_series
        half = mpmath.mpf(largest) ** 2 / 2 if logarithm else mpmath.mpf(largest)
        middle = half if logarithm else 0
        angles = [mpmath.cospi((i + 0.5) / mpmath.mpf(terms)) for i in range(terms)]
        nodes = [middle + half * angle for angle in angles]
        powers = mpmath.matrix([[z**power for power in range(terms)] for z in nodes])
        fit = mpmath.lu_solve(powers, mpmath.matrix([series(z) for z in nodes]))
        return tuple(float(c) for c in fit)


if __name__ == "__main__":
    for name in SERIES:
        print(f"{name} = (")
        for c in coefficients(name):
            print(f"    {c!r},")
        print(")")
