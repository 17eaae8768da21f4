"""What must not matter: the dtype that holds the numbers; and which one results have."""

from __future__ import annotations

import numpy as np
import pytest

from kullback._drivers.rows import FEW
from oracle.divergences import rowwise
from support.calls import FUNCTIONS, core_word
from support.subjects import SUBJECTS, Subject, each_subject
from support.tolerances import assert_close, assert_same_bits

rounded = pytest.mark.parametrize(
    "subject", [pytest.param(s, id=name) for name, s in SUBJECTS.items() if s.rounded]
)
PAIRS = [  # of dtypes, and that of the result
    *[("f4", "f4", "f4"), ("f2", "f4", "f4"), ("f2", "f2", "f4"), (">f4", "f4", "f4")],
    *[("f8", "f4", "f8"), ("f4", "f8", "f8"), ("f4", "i4", "f8"), ("?", "f4", "f8")],
    *[("i2", "f2", "f8"), ("u1", "u1", "f8"), (">f8", ">f8", "f8"), ("?", "?", "f8")],
]


@each_subject
@pytest.mark.parametrize(("first", "second", "result"), PAIRS)
def test_single_precision_alone_gives_float32_and_all_else_float64(
    subject: Subject, first, second, result
):
    numbers = [np.ceil(abs(a) + (a > 0.5)).clip(1, 3) for a in subject.make(1, 3, 0)]
    if subject.operation == "multivariate":
        numbers[1::2] = [np.eye(3)[None] for _ in "pq"]
    dtypes = [first, second] * 2
    given = [a.astype(dtype) for a, dtype in zip(numbers, dtypes, strict=False)]
    got = subject.call(*given)
    if len(given) == 1:
        result = "f4" if first[-2:] in ("f4", "f2") else "f8"
    assert got.dtype == np.dtype(result)
    assert got.dtype.isnative
    want = subject.call(*(a.astype(np.float64) for a in given))
    assert_close(got, want, subject.operation)


@rounded
def test_float32_is_computed_in_float64(subject: Subject):
    arrays = [a.astype(np.float32) for a in subject.make(30, 50, 0)]
    got = subject.call(*arrays)
    assert got.dtype == np.float32
    assert_same_bits(got, subject.call(*(a.astype(float) for a in arrays)).astype(np.float32))


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
