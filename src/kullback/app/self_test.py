"""Every divergence and metric on rows whose answers are known, through each of its kernels.

Dividing every bin into eight equal ones changes no divergence: the same answers hold for few bins
and for many, which have kernels of their own, and so have float32 and nearly equal rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import kullback as kl
from kullback.app.known_answers import ANSWERS, EXACT, FAR, NEAR, SINGLE, Check
from kullback.app.self_test_others import other_checks

PARTS = 8  # of a bin, where there are to be many


def checks() -> Iterator[Check]:
    """All of them, cheap to make."""
    for word, (far, near) in ANSWERS.items():
        if word != "reverse_kl":
            yield from _row_checks(word, far, near)
        if word != "cross_entropy":
            yield from _matrix_checks(word, far, near)
    yield from other_checks()


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
