"""Every public function of two arrays or more, with labels on what it compares.

Each case makes frames that have the same labels in the same order, and says which of their axes are
compared by label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import kullback as kl

ROWS, BINS = ["r", "s", "t"], ["a", "b", "c", "d"]


@dataclass(frozen=True)
class LabelCall:
    """`call(*make(), **options)`; `axes` are pairs of an array's number and an axis of it."""

    call: Callable[..., Any]
    make: Callable[[], list[Any]]
    axes: tuple[tuple[int, int], ...]
    names: tuple[str, ...]


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 30, shape).astype(float)


def frames(count: int) -> list[pd.DataFrame]:
    return [pd.DataFrame(numbers(i, 3, 4), index=ROWS, columns=BINS) for i in range(count)]


def full_gaussians() -> list[Any]:
    sides = []
    for i in range(2):
        root = numbers(i, 4, 4)
        covariance = pd.DataFrame(root @ root.T + np.eye(4), index=BINS, columns=BINS)
        sides += [pd.Series(numbers(i + 7, 4), index=BINS), covariance]
    return sides


def mixtures() -> list[Any]:
    sides = []
    for i in range(2):
        weights = pd.Series(numbers(i, 3), index=ROWS)
        means, variances = frames(2)
        sides += [weights, means * (i + 1), variances + i]
    return sides


def samples() -> list[pd.DataFrame]:
    rng = np.random.default_rng(3)
    return [pd.DataFrame(rng.normal(size=(n, 4)), columns=BINS) for n in (40, 50)]


def weighted_samples() -> list[Any]:
    return [*frames(1), pd.Series([0.2, 0.3, 0.5], index=ROWS)]


def observations(*vectors: str) -> list[pd.Series]:
    return [pd.Series(list(vector), index=ROWS) for vector in vectors]


def squared(t: float) -> float:
    return (t - 1) ** 2


def _axes(of: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(pair[0]), int(pair[1])) for pair in of.split())


TWO = {"make": lambda: frames(2), "axes": _axes("00 01 10 11"), "names": ("p", "q")}
FOUR = {"make": lambda: frames(4), "axes": _axes("00 01 10 11 20 21 30 31")}
LOGITS = {**TWO, "names": ("logits_p", "logits_q")}
CALLS: dict[str, LabelCall] = {
    name: LabelCall(getattr(kl, name), **TWO)
    for name in (
        "kl_divergence",
        "js_divergence",
        "js_distance",
        "jeffreys_divergence",
        "hellinger_distance",
        "bhattacharyya_distance",
        "total_variation_distance",
        "triangular_discrimination",
        "chi2_divergence",
        "cross_entropy",
        "population_stability_index",
    )
} | {
    "renyi_divergence": LabelCall(
        lambda p, q, **options: kl.renyi_divergence(p, q, 0.5, **options), **TWO
    ),
    "f_divergence": LabelCall(
        lambda p, q, **options: kl.f_divergence(
            p, q, squared, f_at_zero=1.0, slope_at_infinity=np.inf, **options
        ),
        **TWO,
    ),
    "kl_divergence_from_logits": LabelCall(kl.kl_divergence_from_logits, **LOGITS),
    "js_divergence_from_logits": LabelCall(kl.js_divergence_from_logits, **LOGITS),
    "gaussian_kl_divergence": LabelCall(
        kl.gaussian_kl_divergence, **FOUR, names=("mean_p", "var_p", "mean_q", "var_q")
    ),
    "standard_gaussian_kl_divergence": LabelCall(
        kl.standard_gaussian_kl_divergence, **{**TWO, "names": ("mean", "log_var")}
    ),
    "multivariate_gaussian_kl_divergence": LabelCall(
        kl.multivariate_gaussian_kl_divergence,
        full_gaussians,
        _axes("00 10 11 20 30 31"),
        ("mean_p", "cov_p", "mean_q", "cov_q"),
    ),
    "conditional_kl_divergence": LabelCall(
        kl.conditional_kl_divergence, **{**TWO, "names": ("joint_p", "joint_q")}
    ),
    "generalized_js_divergence": LabelCall(
        kl.generalized_js_divergence, weighted_samples, _axes("00 10"), ("ps", "weights")
    ),
    "pairwise": LabelCall(kl.pairwise, lambda: frames(2), _axes("01 11"), ("x", "y")),
    "pairwise_gaussian": LabelCall(
        kl.pairwise_gaussian,
        lambda: frames(4),
        _axes("00 01 10 11 21 31"),
        ("mean_x", "var_x", "mean_y", "var_y"),
    ),
    "condensed_gaussian": LabelCall(
        kl.condensed_gaussian, lambda: frames(2), _axes("01 10 11"), ("mean", "var")
    ),
    "kneighbors": LabelCall(
        lambda x, y, **options: kl.kneighbors(x, y, n_neighbors=2, **options).distances,
        lambda: frames(2),
        _axes("01 11"),
        ("x", "y"),
    ),
    "radius_neighbors": LabelCall(
        lambda x, y, **options: kl.radius_neighbors(x, y, radius=9.0, **options).toarray(),
        lambda: frames(2),
        _axes("01 11"),
        ("x", "y"),
    ),
    "kl_nearest_neighbor": LabelCall(
        kl.estimate.kl_nearest_neighbor, samples, _axes("01 11"), ("x", "y")
    ),
    "gaussian_mixture_kl": LabelCall(
        kl.estimate.gaussian_mixture_kl,
        mixtures,
        _axes("00 10 11 20 21 30 40 41 50 51"),
        ("weights_p", "means_p", "variances_p", "weights_q", "means_q", "variances_q"),
    ),
    "moment_projection": LabelCall(
        lambda x, weights: kl.project.moment_projection(x, weights=weights),
        weighted_samples,
        _axes("00 10"),
        ("target", "weights"),
    ),
}
CALLS |= {
    "contributions": LabelCall(kl.contributions, **TWO),
    "mutual_information": LabelCall(
        kl.mutual_information, lambda: observations("uvu", "xxy"), _axes("00 10"), ("x", "y")
    ),
    "normalized_mutual_information": LabelCall(
        kl.normalized_mutual_information,
        lambda: observations("uvu", "xxy"),
        _axes("00 10"),
        ("x", "y"),
    ),
    "conditional_mutual_information": LabelCall(
        kl.conditional_mutual_information,
        lambda: observations("uvu", "xxy", "sts"),
        _axes("00 10 20"),
        ("x", "y", "z"),
    ),
    "kl_monte_carlo": LabelCall(
        kl.estimate.kl_monte_carlo,
        lambda: [pd.Series(-numbers(i, 3), index=ROWS) for i in range(2)],
        _axes("00 10"),
        ("log_p", "log_q"),
    ),
}
WITHOUT = {  # two arrays, of which only one has something to be compared
    "histograms": "bins are edges",
}


def values(result: Any) -> list[np.ndarray]:
    """The numbers of a result, whatever holds them."""
    for parts in (("value", "standard_error"), ("value", "lower", "upper"), ("mean", "covariance")):
        if all(hasattr(result, part) for part in parts):
            return [np.asarray(getattr(result, part)) for part in parts]
    return [np.asarray(result)]


def agree(got: Any, want: Any, rtol: float = 0.0) -> None:
    """Both are the same numbers; sums in another order may differ in the last digits."""
    for one, other in zip(values(got), values(want), strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol)
