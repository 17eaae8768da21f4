"""Divergences of softmax distributions, row by row, from their logits."""

from __future__ import annotations

import math
from typing import Any, Unpack

from numpy.typing import ArrayLike

from kullback._arguments import arrays, axes
from kullback._arguments.domains import LOGITS, refusal
from kullback._arguments.faces import face
from kullback._arguments.options import LogitOptions, checked, number
from kullback._arguments.results import Results
from kullback._catalogue import DIVERGENCES
from kullback._drivers import logits as driver
from kullback._drivers.sources import Rows
from kullback._process.arrays import Array

NAMES = ("logits_p", "logits_q")


@face
def kl_divergence_from_logits(
    logits_p: ArrayLike,
    logits_q: ArrayLike,
    /,
    *,
    temperature: float = 1.0,
    **options: Unpack[LogitOptions],
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
    temperature : float
        T, positive and finite; logits are divided by it.
    invalid : "raise" or "nan"
        What a row with NaN or inf, or of nothing but -inf, does: ValueError, or NaN in every
        result that it takes part in.

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
    return _from_logits("kl", _named(logits_p, logits_q), temperature, 0.5, options)


@face
def js_divergence_from_logits(
    logits_p: ArrayLike,
    logits_q: ArrayLike,
    /,
    *,
    weight: float = 0.5,
    temperature: float = 1.0,
    **options: Unpack[LogitOptions],
) -> Any:
    """Jensen-Shannon divergence of softmax(a/T) and softmax(b/T), of each row of logits.

    w KL(p || m) + (1 - w) KL(q || m) with m = w p + (1 - w) q, w being `weight`; finite where a
    logit is -inf, too. Where w is 1/2 it is symmetric, and its square root a metric.

    Parameters
    ----------
    logits_p, logits_q : array_like, (..., k)
        Finite numbers of any size, or -inf for a bin of probability 0, though not for all bins of
        a row; leading axes broadcast. The result of float32 is float32, computed in float64; that
        of everything else is float64.
    weight : float
        w, from 0 to 1, the weight of p: in generalized distillation from a teacher p, near 1 the
        student's q is compared as KL(q || p) is, near 0 as KL(p || q). At 0 and 1 nothing is left.
    temperature : float
        T, positive and finite; logits are divided by it.
    invalid : "raise" or "nan"
        What a row with NaN or inf, or of nothing but -inf, does: ValueError, or NaN in every
        result that it takes part in.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        Between 0, which it is where the rows differ by a constant, and the entropy of the weights,
        ln 2 (1 bit) where they are equal; in nats or units of `base`.

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
    >>> float(kl.js_divergence_from_logits([2.0, 0.0, -1.0], [1.0, 1.0, -1.0], weight=0.1).round(6))
    0.028961
    """
    share = number(weight, "weight")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"weight is {weight!r}; it must be from 0 to 1")
    word = "js" if share == 0.5 else "skewed"
    return _from_logits(word, _named(logits_p, logits_q), temperature, share, options)


@face
def entropy_from_logits(
    logits: ArrayLike,
    /,
    *,
    temperature: float = 1.0,
    **options: Unpack[LogitOptions],
) -> Any:
    """Shannon's entropy of softmax(a/T), of each row of logits.

    Parameters
    ----------
    logits : array_like, (..., k)
        Finite numbers of any size, or -inf for a bin of probability 0, though not for all bins of
        a row. The result of float32 is float32, computed in float64; that of everything else is
        float64.
    temperature : float
        T, positive and finite; logits are divided by it.
    invalid : "raise" or "nan"
        What a row with NaN or inf, or of nothing but -inf, does: ValueError, or NaN in its result.

    Returns
    -------
    ndarray (...), or a float for one row
        Between 0 (one bin has everything) and ln k (all logits alike); in nats or units of `base`.

    Raises
    ------
    ValueError
        A row that has no softmax (naming row, column and value), an option or `out` out of its
        range.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    The relative error in float64 is below 1e-14, also where one bin has nearly everything. Results
    do not depend on `threads`.

    References
    ----------
    C. E. Shannon, "A Mathematical Theory of Communication", Bell Syst. Tech. J. 27 (1948).

    Examples
    --------
    >>> import kullback as kl
    >>> kl.entropy_from_logits([[1e4, 1e4], [0.0, -800.0]], base=2)
    array([1., 0.])
    >>> float(kl.entropy_from_logits([2.0, 0.0, -1.0], temperature=2).round(6))
    0.905959
    """
    named = [("logits", arrays.array(logits, "logits"))] * 2
    return _from_logits("entropy", named, temperature, 0.5, options)


def _named(logits_p: ArrayLike, logits_q: ArrayLike) -> list[tuple[str, Array]]:
    given = zip(NAMES, (logits_p, logits_q), strict=True)
    return [(name, arrays.array(logits, name)) for name, logits in given]


def _from_logits(
    word: str,
    named: list[tuple[str, Array]],
    temperature: float,
    weight: float,
    options: LogitOptions,
) -> Any:
    """Check, run, return."""
    chosen = checked(DIVERGENCES["kl"], **options)
    degree = number(temperature, "temperature")
    if not 0.0 < degree < math.inf:
        raise ValueError(f"temperature is {temperature!r}; it must be positive and finite")
    p, q = axes.bins_last(chosen.axis, *named)
    lead = arrays.common_lead(p, q, (named[0][0], named[1][0]))
    dtype = arrays.result_dtype(p, q)
    shape = axes.kept(lead, chosen.axis, chosen.keepdims)
    results = Results(chosen.out, shape, dtype, [array for _, array in named])
    sides = {name: (name, side, LOGITS) for (name, _), side in zip(named, (p, q), strict=True)}
    report = refusal(chosen.raises, list(sides.values()))
    work = driver.LogitWork(word, degree, chosen.work.unit, weight)
    p_rows, q_rows = Rows(p, lead, dtype), Rows(q, lead, dtype)
    driver.run(work, p_rows, q_rows, results.flat, report, chosen.threads)
    return results.returned()
