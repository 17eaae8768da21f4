"""The integrand of KL by quadrature, from two log densities."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from kullback.estimate.ratios import excess, log_share


@pytest.mark.parametrize("d", [1e-300, 1e-8, 1e-3, 0.5, 1, 1.001, 5, 29.9, 30.1, 700])
def test_the_excess_of_an_exponential_has_all_its_digits(d):
    for value in (d, -d):
        with mpmath.workdps(50 + 2 * max(0, -int(np.log10(d)))):
            want = mpmath.expm1(value) - value
            ln = float(mpmath.log(want) if want else -mpmath.inf)
            assert float(excess(value)) == pytest.approx(float(want), rel=1e-15, abs=1e-320)
        if d > 1e-100:
            assert float(log_share(0.0, value)) == pytest.approx(ln, rel=1e-14, abs=1e-14)


def test_the_integrand_where_a_density_is_zero():
    assert log_share(-np.inf, -2.0) == -2.0
    assert log_share(-2.0, -np.inf) == np.inf
    assert log_share(-np.inf, -np.inf) == -np.inf
    assert log_share(-1.0, -1.0) == -np.inf
    assert log_share(-5e299, -700.0) == -700.0
