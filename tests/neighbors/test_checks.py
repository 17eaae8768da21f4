"""scikit-learn's own checks of estimators."""

from __future__ import annotations

from sklearn.utils.estimator_checks import parametrize_with_checks

from kullback.neighbors import (
    KNeighborsTransformer,
    NearestNeighbors,
    RadiusNeighborsTransformer,
)

ESTIMATORS = [
    NearestNeighbors(),
    KNeighborsTransformer(),
    KNeighborsTransformer(mode="connectivity"),
    RadiusNeighborsTransformer(radius=0.3),
]


@parametrize_with_checks(ESTIMATORS)
def test_estimators_pass_scikit_learns_checks(estimator, check):
    check(estimator)
