"""What projections on the Gaussians are made of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kullback.project.gaussians import Shape
from kullback.project.points import hermite, sobol
from kullback.project.targets import Target
from support.projection_targets import correlated


def test_points_have_the_moments_of_a_standard_normal():
    assert [len(sobol(n, 1, 0).z) for n in (2, 3, 1000, 1024, 1025)] == [4, 4, 1024, 1024, 2048]
    for points in (sobol(256, 3, 0), sobol(2, 3, 0), hermite(20)):
        mean, second = points.weights @ points.z, (points.weights * points.z.T) @ points.z
        np.testing.assert_allclose(mean, 0, atol=1e-14)
        np.testing.assert_allclose(second, np.eye(len(mean)), atol=1e-13)
    fourth = hermite(20).weights @ hermite(20).z ** 4
    assert fourth[0] == pytest.approx(3, rel=1e-12)


def test_a_vector_is_a_gaussian_and_back():
    for full in (True, False):
        shape = Shape(3, full)
        mean, factor = np.arange(3.0), np.diag([1.0, 2.0, 0.5])
        if full:
            factor[np.tril_indices(3, -1)] = [3.0, -1.0, 2.0]
        back = shape.parts(shape.vector(mean, factor))
        np.testing.assert_allclose(back[0], mean)
        np.testing.assert_allclose(back[1], factor)
        want = stats.multivariate_normal(mean, factor @ factor.T).entropy()
        assert shape.entropy(shape.vector(mean, factor)) == pytest.approx(want, rel=1e-13)


def test_differences_are_as_good_as_gradients():
    log, slope, *_ = correlated(4)
    x = np.random.default_rng(0).normal(size=(50, 4)) * np.array([1e-3, 1, 10, 1e3])
    np.testing.assert_allclose(
        Target(log, None, False).gradients(x), slope(x), rtol=1e-4, atol=1e-6
    )
