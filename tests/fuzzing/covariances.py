"""Any call of `multivariate_gaussian_kl_divergence`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import kullback as kl
from fuzzing.arrays import BAD_DTYPES, COMMON_OPTIONS, arrays, dtypes, laid_out, some_options
from fuzzing.check import Call, compare
from fuzzing.expected_covariances import expected
from fuzzing.gaussians import MEANS

Leads = tuple[tuple[int, ...], ...]

LEADS: list[Leads] = [
    *[((),) * 4, ((3,),) * 4, ((3,), (), (), (3,)), ((2, 1), (3,), (), (1, 3)), ((0,),) * 4],
    ((3,), (2,), (), ()),  # which do not broadcast
]
FAULTS = ("nan", "infinite", "negative", "lopsided", "empty", "indefinite", "one ulp")


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    d = draw(st.sampled_from([1, 2, 2, 3, 3, 0] if thorough else [1, 2]))
    leads = draw(st.sampled_from(LEADS))
    names = draw(dtypes(4, thorough))
    given = []
    for i, (dtype, lead) in enumerate(zip(names, leads, strict=True)):
        if i % 2 == 0:
            given.append(draw(arrays(dtype, (*lead, d), True, MEANS)))
        else:
            given.append(draw(_covariances(dtype, lead, d)))
    same = given[1].shape == given[3].shape and given[1].dtype == given[3].dtype
    if same and given[1].dtype in (np.float64, np.float32) and draw(st.booleans()):
        away = draw(st.sampled_from([0.0, 1e-15, 1e-9, 1e-3]))
        given[3] = np.asarray(given[1] * (1 + away * np.arange(1, d + 1) * np.eye(d)))
        given[3] = given[3].astype(given[1].dtype)
    if draw(st.integers(0, 3)):
        given[::2] = [_finite(mean) for mean in given[::2]]
    if not draw(st.integers(0, 19)):
        given[draw(st.integers(0, 3))] = np.ones(draw(st.sampled_from([(), (2,), (4, 4)])))
    layouts, given = draw(laid_out(given))
    return Call("multivariate", "rows", given, draw(some_options(COMMON_OPTIONS)), layouts)


@st.composite
def _covariances(draw: st.DrawFn, dtype: str, lead: tuple[int, ...], d: int) -> np.ndarray:
    """L Lᵀ of small whole numbers times powers of 2, so without rounding; some with a fault."""
    if dtype in BAD_DTYPES:
        return np.ones((*lead, d, d), dtype) if dtype[0] != "M" else np.zeros((*lead, d, d), dtype)
    kind = np.dtype(dtype)
    most = {8: 450, 4: 50, 2: 2}[kind.itemsize] if kind.kind == "f" else 0
    found = np.zeros((*lead, d, d), kind)
    for place in np.ndindex(lead):
        entries = draw(st.lists(st.integers(-2, 2), min_size=d * d, max_size=d * d))
        diagonal = draw(st.lists(st.sampled_from([1, 1, 2, 3]), min_size=d, max_size=d))
        lower = np.tril(np.reshape(entries, (d, d)), -1) + np.diag(diagonal)
        powers = 2.0 ** np.array(draw(st.lists(st.integers(-most, most), min_size=d, max_size=d)))
        matrix = (lower @ lower.T) * powers[:, None] * powers
        with np.errstate(all="ignore"):
            found[place] = matrix
            if d and not draw(st.integers(0, 9)):
                _spoil(found[place], draw(st.sampled_from(FAULTS)))
    return found


def _spoil(matrix: np.ndarray, fault: str) -> None:
    """One entry of a covariance changed, in place."""
    number = {"nan": np.nan, "infinite": np.inf, "lopsided": matrix[-1, 0] + matrix[0, 0]}
    if fault in number and (matrix.dtype.kind == "f" or fault == "lopsided"):
        matrix[-1, 0] = number[fault]
    elif fault == "one ulp" and matrix.dtype.kind == "f":
        matrix[0, -1] = np.nextafter(matrix[0, -1], matrix.dtype.type(9))
    elif fault == "negative" and matrix.dtype.kind != "b":
        matrix[0, 0] = -matrix[0, 0]
    elif fault == "empty":
        matrix[-1, :] = matrix[:, -1] = 0
    elif fault == "indefinite":
        matrix[0, -1] = matrix[-1, 0] = 2 * (matrix[0, 0] if len(matrix) > 1 else 1)


def _finite(mean: np.ndarray) -> np.ndarray:
    if mean.dtype.kind != "f" or mean.dtype.itemsize > 8:
        return mean
    return np.asarray(np.nan_to_num(mean, nan=1.0, posinf=1.0, neginf=-1.0))


def run(call: Call) -> Any:
    return kl.multivariate_gaussian_kl_divergence(*call.arrays, **call.options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    compare(call, expected(call), run, "condition")
