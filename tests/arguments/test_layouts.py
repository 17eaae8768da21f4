"""What must not matter: memory layout, and the container that holds the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from support.calls import each_float
from support.layouts import LAYOUTS, read_only, swapped
from support.subjects import ROW_WISE, Subject, each_row_wise, each_subject
from support.tolerances import assert_same_bits

each_layout = pytest.mark.parametrize("layout", LAYOUTS)
RARE = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
two_axes = pytest.mark.parametrize(
    "subject",
    [pytest.param(s, id=name) for name, s in ROW_WISE.items() if s.make(1, 3, 0)[-1].ndim == 2],
)


@each_subject
@each_layout
@each_float
def test_memory_layout_changes_no_bit(subject: Subject, layout, dtype):
    arrays = [a.astype(dtype) for a in subject.make(70, 33, 0)]
    change = LAYOUTS[layout]
    before = [a.copy() for a in arrays]
    want = subject.call(*map(read_only, arrays))
    assert want.dtype == dtype
    assert_same_bits(subject.call(*map(change, arrays)), want)
    if subject.is_matrix:
        alone = arrays[: len(arrays) // 2]
        assert_same_bits(subject.call(*map(change, alone)), subject.call(*alone))
    for i in range(len(arrays)):
        changed = [change(a) if i == j else a for j, a in enumerate(arrays)]
        assert_same_bits(subject.call(*changed), want)
    for a, b in zip(arrays, before, strict=True):
        assert_same_bits(a, b)


@each_row_wise
@pytest.mark.parametrize("change", [np.asfortranarray, swapped])
def test_large_arrays_that_are_converted_by_tiles_have_the_same_bits(subject: Subject, change):
    arrays = subject.make(*subject.large, 0)
    assert_same_bits(subject.call(*map(change, arrays)), subject.call(*arrays))


@two_axes
def test_any_axis_may_hold_the_bins(subject: Subject):
    if "axis" in getattr(subject.call, "keywords", {}):
        return
    arrays = [a.reshape(4, 5, 6) for a in subject.make(20, 6, 0)]
    want = subject.call(*arrays)
    for axis in (0, 1, 2, -3, -2):
        moved = [np.moveaxis(a, -1, axis) for a in arrays]
        assert_same_bits(subject.call(*moved, axis=axis), want)
        assert_same_bits(subject.call(*(a.copy() for a in moved), axis=axis), want)


@each_row_wise
def test_leading_axes_broadcast(subject: Subject):
    """Against copies: the first array has more axes, the others those that they need."""
    arrays = subject.make(20, 7, 0)
    first, *others = (a.reshape(4, 5, *a.shape[1:]) for a in arrays)
    want = subject.call(*arrays)
    assert_same_bits(subject.call(first, *others).reshape(want.shape), want)
    for part in ((0,), np.s_[:, :1], (2, 3)):
        narrow = [a[part] for a in others]
        full = [np.broadcast_to(a, o.shape).copy() for a, o in zip(narrow, others, strict=True)]
        assert_same_bits(subject.call(first, *narrow), subject.call(first, *full))
    crossed = [first[:, :1], *(a[:1] for a in others)]
    full = [np.repeat(first[:, :1], 5, axis=1), *(np.repeat(a[:1], 4, axis=0) for a in others)]
    if others:
        assert_same_bits(subject.call(*crossed), subject.call(*full))
    assert subject.call(*(a[:, :0] for a in (first, *others))).shape[:2] == (4, 0)


@each_row_wise
def test_broadcast_rows_are_like_copies(subject: Subject):
    arrays = subject.make(50, 9, 0)
    one = [np.broadcast_to(a[3], a.shape) for a in arrays]
    assert_same_bits(subject.call(*one), subject.call(*(a.copy() for a in one)))
    assert_same_bits(subject.call(one[0], *arrays[1:]), subject.call(one[0].copy(), *arrays[1:]))
    flat = np.broadcast_to(arrays[0][..., :1], arrays[0].shape)
    assert_same_bits(subject.call(flat, *arrays[1:]), subject.call(flat.copy(), *arrays[1:]))


@two_axes
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">i4"])
def test_memory_mapped_rows_are_like_arrays(subject: Subject, dtype, tmp_path):
    p, *rest = ((1000 * abs(a) + 1).clip(1, 9999).astype(dtype) for a in subject.make(30, 21, 0))
    np.save(tmp_path / "p.npy", p)
    mapped = np.load(tmp_path / "p.npy", mmap_mode="r")
    want = subject.call(*(a.astype(a.dtype.newbyteorder("=")) for a in (p, *rest)))
    assert_same_bits(subject.call(mapped, *rest), want)
    assert type(subject.call(mapped, *rest)) is np.ndarray
    mapped_at_odd_offset = np.memmap(tmp_path / "odd", np.uint8, "w+", shape=p.nbytes + 3)[3:]
    mapped_at_odd_offset = mapped_at_odd_offset.view(p.dtype).reshape(p.shape)
    mapped_at_odd_offset[...] = p
    assert_same_bits(subject.call(mapped_at_odd_offset, *rest), want)


@each_subject
def test_lists_and_buffers_are_like_arrays(subject: Subject):
    arrays = subject.make(6, 5, 0)
    want = subject.call(*arrays)
    for convert in (list, np.ndarray.tolist, memoryview):
        got = subject.call(*map(convert, arrays))
        assert type(got) is np.ndarray
        assert_same_bits(got, want)


@RARE
@two_axes
def test_frames_and_matrices_are_like_arrays(subject: Subject):
    pandas = pytest.importorskip("pandas")
    arrays = subject.make(6, 5, 0)
    want = subject.call(*arrays)
    for convert in (pandas.DataFrame, np.matrix):
        got = subject.call(*map(convert, arrays))
        assert type(got) is np.ndarray or convert is pandas.DataFrame
        assert_same_bits(np.asarray(got), want)
    one = subject.call(pandas.Series(arrays[0][0]), *(tuple(a[0]) for a in arrays[1:]))
    assert_same_bits(one, want[0])
    mixed = pandas.DataFrame({"a": [1, 2], "b": [0.5, 0.25]})  # an integer and a float column
    others = [mixed[::-1].reset_index(drop=True)] * (len(arrays) - 1)
    numbers = [np.asarray(other) for other in others]
    got = np.asarray(subject.call(mixed, *others))
    assert_same_bits(got, subject.call(mixed.to_numpy(), *numbers))


@each_row_wise
def test_single_rows_give_a_number(subject: Subject):
    for dtype in (np.float64, np.float32):
        got = subject.call(*(a[0].astype(dtype) for a in subject.make(2, 66, 0)))
        if np.ndim(got) == 0:
            assert type(got) is dtype
