"""The self-test of what is no row-wise divergence or metric of the discrete family."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import kullback as kl
from kullback.app.known_answers import (
    ANSWERS,
    EXACT,
    FAR,
    FULL,
    GAUSSIAN_ANSWERS,
    GAUSSIANS,
    NEAR,
    NEAR_GAUSSIANS,
    OF_FULL,
    OF_JOINT,
    OF_P,
    OF_STANDARD,
    OF_THREE,
    SINGLE,
    STANDARD,
    Check,
)

MANY = 40_000  # parts of a bin: rows that are done in blocks by all threads
DIMENSIONS = 16  # times those of the known answer: rows with kernels of their own


def other_checks() -> Iterator[Check]:
    """All of them, cheap to make."""
    yield from _discrete_checks()
    yield from _mixture_checks()
    yield from _logit_checks()
    yield from _gaussian_checks()
    yield from _gaussian_matrix_checks()


def _discrete_checks() -> Iterator[Check]:
    far, near = np.array(FAR), np.array(NEAR)
    chi2 = kl.FDivergence(_chi2, f_at_zero=1.0, slope_at_infinity=math.inf)
    yield Check("kl, counts", lambda: kl.kl_divergence(*far), ANSWERS["kl"][0])
    yield Check("entropy", lambda: kl.entropy(far[0]), OF_P[0])
    yield Check("entropy, near", lambda: kl.entropy(near[0]), OF_P[1])
    yield Check("condensed", lambda: kl.condensed(np.repeat(FAR, 8, 1)), ANSWERS["js"][0])
    yield Check("mutual_information", lambda: kl.mutual_information(far), OF_JOINT)
    yield Check(
        "conditional_kl",  # of one row: that of the row
        lambda: kl.conditional_kl_divergence(far[:1], far[1:]),
        ANSWERS["kl"][0],
    )
    yield Check(
        "population_stability_index",
        lambda: kl.population_stability_index(*far),
        ANSWERS["jeffreys"][0],
    )
    yield Check("f_divergence", lambda: kl.pairwise(far[:1], far[1:], chi2), ANSWERS["chi2"][0])
    yield Check("histograms", lambda: kl.histograms([[0.5, 1.5, 1.5]], [0, 1, 2])[0][0, 1], 2.0)


def _chi2(ratio: float) -> float:
    return (ratio - 1.0) ** 2


def _mixture_checks() -> Iterator[Check]:
    js, js_near = ANSWERS["js"]
    rows: dict[str, tuple[Any, float]] = {
        "3 rows": ([*FAR, [1] * 5], OF_THREE),
        "40 bins": (np.repeat(FAR, 8, 1), js),
        "near": (NEAR, js_near),
        "near, 40 bins": (np.repeat(NEAR, 8, 1), js_near),
        "subnormal": (np.array(FAR) * 5e-324, js),
        "long": (np.repeat(FAR, MANY, 1), js),
    }
    for said, (given, want) in rows.items():
        yield Check(f"generalized_js, {said}", _call(kl.generalized_js_divergence, given), want)


def _call(function: Callable[..., Any], *given: Any, **options: Any) -> Callable[[], Any]:
    return lambda: function(*given, **options)


def _logit_checks() -> Iterator[Check]:
    """Logarithms of counts are logits; a part of a bin's mass is that of another."""
    for word in ("kl", "js"):
        function = getattr(kl, f"{word}_divergence_from_logits")
        want = ANSWERS[word][0]
        for said, parts, dtype, tolerance in (
            ("5 bins", 1, np.float64, EXACT),
            ("40 bins", 8, np.float64, EXACT),
            ("40 bins, float32", 8, np.float32, SINGLE),
            ("long", MANY, np.float64, EXACT),
        ):
            logits = np.repeat(np.log(FAR), parts, 1).astype(dtype)
            yield Check(f"{word} from logits, {said}", _call(function, *logits), want, tolerance)
        hot = _call(function, *np.ldexp(np.log(FAR), 300), temperature=2.0**300)
        yield Check(f"{word} from logits, hot", hot, want)


def _gaussian_checks() -> Iterator[Check]:
    far, near = GAUSSIAN_ANSWERS["kl"]
    one, many = (lambda x: x), (lambda x: np.tile(x, DIMENSIONS))
    for said, form, times in (("3 dimensions", one, 1), ("48 dimensions", many, DIMENSIONS)):
        for spread, change in (("var", np.array), ("std", np.sqrt), ("log_var", np.log)):
            given = [form(x) for x in _spread(GAUSSIANS, change)]
            call = _call(kl.gaussian_kl_divergence, *given, spread=spread)
            yield Check(f"gaussian_kl, {spread}, {said}", call, far * times)
        call = _call(kl.gaussian_kl_divergence, *(form(x) for x in NEAR_GAUSSIANS))
        yield Check(f"gaussian_kl, near, {said}", call, near * times)
        call = _call(kl.standard_gaussian_kl_divergence, *(form(x) for x in STANDARD))
        yield Check(f"standard_gaussian_kl, {said}", call, OF_STANDARD * times)
    single = [np.tile(x, DIMENSIONS).astype(np.float32) for x in GAUSSIANS]
    call = _call(kl.gaussian_kl_divergence, *single)
    yield Check("gaussian_kl, float32", call, far * DIMENSIONS, SINGLE)
    yield Check("multivariate", _call(kl.multivariate_gaussian_kl_divergence, *FULL), OF_FULL)
    blocks = [
        np.tile(x, DIMENSIONS) if np.ndim(x) == 1 else np.kron(np.eye(DIMENSIONS), x) for x in FULL
    ]
    call = _call(kl.multivariate_gaussian_kl_divergence, *blocks)
    yield Check("multivariate, 32 dimensions", call, OF_FULL * DIMENSIONS)


def _spread(gaussians: Any, change: Callable[[Any], Any]) -> list[Any]:
    mean_p, var_p, mean_q, var_q = gaussians
    return [mean_p, change(var_p), mean_q, change(var_q)]


def _gaussian_matrix_checks() -> Iterator[Check]:
    for word, (far, near) in GAUSSIAN_ANSWERS.items():
        for said, given, want in (("", GAUSSIANS, far), (", near", NEAR_GAUSSIANS, near)):
            mean_x, var_x, mean_y, var_y = (np.array([x]) for x in given)
            call = _call(kl.pairwise_gaussian, mean_x, var_x, mean_y, var_y, word)
            yield Check(f"matrix of gaussian {word}{said}", call, want)
