"""`out`: filled where it fits, refused and left untouched where it does not."""

from __future__ import annotations

import os
import stat

import numpy as np
import pytest

from kullback import condensed, js_divergence, kl_divergence, pairwise
from support.calls import assert_says, each_float, rows_of
from support.processes import needs_posix
from support.subjects import Subject, each_subject
from support.tolerances import assert_same_bits


@each_subject
@each_float
def test_out_is_filled_and_returned(subject: Subject, dtype):
    arrays = [a.astype(dtype) for a in subject.make(8, 6, 0)]
    want = subject.call(*arrays)
    wide = np.zeros((*want.shape[:-1], 2 * want.shape[-1] + 3), dtype)
    turned = np.zeros_like(want)[..., ::-1]
    for out in (np.zeros_like(want), np.zeros_like(want, order="F"), turned, wide[..., 3::2]):
        assert subject.call(*arrays, out=out) is out
        assert_same_bits(out.copy(), want)
    assert not wide[..., ::2].any()


@each_float
def test_out_of_condensed_and_of_two_rows(dtype):
    x, y = rows_of(6, 5, dtype)
    out = np.zeros(15, dtype)
    assert condensed(x, out=out) is out
    assert_same_bits(out, condensed(x))
    single = np.zeros((), dtype)
    assert kl_divergence(x[0], y[0], out=single) is single
    assert single == kl_divergence(x[0], y[0])


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


@each_subject
@pytest.mark.parametrize("bad", BAD_OUT)
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_a_wrong_out_is_refused_and_left_untouched(subject: Subject, bad, dtype):
    make, words = BAD_OUT[bad]
    arrays = [a.astype(dtype) for a in subject.make(4, 5, 0)]
    out = make(subject.call(*arrays).shape, dtype)
    with pytest.raises(ValueError, match=r"\bout\b") as error:
        subject.call(*arrays, out=out)
    assert np.all(out == 7)
    assert_says(error, *words)


@pytest.mark.parametrize("bad", BAD_OUT)
def test_a_wrong_out_of_condensed_is_refused_and_left_untouched(bad):
    make, words = BAD_OUT[bad]
    out = make((6,), "f8")
    with pytest.raises(ValueError, match=r"\bout\b") as error:
        condensed(rows_of(4, 5)[0], out=out)
    assert np.all(out == 7)
    assert_says(error, *words)


@each_subject
def test_a_list_is_no_out(subject: Subject):
    arrays = subject.make(4, 5, 0)
    with pytest.raises(ValueError, match=r"\bout\b"):
        subject.call(*arrays, out=subject.call(*arrays).tolist())


@each_subject
def test_an_out_in_the_memory_of_an_argument_is_refused(subject: Subject):
    for i in range(len(subject.names)):
        arrays = subject.make(8, 8, 0)
        shape = subject.call(*arrays).shape
        memory = np.ascontiguousarray(arrays[i])
        arrays[i], before = memory, memory.copy()
        with pytest.raises(ValueError, match="overlap"):
            subject.call(*arrays, out=memory.ravel()[: np.prod(shape)].reshape(shape))
        assert_same_bits(memory, before)


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


@needs_posix
@pytest.mark.parametrize("linked", [False, True])
def test_an_out_that_is_no_file_is_refused(tmp_path, linked):
    """A path to a FIFO, or a link to one, which would be replaced by a file."""
    path = tmp_path / "d.npy"
    os.mkfifo(tmp_path / "fifo" if linked else path)
    if linked:
        path.symlink_to(tmp_path / "fifo")
    with pytest.raises(ValueError, match="is no regular file"):
        pairwise(np.ones((3, 2)), out=path)
    assert stat.S_ISFIFO(os.stat(path).st_mode)
    assert len(os.listdir(tmp_path)) == 1 + linked
