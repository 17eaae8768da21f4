"""Drift of tables: what never looks stable, and what is found in a mixed table and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

import kullback as kl
from kullback.monitoring.report import FIELDS
from support.drifting import month, planted

pd = pytest.importorskip("pandas")

RNG = np.random.default_rng(5)
STEADY = RNG.normal(size=4000)


def one(reference, current, **options):
    """The row of a table of one column."""
    return kl.drift({"x": reference}, {"x": current}, **options)["x"]


def test_the_planted_drifts_of_two_months_are_found_and_nothing_else():
    before, now = month(1), month(2)
    assert kl.drift(before, now).drifted == []
    found = set(planted(now))
    assert set(kl.drift(before, now).drifted) == found
    assert set(kl.drift(pd.DataFrame(before), pd.DataFrame(now)).drifted) == found


NOTHING = {"empty": [], "NaN": [math.nan] * 50, "None": [None] * 50, "0 rows": np.empty(0)}


@pytest.mark.parametrize("today", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("reference", [STEADY, ["a", "b"] * 40, [True, False] * 40], ids=len)
def test_a_day_without_values_has_drifted_at_no_distance(today, reference):
    """evidentlyai/evidently#1480 and NannyML/nannyml#339: a column without values is an exception.

    All other columns are lost with it there. Here it has a row, which says so.
    """
    row = one(reference, today)
    assert row.drifted
    assert row.n_current == 0
    assert all(math.isnan(x) for x in (row.js_distance, row.psi, row.noise))
    assert "no values in the current table" in row.note


@pytest.mark.parametrize("missing", [0.05, 0.5, 0.95])
def test_a_column_that_goes_missing_drifts(missing):
    """yakew7/Fair-Code#461: 95 % missing is an index of 0.0 where the rest keeps its shares."""
    today = np.where(RNG.random(4000) < missing, math.nan, STEADY)
    row = one(STEADY, today)
    assert row.drifted
    assert row.missing_current == pytest.approx(missing, abs=0.03)
    text = np.where(np.isnan(today), None, "a")
    assert one(["a"] * 4000, text).drifted


def test_values_out_of_range_are_counted_and_drift():
    today = np.where(RNG.random(4000) < 0.9, 1e6, STEADY)
    row = one(STEADY, today)
    assert row.drifted
    assert row.outside_reference == 0
    assert row.outside_current == pytest.approx(0.9, abs=0.02)
    assert one(STEADY, np.r_[STEADY, -np.inf, np.inf, np.inf]).outside_current == 3 / 4003
    assert one(np.r_[STEADY, np.inf], STEADY).outside_reference == 1 / 4001


def test_a_day_of_one_value_drifts():
    assert one(STEADY, np.full(300, STEADY[0])).drifted
    assert one(np.full(300, 7), np.full(300, 8)).js_distance == 1
    assert not one(np.full(300, 7), np.full(300, 7)).drifted


@pytest.mark.parametrize("share", [0.2, 0.85, 1.0])
@pytest.mark.parametrize("to", [0.01, -0.01, 5e-324])
def test_a_repeated_value_that_moves_by_little_drifts(share, to):
    """ing-bank/probatus#112: where many values are equal, quantiles are, and bins are lost."""
    values = np.where(RNG.random(5000) < share, 0.0, RNG.normal(2, 0.1, 5000))
    row = one(values, np.where(values == 0, to, values))
    assert row.drifted
    assert row.js_distance > 0.35
    assert not one(values, values[::2]).drifted


def test_a_new_category_is_named_and_drifts():
    """SeldonIO/alibi-detect#191: categories that the reference lacks raised."""
    row = one(["a", "b"] * 500, ["a", "b", "c", "d"] * 100)
    assert row.new_categories == {"c": 100, "d": 100}
    assert row.drifted
    assert "new: 'c' (100), 'd' (100)" in row.note
    assert row.psi == math.inf
    declared = pd.Categorical(["a", "b"] * 500, categories=["a", "b", "c"])
    assert one(declared, ["a", "b", "c"] * 100).new_categories == {"c": 100}


def test_columns_of_one_side_alone_are_said():
    report = kl.drift({"a": [1, 2], "b": [1, 2]}, {"b": [1, 2], "c": ["x", None]})
    assert report.drifted == ["a", "c"]
    assert report["a"].note == "it is not in the current table"
    assert "not in the reference" in report["c"].note
    assert (report["c"].n_current, report["c"].missing_current) == (1, 0.5)
    assert "c: it is not in the reference" in str(report)


def test_a_column_of_another_kind_has_drifted():
    row = one(STEADY, ["x"] * 100)
    assert row.drifted
    assert row.note == "its values are categories, those of the reference numbers"


def test_a_reference_without_values_has_one_bin():
    row = one([None] * 50, [1.0] * 50)
    assert row.drifted
    assert "no values in the reference" in row.note
    assert one([math.nan] * 9, ["a"] * 9).drifted
    assert one([None] * 9, [None] * 9).drifted


def test_a_reference_without_rows_is_refused():
    with pytest.raises(ValueError, match="reference has no rows"):
        kl.drift({"a": []}, {"a": [1]})


def test_names_that_come_twice_are_refused():
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    for pair in ((frame, {"a": [1]}), ({"a": [1]}, frame)):
        with pytest.raises(ValueError, match="more than one column called 'a'"):
            kl.drift(*pair)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: kl.drift(np.ones((3, 2)), {}),
            TypeError,
            r"reference is a ndarray; .*reference\[",
        ),
        (lambda: kl.drift({"a": [1]}, [1]), TypeError, "current is a list"),
        (lambda: kl.drift({"a": 3}, {}), TypeError, r"reference\['a'\] is a int"),
        (lambda: kl.drift({"a": [1], "b": [1, 2]}, {}), ValueError, "'a' has 1 values and 'b' has"),
        (lambda: kl.drift({"a": "text"}, {}), TypeError, "'a' is text, not a column"),
        (lambda: kl.drift({"a": [1j]}, {"a": [1]}), None, ""),
        (lambda: kl.drift({"a": np.ones(2, complex)}, {}), TypeError, "'a' has dtype complex128"),
        (lambda: kl.drift({"a": np.ones((2, 2))}, {}), ValueError, r"'a' has shape \(2, 2\)"),
        (lambda: kl.drift({"a": [[1], [2]]}, {}), TypeError, "'a' holds what cannot be counted"),
        (lambda: kl.drift({"a": ["1", 1]}, {}), TypeError, "different types that read '1'"),
        (lambda: kl.drift({"a": [1]}, {"a": [1]}, bins=1), ValueError, "bins is 1"),
        (lambda: kl.drift({"a": [1]}, {"a": [1]}, bins=2.5), TypeError, "bins is 2.5"),
        (lambda: kl.drift({"a": [1]}, {"a": [1]}, level=0), ValueError, "level is 0"),
        (lambda: kl.drift({"a": [1]}, {"a": [1]}, threads=0), ValueError, "threads is 0"),
    ],
)
def test_what_is_no_table_is_refused(call, error, message):
    if error is None:
        assert call()["a"].drifted  # objects of another kind
        return
    with pytest.raises(error, match=message):
        call()


def test_the_figures_are_those_of_scipy():
    p, q = RNG.integers(1, 90, (2, 4))
    row = one(np.repeat(list("abcd"), q), np.repeat(list("abcd"), p))
    assert row.js_distance == pytest.approx(jensenshannon(p, q, base=2), rel=1e-12)
    shares = p / p.sum(), q / q.sum()
    assert row.psi == pytest.approx(kl.population_stability_index(*shares), rel=1e-12)
    assert row.reference.tolist() == [*q, 0]
    assert row.current.tolist() == [*p, 0]


@pytest.mark.parametrize("size", [3, 11, 1000, 70_000, 200_000])
@pytest.mark.parametrize("bins", [2, 10, 47])
def test_bins_are_the_quantiles_of_the_reference(size, bins):
    values = RNG.normal(size=size)
    row = one(values, values[: size // 2], bins=bins)
    ranks = np.unique([i * size // bins for i in range(1, bins) if i * size // bins])
    edges = np.r_[-np.inf, np.sort(values)[ranks], np.inf]
    np.testing.assert_array_equal(row.reference[:-1], np.histogram(values, edges)[0])
    np.testing.assert_array_equal(row.current[:-1], np.histogram(values[: size // 2], edges)[0])


HARD = {
    "few values": RNG.integers(0, 7, 150_000) / 4,
    "integers": RNG.poisson(30, 150_000),
    "bytes": RNG.integers(0, 256, 150_000).astype(np.uint8),
    "large integers": 2**60 + RNG.integers(0, 3000, 150_000),
    "heavy tails": RNG.standard_cauchy(150_000) ** 5,
    "every scale": 10.0 ** RNG.uniform(-300, 300, 150_000),
    "zeros": np.where(RNG.random(150_000) < 0.8, 0.0, RNG.normal(size=150_000)),
    "one value": np.full(150_000, 3.5),
    "infinite": np.where(RNG.random(150_000) < 0.3, np.inf, RNG.normal(size=150_000)),
    "missing": np.where(RNG.random(150_000) < 0.3, np.nan, RNG.normal(size=150_000)),
    "float32": RNG.normal(size=150_000).astype(np.float32),
    "strided": RNG.normal(size=300_000)[::2],
}


@pytest.mark.parametrize("values", HARD.values(), ids=HARD)
def test_counts_of_the_reference_are_those_between_its_edges(values):
    """They come from ranks on one side, from comparisons with the edges on the other."""
    report = kl.drift({"x": values}, {"x": values})
    (saved,) = report.bins["columns"]
    edges = np.r_[-np.inf, saved.get("edges", []), np.inf]
    known = values.astype(float)
    known = known[~np.isnan(known)]
    assert saved["counts"] == np.histogram(known, edges)[0].tolist()
    row = report["x"]
    np.testing.assert_array_equal(row.reference, row.current)
    assert row.js_distance == 0
    assert row.outside_reference == row.outside_current == np.isinf(known).mean()
    few = np.sort(known)[[i * known.size // 10 for i in range(1, 10)]]
    assert set(few[np.isfinite(few)]) <= set(edges)


def test_threads_do_not_matter():
    table = {**month(3, 100_000), **{f"more{i}": RNG.normal(size=100_000) for i in range(3)}}
    want = kl.drift(table, month(4, 70_000), threads=1)
    for threads in (2, 3):
        got = kl.drift(table, month(4, 70_000), threads=threads)
        assert str(got) == str(want)
        assert got.bins == want.bins


def test_the_frame_has_the_columns_for_index_and_drifted_last():
    before, now = month(1, 500), month(2, 500)
    now["payment"][:] = "gold"
    frame = kl.drift(before, now).to_frame()
    assert list(frame.index) == list(before)
    assert list(frame.columns) == list(FIELDS)
    assert frame.columns[-1] == "drifted"
    assert frame["drifted"].dtype == bool
    assert frame.index[frame["drifted"]].tolist() == ["payment"]
    assert frame.loc["payment", "new_categories"] == 1
    assert frame["js_distance"].between(0, 1).all()
    assert (frame["js_distance"] > frame["noise"]).tolist() == frame["drifted"].tolist()
    tuples = pd.DataFrame({("a", 1): [1, 2], ("a", 2): [1, 2]})
    assert kl.drift(tuples, tuples).to_frame().index.tolist() == [("a", 1), ("a", 2)]


def test_the_table_that_is_printed_has_the_worst_first():
    report = kl.drift({"a": STEADY, "b": STEADY}, {"a": STEADY, "b": STEADY + 0.3})
    lines = str(report).splitlines()
    assert lines[0].split()[:2] == ["column", "kind"]
    assert lines[1].startswith("b ")
    assert lines[1].endswith("drifted")
    assert lines[2].startswith("a ")
    assert "1 of 2 columns drifted" in str(report)
    assert "of 2 compared columns, chance alone marks at least one" in str(report)
    assert repr(report) == str(report)
    assert len(report) == 2
    with pytest.raises(KeyError):
        report["c"]


def test_few_expected_values_are_said():
    report = kl.drift({"a": STEADY}, {"a": STEADY[:100]})
    assert report["a"].noise_from == "divisions"
    assert "few values expected in a bin" in str(report)
    assert kl.drift({"a": STEADY}, {"a": STEADY})["a"].noise_from == "chi-square"
