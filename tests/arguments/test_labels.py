"""Frames and series are compared by label, and results have labels."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import kullback as kl
from support.tolerances import assert_same_bits

COUNTS = np.array([[9.0, 1, 4], [2, 2, 7]])
FRAME = pd.DataFrame(COUNTS, index=["r", "s"], columns=["a", "b", "c"])
OTHER = pd.DataFrame(COUNTS[::-1] + 1, index=["r", "s"], columns=["a", "b", "c"])
TURNED = OTHER.iloc[::-1, [2, 0, 1]]
LABELS = {
    "text": ["x", "y", "z"],
    "numbers": [3, 1, 2],
    "fractions": [0.5, 1.5, np.nan],
    "mixed": ["x", 1, None],
    "days": pd.date_range("2024-01-01", periods=3),
    "zoned": pd.date_range("2024-01-01", periods=3, tz="Europe/Berlin"),
    "months": pd.period_range("2024-01", periods=3, freq="M"),
    "durations": pd.to_timedelta([1, 2, 3], unit="h"),
    "intervals": pd.interval_range(0, 3),
    "categories": pd.CategoricalIndex(["u", "v", "w"], categories=list("wvu")),
    "levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]),
    "booleans and others": [True, False, "x"],
}
each_kind = pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)


def test_value_counts_are_compared_by_category():
    """`value_counts` sorts by frequency: by position these two would be equal."""
    a = pd.Series(list("A" * 70 + "B" * 20 + "C" * 10)).value_counts()
    b = pd.Series(list("C" * 70 + "B" * 20 + "A" * 10)).value_counts()
    want = kl.js_divergence([70, 20, 10], [10, 20, 70], base=2)
    assert abs(want - 0.365) < 0.001
    assert kl.js_divergence(a, b, base=2) == want
    assert kl.pairwise([a, b], base=2)[0, 1] == pytest.approx(want, rel=1e-12)
    assert kl.generalized_js_divergence([a, b], base=2) == pytest.approx(want, rel=1e-14)


def test_a_result_has_the_labels_of_its_rows():
    got = kl.kl_divergence(FRAME, TURNED)
    pd.testing.assert_series_equal(
        got, pd.Series(kl.kl_divergence(COUNTS, COUNTS[::-1] + 1), index=["r", "s"])
    )
    assert list(kl.kl_divergence(FRAME, COUNTS).index) == ["r", "s"]
    assert list(kl.kl_divergence(COUNTS, FRAME).index) == ["r", "s"]
    assert list(kl.entropy(FRAME).index) == ["r", "s"]
    assert isinstance(kl.entropy(FRAME.loc["r"]), float)
    assert type(kl.kl_divergence(FRAME.loc["r"], COUNTS)) is np.ndarray


def test_a_matrix_has_the_rows_of_both_sides():
    square = kl.pairwise(FRAME)
    assert list(square.index) == list(square.columns) == ["r", "s"]
    renamed = TURNED.rename({"r": "u", "s": "v"})
    got = kl.pairwise(FRAME, renamed, "kl")
    want = kl.pairwise(COUNTS, COUNTS + 1, "kl")
    pd.testing.assert_frame_equal(
        got, pd.DataFrame(want, index=["r", "s"], columns=["v", "u"]), check_exact=True
    )
    assert list(kl.pairwise(FRAME, COUNTS).columns) == [0, 1]
    gaussian = kl.pairwise_gaussian(FRAME, FRAME, renamed, renamed)
    assert (list(gaussian.index), list(gaussian.columns)) == (["r", "s"], ["v", "u"])
    assert type(kl.condensed(FRAME)) is np.ndarray


def test_a_frame_given_twice_is_itself():
    got = kl.pairwise(FRAME, FRAME, "jeffreys")
    assert_same_bits(got.to_numpy(), kl.pairwise(COUNTS, metric="jeffreys"))


def test_an_out_is_what_is_returned():
    out = np.empty(2)
    assert kl.kl_divergence(FRAME, TURNED, out=out) is out
    assert_same_bits(out, kl.kl_divergence(FRAME, TURNED).to_numpy())
    square = np.empty((2, 2))
    assert kl.pairwise(FRAME, out=square) is square


@each_kind
def test_labels_of_any_kind_are_matched(labels):
    p = pd.Series(COUNTS[0], index=labels)
    q = pd.Series(COUNTS[1], index=labels)
    want = kl.kl_divergence(COUNTS[0], COUNTS[1])
    assert kl.kl_divergence(p, q.iloc[[2, 0, 1]]) == want
    frame = pd.DataFrame([COUNTS[1]] * 2).set_axis(q.index, axis=1)
    assert list(kl.kl_divergence(p, frame.iloc[:, [1, 2, 0]])) == [want, want]
    with pytest.raises(ValueError, match="lacks"):
        kl.kl_divergence(p, q.iloc[:2])


@pytest.mark.parametrize(
    ("one", "other"),
    [(a, b) for a in LABELS for b in LABELS if a < b and not isinstance(LABELS[a], list)],
)
def test_labels_of_two_kinds_never_match(one: str, other: str):
    """pandas finds a number in an interval, and reads dates: these are other labels for us."""
    p, q = (pd.Series(COUNTS[0], index=LABELS[kind]) for kind in (one, other))
    with pytest.raises(ValueError, match="lacks"):
        kl.kl_divergence(p, q)


def test_the_same_instants_match_in_any_time_zone():
    p = pd.Series(COUNTS[0], index=LABELS["zoned"])
    q = p.tz_convert("UTC").iloc[::-1]
    assert kl.kl_divergence(p, q) == 0.0


def test_dates_as_text_and_points_in_intervals_are_other_labels():
    days = pd.Series(COUNTS[0], index=LABELS["days"])
    with pytest.raises(ValueError, match="lacks '2024-01-03', '2024-01-02', '2024-01-01'"):
        kl.kl_divergence(days, days.set_axis(["2024-01-03", "2024-01-02", "2024-01-01"]))
    bins = pd.Series(COUNTS[0], index=LABELS["intervals"])
    with pytest.raises(ValueError, match=r"lacks 2\.5, 0\.5, 1\.5"):
        kl.kl_divergence(bins, bins.set_axis([2.5, 0.5, 1.5]))


def test_repeated_labels_match_where_both_have_them_in_one_order():
    """pandas-dev/pandas#14227: how repeated labels are aligned has changed between its versions."""
    p = pd.Series(COUNTS[0], index=["x", "x", "y"])
    assert kl.kl_divergence(p, p.copy()) == 0.0
    with pytest.raises(ValueError, match="q has 'x' twice"):
        kl.kl_divergence(p, p.iloc[[0, 2, 1]])


def test_positions_count_where_neither_side_has_labels():
    p, q = pd.DataFrame(COUNTS), pd.DataFrame(COUNTS[::-1])
    want = kl.kl_divergence(COUNTS, COUNTS[::-1])
    assert_same_bits(kl.kl_divergence(p, q).to_numpy(), want)
    with pytest.raises(ValueError, match="numbers of bins differ"):
        kl.kl_divergence(p, q.iloc[:, :2])
    with pytest.raises(ValueError, match=r"order is all that counts, give q\.to_numpy\(\)"):
        kl.kl_divergence(p.set_axis([5, 6, 7], axis=1), q)
    shuffled = q.iloc[:, [2, 0, 1]]  # its labels are numbers, but in another order
    assert_same_bits(kl.kl_divergence(p, shuffled).to_numpy(), want)


def test_the_bins_of_a_series_are_the_columns_of_a_frame():
    row = TURNED.loc["r"]
    want = kl.kl_divergence(COUNTS, COUNTS[1] + 1)
    assert_same_bits(kl.kl_divergence(FRAME, row).to_numpy(), want)
    assert_same_bits(kl.kl_divergence(FRAME.T, row, axis=0).to_numpy(), want)
    assert_same_bits(kl.kl_divergence(FRAME, row, axis=1).to_numpy(), want)
    with pytest.raises(ValueError, match="the rows of p and the labels of q differ"):
        kl.kl_divergence(FRAME, row, axis=0)


@pytest.mark.parametrize(
    "axis", [0, 1, "index", "columns", "place", "kind", (0, 1), ("kind", "place")]
)
def test_an_axis_is_given_by_number_or_by_name(axis):
    p = FRAME.rename_axis(index="place", columns="kind")
    numbers = {"index": 0, "place": 0, "columns": 1, "kind": 1, ("kind", "place"): (1, 0)}
    number = numbers.get(axis, axis)
    got = kl.kl_divergence(p, TURNED, axis=axis)
    assert_same_bits(np.asarray(got), kl.kl_divergence(COUNTS, OTHER.to_numpy(), axis=number))
    kept = kl.kl_divergence(p, TURNED, axis=axis, keepdims=True)
    want = kl.kl_divergence(COUNTS, OTHER.to_numpy(), axis=number, keepdims=True)
    assert_same_bits(np.asarray(kept), want)
    out = np.empty_like(want)
    assert kl.kl_divergence(p, TURNED, axis=axis, keepdims=True, out=out) is out
    assert_same_bits(out, want)


def test_an_axis_that_there_is_not():
    with pytest.raises(ValueError, match="axis is 'bins'; the dimensions are called 'index', 'col"):
        kl.kl_divergence(FRAME, FRAME, axis="bins")
    with pytest.raises(TypeError, match="axis is 'bins', but no argument has labels"):
        kl.kl_divergence(COUNTS, COUNTS, axis="bins")
    with pytest.raises(ValueError, match="axis is 2, but p has shape"):
        kl.kl_divergence(FRAME, FRAME, axis=2)
    with pytest.raises(TypeError, match=r"axis is 0\.5"):
        kl.kl_divergence(FRAME, FRAME, axis=0.5)


def test_lists_of_series_and_frames_are_matched_row_by_row():
    rows = [FRAME.loc["r"], TURNED.loc["s"]]
    want = kl.pairwise([COUNTS[0], COUNTS[0] + 1])
    assert_same_bits(kl.pairwise(rows), want)
    assert_same_bits(
        kl.pairwise(FRAME, rows).to_numpy(), kl.pairwise(COUNTS, [*COUNTS[:1], COUNTS[0] + 1])
    )
    groups = kl.generalized_js_divergence([FRAME, TURNED])
    assert_same_bits(groups.to_numpy(), kl.generalized_js_divergence([COUNTS, OTHER.to_numpy()]))
    assert list(groups.index) == ["r", "s"]
    with pytest.raises(ValueError, match=r"x\[1\] lacks 'a'"):
        kl.pairwise([rows[0], rows[1].rename({"a": "z"})])


def test_weights_are_matched_with_the_rows_that_they_weigh():
    weights = pd.Series([0.25, 0.75], index=["s", "r"])
    want = kl.generalized_js_divergence(COUNTS, [0.75, 0.25])
    assert kl.generalized_js_divergence(FRAME, weights) == want
    assert kl.generalized_js_divergence(FRAME, weights=weights) == want
    assert kl.generalized_js_divergence(FRAME.T, weights, over="columns", axis=0) == want


def test_neither_library_is_imported():
    code = (
        "import sys, kullback as kl; kl.kl_divergence([1, 2], [2, 1]); kl.pairwise([[1, 2]]);"
        "print(*({'pandas', 'xarray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_an_array_without_labels_beside_two_orders_is_refused():
    """Nobody knows whether the variances stand in the order of the one mean or of the other."""
    mean = pd.DataFrame(COUNTS, columns=["a", "b", "c"])
    turned = mean[["c", "a", "b"]]
    variances = np.ones((2, 3))
    for call in (kl.pairwise_gaussian, kl.gaussian_kl_divergence):
        with pytest.raises(ValueError, match="have either: give it labels, or bring mean"):
            call(mean, variances, turned, variances)
        with_labels = pd.DataFrame(variances, columns=turned.columns)
        want = call(COUNTS, variances, COUNTS, variances)
        assert np.array_equal(call(mean, with_labels, turned, with_labels), want)
        assert np.array_equal(call(mean, 1.0, turned, 1.0), want)  # a number has every order
