"""What must not matter (layout, dtype, threads, batches), and what is refused, and how."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest

import kullback
from kullback import condensed, js_divergence, kl_divergence, pairwise
from reference import ORACLES, ROWWISE, rowwise
from strategies import simplex, with_zeros
from tolerances import assert_close, assert_same_bits

FUNCTIONS = {word: getattr(kullback, ORACLES[word].public) for word in ROWWISE}
each_word = pytest.mark.parametrize("word", ROWWISE)
each_metric = pytest.mark.parametrize("metric", ORACLES)


def rows_of(n, k, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return simplex(rng, n, k).astype(dtype), with_zeros(rng, simplex(rng, n, k), 0.1).astype(dtype)


# Memory layout


def unaligned(a):
    buffer = np.zeros(a.nbytes + 1, np.uint8)[1:]
    view = buffer.view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def strided(a):
    wide = np.full((*a.shape[:-1], 3 * a.shape[-1]), np.nan, a.dtype)
    wide[..., 1::3] = a
    return wide[..., 1::3]


def every_other_row(a):
    tall = np.full((2 * len(a), *a.shape[1:]), np.nan, a.dtype)
    tall[::2] = a
    return tall[::2]


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def swapped(a):
    return a.astype(a.dtype.newbyteorder())


def swapped_read_only(a):
    a = swapped(a)
    a.flags.writeable = False
    return a


def subclassed(a):
    return a.view(type("Sub", (np.ndarray,), {}))


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": strided,
    "every_other_row": every_other_row,
    "negative_strides": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda a: a.T.copy().T,
    "unaligned": unaligned,
    "read_only": read_only,
    "swapped": swapped,
    "swapped_read_only": swapped_read_only,
    "subclassed": subclassed,
}
each_layout = pytest.mark.parametrize("layout", LAYOUTS)
each_float = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@each_word
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


@each_metric
@each_layout
@each_float
def test_memory_layout_changes_no_bit_of_matrices(metric, layout, dtype):
    x, y = rows_of(20, 33, dtype)
    change = LAYOUTS[layout]
    want = pairwise(read_only(x), read_only(y), metric)
    assert_same_bits(pairwise(change(x), change(y), metric), want)
    assert_same_bits(pairwise(change(x), metric=metric), pairwise(x, metric=metric))


@each_word
def test_broadcast_rows_are_like_copies(word):
    p, q = rows_of(50, 9)
    one = np.broadcast_to(p[3], p.shape)
    assert_same_bits(FUNCTIONS[word](one, q), FUNCTIONS[word](one.copy(), q))
    flat = np.broadcast_to(p[:, :1], p.shape)
    assert_same_bits(FUNCTIONS[word](flat, q), FUNCTIONS[word](flat.copy(), q))


@each_word
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">i4"])
def test_memory_mapped_rows_are_like_arrays(word, dtype, tmp_path):
    p, q = ((1000 * rows).astype(dtype) + 1 for rows in rows_of(30, 21))
    np.save(tmp_path / "p.npy", p)
    mapped = np.load(tmp_path / "p.npy", mmap_mode="r")
    want = FUNCTIONS[word](p, q)
    assert_same_bits(FUNCTIONS[word](mapped, q), want)
    assert type(FUNCTIONS[word](mapped, q)) is np.ndarray
    mapped_at_odd_offset = np.memmap(tmp_path / "odd", np.uint8, "w+", shape=p.nbytes + 3)[3:]
    mapped_at_odd_offset = mapped_at_odd_offset.view(p.dtype).reshape(p.shape)
    mapped_at_odd_offset[...] = p
    assert_same_bits(FUNCTIONS[word](mapped_at_odd_offset, q), want)


@each_word
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
@each_word
def test_np_matrix_is_like_an_array(word):
    p, q = rows_of(6, 5)
    got = FUNCTIONS[word](np.matrix(p), np.matrix(q))
    assert type(got) is np.ndarray
    assert_same_bits(got, FUNCTIONS[word](p, q))


# Dtypes


@each_word
@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f8", ">u2"])
def test_counts_of_any_dtype_are_the_same_counts(word, dtype):
    rng = np.random.default_rng(6)
    p, q = rng.integers(0, 128, (2, 40, 300))
    got = FUNCTIONS[word](p.astype(dtype), q.astype(dtype))
    assert got.dtype == np.float64
    assert_same_bits(got, FUNCTIONS[word](p.astype(float), q.astype(float)))


@each_word
def test_booleans_are_counts_of_one(word):
    p, q = np.eye(4, dtype=bool), ~np.eye(4, dtype=bool)[::-1]
    assert_same_bits(FUNCTIONS[word](p, q), FUNCTIONS[word](p.astype(float), q.astype(float)))


@each_word
def test_integer_counts_are_exact_up_to_2_to_the_53(word):
    p = 2**53 - np.arange(6).reshape(2, 3)
    q = 2**53 - np.arange(6).reshape(2, 3)[::-1] ** 2
    assert_close(FUNCTIONS[word](p, q), rowwise(word, p, q), "rows", word)


@each_word
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


# Threads, tiles, batches, and what was compiled before

PAIR = "kullback.kl_divergence([0.2, 0.3, 0.5], [0.5, 0.1, 0.4], {options})"


@pytest.mark.parametrize("later", ["zeros='skip'", "zeros=0.25", "pseudocount=0.5"])
def test_kernels_of_an_earlier_process_are_not_mixed_up_with_new_ones(later, tmp_path):
    first = [PAIR.format(options=later)]
    then = [PAIR.format(options=""), *first, PAIR.format(options="normalize=False"), *first]
    results = []
    for calls in (first, then, first):
        program = f"import kullback; print({', '.join(calls)})"
        environment = os.environ | {"KULLBACK_CACHE_DIR": str(tmp_path / "cache")}
        run = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        results.append(run.stdout.split())
    assert results[0] == [results[1][1]] == [results[1][3]] == results[2]


@each_word
@pytest.mark.parametrize("shape", [(3001, 65), (30_000, 7), (5, 200_001)])
def test_threads_batches_and_row_order_change_no_bit(word, shape):
    p, q = rows_of(*shape)
    q[::5] = p[::5] * (1 + 1e-9)  # the careful path, too
    function = FUNCTIONS[word]
    want = function(p, q, threads=1)
    for threads in (2, 3, 8, None):
        assert_same_bits(function(p, q, threads=threads), want)
    cut = len(p) // 3 + 1
    assert_same_bits(np.concatenate([function(p[:cut], q[:cut]), function(p[cut:], q[cut:])]), want)
    assert_same_bits(function(p[::-1], q[::-1])[::-1], want)
    for i in range(0, len(p), 1 + len(p) // 50):
        assert_same_bits(function(p[i], q[i]), want[i])


@each_word
def test_a_row_does_not_depend_on_the_others(word):
    p, q = rows_of(40, 12)
    for fellow in ([0.0] * 12, [np.nan] * 12, [1e308] * 12, [5e-324] * 12):
        crowd = p.copy()
        crowd[1::2] = fellow
        got = FUNCTIONS[word](crowd, q, invalid="nan")[::2]
        assert_same_bits(got, FUNCTIONS[word](p, q)[::2])


@each_metric
def test_threads_and_batches_change_matrices_by_the_stated_bound_at_most(metric):
    x, y = rows_of(300, 64)
    x[::5] = y[::5] * (1 + 1e-7)
    want = pairwise(x, y, metric, threads=1)
    for threads in (2, 5, None):
        assert_close(pairwise(x, y, metric, threads=threads), want, "matrix", metric)
    for rows in (slice(0, 101), slice(299, None), slice(None, None, -1)):
        assert_close(pairwise(x[rows], y, metric), want[rows], "matrix", metric)
        assert_close(pairwise(x, y[rows], metric), want[:, rows], "matrix", metric)


# out


@each_word
@each_float
def test_out_is_filled_and_returned(word, dtype):
    p, q = rows_of(8, 5, dtype)
    want = FUNCTIONS[word](p, q)
    tall = np.zeros((16, 3), dtype)
    for out in (np.zeros(8, dtype), tall[::2, 1], tall[::-2, 2]):
        assert FUNCTIONS[word](p, q, out=out) is out
        assert_same_bits(out.copy(), want)
    assert not tall[1::2, 1].any()
    single = np.zeros((), dtype)
    assert FUNCTIONS[word](p[0], q[0], out=single) is single
    assert single == want[0]


@each_metric
@each_float
def test_out_of_a_matrix_is_filled_and_returned(metric, dtype):
    x, y = rows_of(6, 5, dtype)
    for other in (y, None):
        want = pairwise(x, other, metric)
        for out in (np.zeros((6, 6), dtype), np.zeros((6, 6), dtype, "F"), np.zeros((6, 9), dtype)):
            out = out[:, :6]
            assert pairwise(x, other, metric, out=out) is out
            assert_same_bits(out.copy(), want)
    if ORACLES[metric].symmetric:
        out = np.zeros(15, dtype)
        assert condensed(x, metric, out=out) is out
        assert_same_bits(out, condensed(x, metric))


def frozen(a):
    a.flags.writeable = False
    return a


BAD_OUT = {
    "shape": (lambda shape, dtype: np.full((*shape, 1), 7, dtype), ["shape"]),
    "longer": (lambda shape, dtype: np.full((shape[0] + 1, *shape[1:]), 7, dtype), ["shape"]),
    "dtype": (lambda shape, _: np.full(shape, 7, "i8"), ["int64"]),
    "precision": (
        lambda shape, dtype: np.full(shape, 7, "f4" if dtype == "f8" else "f8"),
        ["float"],
    ),
    "byte_order": (lambda shape, dtype: np.full(shape, 7, np.dtype(dtype).newbyteorder()), []),
    "read_only": (lambda shape, dtype: frozen(np.full(shape, 7, dtype)), ["read-only|writ"]),
}


@pytest.mark.parametrize("bad", BAD_OUT)
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_a_wrong_out_is_refused_and_left_untouched(bad, dtype):
    make, words = BAD_OUT[bad]
    p, q = rows_of(4, 5, dtype)
    calls = {
        (4,): lambda out: kl_divergence(p, q, out=out),
        (4, 4): lambda out: pairwise(p, q, "kl", out=out),
        (6,): lambda out: condensed(p, "js", out=out),
    }
    for shape, call in calls.items():
        out = make(shape, dtype)
        with pytest.raises(ValueError, match=r"\bout\b") as error:
            call(out)
        assert np.all(out == 7)
        assert_says(error, *words)


def test_an_out_that_overlaps_an_input_is_refused():
    memory = np.full(100, 2.0)
    p, q = memory[:40].reshape(8, 5), rows_of(8, 5)[0]
    for out in (memory[:8], memory[39:47], p[:, 2]):
        for call in (
            lambda out: kl_divergence(p, q, out=out),
            lambda out: js_divergence(q, p, out=out),
        ):
            with pytest.raises(ValueError, match="overlap"):
                call(out)
    square = memory[30:94].reshape(8, 8)
    for call in (lambda: pairwise(p, q, out=square), lambda: pairwise(q, p, out=square)):
        with pytest.raises(ValueError, match="overlap"):
            call()
    with pytest.raises(ValueError, match="overlap"):
        condensed(p, out=memory[20:48])
    assert np.all(memory == 2.0)


# Rows that are no distributions


def assert_says(error, *words):
    message = str(error.value)
    for word in words:
        assert re.search(word, message), f"{word!r} is not in: {message}"


BAD_VALUES = [-0.625, -1e-17, -5e-324, np.nan, np.inf, -np.inf]


@each_word
@pytest.mark.parametrize("value", BAD_VALUES)
@pytest.mark.parametrize("at", ["p", "q"])
def test_an_invalid_entry_is_named_with_its_place_and_value(word, value, at):
    rows = dict(zip("pq", rows_of(90, 40), strict=True))
    rows[at][[17, 50, 83], [23, 1, 39]] = value
    with pytest.raises(ValueError, match=rf"\b{at}\b") as error:
        FUNCTIONS[word](*rows.values())
    other = "q" if at == "p" else "p"
    assert not re.search(rf"\b{other}\b", str(error.value))
    assert_says(error, r"\b17\b", r"\b23\b", re.escape(str(value)), r"\b3\b.*rows")


@each_word
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"zeros": 1e-10}], ids=str)
@pytest.mark.parametrize("at", ["p", "q"])
def test_a_row_without_mass_is_named_with_its_place(word, options, at):
    rows = dict(zip("pq", rows_of(90, 40), strict=True))
    rows[at][[17, 60]] = 0.0
    with pytest.raises(ValueError, match=rf"\b{at}\b") as error:
        FUNCTIONS[word](*rows.values(), **options)
    assert_says(error, r"\b17\b", "sum|zero|mass", r"\b2\b.*rows")


@each_word
@each_float
def test_invalid_rows_become_nan_and_others_stay(word, dtype):
    p, q = rows_of(60, 12, dtype)
    want = FUNCTIONS[word](p, q)
    for i, value in enumerate([*BAD_VALUES[:2], *BAD_VALUES[3:]]):
        p[3 + 4 * i, i] = q[5 + 4 * i, 11 - i] = value
        want[[3 + 4 * i, 5 + 4 * i]] = np.nan
    p[40], q[41] = 0.0, 0.0
    want[[40, 41]] = np.nan
    p[42, 0] = q[42, 1] = np.nan
    want[42] = np.nan
    assert_same_bits(FUNCTIONS[word](p, q, invalid="nan"), want)
    assert_same_bits(FUNCTIONS[word](p[3], q[3], invalid="nan"), want[3])


@each_metric
@each_float
def test_invalid_rows_of_matrices_become_nan_and_others_stay(metric, dtype):
    x, y = rows_of(40, 12, dtype)
    want, within = pairwise(x, y, metric), pairwise(x, metric=metric)
    for i, value in enumerate([-1.0, np.nan, np.inf, -np.inf]):
        x[3 + 5 * i, i] = y[4 + 5 * i, 11 - i] = value
    x[30], y[31] = 0.0, 0.0
    bad_x, bad_y = [3, 8, 13, 18, 30], [4, 9, 14, 19, 31]
    want[bad_x], want[:, bad_y] = np.nan, np.nan
    within[bad_x], within[:, bad_x] = np.nan, np.nan
    assert_close(pairwise(x, y, metric, invalid="nan"), want, "matrix", metric)
    assert_close(pairwise(x, metric=metric, invalid="nan"), within, "matrix", metric)
    if ORACLES[metric].symmetric:
        upper = np.triu_indices(40, 1)
        assert_close(condensed(x, metric, invalid="nan"), within[upper], "matrix", metric)


@each_metric
@pytest.mark.parametrize("value", [*BAD_VALUES, "zero row"])
def test_invalid_rows_of_matrices_are_named(metric, value):
    for at in "xy":
        rows = dict(zip("xy", rows_of(90, 40), strict=True))
        rows[at][[17, 50, 83], slice(23, 24)] = 0.5 if value == "zero row" else value
        if value == "zero row":
            rows[at][[17, 50, 83]] = 0.0
        with pytest.raises(ValueError, match=rf"\b{at}\b") as error:
            pairwise(rows["x"], rows["y"], metric)
        assert_says(error, r"\b17\b", r"\b3\b.*rows")
        if value != "zero row":
            assert_says(error, r"\b23\b", re.escape(str(value)))
        if at == "x":
            with pytest.raises(ValueError, match=r"\bx\b"):
                pairwise(rows["x"], metric=metric)


BAD_ROWS = [[-1, 2, 1], [-1, -2, -3], [np.nan, 1, 0], [np.nan] * 3, [1, np.inf, 0], [np.inf] * 3]


@each_metric
@pytest.mark.parametrize("bad", [*BAD_ROWS, [0, 0, 0], [-0.0, 0, 0]], ids=str)
def test_no_zeros_and_no_infinite_result_hide_an_invalid_row(metric, bad):
    for good in ([[1, 2, 3], [3, 2, 1]], [[1, 0, 0], [0, 1, 1]], [[1, 0, 1], [2, 1, 0]]):
        for x, y in [(good, [bad, good[0]]), ([good[1], bad], good), ([bad, good[1]], None)]:
            invalid = np.array([row is bad for row in x])[:, None] | [row is bad for row in y or x]
            got = pairwise(x, y, metric, invalid="nan")
            np.testing.assert_array_equal(np.isnan(got), invalid)
            with pytest.raises(ValueError, match=r"\b[xy]\b"):
                pairwise(x, y, metric)


@each_word
def test_a_row_of_p_that_is_left_without_mass_is_invalid(word):
    p, q = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]]), np.array([[1.0, 1.0, 0.0]])
    for normalize in (True, False):
        options = {"zeros": "skip", "normalize": normalize}
        with pytest.raises(ValueError, match=r"\bp\b") as error:
            FUNCTIONS[word](p, q, **options)
        assert_says(error, r"\b1\b", "skip|zeros")
        got = FUNCTIONS[word](p, q, invalid="nan", **options)
        np.testing.assert_array_equal(np.isnan(got), [False, True])
        got = pairwise(p, q, word, invalid="nan", **options)
        np.testing.assert_array_equal(np.isnan(got), [[False], [True]])
        with pytest.raises(ValueError, match=r"\bx\b"):
            pairwise(p, q, word, **options)


def test_a_row_of_a_higher_array_is_named_by_all_its_indices():
    p = np.ones((4, 6, 30))
    p[2, 5, 17] = -0.375
    with pytest.raises(ValueError, match=r"\bp\b") as error:
        kl_divergence(p, np.ones(30))
    assert_says(error, "2, 5", r"\b17\b", r"-0\.375")


# Shapes


def every_function(p, q, **options):
    return [
        *(lambda f=f: f(p, q, **options) for f in FUNCTIONS.values()),
        *(lambda m=m: pairwise(p, q, m, **options) for m in ORACLES),
    ]


@pytest.mark.parametrize("p_shape", [(2, 3), (2, 1)])
def test_another_number_of_bins_is_refused_with_both_shapes(p_shape):
    for call in every_function(np.ones(p_shape), np.ones((2, 4))):
        with pytest.raises(ValueError, match=re.escape(str(p_shape))) as error:
            call()
        assert_says(error, r"\(2, 4\)")


@each_word
@pytest.mark.parametrize(
    ("p_shape", "q_shape"), [((3, 4), (2, 4)), ((), (4,)), ((4,), ()), ((), ()), ((5, 0), (5, 0))]
)
def test_shapes_that_do_not_fit_are_refused_with_both_shapes(word, p_shape, q_shape):
    with pytest.raises(ValueError, match=re.escape(str(p_shape))) as error:
        FUNCTIONS[word](np.ones(p_shape), np.ones(q_shape))
    assert_says(error, re.escape(str(q_shape)))


@each_metric
@pytest.mark.parametrize("shape", [(), (4,), (2, 2, 4), (3, 0)])
def test_a_matrix_needs_two_axes_and_bins(metric, shape):
    for call in (
        lambda: pairwise(np.ones(shape), np.ones((2, 4)), metric),
        lambda: pairwise(np.ones((2, 4)), np.ones(shape), metric),
        lambda: pairwise(np.ones(shape), metric=metric),
        lambda: condensed(np.ones(shape), "js"),
    ):
        with pytest.raises(ValueError, match=re.escape(str(shape))):
            call()


@each_word
@each_float
def test_no_rows_give_an_empty_result(word, dtype):
    for p_shape, q_shape, shape in [((0, 4), (0, 4), (0,)), ((3, 0, 4), (4,), (3, 0))]:
        got = FUNCTIONS[word](np.ones(p_shape, dtype), np.ones(q_shape, dtype))
        assert got.shape == shape
        assert got.dtype == dtype


@each_word
def test_an_axis_that_is_not_there_is_refused(word):
    for axis in (2, -3):
        with pytest.raises(ValueError, match="axis"):
            FUNCTIONS[word](np.ones((2, 4)), np.ones((2, 4)), axis=axis)
    for axis in (0.5, "rows", (0, 1), None):
        with pytest.raises((TypeError, ValueError), match=r"axis|integer"):
            FUNCTIONS[word](np.ones((2, 4)), np.ones((2, 4)), axis=axis)


def test_ragged_lists_are_refused():
    for call in every_function([[1, 2], [3]], [[1, 2], [3, 4]]):
        with pytest.raises(ValueError, match=r"inhomogeneous|ragged|length"):
            call()


# Dtypes that are refused

BAD_DTYPES = {
    "complex128": np.ones((2, 3), complex),
    "complex64": np.ones((2, 3), np.complex64),
    "object": np.array([[Fraction(1, 3), 1, 1], [1, 1, 1]], dtype=object),
    "<U": np.array([["1", "2", "3"]] * 2),
    "S1": np.array([[b"1", b"2", b"3"]] * 2),
    "datetime64": np.ones((2, 3), "M8[s]"),
    "timedelta64": np.ones((2, 3), "m8[s]"),
    "longdouble|float128|float96": np.ones((2, 3), np.longdouble),
    "[Mm]asked": np.ma.masked_less(np.ones((2, 3)), 0.5),
    "masked": np.ma.masked_array(np.ones((2, 3)), [[True, False, False]] * 2),
    "[\\[(]+'a'": np.ones((2, 3), [("a", "f8")]),
}


@pytest.mark.parametrize("name", BAD_DTYPES)
def test_a_dtype_that_is_no_real_number_is_refused_by_name_and_with_a_remedy(name):
    if name.startswith("longdouble") and np.dtype(np.longdouble) == np.float64:
        pytest.skip("longdouble is float64 here")
    bad, good = BAD_DTYPES[name], np.ones((2, 3))
    for call in (*every_function(bad, good), *every_function(good, bad), lambda: condensed(bad)):
        with pytest.raises(TypeError, match=name) as error:
            call()
        assert_says(error, r"astype|\.filled|\.real|float64|convert|\.data\b")


def test_none_and_ragged_objects_are_refused():
    for bad in ([[1, None, 3]] * 2, [["a", 1, 2]] * 2, {"a": 1}, None, [[10**400, 1, 1]] * 2):
        for call in every_function(np.ones((2, 3)), bad)[: len(FUNCTIONS)]:
            with pytest.raises(TypeError):
                call()


def test_sparse_matrices_are_refused_with_the_conversion():
    sparse = pytest.importorskip("scipy.sparse")
    for bad in (sparse.csr_matrix(np.eye(3)), sparse.coo_array(np.eye(3))):
        for call in (*every_function(bad, np.eye(3)), *every_function(np.eye(3), bad)):
            with pytest.raises(TypeError, match="toarray"):
                call()
        with pytest.raises(TypeError, match="toarray"):
            condensed(bad)


# Options that are refused

OUT_OF_RANGE = [
    *[("base", value) for value in (1, 1.0, 0, 0.5, -2, np.nan)],
    *[("pseudocount", value) for value in (-1, -1e-300, np.nan, np.inf)],
    *[("zeros", value) for value in (0, 0.0, -1e-10, np.nan, np.inf, "drop", "")],
    *[("threads", value) for value in (0, -1)],
    ("invalid", "ignore"),
]
OF_A_WRONG_TYPE = [
    *[("base", value) for value in ("2", [2, 3], 2j)],
    *[("pseudocount", value) for value in ("1", None, [1, 2])],
    *[("zeros", value) for value in (None, [1e-10], 1j)],
    *[("threads", value) for value in (1.5, "2")],
    *[("invalid", value) for value in (None, True)],
]


def calls_with(option, value):
    x = np.ones((2, 3))
    calls = every_function(x, x, **{option: value})
    return [*calls, lambda: condensed(x, **{option: value})]


@pytest.mark.parametrize(("option", "value"), OUT_OF_RANGE, ids=str)
def test_an_option_out_of_range_is_refused_by_name_and_value(option, value):
    for call in calls_with(option, value):
        with pytest.raises(ValueError, match=rf"\b{option}\b") as error:
            call()
        assert_says(error, re.escape(str(value)))


@pytest.mark.parametrize(("option", "value"), OF_A_WRONG_TYPE, ids=str)
def test_an_option_of_a_wrong_type_is_refused_by_name(option, value):
    for call in calls_with(option, value):
        with pytest.raises((ValueError, TypeError), match=rf"\b{option}\b"):
            call()


def test_arrays_are_positional_and_options_are_named():
    x = np.ones((2, 3))
    for call in (
        lambda: kl_divergence(p=x, q=x),
        lambda: kl_divergence(x, x, -1),
        lambda: pairwise(x=x),
        lambda: pairwise(x, x, "js", 2),
        lambda: condensed(x, "js", 2),
        lambda: kl_divergence(x),
        lambda: kl_divergence(x, x, bases=2),
        lambda: pairwise(x, axis=0),
    ):
        with pytest.raises(TypeError):
            call()


def test_a_wrong_metric_is_refused_with_the_right_ones():
    for call in (lambda: pairwise(np.eye(3), metric="kld"), lambda: condensed(np.eye(3), "kld")):
        with pytest.raises(ValueError, match="kld") as error:
            call()
        assert_says(error, *(rf"\b{word}\b" for word in ("js", "js_distance")))
    with pytest.raises(ValueError, match="kld") as error:
        pairwise(np.eye(3), metric="kld")
    assert_says(error, *(rf"\b{word}\b" for word in ORACLES))


def test_condensed_is_for_symmetric_metrics():
    for metric in set(ORACLES) - {word for word in ORACLES if ORACLES[word].symmetric}:
        with pytest.raises(ValueError, match="symmetric") as error:
            condensed(np.eye(3), metric)
        assert_says(error, rf"\b{metric}\b")
    for zeros in ("skip", 1e-10):
        with pytest.raises(ValueError, match="symmetric") as error:
            condensed(np.eye(3), "js", zeros=zeros)
        assert_says(error, r"\bzeros\b")


def test_a_matrix_that_cannot_fit_is_refused_at_once():
    rows = np.broadcast_to(np.ones(2), (2**22, 2))
    start = time.perf_counter()
    with pytest.raises(MemoryError, match=r"4[,_ ]?194[,_ ]?304") as error:
        pairwise(rows)
    assert_says(error, "bytes|[KMGTP]i?B", "available")
    with pytest.raises(MemoryError, match="available"):
        condensed(rows)
    assert time.perf_counter() - start < 5
