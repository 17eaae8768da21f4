"""KL of two densities on the line, by adaptive quadrature in log space."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments.options import number, unit_of
from kullback._process.arrays import Floats
from kullback.estimate import integration
from kullback.estimate.densities import Density, density, landmarks_of
from kullback.estimate.ratios import log_share
from kullback.estimate.results import ConvergenceWarning, Quadrature

NOTHING = -745.0  # the logarithm of the least number
FAINT = -100.0  # where ln p is lower, it does not matter that q underflows
OVERFLOWN = -1e100  # a log density that is lower overflows next; the density does not become 0
SUBNORMAL = -708.0  # where the logarithm is lower, it is of a subnormal number, of fewer digits
SMALL = -640.0  # where ln p is lower when it becomes -inf, p underflows; else it breaks off
NOWHERE = -300.0  # the logarithm of a share of the integral that is next to nothing
DIGITS_LOST = 9.0  # of t: 1 - 1/sqrt(1 + 1/x**2) has eight digits where x is so much smaller
MASS_ERROR = 1e-6  # of the integral of a density, from which on it is not normalized
UNDERFLOW = "the log density {} is -inf inside its support; give one that does not underflow"
UNIT_ROUNDOFF = 2.0**-53
NODES = (
    (np.arange(32) + 0.5) / 32,
    np.full(32, 1 / 32),
)  # and weights of a rough integral over a piece


def kl_quadrature(
    p: Any,
    q: Any,
    /,
    *,
    support: tuple[float, float] | None = None,
    points: ArrayLike | None = None,
    base: float | None = None,
    rtol: float = 1e-9,
    limit: int = 100,
) -> Quadrature:
    """KL(p || q) = integral of p ln(p/q) for two densities on the line.

    Parameters
    ----------
    p, q : frozen continuous SciPy distribution, or callable
        A callable takes an array and gives the natural logarithm of a normalized density for each
        of its entries, -inf where that is 0, and nowhere else.
    support : (float, float), optional
        Where densities that are callables live; the whole line by default. Distributions know.
    points : array_like, optional
        Where the densities have narrow peaks or jumps. Medians and tails of distributions and the
        modes of callables are found without.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.
    rtol : float
        The relative error that is asked for.
    limit : int
        How often pieces may be halved at most.

    Returns
    -------
    Quadrature
        `value`, `error` (an estimate of the absolute error) in nats or units of `base`, and
        `converged`. The value is infinite where q = 0 < p, and where the integral diverges, as for
        Student's t with 2 degrees of freedom against a normal density.

    Raises
    ------
    ValueError
        A log density that is NaN, or of another shape than its argument; none of its mass found;
        an option out of its range.
    TypeError
        A discrete distribution, or what is neither a distribution nor a callable.

    Warns
    -----
    ConvergenceWarning
        The error is above `rtol` times the value, or a density does not integrate to 1: it is not
        normalized, or has a peak that was missed and wants to be named in `points`.

    Notes
    -----
    What is integrated is p ln(p/q) - p + q, which is never negative and does not cancel: nearly
    equal densities lose digits only where ln p - ln q does, and `error` says how many. Tails, and
    singularities at the end of a support, are integrated in the logarithm of the distance, so that
    densities that fall like |x|**-1.1 or rise like x**-0.9 are no harder than normal ones. Of a
    singularity at an end other than 0 only what is beyond 1e-11 times that end can be resolved.
    Log densities that underflow to -inf inside their support (those of SciPy that take the
    logarithm of a density) cost digits: of q, such as `laplace`, under heavy tails of p. A p that
    falls like a power, such as `pareto`, is followed to where it underflows, and its course gives
    the rest; one that breaks off before, such as `jf_skew_t`, has an error as large as what may be
    missing. Callables that do not underflow have no such limits.

    References
    ----------
    R. Piessens et al., "QUADPACK", Springer (1983), for the rule that `scipy.integrate.quad_vec`
    applies.

    Examples
    --------
    >>> import kullback as kl
    >>> from scipy import stats
    >>> result = kl.estimate.kl_quadrature(stats.norm(0, 1), stats.norm(0, 2))
    >>> round(result.value, 9), result.converged
    (0.318147181, True)
    >>> kl.estimate.kl_quadrature(stats.t(2), stats.norm()).value
    inf
    """
    unit = unit_of(base)
    if not 1e-14 <= number(rtol, "rtol") < 1.0:
        raise ValueError(f"rtol is {rtol!r}; it must be from 1e-14 to 1")
    problem = _problem(density(p, support, "p"), density(q, support, "q"), points)
    one, other = problem.p, problem.q
    if one.certain and other.certain and (one.low < other.low or one.high > other.high):
        return Quadrature(math.inf, 0.0, True)
    noise = problem.noise()
    found = integration.integrate(
        problem.log_integrand, problem.parts, problem.ends, (noise / 2, rtol / 2), limit
    )
    error = found.error + noise if math.isfinite(found.value) else 0.0
    complaints = _complaints(problem, found, error, rtol, limit)
    if complaints:
        warnings.warn("; ".join(complaints), ConvergenceWarning, stacklevel=2)
    return Quadrature(float(found.value / unit), float(error / unit), not complaints)


class _Problem(NamedTuple):
    """Two densities and the pieces in which they are integrated."""

    p: Density
    q: Density
    parts: integration.Pieces
    ends: list[integration.End]

    def logarithms(self, x: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """Ln p and ln q at x: see `_logarithms`."""
        return _logarithms(self.p, self.q, x, weight)

    def log_integrand(self, x: Floats, weight: Floats) -> Floats:
        """Ln of p ln(p/q) - p + q, times e**weight."""
        return log_share(*self.logarithms(x, weight)) + weight

    def masses(self, limit: int) -> tuple[float, float]:
        """The integrals of p and of q."""

        def mass(which: int) -> float:
            def logarithm(x: Floats, weight: Floats) -> Floats:
                return self.logarithms(x, weight)[which] + weight

            tolerances = (MASS_ERROR / 100, 0.0)
            return integration.integrate(logarithm, self.parts, self.ends, tolerances, limit).value

        return mass(0), mass(1)

    def noise(self) -> float:
        """About the error that the rounding of x, ln p and ln q makes in the integral."""
        total = 0.0
        for s, width in zip(*NODES, strict=True):
            x, weight = self.parts.at(s)
            beside = np.nextafter(x, np.inf)
            with np.errstate(invalid="ignore", over="ignore"):
                p, q = self.logarithms(x, weight)
                shares = np.exp(p + weight), np.exp(q + weight)
                moved = shares[0] * np.abs((q - p) * p) + np.abs(shares[1] - shares[0]) * np.abs(q)
                here, there = (np.exp(self.log_integrand(at, weight)) for at in (x, beside))
                noise = UNIT_ROUNDOFF * moved + np.abs(there - here) / 2
            total += width * float(noise[np.isfinite(noise)].sum())
        return total


def _logarithms(p: Density, q: Density, x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Ln p and ln q at x; ln p -inf where p is too small for the underflow of q to matter."""
    ln_p, ln_q = p.log(x), q.log(x)
    least = np.where(q.certain & (x >= q.low) & (x <= q.high), FAINT, NOTHING)
    return np.where(np.isneginf(ln_q) & (ln_p + weight < least), -np.inf, ln_p), ln_q


def _problem(p: Density, q: Density, points: ArrayLike | None) -> _Problem:
    places = landmarks_of((p, q), points)
    parts, ends = list[integration.Pieces](), list[integration.End]()
    # Where one support ends inside the other there may be a singularity: an end for each side.
    for low, high in pairwise(sorted({p.low, p.high, q.low, q.high})):
        marks = integration.landmarks(places, low, high)
        with np.errstate(divide="ignore"):
            known = ~_underflown(p, q, marks, np.log(np.abs(marks)))
        marks = marks[known] if known.any() else marks
        both = [
            _unbroken(_shortened(end, p, q), p, q) for end in integration.ends(marks, low, high)
        ]
        parts.append(integration.pieces(marks, both))
        ends += both
    return _Problem(p, q, integration.joined(parts), ends)


def _underflown(p: Density, q: Density, x: Floats, weight: Floats) -> NDArray[np.bool_]:
    """Where q is certainly not 0 and its logarithm is -inf, while p is not next to nothing."""
    ln_p, ln_q = _logarithms(p, q, x, weight)
    inside = q.certain & (x >= q.low) & (x <= q.high)
    return np.asarray(inside & np.isneginf(ln_q) & (ln_p > -np.inf))


def _shortened(end: integration.End, p: Density, q: Density) -> integration.End:
    """The end, stopped before ln q overflows or, if it comes from a subnormal q, loses digits."""
    t = np.linspace(0.0, end.most, 400)
    x, weight = end.at(t)
    ln_p, ln_q = _logarithms(p, q, x, weight)
    lost = np.flatnonzero(np.isneginf(ln_q) & (ln_p > -np.inf))
    if not lost.size:
        return end
    first = int(lost[0])
    if not _underflown(p, q, x, weight)[first]:
        if not first or ln_q[first - 1] > OVERFLOWN:
            return end
        return end._replace(most=float(t[first - 1]), step=-float(t[first - 1]) / 5)
    known, gone = 0.0, float(t[first])
    for _ in range(50):
        middle = (known + gone) / 2
        low = q.log(end.at(np.array([middle]))[0])[0] < SUBNORMAL
        known, gone = (known, middle) if low else (middle, gone)
    most = max(known, 1e-9)
    return end._replace(most=most, step=-most / 5, uncertain=True)


def _unbroken(end: integration.End, p: Density, q: Density) -> integration.End:
    """The end, stopped before p underflows, or breaks off, where it is not next to nothing.

    A p that falls like a power is a subnormal number, or 0, where p ln(p/q) still counts: its
    course up to there tells the rest. One that becomes 0 before it is small has lost its digits by
    a cancellation, and little is known of the rest.
    """
    t = np.linspace(0.0, end.most, 400)
    x, _ = end.at(t)
    gone = np.flatnonzero(p.certain & (x > p.low) & (x < p.high) & np.isneginf(p.log(x)))
    if not gone.size or not gone[0]:
        return end
    last = _last_below(lambda middle: p.log(end.at(middle)[0])[0] < SUBNORMAL, t, int(gone[0]))
    x, weight = end.at(np.array([last]))
    ln_p = float(p.log(x)[0])
    with np.errstate(invalid="ignore"):
        size = ln_p + float(weight[0]) + math.log1p(abs(float(np.nan_to_num(ln_p - q.log(x)[0]))))
    if size < NOWHERE:
        return end
    if ln_p < SMALL:
        return end._replace(most=last, step=-last / 5)
    last = max(last - DIGITS_LOST, last / 2, 1e-9)
    no_decay = integration.NO_DECAY_RESOLVED
    return end._replace(most=last, step=-last / 5, no_decay=no_decay, uncertain=True, broken="p")


def _last_below(is_gone: Callable[[Floats], bool], t: Floats, first: int) -> float:
    """The last t, between two of some points, where something is not gone yet."""
    known, gone = float(t[first - 1]), float(t[first])
    while first > 1 and is_gone(np.array([known])):
        first -= 1
        known, gone = float(t[first - 1]), known
    for _ in range(50):
        middle = (known + gone) / 2
        known, gone = (known, middle) if is_gone(np.array([middle])) else (middle, gone)
    return known


def _complaints(
    problem: _Problem, found: integration.Integral, error: float, rtol: float, limit: int
) -> list[str]:
    """Why a result is less certain than was asked for; nothing if it is not."""
    p, q = problem.p, problem.q
    if math.isinf(found.value):
        covered = q.certain and q.low <= p.low and p.high <= q.high
        return [_underflow(problem.ends)] if covered and found.error else []
    said = []
    masses = dict(zip("pq", problem.masses(limit), strict=True))
    wrong = [f"{name} {x:.9g}" for name, x in masses.items() if not abs(x - 1) <= MASS_ERROR]
    if wrong:
        said.append(
            f"the integral of {' and of '.join(wrong)}, not 1: not normalized, or with a peak or a "
            "jump that was missed; name it in points="
        )
    if not error <= rtol * found.value:
        said.append(
            f"the error is about {error:.2g} nats, of {found.value:.6g}: above rtol={rtol:g}"
        )
        if any(end.uncertain for end in problem.ends):
            said.append(_underflow(problem.ends))
    return said


def _underflow(ends: list[integration.End]) -> str:
    """Which density is -inf where it should not be."""
    broken = sorted({end.broken for end in ends if end.uncertain})
    return UNDERFLOW.format(" and ".join(broken) or "q")
