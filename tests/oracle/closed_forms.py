"""KL of families of densities in closed form, with mpmath: nothing is integrated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

DIGITS = 60


def exactly(formula: Callable[..., Any]) -> Callable[..., float]:
    """`formula` of floats as they are, in many digits."""

    def value(*parameters: float) -> float:
        with mp.workdps(DIGITS):
            return float(formula(*map(mpf, parameters)))

    return value


@exactly
def normal(m: mpf, s: mpf, mean: mpf, scale: mpf) -> mpf:
    """Means and standard deviations of p and of q."""
    return mpmath.log(scale / s) + (s**2 + (m - mean) ** 2) / (2 * scale**2) - mpf(1) / 2


@exactly
def exponential(a: mpf, b: mpf) -> mpf:
    """Means."""
    return mpmath.log(b / a) + a / b - 1


@exactly
def gamma(a: mpf, s: mpf, b: mpf, t: mpf) -> mpf:
    """Shapes and scales."""
    shapes = (a - b) * mpmath.digamma(a) - mpmath.loggamma(a) + mpmath.loggamma(b)
    return shapes + b * mpmath.log(t / s) + a * (s / t - 1)


@exactly
def beta(a: mpf, b: mpf, c: mpf, d: mpf) -> mpf:
    """Both parameters of p, both of q."""
    norms = mpmath.log(mpmath.beta(c, d) / mpmath.beta(a, b))
    first = (a - c) * mpmath.digamma(a) + (b - d) * mpmath.digamma(b)
    return norms + first + (c - a + d - b) * mpmath.digamma(a + b)


@exactly
def laplace(m: mpf, s: mpf, mean: mpf, scale: mpf) -> mpf:
    """Centres and scales."""
    apart = abs(m - mean)
    return mpmath.log(scale / s) + (s * mpmath.exp(-apart / s) + apart) / scale - 1


@exactly
def student_to_normal(nu: mpf, mean: mpf, scale: mpf) -> mpf:
    """Student's t with nu > 2 degrees of freedom, and a normal density."""
    half = (nu + 1) / 2
    entropy = half * (mpmath.digamma(half) - mpmath.digamma(nu / 2))
    entropy += mpmath.log(mpmath.sqrt(nu) * mpmath.beta(nu / 2, mpf(1) / 2))
    square = nu / (nu - 2) + mean**2
    return mpmath.log(scale * mpmath.sqrt(2 * mpmath.pi)) + square / (2 * scale**2) - entropy


@exactly
def cauchy(m: mpf, s: mpf, mean: mpf, scale: mpf) -> mpf:
    """Centres and scales."""
    return mpmath.log(((s + scale) ** 2 + (m - mean) ** 2) / (4 * s * scale))


@exactly
def pareto(a: mpf, b: mpf) -> mpf:
    """Exponents, both from 1 on."""
    return mpmath.log(a / b) + b / a - 1
