"""Mutual information and the conditional divergence by mpmath; tables to try them with."""

from __future__ import annotations

import mpmath
import numpy as np

BITS = 400  # entropies may cancel to 1e-60 of themselves
AMOUNTS = [10.0**-i for i in range(0, 17, 2)]


def _float(value):
    """Without what is left of entropies that cancel altogether."""
    return float(value) if abs(value) > mpmath.ldexp(1, -BITS // 2) else 0.0


def information(joint, base=None, pseudocount=0.0):
    """H(X) + H(Y) - H(X, Y)."""
    with mpmath.workprec(BITS):
        cells = [[mpmath.mpf(float(c)) + mpmath.mpf(pseudocount) for c in row] for row in joint]
        flat = [c for row in cells for c in row]
        total = mpmath.fsum(flat)
        sums = [*map(mpmath.fsum, cells)], [*map(mpmath.fsum, zip(*cells, strict=True))]

        def plogp(values):
            return mpmath.fsum(v * mpmath.log(v / total) for v in values if v) / total

        value = plogp(flat) - plogp(sums[0]) - plogp(sums[1])
        return _float(value / (mpmath.log(base) if base else 1))


def conditional(p, q, pseudocount=0.0):
    """KL of the joints less KL of the marginals, of x."""
    with mpmath.workprec(BITS):
        p, q = (
            [[mpmath.mpf(float(c)) + mpmath.mpf(pseudocount) for c in row] for row in table]
            for table in (p, q)
        )

        def kl(a, b):
            if any(x and not y for x, y in zip(a, b, strict=True)):
                return mpmath.inf
            a_sum, b_sum = mpmath.fsum(a), mpmath.fsum(b)
            pairs = [(x / a_sum, y / b_sum) for x, y in zip(a, b, strict=True) if x]
            return mpmath.fsum(x * mpmath.log(x / y) for x, y in pairs)

        joints = kl([c for row in p for c in row], [c for row in q for c in row])
        if joints == mpmath.inf:
            return np.inf
        return _float(joints - kl([*map(mpmath.fsum, p)], [*map(mpmath.fsum, q)]))


def tables(seed, *shape):
    return np.random.default_rng(seed).gamma(0.7, size=shape) + 1e-6


def nearly_independent(amount, shape=(5, 7), seed=0):
    rng = np.random.default_rng(seed)
    independent = np.outer(rng.random(shape[0]) + 0.01, rng.random(shape[1]) + 0.01)
    return independent * (1 + amount * rng.uniform(-0.9, 1, shape))
