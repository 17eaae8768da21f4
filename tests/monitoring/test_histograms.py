"""Histograms against numpy.histogram, value by value; the index against its definition."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from kullback._drivers import binning as driver
from kullback.monitoring.histograms import histograms, population_stability_index
from support.strategies import family
from support.tolerances import assert_close, assert_same_bits

DTYPES = ["f8", "f4", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", ">f8", ">i4"]
BINS = [
    (),
    (7,),
    ("auto",),
    ("fd",),
    (10, (0, 20)),
    (100, (1e-3, 1e-2)),
    ([-3, 0, 1, 2.5, 7],),
    ([0, 1, 5, 20],),
    ([3.0],),
    (range(-5, 5),),
    (np.array([0, 1, 5], np.uint8),),
    (np.array([0.0, 0.5, 3], np.float32),),
    (np.array([-np.inf, 0, 1, np.inf]),),
]


def check(samples, *bins):
    """Edges are those of all samples together, and counts are NumPy's with them."""
    counts, edges = histograms(samples, *bins, outside="drop", missing="drop")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy says that it takes booleans for integers
        pooled = np.concatenate([np.ravel(sample) for sample in samples])
        pooled = pooled[pooled == pooled]
        want_edges = np.histogram_bin_edges(pooled, *bins)
        want = [np.histogram(np.asarray(sample), edges)[0] for sample in samples]
    assert_same_bits(edges, want_edges)
    assert counts.dtype == np.int64
    np.testing.assert_array_equal(counts, np.array(want).reshape(len(samples), -1))


def samples_of(dtype, shape=(7, 300)):
    rng = np.random.default_rng(0)
    if dtype[0] in "u?":
        return rng.integers(0, 100, shape).astype(dtype)
    return (rng.normal(size=shape) * 20).astype(dtype)


def around(edges):
    """The edges, the numbers next to them, what is between, and what is nowhere."""
    edges = np.asarray(edges, np.float64)
    above, below = np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)
    between = edges[:-1] / 2 + edges[1:] / 2
    return np.concatenate([edges, above, below, between, [np.nan, np.inf, -np.inf, -0.0]])


@pytest.mark.parametrize("bins", BINS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_counted_as_numpy_does(dtype, bins):
    samples = samples_of(dtype)
    check(samples, *bins)
    check([*samples, samples[0][:0], samples[1][:17]], *bins)


@pytest.mark.parametrize("bins", [(), ("auto",), ([0, 1, 5, 20],)], ids=str)
def test_layout_does_not_matter(bins):
    samples = samples_of("f8")
    check(samples.T, *bins)
    check(samples[:, ::-3], *bins)
    check(np.asfortranarray(samples), *bins)
    samples.flags.writeable = False
    check(samples, *bins)
    check(samples.tolist(), *bins)
    ragged = np.empty(2, object)
    ragged[:] = [samples[0], samples[1][:5]]
    several = (ragged, list(ragged))
    got, want = (histograms(each, *bins, outside="drop")[0] for each in several)
    assert_same_bits(got, want)


EDGES = [
    np.linspace(0, 1, 65),
    np.linspace(-0.1, 0.3, 98),
    np.linspace(0, 1, 30, dtype=np.float32),
    np.linspace(1e4, 1e4 + 1, 60, dtype=np.float32),
    np.arange(65.0),
    np.arange(-3, 4) * 10.0,
    np.arange(1000) * 0.25 - 7,
    1e6 + np.arange(50.0),
    np.arange(0, 1.05, 0.1),
    np.arange(257),
    np.geomspace(1e-300, 1e300, 50),
    np.linspace(-8e307, 8e307, 9),
    np.linspace(0, 1e-310, 9),
    np.array([0.0, 5e-324]),
    np.array([-np.inf, 0.0, 7.0, np.inf]),
    np.array([-1.0, np.inf]),
    np.array([-np.inf, np.inf]),
]


@pytest.mark.parametrize("edges", EDGES, ids=lambda edges: f"{edges[0]}-{edges[-1]}-{edges.size}")
def test_values_at_and_next_to_the_edges(edges):
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.tile(around(edges), (3, 5))
        check(values, edges)
        check(values.astype(np.float32), edges)


@given(
    values=st.lists(st.floats(width=32), max_size=40),
    edges=st.lists(st.floats(allow_nan=False, width=32), min_size=2, max_size=9, unique=True).map(
        sorted
    ),
)
def test_any_values_and_edges(values, edges):
    check([values, [*values, *edges]], edges)


@given(
    values=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    edges=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=9, unique=True).map(
        sorted
    ),
)
def test_integers_beyond_float64_are_compared_as_such(values, edges):
    near = [min(x + 1, 2**63 - 1) for x in edges]
    check(np.array([[*values, *edges, *near]]), np.array(edges))
    check(np.array([[*values, *edges, *near]]), np.unique(np.array(edges, np.float64)))
    unsigned = np.array([*values, *edges]).astype(np.uint64)
    check([unsigned], np.unique(unsigned))


def test_integers_next_to_each_other_are_told_apart():
    values = 2**53 + np.arange(4)
    counts, _ = histograms([values], values)
    assert counts.tolist() == [[1, 1, 2]]


@pytest.mark.parametrize("size", [1, 7, 8, 9, 100, 5000])
@pytest.mark.parametrize("bins", [1, 2, 64, 600, 2000])
def test_any_number_of_values_and_bins(size, bins):
    rng = np.random.default_rng(size)
    check(rng.normal(size=(3, size)), bins)
    check(rng.normal(size=(3, size)), np.sort(rng.normal(size=bins + 1)))


def test_long_samples_are_counted_in_parts():
    rng = np.random.default_rng(0)
    long = rng.normal(size=(2, driver.TILE + driver.TILE // 2))
    check(long, 64)
    check([long[0], long[1][:10], long[1]], 64)
    check([*np.split(long[0], 96), *rng.integers(0, 9, (5, 40_000))], 64)


def test_threads_do_not_matter():
    samples = np.random.default_rng(0).normal(size=(3, 700_000))
    want, _ = histograms(samples, 50, threads=1)
    for threads in (2, 3, 8):
        assert_same_bits(histograms(samples, 50, threads=threads)[0], want)


def test_empty_samples_have_zero_counts():
    assert histograms(np.empty((3, 0)), 4)[0].tolist() == [[0] * 4] * 3
    counts, edges = histograms([[], [1.0, 2.0], []], 2)
    assert counts.tolist() == [[0, 0], [1, 1], [0, 0]]
    assert edges.tolist() == [1, 1.5, 2]
    assert histograms([], 5)[0].shape == (0, 5)
    assert histograms(np.empty((0, 9)), 5)[0].shape == (0, 5)


@pytest.mark.parametrize("wrong", [np.inf, -np.inf])
def test_a_range_is_not_found_from_what_is_no_number(wrong):
    samples = samples_of("f8")
    samples[3, 7] = wrong
    for given_samples in (samples, list(samples)):
        for bins in (10, "auto"):
            with pytest.raises(ValueError, match=rf"samples\[3\] has {wrong} at 7, so the range"):
                histograms(given_samples, bins)
    check(samples, 10, (-30, 30))
    check(samples, "fd", (-30, 30))
    check(samples, [-30, 0, 30])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(5),), r"samples have shape \(5,\)"),
        ((np.ones((2, 2, 2)),), r"samples have shape \(2, 2, 2\)"),
        (([1.0, 2.0],), r"samples\[0\] has shape \(\)"),
        (([[1.0], [[2.0]]],), r"samples\[1\] has shape \(1, 1\)"),
        ((np.ones((2, 2)), 0), "must be positive"),
        ((np.ones((2, 2)), "foo"), "foo"),
        ((np.ones((2, 2)), [2, 1]), "increase monotonically"),
        ((np.ones((2, 2)), [[1, 2]]), "they must be edges"),
        ((np.ones((2, 2)), []), "they must be edges"),
        ((np.ones((2, 2)), [1, np.nan]), "without NaN"),
        ((np.ones((2, 2)), 3, (2, 1)), "max must be larger than min"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        histograms(*arguments)


def test_dtypes_that_are_not_real_are_refused():
    with pytest.raises(TypeError, match="samples has dtype complex128"):
        histograms(np.ones((2, 2), complex))
    with pytest.raises(TypeError, match=r"samples\[1\] holds text"):
        histograms([[1.0], ["a"]])
    with pytest.raises(TypeError, match="must be an integer"):
        histograms(np.ones((2, 2)), 2.5)
    with pytest.raises(ValueError, match="threads is 0"):
        histograms(np.ones((2, 2)), threads=0)


# The population stability index


@pytest.mark.parametrize("options", [{}, {"base": 2}, {"pseudocount": 0.5}, {"normalize": False}])
def test_the_index_is_jeffreys_divergence(options):
    p, q = family("counts")
    got = population_stability_index(p, q, **options)
    assert_same_bits(got, kullback.jeffreys_divergence(p, q, **options))


def test_the_index_of_a_textbook():
    actual, expected = np.array([0.4, 0.3, 0.2, 0.1]), np.full(4, 0.25)
    want = np.sum((actual - expected) * np.log(actual / expected))
    assert_close(population_stability_index(actual, expected), want, "rows")


def test_an_empty_bin_makes_the_index_infinite_unless_it_is_treated():
    assert population_stability_index([1, 0], [1, 1]) == np.inf
    assert population_stability_index([1, 1], [1, 0], zeros=1e-6) < np.inf
    assert population_stability_index([1, 0], [1, 1], pseudocount=0.5) < np.inf


def test_raw_samples_are_compared_in_two_calls():
    rng = np.random.default_rng(0)
    reference = rng.normal(size=20_000)
    counts, _ = histograms([reference, rng.normal(size=20_000), rng.normal(1, 1, 20_000)], 20)
    index = population_stability_index(counts[1:], counts[0], pseudocount=0.5)
    assert index[0] < 0.1
    assert index[1] > 0.25
