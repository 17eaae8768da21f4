"""What is in no bin: values beyond the edges, NaN, equal edges, tables, text, categories."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from kullback.monitoring.categories import category_counts
from kullback.monitoring.histograms import histograms
from support.tolerances import assert_same_bits

pd = pytest.importorskip("pandas")

NAN = np.nan
SAMPLES = [[0.1, 0.6, 5.0, NAN], [-1.0, -2.0, 0.5, 1.0], [NAN, NAN], []]


def test_values_beyond_the_edges_are_said_once_with_their_number():
    """numpy.histogram leaves them out in silence, and its NaN too (numpy/numpy#12955)."""
    with pytest.warns(
        UserWarning, match=r"3 of 10 values lie beyond the edges 0.0 and 1.0"
    ) as said:
        counts, _ = histograms(SAMPLES, 2, (0, 1), missing="drop")
    assert len(said) == 1
    assert said[0].filename == __file__
    assert "samples[0]: 1" in str(said[0].message)
    assert counts.tolist() == [[1, 1], [0, 2], [0, 0], [0, 0]]


def test_values_beyond_the_edges_have_bins_of_their_own_or_are_dropped():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        counts, edges = histograms(SAMPLES, 2, (0, 1), outside="bins", missing="drop")
        assert edges.tolist() == [-np.inf, 0, 0.5, 1, np.inf]
        assert counts.tolist() == [[0, 1, 1, 1], [2, 0, 2, 0], [0] * 4, [0] * 4]
        dropped, _ = histograms(SAMPLES, 2, (0, 1), outside="drop", missing="drop")
        assert_same_bits(dropped, np.ascontiguousarray(counts[:, 1:-1]))
        inside, edges = histograms([[0.5, 1.0]], [0, 1], outside="bins")
        assert inside.tolist() == [[0, 2, 0]]


@pytest.mark.parametrize("bins", [2, "auto", [0, 1]])
def test_missing_values_are_an_error_with_their_number(bins):
    with pytest.raises(ValueError, match=r"samples\[0\] has 1 missing values .* together 3"):
        histograms(SAMPLES, bins)
    with pytest.raises(ValueError, match=r"samples\[1\] has 2 missing"):
        histograms(np.array([[1.0, 2.0], [NAN, NAN]], np.float32), bins)


@pytest.mark.parametrize("bins", [3, "auto", [-9, 0, 9]])
def test_missing_values_have_the_last_bin_or_are_dropped(bins):
    counts, edges = histograms(SAMPLES, bins, missing="bin")
    dropped, same = histograms(SAMPLES, bins, missing="drop")
    assert_same_bits(edges, same)
    assert counts[:, -1].tolist() == [1, 0, 2, 0]
    assert counts.sum(axis=1).tolist() == [4, 4, 2, 0]
    assert_same_bits(np.ascontiguousarray(counts[:, :-1]), dropped)


def test_a_day_without_values_has_a_row_of_zeros_that_divergences_refuse():
    import kullback as kl

    counts, _ = histograms([[0.1, 0.7], [NAN, NAN], []], 2, (0, 1), missing="drop")
    for day in counts[1:]:
        for options in ({}, {"pseudocount": 0.5}):
            with pytest.raises(ValueError, match="sums to 0"):
                kl.population_stability_index(day, counts[0], **options)
            with pytest.raises(ValueError, match="sums to 0"):
                kl.js_divergence(day, counts[0], **options)


def test_long_samples_are_looked_at_in_parts():
    long = np.random.default_rng(0).normal(size=(2, 700_000))
    long[0, ::7] = NAN
    long[1, ::5] = 9
    counts, _ = histograms(long, [-3, 0, 3], outside="bins", missing="bin")
    want = [np.histogram(x, [-np.inf, -3, 0, np.nextafter(3, 4), np.inf])[0] for x in long]
    assert_same_bits(np.ascontiguousarray(counts[:, :-1]), np.array(want))
    assert counts[:, -1].tolist() == [100_000, 0]


@pytest.mark.parametrize("edges", [[0, 0, 1], [0, 1, 1], [-np.inf, -np.inf, 0], [2.0, 2.0]])
def test_equal_edges_are_refused(edges):
    """ing-bank/probatus#112: quantiles of repeated values are equal; no bin is between them."""
    with pytest.raises(ValueError, match=r"are the same edge, .*numpy\.unique\(edges\)"):
        histograms([[0.5, 1.5]], edges)


def test_the_columns_of_a_table_are_the_samples():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [4, 4, 4, 1], "c": [NAN, 1, 2, 2]})
    counts, edges = histograms(frame, 3, missing="drop")
    want, same = histograms([frame[name].to_numpy() for name in frame], 3, missing="drop")
    assert_same_bits(counts, want)
    assert_same_bits(edges, same)
    assert counts.shape == (3, 3)
    others = (
        dict(frame),
        {name: frame[name].tolist() for name in frame},
        frame.convert_dtypes(),
        frame.convert_dtypes(dtype_backend="pyarrow"),
    )
    for table in others:
        assert_same_bits(histograms(table, 3, missing="drop")[0], counts)
    with pytest.raises(ValueError, match="'a' has 1 values and 'b' has 2"):
        histograms({"a": [1], "b": [1, 2]})


TEXT = {
    "list": [["a", "b"]],
    "numbers too": [[1.0], ["b"]],
    "array": np.array([["a", "b"]]),
    "frame": pd.DataFrame({"x": ["a", "b"]}),
    "objects": pd.DataFrame({"x": ["a", None]}, dtype=object),
    "categories": pd.DataFrame({"x": ["a", "b"]}, dtype="category"),
    "arrow": pd.DataFrame({"x": ["a", "b"]}, dtype="string[pyarrow]"),
}


@pytest.mark.parametrize("samples", TEXT.values(), ids=TEXT)
def test_text_is_refused_with_advice_that_works(samples):
    with pytest.raises(TypeError, match=r"text or categories .* count them with category_counts"):
        histograms(samples)
    if samples is not TEXT["numbers too"]:
        assert category_counts(samples, missing="bin")[0].sum() == 2


def test_wrong_options_are_refused():
    with pytest.raises(ValueError, match="outside is 'no'; it must be one of 'warn', 'bins'"):
        histograms([[1.0]], outside="no")
    with pytest.raises(ValueError, match="missing is 'no'; it must be one of 'raise', 'bin'"):
        histograms([[1.0]], missing="no")
    with pytest.raises(ValueError, match="missing is 'no'"):
        category_counts([["a"]], missing="no")


# Categories


def test_categories_are_counted_on_the_union_in_one_order():
    counts, names = category_counts([["b", "a", "b"], ["c"], []])
    assert names.tolist() == ["a", "b", "c"]
    assert counts.tolist() == [[1, 2, 0], [0, 0, 1], [0, 0, 0]]
    assert counts.dtype == np.int64
    declared = pd.Categorical(["low", "high"], categories=["low", "middle", "high"])
    counts, names = category_counts([declared, ["middle", "low"]])
    assert names.tolist() == ["low", "middle", "high"]
    assert counts.tolist() == [[1, 0, 1], [1, 1, 0]]
    counts, names = category_counts(pd.DataFrame({"x": ["u", "v"], "y": [True, False]}))
    assert names.tolist() == ["False", "True", "u", "v"]


def test_the_order_of_value_counts_does_not_matter():
    a, b = ["A"] * 70 + ["B"] * 20 + ["C"] * 10, ["C"] * 70 + ["B"] * 20 + ["A"] * 10
    counts, names = category_counts([a, b])
    assert names.tolist() == ["A", "B", "C"]
    assert counts.tolist() == [[70, 20, 10], [10, 20, 70]]


def test_given_categories_are_the_order_and_others_are_refused():
    counts, names = category_counts([["a", "b"], ["b"]], ["b", "z", "a"])
    assert names.tolist() == ["b", "z", "a"]
    assert counts.tolist() == [[1, 0, 1], [1, 0, 0]]
    with pytest.raises(ValueError, match=r"samples\[1\] has 'c', which is not in categories"):
        category_counts([["a"], ["c", "c"]], ["a", "b"])
    with pytest.raises(ValueError, match="'a' twice"):
        category_counts([["a"]], ["a", "a"])


def test_missing_categories_are_an_error_a_bin_or_dropped():
    samples = [["a", None], [NAN, NAN, "b"], [None]]
    with pytest.raises(ValueError, match=r"samples\[0\] has 1 missing values, .* together 4"):
        category_counts(samples)
    counts, names = category_counts(samples, missing="bin")
    assert names.tolist() == ["a", "b"]
    assert counts.tolist() == [[1, 0, 1], [0, 1, 2], [0, 0, 1]]
    assert category_counts(samples, missing="drop")[0].tolist() == [[1, 0], [0, 1], [0, 0]]


def test_numbers_and_bare_text_are_no_categories():
    with pytest.raises(TypeError, match=r"samples\[0\] holds numbers; .*histograms"):
        category_counts([[1.5, 2.5]])
    for bare in ("abc", ["abc"]):
        with pytest.raises(TypeError, match=r"samples are text|column 0 is text"):
            category_counts(bare)
