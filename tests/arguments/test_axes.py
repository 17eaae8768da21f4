"""Several axes of bins make one row, and `keepdims` keeps their places: in every function alike.

Images and tables have more than one axis of bins; `axis` and `keepdims` are those of `numpy.sum`.
"""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest

import kullback as kl
from support.subjects import ROW_WISE, Subject
from support.tolerances import assert_same_bits

WITH_AXIS = {
    name: subject
    for name, subject in ROW_WISE.items()
    if "axis" in signature(subject.call).parameters
    and not {"axis", "over"} & getattr(subject.call, "keywords", {}).keys()
}
each_with_axis = pytest.mark.parametrize("subject", WITH_AXIS.values(), ids=WITH_AXIS)


def cubes(subject: Subject) -> tuple[list[np.ndarray], np.ndarray]:
    """Arrays of 5 rows whose 12 bins lie on two axes, and what the flat rows give."""
    arrays = subject.make(5, 12, 0)
    return [a.reshape(5, 3, 4) for a in arrays], subject.call(*arrays)


@each_with_axis
def test_bins_on_several_axes_are_one_row(subject: Subject):
    given, want = cubes(subject)
    for axis in ((1, 2), (-2, -1), (1, -1), (np.int64(1), 2)):
        assert_same_bits(subject.call(*given, axis=axis), want)
    for places in ((0, 1), (2, 0), (-1, 0), (0, -1)):
        moved = [np.moveaxis(a, (1, 2), places) for a in given]
        assert_same_bits(subject.call(*moved, axis=places), want)
        assert_same_bits(subject.call(*(a.copy() for a in moved), axis=places), want)
    assert_same_bits(
        subject.call(*given[:1], *(a[2] for a in given[1:]), axis=(-2, -1))[2], want[2]
    )


@each_with_axis
def test_all_axes_may_hold_bins(subject: Subject):
    given, want = cubes(subject)
    one = subject.call(*(a[0] for a in given), axis=(0, 1))
    assert isinstance(one, np.floating)
    assert one == want[0]


@each_with_axis
def test_keepdims_keeps_the_axes_of_the_bins(subject: Subject):
    given, want = cubes(subject)
    assert_same_bits(subject.call(*given, axis=(1, 2), keepdims=True), want[:, None, None])
    turned = [np.moveaxis(a, 0, 1) for a in given]
    out = np.zeros((1, 5, 1))
    assert subject.call(*turned, axis=(0, -1), keepdims=True, out=out) is out
    assert_same_bits(out, want[None, :, None])
    arrays = subject.make(5, 12, 0)
    assert_same_bits(subject.call(*arrays, keepdims=True), want[:, None])
    assert_same_bits(subject.call(*(a.T for a in arrays), axis=0, keepdims=True), want[None])
    assert_same_bits(subject.call(*(a[0] for a in arrays), keepdims=True), want[:1])
    two = [given[0][None], *given[1:]]  # leading axes that broadcast
    assert subject.call(*two, axis=(-2, -1), keepdims=True).shape == (1, 5, 1, 1)


@each_with_axis
def test_out_that_overlaps_bins_on_several_axes_is_refused(subject: Subject):
    given, _ = cubes(subject)
    given[0] = np.asfortranarray(given[0])  # whose bins are copied
    with pytest.raises(ValueError, match="overlap"):
        subject.call(*given, axis=(1, 2), out=given[0][:, 0, 0])


def test_a_group_has_its_rows_and_its_bins_on_any_axes():
    groups = np.random.default_rng(0).random((5, 4, 3, 6))
    want = kl.generalized_js_divergence(groups.reshape(5, 4, 18), over=1)
    for over, axis in ((1, (2, 3)), (-3, (-2, -1))):
        assert_same_bits(kl.generalized_js_divergence(groups, over=over, axis=axis), want)
    kept = kl.generalized_js_divergence(groups, over=1, axis=(2, 3), keepdims=True)
    assert_same_bits(kept, want[:, None, None, None])
    turned = groups.transpose(2, 0, 3, 1)
    kept = kl.generalized_js_divergence(turned, over=-1, axis=(0, 2), keepdims=True)
    assert_same_bits(kept, want[None, :, None, None])
    with pytest.raises(ValueError, match="axis and over"):
        kl.generalized_js_divergence(groups, over=2, axis=(2, 3))


def test_gaussians_keep_the_axes_of_their_dimensions():
    mean = np.random.default_rng(0).normal(size=(5, 3, 4))
    want = kl.gaussian_kl_divergence(mean.reshape(5, 12), 1.0, 0.5, 2.0)
    got = kl.gaussian_kl_divergence(mean, 1.0, 0.5, np.full(4, 2.0), axis=(1, 2), keepdims=True)
    assert_same_bits(got, want[:, None, None])
    shares = kl.gaussian_kl_divergence(mean, 1.0, 0.5, 2.0, axis=None, keepdims=True)
    assert shares.shape == mean.shape
    assert kl.gaussian_kl_divergence(1.0, 1.0, 2.0, 1.0, keepdims=True).shape == ()


@each_with_axis
def test_axes_that_are_not_there_are_refused(subject: Subject):
    given, _ = cubes(subject)
    for axis in ((), (1, 1), (1, -2), (1, 3), (-4, 1)):
        with pytest.raises(ValueError, match="axis"):
            subject.call(*given, axis=axis)
    for axis in ((1, "x"), (1, 1.5), (1, None), [1, 2], True, (True, 0)):
        with pytest.raises(TypeError, match="axis"):
            subject.call(*given, axis=axis)


def test_bins_are_never_paired_by_their_number_alone():
    p = np.random.default_rng(0).random((5, 3, 4))
    q = np.random.default_rng(1).random((5, 4, 3))
    with pytest.raises(ValueError, match=r"bins differ.*\(5, 3, 4\).*\(5, 4, 3\)"):
        kl.kl_divergence(p, q, axis=(1, 2))
