"""Divergences of softmax distributions, row by row, from their logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments import arrays as _arguments
from kullback._arguments import logits as _logit_arguments
from kullback._drivers import logits as driver
from kullback._drivers.sources import Rows

Array = NDArray[Any]
NAMES = ("logits_p", "logits_q")


def kl_divergence_from_logits(
    logits_p: ArrayLike,
    logits_q: ArrayLike,
    /,
    *,
    axis: int = -1,
    temperature: float = 1.0,
    base: float | None = None,
    invalid: str = "raise",
    out: Array | None = None,
    threads: int | None = None,
) -> Any:
    """Kullback-Leibler divergence KL(softmax(a/T) || softmax(b/T)) of each row of logits.

    What distillation minimizes, with a teacher's logits a as `logits_p` and a student's b as
    `logits_q`; neither softmax is formed. Log-probabilities, normalized or not, are logits.

    Parameters
    ----------
    logits_p, logits_q : array_like, (..., k)
        Finite numbers of any size, or -inf for a bin of probability 0, though not for all bins of
        a row; leading axes broadcast. The result of float32 is float32, computed in float64; that
        of everything else is float64.
    axis : int
        The axis of the k bins, in both.
    temperature : float
        T, positive and finite; logits are divided by it.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.
    invalid : "raise" or "nan"
        What a row with NaN or inf, or of nothing but -inf, does.
    out : ndarray, optional
        Array to write to: the result's shape and dtype, no memory in common with an input.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0, and 0 where the rows differ by a constant; infinite where logits_q is -inf and
        logits_p is not; in nats or units of `base`.

    Raises
    ------
    ValueError
        A row that has no softmax (naming argument, row, column and value), shapes that do not fit,
        an option or `out` out of its range.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    The relative error in float64 is below 1e-14 at every distance and temperature, for the exact
    value of the given numbers: logits that differ by 1e-12, or large ones, keep their digits.
    Results do not depend on `threads`; rows that are few and long are shared by all threads.
    Numbers at the ends of the range (a temperature beyond 2**100 or below its inverse, logits whose
    differences overflow) are computed in decimals, at about 0.1 ms a bin.

    References
    ----------
    S. Kullback and R. A. Leibler, "On Information and Sufficiency", Ann. Math. Stat. 22 (1951);
    G. Hinton, O. Vinyals and J. Dean, "Distilling the Knowledge in a Neural Network" (2015).

    Examples
    --------
    >>> import kullback as kl
    >>> float(round(kl.kl_divergence_from_logits([2.0, 0.0, -1.0], [1.0, 1.0, -1.0]), 9))
    0.318377191
    >>> kl.kl_divergence_from_logits([[1e4, 0], [0, -float("inf")]], [0, 0], base=2)
    array([1., 1.])
    """
    return _from_logits("kl", (logits_p, logits_q), axis, temperature, base, invalid, out, threads)


def js_divergence_from_logits(
    logits_p: ArrayLike,
    logits_q: ArrayLike,
    /,
    *,
    axis: int = -1,
    temperature: float = 1.0,
    base: float | None = None,
    invalid: str = "raise",
    out: Array | None = None,
    threads: int | None = None,
) -> Any:
    """Jensen-Shannon divergence of softmax(a/T) and softmax(b/T), of each row of logits.

    (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2; finite where a logit is -inf, too. Its
    square root is a metric.

    Parameters
    ----------
    logits_p, logits_q : array_like, (..., k)
        Finite numbers of any size, or -inf for a bin of probability 0, though not for all bins of
        a row; leading axes broadcast. The result of float32 is float32, computed in float64; that
        of everything else is float64.
    axis : int
        The axis of the k bins, in both.
    temperature : float
        T, positive and finite; logits are divided by it.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.
    invalid : "raise" or "nan"
        What a row with NaN or inf, or of nothing but -inf, does.
    out : ndarray, optional
        Array to write to: the result's shape and dtype, no memory in common with an input.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        Between 0, which it is where the rows differ by a constant, and ln 2 (1 bit); in nats or
        units of `base`.

    Raises
    ------
    ValueError
        A row that has no softmax (naming argument, row, column and value), shapes that do not fit,
        an option or `out` out of its range.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    As of `kl_divergence_from_logits`: a relative error below 1e-14 in float64, results that do not
    depend on `threads`. The two arguments may change places at the cost of the last digit.

    References
    ----------
    J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Trans. Inf. Theory 37 (1991).

    Examples
    --------
    >>> import kullback as kl
    >>> nothing = -float("inf")
    >>> kl.js_divergence_from_logits([[5, nothing], [5, 5]], [[nothing, 2], [7, 7]], base=2)
    array([1., 0.])
    """
    return _from_logits("js", (logits_p, logits_q), axis, temperature, base, invalid, out, threads)


def _from_logits(
    divergence: str,
    given: tuple[ArrayLike, ArrayLike],
    axis: int,
    temperature: float,
    base: float | None,
    invalid: str,
    out: Array | None,
    threads: int | None,
) -> Any:
    """Check, run, return."""
    options = _logit_arguments.options(temperature, base, invalid, threads)
    p, q = (
        _arguments.bins_last(_arguments.array(x, name), axis, name)
        for x, name in zip(given, NAMES, strict=True)
    )
    lead = _arguments.common_lead(p, q, NAMES)
    dtype = _arguments.result_dtype(p, q)
    results = _arguments.output(out, lead, dtype, [p, q])
    report = _logit_arguments.reporter(options, list(zip(NAMES, (p, q), strict=True)))
    flat = results.reshape(-1) if results.flags.c_contiguous else np.empty(results.size, dtype)
    work = driver.Work(divergence, options.temperature, options.unit)
    driver.run(work, Rows(p, lead, dtype), Rows(q, lead, dtype), flat, report, options.threads)
    if not results.flags.c_contiguous:
        results[...] = flat.reshape(lead)
    return results if lead or out is not None else results[()]
