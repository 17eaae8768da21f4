"""Generalized Jensen-Shannon divergence: what must not matter, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from kullback._drivers import generalized_js as driver
from kullback.discrete.generalized_js import generalized_js_divergence
from support.mixture_calls import each_option
from support.strategies import TINIEST
from support.tolerances import assert_close, assert_same_bits

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
    repeated = np.broadcast_to(np.arange(1, 41).astype(dtype), (3, 40))
    assert generalized_js_divergence(repeated) == 0


def test_float16_is_float32_and_lists_are_float64():
    ps = np.random.default_rng(0).random((3, 9)).astype(np.float16)
    assert generalized_js_divergence(ps).dtype == np.float32
    assert type(generalized_js_divergence(ps.tolist())) is np.float64


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
    with pytest.raises(ValueError, match=r"row 1, 2 sums to 0"):
        generalized_js_divergence(ps, pseudocount=1.0)
    got = generalized_js_divergence(ps, normalize=False)
    assert_close(got, [0, 0, 2.5 * np.log(2)], "rows")


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
