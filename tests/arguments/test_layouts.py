"""What must not matter: memory layout, containers, and the dtype that holds the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from kullback import pairwise
from kullback._drivers.rows import FEW
from oracle.divergences import rowwise
from support.calls import FUNCTIONS, core_metric, core_word, each_float, rows_of
from support.layouts import LAYOUTS, read_only
from support.tolerances import assert_close, assert_same_bits

each_layout = pytest.mark.parametrize("layout", LAYOUTS)


@core_word
@each_layout
@each_float
def test_memory_layout_changes_no_bit_of_rows(word, layout, dtype):
    p, q = rows_of(70, 33, dtype)
    change = LAYOUTS[layout]
    before = p.copy(), q.copy()
    want = FUNCTIONS[word](read_only(p), read_only(q))
    assert_same_bits(FUNCTIONS[word](change(p), q), want)
    assert_same_bits(FUNCTIONS[word](p, change(q)), want)
    assert_same_bits(FUNCTIONS[word](change(p), change(q)), want)
    assert_same_bits((p, q), before)


@core_metric
@each_layout
@each_float
def test_memory_layout_changes_no_bit_of_matrices(word, layout, dtype):
    x, y = rows_of(20, 33, dtype)
    change = LAYOUTS[layout]
    want = pairwise(read_only(x), read_only(y), word)
    assert_same_bits(pairwise(change(x), change(y), word), want)
    assert_same_bits(pairwise(change(x), metric=word), pairwise(x, metric=word))


@core_word
def test_broadcast_rows_are_like_copies(word):
    p, q = rows_of(50, 9)
    one = np.broadcast_to(p[3], p.shape)
    assert_same_bits(FUNCTIONS[word](one, q), FUNCTIONS[word](one.copy(), q))
    flat = np.broadcast_to(p[:, :1], p.shape)
    assert_same_bits(FUNCTIONS[word](flat, q), FUNCTIONS[word](flat.copy(), q))


@core_word
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">i4"])
def test_memory_mapped_rows_are_like_arrays(word, dtype, tmp_path):
    p, q = ((1000 * rows + 1).astype(dtype) for rows in rows_of(30, 21))
    np.save(tmp_path / "p.npy", p)
    mapped = np.load(tmp_path / "p.npy", mmap_mode="r")
    want = FUNCTIONS[word](*(rows.astype(rows.dtype.newbyteorder("=")) for rows in (p, q)))
    assert_same_bits(FUNCTIONS[word](mapped, q), want)
    assert type(FUNCTIONS[word](mapped, q)) is np.ndarray
    mapped_at_odd_offset = np.memmap(tmp_path / "odd", np.uint8, "w+", shape=p.nbytes + 3)[3:]
    mapped_at_odd_offset = mapped_at_odd_offset.view(p.dtype).reshape(p.shape)
    mapped_at_odd_offset[...] = p
    assert_same_bits(FUNCTIONS[word](mapped_at_odd_offset, q), want)


@core_word
def test_lists_pandas_and_matrices_are_like_arrays(word):
    pandas = pytest.importorskip("pandas")
    p, q = rows_of(6, 5)
    want = FUNCTIONS[word](p, q)
    for convert in (list, np.ndarray.tolist, pandas.DataFrame, memoryview):
        got = FUNCTIONS[word](convert(p), convert(q))
        assert type(got) is np.ndarray
        assert_same_bits(got, want)
    assert FUNCTIONS[word](pandas.Series(p[0]), tuple(q[0])) == want[0]
    mixed = pandas.DataFrame({"a": [1, 2], "b": [0.5, 0.25]})  # an integer and a float column
    numbers = mixed.to_numpy()
    assert_same_bits(FUNCTIONS[word](mixed, mixed[::-1]), FUNCTIONS[word](numbers, numbers[::-1]))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@core_word
def test_np_matrix_is_like_an_array(word):
    p, q = rows_of(6, 5)
    got = FUNCTIONS[word](np.matrix(p), np.matrix(q))
    assert type(got) is np.ndarray
    assert_same_bits(got, FUNCTIONS[word](p, q))


# Dtypes


def check_counts(word, dtype, n, k):
    p, q = np.random.default_rng(6).integers(0, 128, (2, n, k))
    got = FUNCTIONS[word](p.astype(dtype), q.astype(dtype))
    assert got.dtype == np.float64
    assert_same_bits(got, FUNCTIONS[word](p.astype(float), q.astype(float)))


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f8", ">u2"])
@pytest.mark.parametrize(("n", "k"), [(40, 300), (400, 20), (4, 20)])
def test_counts_of_any_dtype_are_the_same_counts(dtype, n, k):
    """Many of them, which have kernels of their own, and few."""
    assert n < 40 or n * k > FEW
    check_counts("kl", dtype, n, k)


@core_word
@pytest.mark.parametrize("dtype", ["u1", ">i2"])
def test_counts_are_the_same_counts_for_any_divergence(word, dtype):
    check_counts(word, dtype, 40, 300)


@core_word
def test_booleans_are_counts_of_one(word):
    p, q = np.eye(70, dtype=bool), ~np.eye(70, dtype=bool)[::-1]
    assert_same_bits(FUNCTIONS[word](p, q), FUNCTIONS[word](p.astype(float), q.astype(float)))


@core_word
def test_integer_counts_are_exact_up_to_2_to_the_53(word):
    p = 2**53 - np.arange(6).reshape(2, 3)
    q = 2**53 - np.arange(6).reshape(2, 3)[::-1] ** 2
    assert_close(FUNCTIONS[word](p, q), rowwise(word, p, q), "rows", word)


@core_word
@pytest.mark.parametrize(
    ("p_dtype", "q_dtype", "result"),
    [
        *[("f4", "f4", "f4"), ("f2", "f4", "f4"), ("f2", "f2", "f4"), (">f4", "f4", "f4")],
        *[("f8", "f4", "f8"), ("f4", "f8", "f8"), ("f4", "i4", "f8"), ("?", "f4", "f8")],
        *[("i2", "f2", "f8"), ("u1", "u1", "f8"), (">f8", ">f8", "f8")],
    ],
)
def test_two_single_precision_arguments_give_float32_and_others_float64(
    word, p_dtype, q_dtype, result
):
    p, q = np.array([[1, 2, 3]], p_dtype), np.array([[2, 2, 1]], q_dtype)
    got = FUNCTIONS[word](p, q)
    assert got.dtype == np.dtype(result)
    assert got.dtype.isnative
    assert_close(got, rowwise(word, p.astype(float), q.astype(float)), "rows", word)
    assert pairwise(p, q, word).dtype == got.dtype
