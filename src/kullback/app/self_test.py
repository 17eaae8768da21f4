"""Every divergence and metric on rows whose answers are known, through each of its kernels.

Dividing every bin into eight equal ones changes no divergence: the same answers hold for few bins
and for many, which have kernels of their own, and so have float32 and nearly equal rows.
The answers are mpmath's, for the exact value of the counts; a test computes them anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import kullback as kl

FAR = ([8, 4, 2, 2, 1], [2, 4, 6, 3, 5])
NEAR = (
    [2**40, 2**41, 2**42, 3 * 2**40, 2**39],
    [2**40 + 1, 2**41 - 2, 2**42 + 3, 3 * 2**40 - 1, 2**39 + 1],
)
PARTS = 8  # of a bin, where there are to be many

# Of FAR and of NEAR, in nats.
ANSWERS: dict[str, tuple[float, float]] = {
    "kl": (0.5432696461432147, 2.836985660965941e-25),
    "reverse_kl": (0.4916145653154187, 2.8369856609659873e-25),
    "js": (0.11947074293013421, 7.092464152414911e-26),
    "js_distance": (0.3456454005626781, 2.663168066873533e-13),
    "jeffreys": (1.0348842114586334, 5.673971321931929e-25),
    "hellinger": (0.3523659343466136, 2.663168066873533e-13),
    "bhattacharyya": (0.13257385314091355, 7.092464152414911e-26),
    "total_variation": (0.40588235294117647, 3.4234947957886606e-13),
    "chi2": (1.643598615916955, 5.673971321931789e-25),
    "renyi_0.5": (0.2651477062818271, 1.4184928304829822e-25),
    "renyi_2": (0.9721411010540884, 5.673971321931789e-25),
    "renyi_inf": (1.5488132906176655, 1.0827317878253132e-12),
    "cross_entropy": (1.9086419019548406, 1.410352868465972),
}
OF_P = (1.365372255811626, 1.410352868465972)  # entropies
OF_THREE = 0.08746703777491728  # generalized JS of FAR and [1, 1, 1, 1, 1]
GAUSSIANS = ([0.0, 1.0, -2.0], [1.0, 4.0, 0.5], [1.0, 0.5, -2.0], [2.0, 1.0, 0.25])
OF_GAUSSIANS = 1.4318528194400546
OF_STANDARD = 2.758300355935785  # of means [0, 1, -2] and log-variances [0, 0.5, -1]

EXACT, SINGLE = 1e-12, 1e-5  # relative errors


class Check(NamedTuple):
    """A call and what it must return; `compute` is what runs kernels."""

    name: str
    compute: Callable[[], Any]
    want: float
    tolerance: float


def checks() -> Iterator[Check]:
    """All of them, cheap to make."""
    for word, (far, near) in ANSWERS.items():
        if word != "reverse_kl":
            yield from _row_checks(word, far, near)
        if word != "cross_entropy":
            yield from _matrix_checks(word, far, near)
    yield from _other_checks()


def failures(check: Check) -> str:
    """What is wrong, or ""."""
    try:
        got = np.asarray(check.compute(), np.float64)
    except Exception as error:
        return f"{check.name}: {type(error).__name__}: {error}"
    if np.allclose(got, check.want, rtol=check.tolerance, atol=0.0):
        return ""
    return f"{check.name}: {got.ravel()[:3]} instead of {check.want}"


def _many(rows: Any, dtype: Any = np.float64) -> Any:
    return np.repeat(np.asarray(rows, dtype), PARTS, axis=-1)


def _few(rows: Any, dtype: Any = np.float64) -> Any:
    return np.asarray(rows, dtype)


def _row_checks(word: str, far: float, near: float) -> Iterator[Check]:
    family, _, order = word.partition("_") if word.startswith("renyi") else (word, "", "")
    names = {
        "renyi": "renyi_divergence",
        "js_distance": "js_distance",
        "cross_entropy": "cross_entropy",
    }
    kind = "distance" if family in ("hellinger", "bhattacharyya", "total_variation") else ""
    name = names.get(family, f"{family}_{kind or 'divergence'}")
    more = (float(order),) if order else ()
    shift = math.log(PARTS) if word == "cross_entropy" else 0.0

    def compute(rows: Any, form: Callable[..., Any], dtype: Any) -> Callable[[], Any]:
        return lambda: getattr(kl, name)(*form(rows, dtype), *more)

    for rows, want, form, dtype, said, tolerance in (
        (FAR, far, _few, np.float64, "5 bins", EXACT),
        (FAR, far + shift, _many, np.float64, "40 bins", EXACT),
        (FAR, far + shift, _many, np.float32, "40 bins, float32", SINGLE),
        (NEAR, near, _few, np.float64, "5 bins, near", EXACT),
        (NEAR, near + shift, _many, np.float64, "40 bins, near", EXACT),
    ):
        yield Check(f"{word}, {said}", compute(rows, form, dtype), want, tolerance)


def _matrix_checks(word: str, far: float, near: float) -> Iterator[Check]:
    metric: Any = kl.Renyi(float(word.partition("_")[2])) if word.startswith("renyi") else word

    def compute(rows: Any, dtype: Any) -> Callable[[], Any]:
        def corner() -> Any:
            p, q = _many(rows, dtype)
            return kl.pairwise(np.stack([p, p]), np.stack([q, q, q]), metric)

        return corner

    yield Check(f"matrix of {word}", compute(FAR, np.float64), far, EXACT)
    yield Check(f"matrix of {word}, float32", compute(FAR, np.float32), far, SINGLE)
    yield Check(f"matrix of {word}, near", compute(NEAR, np.float64), near, EXACT)


def _other_checks() -> Iterator[Check]:
    far, near, many = _few(FAR), _few(NEAR), _many(FAR)
    js, js_near = ANSWERS["js"]
    standard = ([0.0, 1.0, -2.0], [0.0, 0.5, -1.0])
    chi2 = kl.FDivergence(_chi2, f_at_zero=1.0, slope_at_infinity=math.inf)
    calls: dict[str, tuple[Callable[[], Any], float]] = {
        "kl, counts": (lambda: kl.kl_divergence(*np.array(FAR)), ANSWERS["kl"][0]),
        "entropy": (lambda: kl.entropy(far[0]), OF_P[0]),
        "entropy, near": (lambda: kl.entropy(near[0]), OF_P[1]),
        "condensed": (lambda: kl.condensed(many), js),
        "generalized_js, 3 rows": (lambda: kl.generalized_js_divergence([*far, [1] * 5]), OF_THREE),
        "generalized_js, 2 rows": (lambda: kl.generalized_js_divergence(many), js),
        "generalized_js, near": (lambda: kl.generalized_js_divergence(near), js_near),
        "population_stability_index": (
            lambda: kl.population_stability_index(*far),
            ANSWERS["jeffreys"][0],
        ),
        "f_divergence": (lambda: kl.pairwise(far[:1], far[1:], chi2), ANSWERS["chi2"][0]),
        "histograms": (lambda: kl.histograms([[0.5, 1.5, 1.5]], [0, 1, 2])[0] / [[1, 2]], 1.0),
        "gaussian_kl": (lambda: kl.gaussian_kl_divergence(*GAUSSIANS), OF_GAUSSIANS),
        "standard_gaussian_kl": (
            lambda: kl.standard_gaussian_kl_divergence(*standard),
            OF_STANDARD,
        ),
    }
    for name, (compute, want) in calls.items():
        yield Check(name, compute, want, EXACT)


def _chi2(ratio: float) -> float:
    return (ratio - 1.0) ** 2
