"""Dense rows with structure: columns of zeros, many zeros in float32, rows of very many bins."""

from __future__ import annotations

import numpy as np
import pytest

import kullback as kl
from kullback._drivers import tiles
from kullback._drivers.sources import columns_in_use
from support.calls import core_or_varied_metric, metric
from support.strategies import simplex

RNG = np.random.default_rng(11)


@core_or_varied_metric
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_columns_that_are_0_in_all_rows_are_not_computed(word, dtype):
    n, k = 90, 600
    core = RNG.poisson(2.0, (n, 40)).astype(dtype) + 1
    columns = np.sort(RNG.choice(k, 40, replace=False))
    rows = np.zeros((n, k), dtype)
    rows[:, columns] = core
    assert rows.size * n > 1 << 22
    np.testing.assert_array_equal(columns_in_use([rows]), columns)
    got = kl.pairwise(rows, metric=metric(word))
    np.testing.assert_array_equal(got, kl.pairwise(core, metric=metric(word)))
    some = kl.pairwise(rows, rows[::2].copy(), metric(word))
    rtol = 1e-5 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(some, got[:, ::2], rtol=rtol, atol=1e-12)


def test_columns_are_looked_for_in_both_sides_and_errors_name_those_that_were_given():
    x, y = np.zeros((2, 100, 500))
    x[:, 3], y[:, 7], y[:, 3] = 1.0, 1.0, 1.0
    np.testing.assert_array_equal(columns_in_use([x, y]), [3, 7])
    np.testing.assert_allclose(kl.pairwise(x, y, "total_variation"), 0.5)
    y[42, 400] = -1.0
    with pytest.raises(ValueError, match="y is no distribution: row 42, column 400 is negative"):
        kl.pairwise(x, y)
    with pytest.raises(ValueError, match=r"row 0 sums to 0 \(100 such rows in x"):
        kl.pairwise(np.zeros((100, 500)))
    assert columns_in_use([RNG.random((5, 50))]) is None


def test_a_pseudocount_is_in_columns_of_zeros_too():
    rows = np.zeros((100, 500))
    rows[:, :20] = RNG.poisson(1.0, (100, 20)) + 1.0
    want = kl.kl_divergence(rows[:, None], rows[None], pseudocount=0.5)
    np.testing.assert_allclose(kl.pairwise(rows, metric="kl", pseudocount=0.5), want, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("word", ["js", "js_distance"])
def test_rows_of_very_many_bins_have_the_bits_of_tiles_of_any_shape(word, dtype, monkeypatch):
    x = (RNG.gamma(0.3, 1.0, (12, 9001)) + 1e-6).astype(dtype)
    x[3] = x[4]
    want = kl.pairwise(x, metric=word)
    rows = kl.js_divergence if word == "js" else kl.js_distance
    tolerance = 1e-12 if dtype is np.float64 else 1e-5
    np.testing.assert_allclose(want, rows(x[:, None], x[None]), rtol=tolerance)
    for shape in ((1, 1), (3, 5)):
        monkeypatch.setattr(tiles, "tile_shape", lambda *_, shape=shape: shape)
        np.testing.assert_array_equal(kl.pairwise(x, metric=word), want)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_float32_rows_with_many_zeros_are_right_without_the_doubled_loop(share, monkeypatch):
    """Far from the uniform row float32 is rough: most such pairs are summed again in float64."""
    near = np.abs(simplex(RNG, 1, 64) * (1.0 + 0.4 * RNG.standard_normal((60, 64))))
    x = np.where(RNG.random(64) < share, 0.0, near)
    x[:, 0] = 0.01
    refined = []
    by_rows = tiles._refine
    monkeypatch.setattr(
        tiles, "_refine", lambda *job: (refined.append((job[-1] == -np.inf).sum()), by_rows(*job))
    )
    got = kl.pairwise(x.astype(np.float32))
    want = kl.js_divergence(x[:, None], x[None])
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-9)
    assert sum(refined) < 0.5 * got.size
