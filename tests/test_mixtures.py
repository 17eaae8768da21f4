"""Generalized Jensen-Shannon divergence against its oracle, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from kullback._drivers import mixture as driver
from kullback.mixtures import generalized_js_divergence
from reference_mixture import mixtures
from strategies import FAMILIES, TINIEST, family, near_pairs, row_pairs, simplex
from tolerances import assert_close, assert_same_bits

OPTIONS = [
    {},
    {"normalize": False},
    {"base": 2},
    {"pseudocount": 0.5},
    {"pseudocount": 1e-10},
    {"pseudocount": 1e-300},
    {"normalize": False, "pseudocount": 0.125},
]
WEIGHTS = [None, [1, 2, 3], [0.2, 0.5, 0.3], [1, 1e-9, 1e-17], [0, 1, 3], [1e-300, 1e-310, 1]]
each_family = pytest.mark.parametrize("name", FAMILIES)
each_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def check(ps, weights=None, **options):
    """(..., m, k) against the oracle."""
    got = generalized_js_divergence(ps, weights, over=-2, invalid="nan", **options)
    assert_close(got, mixtures(ps, weights, **options), "rows")


def triples(name):
    """Groups of a pair of rows and a third that is far away."""
    p, q = family(name)
    return np.stack([p, q, np.roll(p, 1, axis=0)], axis=1)


@each_family
@each_option
def test_every_digit_is_right(name, options):
    check(triples(name), **options)


@each_family
@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
def test_weights_are_taken_as_they_are(name, weights):
    check(triples(name), weights)


@each_family
@each_option
def test_two_rows_twice_are_as_near_as_two(name, options):
    p, q = family(name)
    check(np.stack([p, q, p, q], axis=1), [1, 2, 3, 4], **options)


@pytest.mark.parametrize("amount", [10.0**-i for i in range(1, 17)])
@pytest.mark.parametrize("m", [2, 5, 40])
def test_rows_that_are_nearly_equal_keep_every_digit(m, amount):
    rng = np.random.default_rng(m)
    rows = simplex(rng, 1, 11) * (1 + amount * rng.uniform(-0.9, 1, (3, m, 11)))
    check(rows, rng.random(m))
    check(rows * rng.random((m, 1)), normalize=True)


@given(pair=st.one_of(row_pairs(), near_pairs()), more=st.integers(0, 3), place=st.integers(0, 9))
def test_any_group_is_right(pair, more, place):
    rows = [*pair, *(np.roll(pair[0], i + 1) for i in range(more))]
    check(np.array(rows), **OPTIONS[place % len(OPTIONS)])


@pytest.mark.parametrize("k", [*range(1, 20), 31, 32, 33, 255, 256, 257, 300, 513])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_rows_of_every_length_are_right(k, dtype):
    rows = np.random.default_rng(k).integers(1, 200, (2, 3, k)).astype(dtype)
    check(rows)
    check(rows, pseudocount=0.25)


@pytest.mark.parametrize("shape", [(3, 70_000), (300, 300)])
@pytest.mark.parametrize("amount", [1.0, 1e-6, 1e-12])
def test_many_rows_and_many_bins_cost_no_digits(shape, amount):
    rng = np.random.default_rng(0)
    few = simplex(rng, 1, 10) * (1 + amount * rng.uniform(-0.9, 1, (3, 10)))
    want = mixtures(few)  # repeating rows or bins changes nothing
    many = np.tile(few, (shape[0] // 3, shape[1] // 10))
    assert_close(generalized_js_divergence(many), want, "rows")
    assert_close(generalized_js_divergence((few[0], *few[1:])), want, "rows")


# What mathematics promises


@given(pair=st.one_of(row_pairs(), near_pairs()))
def test_two_rows_with_equal_weights_have_the_js_divergence(pair):
    got = generalized_js_divergence(np.array(pair))
    assert_close(got, np.float64(kullback.js_divergence(*pair)), "rows")


@pytest.mark.parametrize("a", [0.5, 0.1, 1e-3, 1e-12])
def test_two_rows_have_the_skewed_divergence(a):
    p, q = family("random")
    mean = (1 - a) * p + a * q
    want = (1 - a) * kullback.kl_divergence(p, mean) + a * kullback.kl_divergence(q, mean)
    got = generalized_js_divergence(np.stack([p, q]), [1 - a, a])
    assert np.allclose(got, want, rtol=1e-9 if a > 1e-6 else 1e-3, atol=0)


@each_family
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equal_rows_are_at_zero(name, dtype):
    with np.errstate(over="ignore", under="ignore"):
        rows = np.vstack(family(name)).astype(dtype)
    rows = rows[np.isfinite(rows).all(axis=1) & rows.any(axis=1)]
    for normalize in (True, False):
        for weights in (None, [0.3, 0.3, 0.4]):
            got = generalized_js_divergence([rows] * 3, weights, normalize=normalize)
            assert_same_bits(got, np.zeros(len(rows), dtype))


def test_proportional_counts_are_at_zero():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 1000, (50, 30))
    factors = rng.integers(1, 10**6, (4, 50, 1))
    assert_same_bits(generalized_js_divergence(counts * factors), np.zeros(50))


@given(pair=st.one_of(row_pairs(), near_pairs()), a=st.floats(0, 0.5))
def test_no_result_is_negative_or_above_the_entropy_of_the_weights(pair, a):
    got = generalized_js_divergence(np.array(pair), [a, 1 - a])
    entropy = -(a * np.log(a) if a else 0.0) - (1 - a) * np.log1p(-a)
    assert 0 <= got <= entropy * (1 + 1e-14) + 1e-322
    assert generalized_js_divergence(np.array(pair)) <= np.log(2)


@pytest.mark.parametrize("m", [1, 2, 3, 8, 125])
def test_disjoint_rows_are_as_far_as_can_be(m):
    assert_close(generalized_js_divergence(np.eye(m)), np.float64(np.log(m)), "rows")
    assert generalized_js_divergence(np.eye(m)) <= np.log(m)
    weights = np.arange(1.0, m + 1)
    want = mixtures(np.eye(m), weights)[()]
    assert_close(generalized_js_divergence(np.eye(m), weights), want, "rows")
    assert_close(
        generalized_js_divergence([[1, 0], [0, 1]], [1, 1e-30]), 7.007755278982137e-29, "rows"
    )


def test_a_row_of_no_weight_has_no_part():
    p, q = family("zeros_in_both")
    got = generalized_js_divergence(np.stack([p, q, 1 - p / 2]), [1, 3, 0])
    assert_close(got, mixtures(np.stack([p, q], 1), [1, 3]), "rows")


def test_weights_of_any_scale_are_the_same():
    ps = triples("random")
    want = generalized_js_divergence(ps, [1, 2, 5], over=1)
    for scale in (5e-324, 1e-300, 1e307, 3.0):
        weights = np.array([1.0, 2.0, 5.0]) * scale
        assert_close(generalized_js_divergence(ps, weights, over=1), want, "rows")


# What must not matter


@each_option
@pytest.mark.parametrize("shape", [(3, 70_000), (2, 4, 3000), (300, 700), (1000, 3, 80), (2500, 2)])
def test_a_group_in_blocks_has_the_same_bits(shape, options, monkeypatch):
    rng = np.random.default_rng(0)
    far = rng.random(shape)
    near = far[:1] * (1 + 1e-15 * rng.random(shape))
    for ps in (far, near, rng.integers(1, 9, shape, np.uint8)):
        whole = generalized_js_divergence(ps, **options)
        with monkeypatch.context() as patch:
            patch.setattr(driver, "WHOLE", 0)
            patch.setattr(driver, "FEW", 1 << 60)
            assert_same_bits(generalized_js_divergence(ps, **options), whole)
            assert_same_bits(generalized_js_divergence(ps[..., ::-1][..., ::-1], **options), whole)


@pytest.mark.parametrize("dtype", ["f8", "f4", ">f8", "i4", "u1", ">i2", "?"])
def test_layout_does_not_matter(dtype):
    ps = np.random.default_rng(0).integers(1, 100, (3, 4, 5, 17)).astype(dtype)
    if dtype == "f4":
        want = generalized_js_divergence(ps.copy())
    else:
        want = generalized_js_divergence(ps.astype(np.float64))
    read_only = ps.copy()
    read_only.flags.writeable = False
    for same in (ps, np.asfortranarray(ps), read_only, np.repeat(ps, 2, 3)[..., ::2]):
        assert_same_bits(generalized_js_divergence(same), want)
    assert_same_bits(generalized_js_divergence(ps[:, :, ::-1])[:, ::-1], want)
    assert_same_bits(generalized_js_divergence(np.moveaxis(ps, 0, 2), over=2), want)
    assert_same_bits(generalized_js_divergence(np.moveaxis(ps, -1, 0), axis=0, over=1), want)
    assert_same_bits(generalized_js_divergence(ps, axis=3, over=-4), want)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "u1"])
@pytest.mark.parametrize("k", [4, 40])
def test_rows_that_share_memory_are_like_copies(dtype, k):
    """`astype` keeps the order of strides, so that bins would not be neighbours any more."""
    row = np.arange(1, k + 1).astype(dtype)
    repeated = np.broadcast_to(row, (3, k))
    assert generalized_js_divergence(repeated) == 0
    assert np.all(generalized_js_divergence(np.broadcast_to(row, (3, 5, k))) == 0)
    windows = np.lib.stride_tricks.sliding_window_view(np.ones(k + 2, dtype), k)
    assert generalized_js_divergence(windows) == 0


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4"])
def test_repeated_rows_in_blocks_are_like_copies(dtype, monkeypatch):
    monkeypatch.setattr(driver, "WHOLE", 0)
    monkeypatch.setattr(driver, "FEW", 1 << 60)
    repeated = np.broadcast_to(np.arange(1, 41).astype(dtype), (3, 40))
    assert generalized_js_divergence(repeated) == 0


def test_float16_is_float32_and_lists_are_float64():
    ps = np.random.default_rng(0).random((3, 9)).astype(np.float16)
    assert generalized_js_divergence(ps).dtype == np.float32
    assert type(generalized_js_divergence(ps.tolist())) is np.float64


@pytest.mark.parametrize("shape", [(3, 2000, 90), (3, 400_000)])
def test_threads_do_not_matter(shape):
    ps = np.random.default_rng(0).random(shape)
    want = generalized_js_divergence(ps, threads=1)
    for threads in (2, 3, 8):
        assert_same_bits(generalized_js_divergence(ps, threads=threads), want)


@pytest.mark.parametrize("k", [3, 17, 40])
def test_batches_do_not_matter(k):
    rng = np.random.default_rng(k)
    ps, weights = rng.random((37, 4, k)), rng.random((37, 4))
    ps[5] = ps[5, 0] * (1 + 1e-9 * rng.random((4, k)))
    ps[21] = 1.0
    want = generalized_js_divergence(ps, weights, over=1)
    for size in (1, 5, 8):
        for start in range(0, 37, size):
            part = slice(start, start + size)
            got = generalized_js_divergence(ps[part], weights[part], over=1)
            assert_same_bits(got, want[part])


def test_weights_broadcast_against_the_result():
    rng = np.random.default_rng(0)
    ps, weights = rng.random((3, 4, 5, 17)), rng.random((5, 3))
    got = generalized_js_divergence(ps, weights)
    for i in range(5):
        assert_same_bits(got[:, i], generalized_js_divergence(ps[:, :, i], weights[i]))
    assert generalized_js_divergence(ps, weights=weights[:1]).shape == (4, 5)


def test_layout_of_weights_does_not_matter():
    rng = np.random.default_rng(0)
    ps, weights = rng.random((3, 5, 17)), rng.random((5, 3))
    want = generalized_js_divergence(ps, weights)
    assert_same_bits(generalized_js_divergence(ps, np.asfortranarray(weights)), want)
    same = np.broadcast_to(weights[0], weights.shape)
    want = generalized_js_divergence(ps, weights[0])
    assert_same_bits(generalized_js_divergence(ps, same), want)


def test_results_are_written_to_out():
    ps = np.random.default_rng(0).random((3, 6, 17))
    out = np.zeros((6, 2))
    assert generalized_js_divergence(ps, out=out[:, 0]) is not None
    assert_same_bits(out[:, 0], generalized_js_divergence(ps))
    assert not out[:, 1].any()
    number = np.zeros(())
    assert generalized_js_divergence(ps[:, 0], out=number) is number


# Invalid input


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf, -TINIEST])
@pytest.mark.parametrize("weights", [None, [1, 1, 0]])
def test_a_row_that_is_no_distribution_is_named(wrong, weights):
    ps = np.random.default_rng(0).random((3, 6, 17))
    ps[2, 4, 3] = wrong
    with pytest.raises(ValueError, match=r"ps is no distribution: row 2, 4, column 3 is"):
        generalized_js_divergence(ps, weights)
    got = generalized_js_divergence(ps, weights, invalid="nan")
    assert np.flatnonzero(np.isnan(got)) == [4]


def test_a_row_without_mass_is_named():
    ps = np.ones((2, 3, 5))
    ps[1, 2] = 0
    with pytest.raises(ValueError, match=r"row 1, 2 sums to 0 \(1 such row in ps"):
        generalized_js_divergence(ps)
    assert generalized_js_divergence(ps, pseudocount=1.0).tolist() == [0, 0, 0]


def test_an_invalid_row_of_a_large_group_is_found_too():
    ps = np.ones((2, 300_000))
    ps[1, -1] = -1
    with pytest.raises(ValueError, match="row 1, column 299999 is negative"):
        generalized_js_divergence(ps)
    assert np.isnan(generalized_js_divergence(ps, invalid="nan"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"axis": 0}, "axis and over are both axis 0"),
        ({"over": -1}, "axis and over are both"),
        ({"axis": 3}, r"axis is 3, but ps has shape \(3, 4, 5\)"),
        ({"over": 3}, r"over is 3, but ps has shape \(3, 4, 5\)"),
        ({"weights": [1, 2]}, r"weights have shape \(2,\); the last axis must be 3"),
        ({"weights": np.ones((5, 3))}, r"does not fit \(4, 3\)"),
        ({"weights": np.ones((2, 4, 3))}, r"does not fit \(4, 3\)"),
        ({"weights": 1.0}, "the last axis must be 3"),
        ({"weights": [1, -1, 1]}, "not negative"),
        ({"weights": [1, np.nan, 1]}, "finite"),
        ({"weights": [0, 0, 0]}, "not all 0"),
        ({"base": 1}, "base is 1"),
        ({"pseudocount": -1}, "pseudocount is -1"),
        ({"invalid": "no"}, "invalid is 'no'"),
        ({"threads": 0}, "threads is 0"),
        ({"out": np.zeros(3)}, "out has shape"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        generalized_js_divergence(np.ones((3, 4, 5)), **options)


def test_what_is_no_group_of_rows_is_refused():
    with pytest.raises(ValueError, match="an axis of rows and one of bins"):
        generalized_js_divergence([1.0, 2.0])
    with pytest.raises(ValueError, match="no rows or no bins"):
        generalized_js_divergence(np.ones((0, 3)))
    with pytest.raises(TypeError, match=r"over is 1\.0"):
        generalized_js_divergence(np.ones((3, 3)), over=1.0)
    with pytest.raises(TypeError, match="dtype complex128"):
        generalized_js_divergence(np.ones((3, 3), complex))
    assert generalized_js_divergence(np.ones((3, 0, 4))).shape == (0,)
