"""How matrices of sparse rows are cut changes no bit, whatever the number of rows and entries."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

import kullback as kl
from kullback._drivers.sparse import matrices, pairs
from oracle.divergences import SYMMETRIC
from support.calls import metric

WORDS = 1.0 / np.arange(1, 501)


def documents(n=70, k=500, words=60, seed=0):
    """Counts of words as frequent as those of a language, so that few are in nearly all rows."""
    rng = np.random.default_rng(seed)
    rows = rng.multinomial(words, WORDS[:k] / WORDS[:k].sum(), n).astype(float)
    rows[5] = rows[6]
    rows[7] = 1.0  # every word
    return rows


def in_small_pieces(monkeypatch):
    for name, size in (
        ("PANEL_ROWS", 16),
        ("PANEL_ENTRIES", 300),
        ("TILE_PAIRS", 64),
        ("TILE_COST", 200),
        ("TILE_GATHERED", 200),
        ("REFINED_AT_ONCE", 8),
    ):
        monkeypatch.setattr(matrices, name, size)
    monkeypatch.setattr(pairs, "AT_ONCE", 256)
    monkeypatch.setattr(pairs, "TILE", 200)


@pytest.mark.parametrize("word", ["kl", "reverse_kl", "js", "hellinger", "renyi_0.25", "renyi_inf"])
def test_tiles_threads_and_blocks_of_rows_change_no_bit(word, monkeypatch):
    x, y = sparse.csr_array(documents()), sparse.csr_array(documents(40, seed=1))
    options = {"zeros": 1e-3} if word == "kl" else {}
    whole = kl.pairwise(x, y, metric(word), threads=1, **options)
    square = kl.pairwise(x, metric=metric(word), threads=1, **options)
    rows = kl.js_divergence(x, y[[3]], **options)
    part = kl.pairwise(x[10:20], y[5:9], metric(word), **options)
    np.testing.assert_array_equal(part, whole[10:20, 5:9])
    in_small_pieces(monkeypatch)
    for threads in (1, 3):
        got = kl.pairwise(x, y, metric(word), threads=threads, **options)
        np.testing.assert_array_equal(got, whole)
        got = kl.pairwise(x, metric=metric(word), threads=threads, **options)
        np.testing.assert_array_equal(got, square)
        if word in SYMMETRIC:
            got = kl.condensed(x, metric(word), threads=threads, **options)
            np.testing.assert_array_equal(got, square[np.triu_indices(70, 1)])
    np.testing.assert_array_equal(kl.js_divergence(x, y[[3]], **options), rows)


@pytest.mark.parametrize("word", ["js", "renyi_inf"])
def test_progress_ends_at_the_total(word, monkeypatch):
    in_small_pieces(monkeypatch)
    seen = []
    kl.pairwise(
        sparse.csr_array(documents()),
        metric=metric(word),
        progress=lambda *shown: seen.append(shown),
    )
    done, totals = zip(*seen, strict=True)
    assert len(set(totals)) == 1
    assert done[-1] == totals[0] > 20
    assert list(done) == sorted(done)


@pytest.mark.parametrize("word", ["js", "kl", "hellinger", "bhattacharyya", "total_variation"])
def test_realistic_rows_have_the_distances_of_dense_ones(word):
    x = documents(200, words=150)
    for options in ({}, {"pseudocount": 0.5}):
        dense = kl.pairwise(x, metric=word, **options)
        got = kl.pairwise(sparse.csr_array(x), metric=word, **options)
        np.testing.assert_allclose(got, dense, rtol=2e-12, atol=1e-300)
        np.testing.assert_array_equal(np.isinf(got), np.isinf(dense))


def test_memory_goes_with_the_entries_not_with_the_bins():
    rng = np.random.default_rng(0)
    columns = rng.integers(0, 10**9, 3000)
    rows = sparse.csr_array(
        (np.ones(3000), (np.repeat(np.arange(300), 10), columns)), shape=(300, 10**9)
    )
    kl.pairwise(rows[:2])  # kernels
    kl.js_divergence(rows[:2], rows[:1])
    tracemalloc.start()
    try:
        square = kl.pairwise(rows)
        pairs_of_rows = kl.js_divergence(rows, rows[[0]], pseudocount=1e-9)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 24
    assert pairs_of_rows[0] == 0.0
    np.testing.assert_allclose(square[0, 1:], np.log(2.0), rtol=1e-14)
    assert np.ptp(pairs_of_rows[1:]) < 1e-9


def test_a_sparse_job_that_was_stopped_goes_on_and_gives_the_same_bits(tmp_path):
    x = sparse.csr_array(documents())
    want = kl.pairwise(x, metric="kl", pseudocount=0.5)
    out = tmp_path / "d.npy"

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kl.pairwise(x, metric="kl", pseudocount=0.5, out=out, resume=True, progress=stop)
    got = kl.pairwise(x, metric="kl", pseudocount=0.5, out=out, resume=True)
    np.testing.assert_array_equal(got, want)
    other = x.copy()
    other.data[3] += 1.0
    with pytest.raises(ValueError, match="begun with other values of: x"):
        kl.pairwise(other, metric="kl", pseudocount=0.5, out=out, resume=True)
