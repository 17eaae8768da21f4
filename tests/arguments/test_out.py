"""`out`: filled where it fits, refused and left untouched where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from kullback import condensed, js_divergence, kl_divergence, pairwise
from oracle.divergences import ORACLES
from support.calls import FUNCTIONS, assert_says, core_metric, core_word, each_float, rows_of
from support.tolerances import assert_same_bits


@core_word
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


@core_metric
@each_float
def test_out_of_a_matrix_is_filled_and_returned(word, dtype):
    x, y = rows_of(6, 5, dtype)
    for other in (y, None):
        want = pairwise(x, other, word)
        for out in (np.zeros((6, 6), dtype), np.zeros((6, 6), dtype, "F"), np.zeros((6, 9), dtype)):
            out = out[:, :6]
            assert pairwise(x, other, word, out=out) is out
            assert_same_bits(out.copy(), want)
    if ORACLES[word].symmetric:
        out = np.zeros(15, dtype)
        assert condensed(x, word, out=out) is out
        assert_same_bits(out, condensed(x, word))


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
    itself = np.full((5, 5), 2.0)
    for call in (
        lambda: pairwise(itself, out=itself),
        lambda: pairwise(q[:5], itself, out=itself),
        lambda: pairwise(q[:5], itself[:], out=itself),
        lambda: pairwise(q[:5], itself, out=itself[:]),
    ):
        with pytest.raises(ValueError, match="overlap"):
            call()
    assert np.all(itself == 2.0)
    buffer = bytearray(np.full((5, 5), 2.0))  # of no array: both own nothing
    seen, seen_again = (np.frombuffer(buffer).reshape(5, 5) for _ in range(2))
    with pytest.raises(ValueError, match="overlap"):
        pairwise(q[:5], seen, out=seen_again)
    assert np.all(seen == 2.0)


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_an_out_between_the_columns_of_an_input_does_not_overlap(dtype):
    table = np.zeros((6, 9), dtype)
    table[:, 1:6], q = rows_of(6, 5, dtype)
    p, out = table[:, 1:6], table[:, 7]
    assert kl_divergence(p, q, out=out) is out
    assert_same_bits(out.copy(), kl_divergence(p.copy(), q))
    matrix = np.zeros((6, 11), dtype)
    matrix[:, :5] = p
    assert pairwise(matrix[:, :5], q, "kl", out=matrix[:, 5:]).base is matrix
    assert_same_bits(matrix[:, 5:].copy(), pairwise(p.copy(), q, "kl"))
    with pytest.raises(ValueError, match="overlap"):
        kl_divergence(p, q, out=table[:, 5])
