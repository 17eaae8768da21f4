"""The rows that the tests feed in: named families of fixed rows, and hypothesis strategies.

Every family is drawn from a seeded generator; each stands for one way in which a divergence is
computed wrongly elsewhere (cancellation, overflow, underflow, an added epsilon).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

Pair = tuple[np.ndarray, np.ndarray]
Family = Callable[[np.random.Generator], Pair]

PERTURBATIONS = [10.0**-i for i in range(17)]
TINIEST = 5e-324


def simplex(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """n rows of positive numbers that sum to 1 but for rounding."""
    rows = rng.gamma(0.7, size=(n, k)) + 1e-6
    return rows / rows.sum(axis=1, keepdims=True)


def with_zeros(rng: np.random.Generator, rows: np.ndarray, share: float) -> np.ndarray:
    """The rows with about this share of their entries set to 0, but never all of them."""
    keep = rng.random(rows.shape) >= share
    keep[np.arange(len(rows)), rng.integers(rows.shape[1], size=len(rows))] = True
    return np.where(keep, rows, 0.0)


def _perturbed(rng: np.random.Generator, rows: np.ndarray, amount: float) -> np.ndarray:
    """Each entry changed by a relative `amount` at most, and at least one by one ulp."""
    changed = rows * (1.0 + amount * rng.uniform(-0.9, 1.0, rows.shape))
    changed[:, 0] = np.nextafter(changed[:, 0], np.inf)
    return changed


def _random(rng: np.random.Generator) -> Pair:
    return simplex(rng, 8, 17), simplex(rng, 8, 17)


def _zeros_in_p(rng: np.random.Generator) -> Pair:
    return with_zeros(rng, simplex(rng, 8, 13), 0.4), simplex(rng, 8, 13)


def _zeros_in_both(rng: np.random.Generator) -> Pair:
    return with_zeros(rng, simplex(rng, 8, 11), 0.3), with_zeros(rng, simplex(rng, 8, 11), 0.2)


def _same_zeros(rng: np.random.Generator) -> Pair:
    p = with_zeros(rng, simplex(rng, 8, 12), 0.5)
    return p, np.where(p > 0, simplex(rng, 8, 12), 0.0)


def _counts(rng: np.random.Generator) -> Pair:
    return rng.poisson(3.0, (8, 20)) + np.eye(8, 20), rng.poisson(5.0, (8, 20)) + 1.0


def _large_counts(rng: np.random.Generator) -> Pair:
    """Up to 2**53, and the second row differs by one here and there."""
    p = rng.integers(2**50, 2**53, (8, 9)).astype(np.float64)
    return p, p - rng.integers(0, 2, (8, 9)) - np.eye(8, 9)


def _near(rng: np.random.Generator) -> Pair:
    p = simplex(rng, len(PERTURBATIONS), 10)
    changed = [
        _perturbed(rng, row[None], amount)[0] for row, amount in zip(p, PERTURBATIONS, strict=True)
    ]
    return p, np.array(changed)


def _near_and_scaled(rng: np.random.Generator) -> Pair:
    p, q = _near(rng)
    return p * 1234.5, q * 0.1


def _one_bin_apart(rng: np.random.Generator) -> Pair:
    """Equal up to one ulp of one bin."""
    p = simplex(rng, 6, 12)
    q = p.copy()
    q[np.arange(6), np.arange(6)] = np.nextafter(q[np.arange(6), np.arange(6)], 1.0)
    return p, q


def _less_than_an_ulp_apart(_: np.random.Generator) -> Pair:
    """Every entry is some ulp larger, so that the normalized rows differ by 1e-18 to 1e-33."""
    p = [
        [0.002660987408540319, 0.02124337150424167],
        [4.87750550308805e-07, 4.881459310984461e-07],
        [0.0018309068014346823, 0.0018309068016112995],
        [8.274854850053011e-06, 8.274854850185282e-06],
        [0.005183345288297267, 7.909157239223268e-08],
    ]
    return np.array(p), np.nextafter(p, 1.0)


def _all_subnormal(rng: np.random.Generator) -> Pair:
    return rng.integers(1, 9, (6, 5)) * TINIEST, rng.integers(1, 9000, (6, 5)) * TINIEST


def _some_subnormal(rng: np.random.Generator) -> Pair:
    p, q = simplex(rng, 6, 8), simplex(rng, 6, 8)
    p[:, 1::3] = TINIEST * rng.integers(1, 99, p[:, 1::3].shape)
    q[:, ::2] = 1e-310 * rng.random(q[:, ::2].shape)
    return p, q


def _subnormal_difference(_: np.random.Generator) -> Pair:
    """The divergence itself is about as small as a float64 can be."""
    p = np.array([[1.0, 5e-320], [1.0, 3e-305], [1.0, 2e-290]])
    return p, np.array([[1.0, 1e-323], [1.0, 4e-305], [1.0, 2e-300]])


def _huge_ratios(_: np.random.Generator) -> Pair:
    p = [[4.0, 1.0], [1e-200, 1.0], [1e200, 1e-200], [1e-200, 1e200], [1e308, TINIEST]]
    q = [[2.2e-308, 1.0], [1e200, 1.0], [1e-200, 1e200], [TINIEST, 1e308], [TINIEST, 1e308]]
    return np.array(p), np.array(q)


def _tiny_entries_alone(_: np.random.Generator) -> Pair:
    """KL is infinite, however small the entry that has no partner."""
    p = [[1.0, TINIEST], [2e279, 2e-309], [1e308, TINIEST], [1e308, 1e-290], [1e-300, 1e-310]]
    return np.array(p), np.array([[1.0, 0.0]] * 4 + [[1e300, 0.0]])


def _overflowing_sums(rng: np.random.Generator) -> Pair:
    return rng.uniform(0.5, 1.7, (6, 7)) * 1e308, rng.uniform(0.5, 1.7, (6, 7)) * 1e308


def _mixed_scales(rng: np.random.Generator) -> Pair:
    """Every row has its own unit, from 1e-300 to 1e300."""
    scales = 10.0 ** rng.integers(-300, 300, (2, 12, 1))
    return simplex(rng, 12, 6) * scales[0], simplex(rng, 12, 6) * scales[1]


def _wide_entries(rng: np.random.Generator) -> Pair:
    """Entries of one row from 1e-300 to 1e300."""
    return 10.0 ** rng.uniform(-300, 300, (8, 9)), 10.0 ** rng.uniform(-300, 300, (8, 9))


def _heavy_bin(rng: np.random.Generator) -> Pair:
    p = 1e-12 * rng.random((6, 15))
    q = 1e-12 * rng.random((6, 15))
    p[:, 3] = q[:, 3] = 1.0
    return p, q


def _heavy_bins_apart(rng: np.random.Generator) -> Pair:
    p, q = _heavy_bin(rng)
    return p, q[:, ::-1]


FAMILIES: dict[str, Family] = {
    "random": _random,
    "zeros_in_p": _zeros_in_p,
    "zeros_in_both": _zeros_in_both,
    "same_zeros": _same_zeros,
    "counts": _counts,
    "large_counts": _large_counts,
    "near": _near,
    "near_and_scaled": _near_and_scaled,
    "one_bin_apart": _one_bin_apart,
    "less_than_an_ulp_apart": _less_than_an_ulp_apart,
    "all_subnormal": _all_subnormal,
    "some_subnormal": _some_subnormal,
    "subnormal_difference": _subnormal_difference,
    "huge_ratios": _huge_ratios,
    "tiny_entries_alone": _tiny_entries_alone,
    "overflowing_sums": _overflowing_sums,
    "mixed_scales": _mixed_scales,
    "wide_entries": _wide_entries,
    "heavy_bin": _heavy_bin,
    "heavy_bins_apart": _heavy_bins_apart,
}


def family(name: str) -> Pair:
    """The rows of one family: the same ones at every call."""
    return FAMILIES[name](np.random.default_rng(list(name.encode())))


# Hypothesis strategies: a kind of entry, then a pair of rows of one length with some mass each.

_ENTRIES = {
    "simplex": st.floats(2.0**-40, 1.0),
    "zeros": st.one_of(st.just(0.0), st.floats(2.0**-20, 1.0)),
    "counts": st.integers(0, 2**53).map(float),
    "small_counts": st.integers(0, 4).map(float),
    "subnormal": st.floats(0.0, 2.0**-1021),
    "any": st.floats(0.0, allow_infinity=False),
}


def rows(kind: str, k: int) -> st.SearchStrategy[np.ndarray]:
    """One row of k entries of a kind that is a distribution once it is normalized."""
    return st.lists(_ENTRIES[kind], min_size=k, max_size=k).filter(any).map(np.array)


@st.composite
def row_pairs(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(_ENTRIES), max_k: int = 8) -> Pair:
    """Two rows of 1 to max_k bins, each of any of the kinds."""
    k = draw(st.integers(1, max_k))
    return tuple(draw(rows(draw(st.sampled_from(kinds)), k)) for _ in "pq")


@st.composite
def near_pairs(draw: st.DrawFn, max_k: int = 6) -> Pair:
    """A row and the same row with every entry changed by 1e-16 to 1, relatively."""
    k = draw(st.integers(2, max_k))
    p = draw(rows(draw(st.sampled_from(["simplex", "counts"])), k))
    amount = draw(st.sampled_from(PERTURBATIONS))
    changes = draw(st.lists(st.floats(-0.5, 1.0), min_size=k, max_size=k))
    return p, p * (1.0 + amount * np.array(changes))


# Matrices: families of rows to compare all with all


def clusters(rng: np.random.Generator, spread: float, n: int, k: int) -> np.ndarray:
    """Rows in three clusters far apart, each as wide as `spread`."""
    centres = simplex(rng, 3, k)
    return centres[np.arange(n) % 3] * (1.0 + spread * rng.uniform(-0.9, 1.0, (n, k)))


def _structural_zeros(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Nested and disjoint supports."""
    rows = simplex(rng, n, k)
    for i in range(n):
        rows[i, : i * k // (2 * n)] = 0.0
        rows[i, k - (i % 3) * k // 4 :] = 0.0
    return rows


def _duplicates(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    return with_zeros(rng, simplex(rng, n, k), 0.1)[rng.integers(0, 3, n)]


def _one_hot_and_smooth(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    return np.where(
        np.arange(n)[:, None] % 2, 3.0 * np.eye(k)[np.arange(n) % k], simplex(rng, n, k)
    )


def _of_every_scale(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    return simplex(rng, n, k) * 10.0 ** rng.integers(-300, 300, (n, 1))


def _with_subnormals(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    rows = simplex(rng, n, k)
    rows[rng.random((n, k)) < 0.3] = 3 * TINIEST
    return rows


def _tiny_and_zero(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Entries 1e-600 as large as others, which matter only beside zeros."""
    rows = simplex(rng, n, k) * 1e300
    rows[rng.random((n, k)) < 0.2] = TINIEST
    return with_zeros(rng, rows, 0.1)


def _heavy_bins(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    return 1e-9 * simplex(rng, n, k) + np.eye(3, k)[rng.integers(0, 3, n)]


MATRICES: dict[str, Callable[[np.random.Generator, int, int], np.ndarray]] = {
    "random": simplex,
    "counts": lambda rng, n, k: rng.poisson(4.0, (n, k)) + np.eye(k)[np.arange(n) % k],
    "some_zeros": lambda rng, n, k: with_zeros(rng, simplex(rng, n, k), 0.3),
    "structural_zeros": _structural_zeros,
    "clusters_1e-4": lambda rng, n, k: clusters(rng, 1e-4, n, k),
    "clusters_1e-8": lambda rng, n, k: clusters(rng, 1e-8, n, k),
    "all_near_1e-6": lambda rng, n, k: simplex(rng, 1, k) * (1 + 1e-6 * rng.random((n, k))),
    "all_near_1e-12": lambda rng, n, k: simplex(rng, 1, k) * (1 + 1e-12 * rng.random((n, k))),
    "all_near_1e-15": lambda rng, n, k: simplex(rng, 1, k) * (1 + 1e-15 * rng.random((n, k))),
    "duplicates": _duplicates,
    "one_hot_and_smooth": _one_hot_and_smooth,
    "of_every_scale": _of_every_scale,
    "with_subnormals": _with_subnormals,
    "tiny_and_zero": _tiny_and_zero,
    "heavy_bins": _heavy_bins,
    "overflowing_sums": lambda rng, n, k: rng.uniform(0.5, 1.7, (n, k)) * 1e308,
    "wide_entries": lambda rng, n, k: 10.0 ** rng.uniform(-300, 300, (n, k)),
}


EXTREME = ("tiny_and_zero", "overflowing_sums", "wide_entries")  # each pair costs a millisecond
MOST_EXTREME = 14  # rows


def matrix(name: str, n: int = 9, k: int = 14) -> np.ndarray:
    """The n rows of one family, of an extreme one at most 14: the same ones at every call."""
    n = min(n, MOST_EXTREME) if name in EXTREME else n
    return MATRICES[name](np.random.default_rng(list(name.encode())), n, k)
