"""KL from samples of p and the two log densities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.labels.calls import observations
from kullback._arguments.options import unit_of
from kullback._process.arrays import Array, Floats
from kullback.estimate import arguments
from kullback.estimate.ratios import excess
from kullback.estimate.results import Estimate

# Of d = ln q - ln p at a sample.
ESTIMATORS: dict[str, Callable[[Floats], Floats]] = {
    "k1": np.negative,
    "k2": lambda d: 0.5 * d * d,
    "k3": excess,
}


def kl_monte_carlo(
    log_p: Any,
    log_q: Any,
    samples: ArrayLike | None = None,
    /,
    *,
    estimator: str = "k1",
    base: float | None = None,
    chunk: int = 1 << 16,
) -> Estimate:
    """KL(p || q) as the mean of an estimator over samples that were drawn from p.

    Parameters
    ----------
    log_p, log_q : array_like (n,), callable, or frozen SciPy distribution
        The natural logarithms of the densities (or probabilities) of p and q at each sample; or
        what takes samples, (m,) or (m, d), and gives them, (m,). Both must be normalized. Of
        sequences, the sums over their tokens: tokens of one sequence are not independent.
    samples : array_like, (n,) or (n, d), optional
        Independent, from p. An array on disk (`numpy.memmap`) is read a chunk at a time. Not
        needed where both logarithms are arrays.
    estimator : "k1", "k2" or "k3"
        With r = q/p at a sample: "k1", -ln r, unbiased and in single samples negative; "k2",
        (ln r)**2 / 2, of low variance and not negative, but with the expectation of another
        f-divergence, which is near KL only where p and q are near each other; "k3",
        (r - 1) - ln r, unbiased, not negative, and of low variance where they are near.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.
    chunk : int
        How many samples the callables are given at a time.

    Returns
    -------
    Estimate
        `value` and `standard_error`, in nats or units of `base`, and `interval(confidence)`. The
        value is infinite if q = 0 at a sample. The standard error of a single sample is NaN.

    Raises
    ------
    ValueError
        No samples; p = 0 or a log density that is NaN or +inf at one, or of a wrong shape; an
        option out of its range.
    TypeError
        Samples or logarithms that are not real; a callable without samples.

    Notes
    -----
    The interval is that of the central limit theorem. "k3" has infinite variance where q has so
    much heavier tails than p that the mean of r**2 is infinite; then use "k1". The bias of "k2" is
    in no standard error.

    References
    ----------
    J. Schulman, "Approximating KL Divergence" (2020), http://joschu.net/blog/kl-approx.html, for
    the names and the comparison.

    Examples
    --------
    >>> import kullback as kl
    >>> from scipy import stats
    >>> p, q = stats.norm(0, 1), stats.norm(0.1, 1)
    >>> x = p.rvs(100_000, random_state=0)
    >>> for estimator in ("k1", "k3"):
    ...     result = kl.estimate.kl_monte_carlo(p, q, x, estimator=estimator)
    ...     print(f"{result.value:.4f} +- {result.standard_error:.4f}")
    0.0048 +- 0.0003
    0.0050 +- 0.0000
    >>> round(kl.estimate.kl_monte_carlo(p.logpdf(x), q.logpdf(x), estimator="k3").value, 4)
    0.005
    """
    arguments.choice(estimator, ESTIMATORS, "estimator")
    unit = unit_of(base)
    size = arguments.whole(chunk, "chunk", 1)
    named = {"log_p": log_p, "log_q": log_q, "samples": samples}
    log_p, log_q, samples = observations(named).values()
    array = None if samples is None else arguments.checked_samples(samples, "samples")
    one, other = _source(log_p, "log_p", array), _source(log_q, "log_q", array)
    counts = {source.name: source.number for source in (one, other)}
    if len(set(counts.values())) > 1:
        raise ValueError(f"the numbers of samples differ: {counts}")
    terms = (
        ESTIMATORS[estimator](_log_ratios(one, other, slice(start, start + size)))
        for start in range(0, one.number, size)
    )
    mean, variance, count = _moments(terms)
    error = math.sqrt(variance / count) if count > 1 else math.nan
    return Estimate(mean / unit, error / unit, count - 1.0)


class _Source(NamedTuple):
    """Where the log densities of the samples come from."""

    name: str
    number: int
    values: Callable[[slice], Floats]  # at some of them
    samples: Array | None

    def place(self, number: int) -> str:
        """A sample in an error."""
        of = "" if self.samples is None else f", {self.samples[number]}"
        return f"sample {number}{of}"


def _source(given: Any, name: str, samples: Array | None) -> _Source:
    """A function at the samples, or an array of what it would give."""
    found = getattr(given, "logpdf", None) or getattr(given, "logpmf", None) or given
    if callable(found):
        if samples is None:
            raise TypeError(f"{name} is a function: give the samples at which to compute it")

        def at(some: slice) -> Floats:
            return arguments.values(found, samples[some], samples[some].shape[:1], name)

        return _Source(name, len(samples), at, samples)
    array = arrays.array(given, name)
    if not array.ndim:
        raise TypeError(f"{name} is {given!r}; it must be an array, a function or a distribution")
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"{name} has shape {array.shape}; it must be (n,), one number a sample (of a sequence, "
            "the sum over its tokens), or a function or a SciPy distribution"
        )
    return _Source(name, len(array), lambda some: np.asarray(array[some], np.float64), samples)


def _log_ratios(log_p: _Source, log_q: _Source, some: slice) -> Floats:
    """Ln q - ln p at each sample of a chunk."""
    p, q = log_p.values(some), log_q.values(some)
    for source, values in ((log_p, p), (log_q, q)):
        lost = np.isneginf(values) if source is log_p else np.zeros(values.shape, bool)
        wrong = np.flatnonzero(np.isnan(values) | np.isposinf(values) | lost)
        if wrong.size:
            raise ValueError(
                f"{source.name} is {values[wrong[0]]} at {source.place(some.start + wrong[0])}"
                + (": no sample of p" if lost.any() else "")
            )
    return np.asarray(q - p)


def _moments(chunks: Iterator[Floats]) -> tuple[float, float, int]:
    """Mean, variance (of a sample) and number of all numbers, by Chan's way of joining chunks."""
    mean, squares, count = 0.0, 0.0, 0
    for values in chunks:
        with np.errstate(invalid="ignore"):
            own = float(values.mean())
            apart = float(((values - own) ** 2).sum())
        if math.isinf(own):
            return math.inf, math.nan, count + 2
        total = count + values.size
        shift = own - mean
        squares += apart + shift * shift * count * values.size / total
        mean += shift * values.size / total
        count = total
    return mean, squares / max(count - 1, 1), count
