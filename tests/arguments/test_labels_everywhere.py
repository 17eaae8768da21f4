"""No public function gives a number for arrays whose labels differ.

What goes wrong otherwise has been reported of many libraries that take frames by position:
scikit-learn/scikit-learn#7242, dmlc/xgboost#8357, lightgbm-org/LightGBM#4102 (columns in another
order, results that are wrong without a word), capitalone/DataProfiler#1040 (PSI of categories that
are not the same on both sides).
"""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kullback as kl
from support.label_calls import BINS, CALLS, WITHOUT, LabelCall, agree

each_call = pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)
each_axis = pytest.mark.parametrize(
    ("case", "at", "axis"),
    [
        pytest.param(case, at, axis, id=f"{name} {case.names[at]} axis {axis}")
        for name, case in CALLS.items()
        for at, axis in case.axes
    ],
)


def public_functions() -> dict[str, Any]:
    homes = (kl, kl.estimate, kl.project)
    found = {name: getattr(home, name) for home in homes for name in home.__all__}
    return {name: value for name, value in found.items() if callable(value)}


def test_no_function_of_two_arrays_is_forgotten():
    several = {
        name
        for name, function in public_functions().items()
        if not isinstance(function, type)
        and sum("ArrayLike" in str(p.annotation) for p in signature(function).parameters.values())
        > 1
    }
    assert several <= set(CALLS) | set(WITHOUT)
    assert set(CALLS) <= set(public_functions())


def permuted(given: Any, axis: int) -> Any:
    order = np.random.default_rng(0).permutation(given.shape[axis])
    return given.iloc[order] if axis == 0 else given.iloc[:, order]


def renamed(given: Any, axis: int, old: str, new: str) -> Any:
    labels = [new if label == old else label for label in given.axes[axis]]
    return given.set_axis(labels, axis=axis)


@each_axis
def test_another_order_of_labels_changes_nothing(case: LabelCall, at: int, axis: int):
    given = case.make()
    want = case.call(*(each.to_numpy() for each in given))
    given[at] = permuted(given[at], axis)
    got = case.call(*given)
    if at:
        agree(got, want, rtol=1e-14)
        return
    rows = case.make()[0].index
    if isinstance(got, (pd.Series, pd.DataFrame)):  # in the order of the first that has labels
        got = got.loc[rows]
    if isinstance(got, pd.DataFrame) and set(got.columns) == set(BINS):
        got = got[BINS]
    agree(got, want, rtol=1e-12)


@each_axis
def test_another_label_is_an_error_that_names_it(case: LabelCall, at: int, axis: int):
    given = case.make()
    old = given[at].axes[axis][1]
    given[at] = renamed(given[at], axis, old, "new")
    with pytest.raises(ValueError, match=rf"lacks '({old}|new)'") as error:
        case.call(*given)
    assert f"lacks {old!r}" in str(error.value)
    assert "lacks 'new'" in str(error.value)
    assert case.names[at] in str(error.value)


@each_axis
def test_a_missing_a_further_and_a_repeated_label_are_errors(case: LabelCall, at: int, axis: int):
    for change in ("missing", "further", "repeated"):
        given = case.make()
        labels = list(given[at].axes[axis])
        wanted = {"missing": labels[:-1], "further": [*labels, "new"]}
        if change == "repeated":
            given[at] = renamed(given[at], axis, labels[1], labels[0])
        else:
            given[at] = given[at].reindex(
                wanted[change], axis=axis, fill_value=given[at].iloc[(0,) * given[at].ndim]
            )
        with pytest.raises(ValueError, match=r"lacks|twice"):
            case.call(*given)


@each_call
def test_what_has_no_labels_is_compared_by_position(case: LabelCall):
    given = case.make()
    plain = [each.to_numpy() for each in given]
    want = case.call(*plain)
    bare = [pd.DataFrame(each) if each.ndim == 2 else pd.Series(each) for each in plain]
    agree(case.call(given[0], *plain[1:]), want)
    agree(case.call(given[0], *(each.tolist() for each in plain[1:])), want)
    agree(case.call(*plain[:-1], given[-1]), want)
    agree(case.call(*bare), want)
