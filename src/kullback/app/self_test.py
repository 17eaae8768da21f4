"""The self-test: calls, what they are given, and what they must return, through every kernel.

Dividing every bin into equal ones changes no divergence, and of Gaussians of independent
dimensions taken several times the divergence is as many times as large: the same known answers
hold for short and for long rows, which have kernels of their own, as have float32 and near rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import kullback as kl
from kullback._catalogue import DIVERGENCES, GAUSSIAN, METRICS, Divergence
from kullback._exact import rows as exact_rows
from kullback.app import known_answers as known
from kullback.monitoring.report import DriftReport

PARTS = 8  # of a bin, where the bins are to be many
LONG = 40_000  # parts of a bin, where all threads are to work on blocks of a row
TIMES = 16  # as many dimensions, where the dimensions of Gaussians are to be many
EXACT, SINGLE = 1e-12, 1e-5  # relative errors
RENYI = {f"renyi_{alpha}": float(alpha) for alpha in ("0.5", "2", "inf")}


class Check(NamedTuple):
    """The function `call` of `kullback`, given this, must return `want` (in every entry)."""

    name: str
    call: str
    given: tuple[Any, ...]
    want: float
    tolerance: float = EXACT
    options: Mapping[str, Any] = MappingProxyType({})


def checks() -> Iterator[Check]:
    """Every check. Making them computes nothing."""
    yield from _rows()
    yield from _matrices()
    yield from _gaussian_matrices()
    yield from _others()
    yield from _neighbours()
    yield from _mixtures()
    yield from _logits()
    yield from _gaussians()


def failures(check: Check) -> str:
    """What is wrong with the result of a check, or "" if nothing is."""
    try:
        result = getattr(kl, check.call)(*check.given, **check.options)
        got = np.asarray(_numbers(result), np.float64)
    except Exception as error:
        return f"{check.name}: {type(error).__name__}: {error}"
    if np.allclose(got, check.want, rtol=check.tolerance, atol=0.0):
        return ""
    return f"{check.name}: {got.ravel()[:3]} instead of {check.want}"


def _parts(rows: Any, parts: int, dtype: Any = np.float64) -> NDArray[Any]:
    return np.repeat(np.asarray(rows, dtype), parts, axis=-1)


def _answers(word: str) -> tuple[float, float]:
    """The answers for FAR and NEAR; of a divergence without known ones, those of its exact form."""
    if word in known.ANSWERS:
        return known.ANSWERS[word]
    return _exactly(DIVERGENCES[word], *known.FAR), _exactly(DIVERGENCES[word], *known.NEAR)


def _exactly(record: Divergence, p: list[int], q: list[int]) -> float:
    if record.exact is None:
        raise ValueError(f"{record.word} has neither known answers nor an exact form")
    options = exact_rows.Options("plain", 0.0, record.gaps, True, record.alpha)
    given = (q, p) if record.reverse else (p, q)
    return exact_rows.divergence(record.exact, lambda: [given], options)


def _rows() -> Iterator[Check]:
    """For each divergence its function of rows."""
    calls: dict[str, tuple[str, tuple[float, ...]]] = {
        word: (record.function, ()) for word, record in DIVERGENCES.items() if record.function
    }
    calls |= {word: ("renyi_divergence", (alpha,)) for word, alpha in RENYI.items()}
    for word, (function, more) in calls.items():
        of_far, of_near = _answers(word)
        shift = math.log(PARTS) if word == "cross_entropy" else 0.0
        for said, rows, parts, dtype, want, tolerance in (
            ("5 bins", known.FAR, 1, np.float64, of_far, EXACT),
            ("40 bins", known.FAR, PARTS, np.float64, of_far + shift, EXACT),
            ("40 bins, float32", known.FAR, PARTS, np.float32, of_far + shift, SINGLE),
            ("5 bins, near", known.NEAR, 1, np.float64, of_near, EXACT),
            ("40 bins, near", known.NEAR, PARTS, np.float64, of_near + shift, EXACT),
        ):
            given = (*_parts(rows, parts, dtype), *more)
            yield Check(f"{word}, {said}", function, given, want, tolerance)


def _matrices() -> Iterator[Check]:
    """For each metric its matrix."""
    metrics = {word: word for word in METRICS} | {word: kl.Renyi(a) for word, a in RENYI.items()}
    for word, metric in metrics.items():
        of_far, of_near = _answers(word)
        for said, rows, dtype, want, tolerance in (
            ("", known.FAR, np.float64, of_far, EXACT),
            (", float32", known.FAR, np.float32, of_far, SINGLE),
            (", near", known.NEAR, np.float64, of_near, EXACT),
        ):
            p, q = _parts(rows, PARTS, dtype)
            given = (np.stack([p, p]), np.stack([q, q, q]), metric)
            yield Check(f"matrix of {word}{said}", "pairwise", given, want, tolerance)


def _gaussian_matrices() -> Iterator[Check]:
    for word in GAUSSIAN:
        of_far, of_near = known.GAUSSIAN_ANSWERS[word]
        for said, gaussians, want in (
            ("", known.GAUSSIANS, of_far),
            (", near", known.NEAR_GAUSSIANS, of_near),
        ):
            given = (*(np.array([x]) for x in gaussians), word)
            yield Check(f"matrix of gaussian {word}{said}", "pairwise_gaussian", given, want)


def _numbers(result: Any) -> Any:
    """What is compared: a report's distances, the first of several results, or the result."""
    if isinstance(result, DriftReport):
        return [column.js_distance for column in result]
    if isinstance(result, kl.Neighbors):
        return result.distances
    return result[0] if isinstance(result, tuple) else result


def _others() -> Iterator[Check]:
    """Functions of discrete rows that are no divergence of the catalogue."""
    p, q = np.array(known.FAR)
    of_kl, of_js, of_psi, of_chi2 = (
        known.ANSWERS[word][0] for word in ("kl", "js", "jeffreys", "chi2")
    )
    chi2 = kl.FDivergence(_chi2, f_at_zero=1.0, slope_at_infinity=math.inf)
    row, other = p[None], q[None]
    yield Check("kl, counts", "kl_divergence", (p, q), of_kl)
    yield Check("entropy", "entropy", (p,), known.OF_P[0])
    yield Check("entropy, near", "entropy", (np.array(known.NEAR[0]),), known.OF_P[1])
    yield Check("condensed", "condensed", (_parts(known.FAR, PARTS),), of_js)
    yield Check("mutual_information", "mutual_information", (known.FAR,), known.OF_JOINT)
    yield Check("conditional_kl", "conditional_kl_divergence", (row, other), of_kl)
    yield Check("population_stability_index", "population_stability_index", (p, q), of_psi)
    yield Check("f_divergence", "pairwise", (row, other, chi2), of_chi2)
    yield Check("histograms", "histograms", ([[0.5, 1.5]], [0, 1, 2]), 1.0)
    yield Check("category_counts", "category_counts", ([np.array([False, True])],), 1.0)
    values = np.arange(100_000) / 7  # of which the lower half has half of the ten bins
    far = math.sqrt((math.log2(4 / 3) + math.log2(2 / 3) / 2 + 0.5) / 2)
    yield Check("drift", "drift", ({"x": values}, {"x": values[:50_000]}), far)
    yield Check("contributions", "contributions", ([3, 1], [1, 3], "total_variation"), 0.25)
    near = np.tile(np.array([[0, 0], [1, -1]], np.float32) + 2.0**20, (1, PARTS * 4))
    yield Check("kl, float32, near", "kl_divergence", tuple(near), 2.0**-41, SINGLE)


def _neighbours() -> Iterator[Check]:
    """Of many rows, by a filter; of few; and of sparse rows, as all that compares them."""
    from scipy.sparse import csr_matrix

    many = np.tile(np.random.default_rng(0).gamma(0.5, size=(1_500, 32)), (2, 1))
    for metric in ("js", "kl", "total_variation"):
        options = {"n_neighbors": 1, "metric": metric}
        yield Check(f"kneighbors, {metric}", "kneighbors", (many,), 0.0, EXACT, options)
    p, q = (csr_matrix(row) for row in np.array(known.FAR))
    for word in ("js", "kl"):
        want = known.ANSWERS[word][0]
        yield Check(f"{word}, sparse", f"{word}_divergence", (p, q), want)
        yield Check(f"matrix of {word}, sparse", "pairwise", (p, q, word), want)
        options = {"n_neighbors": 1, "metric": word}
        few = tuple(np.array(known.FAR)[:, None])
        yield Check(f"kneighbors of few, {word}", "kneighbors", few, want, EXACT, options)


def _chi2(ratio: float) -> float:
    return (ratio - 1.0) ** 2


def _mixtures() -> Iterator[Check]:
    of_far, of_near = known.ANSWERS["js"]
    for said, rows, want in (
        ("3 rows", [*known.FAR, [1] * 5], known.OF_THREE),
        ("40 bins", _parts(known.FAR, PARTS), of_far),
        ("near", known.NEAR, of_near),
        ("near, 40 bins", _parts(known.NEAR, PARTS), of_near),
        ("subnormal", np.array(known.FAR) * 5e-324, of_far),
        ("long", _parts(known.FAR, LONG), of_far),
    ):
        yield Check(f"generalized_js, {said}", "generalized_js_divergence", (rows,), want)


def _logits() -> Iterator[Check]:
    """Logarithms of counts are logits."""
    rows = np.log(known.FAR)
    hot = {"temperature": 2.0**300}
    for word in ("kl", "js"):
        for said, given, tolerance, options in (
            ("5 bins", rows, EXACT, {}),
            ("40 bins", _parts(rows, PARTS), EXACT, {}),
            ("40 bins, float32", _parts(rows, PARTS, np.float32), SINGLE, {}),
            ("long", _parts(rows, LONG), EXACT, {}),
            ("hot", np.ldexp(rows, 300), EXACT, hot),
        ):
            name, function = f"{word} from logits, {said}", f"{word}_divergence_from_logits"
            want = known.ANSWERS[word][0]
            yield Check(name, function, tuple(given), want, tolerance, options)


def _gaussians() -> Iterator[Check]:
    diagonal, standard = "gaussian_kl_divergence", "standard_gaussian_kl_divergence"
    full = "multivariate_gaussian_kl_divergence"
    mean_p, var_p, mean_q, var_q = map(np.array, known.GAUSSIANS)
    of_far, of_near = known.GAUSSIAN_ANSWERS["kl"]
    for said, function, given, want, spread in (
        ("gaussian_kl, var", diagonal, (mean_p, var_p, mean_q, var_q), of_far, "var"),
        ("gaussian_kl, std", diagonal, (mean_p, var_p**0.5, mean_q, var_q**0.5), of_far, "std"),
        (
            "gaussian_kl, log_var",
            diagonal,
            (mean_p, np.log(var_p), mean_q, np.log(var_q)),
            of_far,
            "log_var",
        ),
        ("gaussian_kl, near", diagonal, known.NEAR_GAUSSIANS, of_near, "var"),
        ("standard_gaussian_kl", standard, known.STANDARD, known.OF_STANDARD, "log_var"),
    ):
        options = {"spread": spread} if function == diagonal else {}
        many = tuple(np.tile(x, TIMES) for x in given)
        yield Check(f"{said}, 3 dimensions", function, tuple(given), want, EXACT, options)
        yield Check(f"{said}, 48 dimensions", function, many, TIMES * want, EXACT, options)
    single = tuple(np.tile(x, TIMES).astype(np.float32) for x in known.GAUSSIANS)
    yield Check("gaussian_kl, float32", diagonal, single, TIMES * of_far, SINGLE)
    yield Check("multivariate", full, known.FULL, known.OF_FULL)
    sets = tuple(np.asarray(part)[None] for part in known.FULL)
    covariances = {"spread": "cov"}
    yield Check(
        "matrix of multivariate", "pairwise_gaussian", sets, known.OF_FULL, EXACT, covariances
    )
    blocks = tuple(
        np.tile(x, TIMES) if np.ndim(x) == 1 else np.kron(np.eye(TIMES), x) for x in known.FULL
    )
    yield Check("multivariate, 32 dimensions", full, blocks, TIMES * known.OF_FULL)
