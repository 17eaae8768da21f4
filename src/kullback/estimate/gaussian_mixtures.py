"""KL of two mixtures of Gaussians with diagonal covariances: an approximation and two bounds.

KL has no closed form here, but everything below is made of two tables: the divergence of each
component from each, and the overlap (the integral of the product) of each with each.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from kullback._arguments import arrays
from kullback._arguments.options import unit_of
from kullback._process.arrays import Floats
from kullback.estimate import arguments
from kullback.estimate.results import MixtureDivergence
from kullback.gaussians.matrices import pairwise_gaussian

SWEEPS = 200  # at most, each of which lowers the upper bound
SETTLED = 1e-10  # relative change of the bound after which no sweep follows


class _Mixture(NamedTuple):
    log_weights: Floats  # (a,)
    means: Floats  # (a, d)
    variances: Floats  # (a, d)

    def entropies(self) -> Floats:
        """The differential entropy of each component, (a,)."""
        return np.asarray(0.5 * np.log(2 * math.pi * math.e * self.variances).sum(axis=1))


def gaussian_mixture_kl(
    weights_p: ArrayLike,
    means_p: ArrayLike,
    variances_p: ArrayLike,
    weights_q: ArrayLike,
    means_q: ArrayLike,
    variances_q: ArrayLike,
    /,
    *,
    base: float | None = None,
) -> MixtureDivergence:
    """KL(p || q) of mixtures of diagonal Gaussians: variational approximation and bounds.

    The approximation is sum_a pi_a ln(sum_a' pi_a' e**-KL(p_a || p_a') / sum_b w_b e**-KL(p_a ||
    q_b)), exact for two Gaussians and 0 for equal mixtures.

    Parameters
    ----------
    weights_p, weights_q : array_like, (a,) and (b,)
        Not negative, finite, not all 0; divided by their sum.
    means_p, means_q : array_like, (a, d) and (b, d), or (a,) and (b,) in one dimension
        Means of the components.
    variances_p, variances_q : array_like, as the means
        Variances in each dimension, above 0.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.

    Returns
    -------
    MixtureDivergence
        `value`, the approximation, which is no bound and may be a little below 0; `lower` and
        `upper`, between which KL lies: in nats or units of `base`. For two Gaussians the value and
        `upper` are KL itself.

    Raises
    ------
    ValueError
        Shapes that do not fit, weights that have no sum, variances that are not above 0, values
        that are not finite.
    TypeError
        A dtype that is not real.

    Notes
    -----
    `upper` is the smaller one of two bounds: by convexity, KL of the best way of pairing parts of
    the components, and by Jensen's inequality on either side of the logarithm of a mixture;
    `lower` is by Jensen's inequality, or 0. Work and memory are in proportion to (a + b)**2 d.

    References
    ----------
    J. R. Hershey and P. A. Olsen, "Approximating the Kullback Leibler Divergence Between Gaussian
    Mixture Models", ICASSP (2007); J.-L. Durrieu, J.-P. Thiran and F. Kelly, "Lower and Upper
    Bounds for Approximation of the Kullback-Leibler Divergence Between Gaussian Mixture Models",
    ICASSP (2012).

    Examples
    --------
    >>> import kullback as kl
    >>> one = ([0.5, 0.5], [-3.0, 3.0], [1.0, 1.0])
    >>> other = ([1.0], [0.0], [10.0])
    >>> found = kl.estimate.gaussian_mixture_kl(*one, *other)  # the truth is 0.461995
    >>> [round(x, 3) for x in found]
    [0.458, 0.415, 0.612]
    """
    unit = unit_of(base)
    given = {
        "weights_p": weights_p,
        "means_p": means_p,
        "variances_p": variances_p,
        "weights_q": weights_q,
        "means_q": means_q,
        "variances_q": variances_q,
    }
    ordered = arguments.by_label(given, "aaabbb")
    p, q = _mixture("p", *ordered[:3]), _mixture("q", *ordered[3:])
    if p.means.shape[1] != q.means.shape[1]:
        raise ValueError(f"p has {p.means.shape[1]} dimensions and q {q.means.shape[1]}")
    among, across = _divergences(p, p), _divergences(p, q)
    weights = np.exp(p.log_weights)
    # For each component of p: lower and upper bounds of the means of ln p and ln q under it.
    p_low = logsumexp(p.log_weights - among, axis=1)
    q_low = logsumexp(q.log_weights - across, axis=1)
    p_high = logsumexp(p.log_weights + _log_overlaps(p, p), axis=1) + p.entropies()
    q_high = logsumexp(q.log_weights + _log_overlaps(p, q), axis=1) + p.entropies()
    value = float(weights @ (p_low - q_low))
    lower = max(0.0, float(weights @ (p_low - q_high)))
    upper = min(float(weights @ (p_high - q_low)), _paired(p, q, across))
    return MixtureDivergence(value / unit, lower / unit, max(upper, lower) / unit)


def _divergences(p: _Mixture, q: _Mixture) -> Floats:
    """KL of each component of p from each of q."""
    return pairwise_gaussian(p.means, p.variances, q.means, q.variances)


def _log_overlaps(p: _Mixture, q: _Mixture) -> Floats:
    """Ln of the integral of the product of each component of p and each of q."""
    found = np.empty((len(p.means), len(q.means)))
    for row, mean, variance in zip(found, p.means, p.variances, strict=True):
        both = variance + q.variances
        row[:] = -0.5 * (np.log(2 * math.pi * both) + (mean - q.means) ** 2 / both).sum(axis=1)
    return found


def _paired(p: _Mixture, q: _Mixture, across: Floats) -> float:
    """The least KL of joint weights phi(a, b), psi(a, b) whose sums are the weights of p and q.

    Hershey and Olsen's variational upper bound: phi and psi are improved in turn.
    """
    one, other = p.log_weights[:, None], q.log_weights[None, :]
    phi, bound = one + other, math.inf
    for _ in range(SWEEPS):
        psi = other + phi - logsumexp(phi, axis=0, keepdims=True)
        rest = psi - across
        phi = one + rest - logsumexp(rest, axis=1, keepdims=True)
        share = np.exp(phi)
        used = share > 0
        parts = share[used] * (phi[used] - psi[used] + across[used])
        last, bound = bound, float(parts.sum())
        if not last - bound > SETTLED * max(abs(bound), SETTLED):
            break
    return max(0.0, min(bound, last))


def _mixture(name: str, weights: Any, means: Any, variances: Any) -> _Mixture:
    shares, centers, spreads = (
        np.asarray(arrays.array(given, f"{what}_{name}"), np.float64)
        for given, what in ((weights, "weights"), (means, "means"), (variances, "variances"))
    )
    if centers.ndim not in (1, 2) or shares.shape != centers.shape[:1] or not centers.size:
        raise ValueError(
            f"weights_{name} have shape {shares.shape} and means_{name} {centers.shape}; they must "
            "be (a,) and (a, d)"
        )
    if spreads.shape != centers.shape:
        raise ValueError(
            f"variances_{name} have shape {spreads.shape}; means_{name} {centers.shape}"
        )
    if not np.isfinite(centers).all() or not ((spreads > 0) & (spreads < np.inf)).all():
        raise ValueError(f"means_{name} must be finite, and variances_{name} above 0 and finite")
    shares, d = arguments.shares(shares, f"weights_{name}"), centers.size // len(centers)
    used = shares > 0  # a component without weight counts nothing, however far away it is
    return _Mixture(
        np.log(shares[used]), centers.reshape(-1, d)[used], spreads.reshape(-1, d)[used]
    )
