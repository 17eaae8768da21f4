"""Near-equal rows: none is given to `exact` in bulk, and where a tile begins changes no bit."""

from __future__ import annotations

import numpy as np
import pytest

from kullback._drivers import fallback
from kullback._drivers.rows import FIRST, FIRST_ELEMENTS
from support.calls import FUNCTIONS, core_or_varied_word, core_word, each_float, each_word
from support.strategies import simplex
from support.tolerances import assert_same_bits

DISTANCES = [10.0**-i for i in range(3, 16)] + [3e-16, 1e-16, 6e-17]


def near_rows(k: int) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Rows as data in use has them, that are near or in proportion."""
    rng = np.random.default_rng(k)
    p = simplex(rng, 12, k)
    one_ulp = p.copy()
    one_ulp[:, k // 2] = np.nextafter(one_ulp[:, k // 2], 1.0)
    counts = rng.integers(1, 1000, (12, k))
    one_more = counts.copy()
    one_more[:, 0] += 1
    peaked = np.where(np.arange(k) == k // 2, 1.0, 1e-18 * p)
    ties = np.sort(counts % 5 + 1, axis=1)
    return [
        *((f"{apart} apart", p, p * (1 + apart * rng.uniform(-1, 1, p.shape)))
          for apart in DISTANCES),
        ("equal", p, p.copy()),
        ("divided by their sums", 3.7 * p, (3.7 * p) / (3.7 * p).sum(axis=1, keepdims=True)),
        ("times a number", p, p * rng.random((12, 1))),
        ("one entry by an ulp", p, one_ulp),
        ("one entry by an ulp, times a number", p, one_ulp * 3.7),
        ("in proportion", 3 * counts, 7 * counts),
        ("a count more", counts, one_more),
        ("ties, permuted", ties, np.roll(ties, 1, axis=1)),
        ("all but 1e-18 in one bin", peaked, peaked * np.where(peaked < 1.0, 1 + 1e-3 * p, 1.0)),
    ]  # fmt: skip


@each_word
@pytest.mark.parametrize("k", [9, 300])
def test_no_near_row_reaches_exact(word, k, monkeypatch):
    """A result below what two-part sums could certify took a thousand times longer than others."""
    given = []
    monkeypatch.setattr(fallback, "_exact", lambda work, rows: given.append(len(rows.p)) or np.nan)
    for name, p, q in near_rows(k):
        FUNCTIONS[word](p, q, invalid="nan")
        assert not given, name


@core_or_varied_word
@each_float
def test_beginning_with_the_near_kernel_changes_no_bit(word, dtype):
    """Rows around the least result that the fast kernel certifies, of one tile and alone."""
    rng = np.random.default_rng(5)
    for k in (7, 300):
        n = 2 * FIRST * max(8, FIRST_ELEMENTS // k)
        p = simplex(rng, n, k).astype(dtype)
        apart = 10.0 ** rng.uniform(-10, -2, (n, 1))
        q = (p * (1 + apart * rng.uniform(-1, 1, p.shape))).astype(dtype)
        q[: n // FIRST] = p[: n // FIRST]  # the first are left, so that the rest begin so
        q[: n // FIRST, 0] = np.nextafter(q[: n // FIRST, 0], dtype(1))
        far = rng.random(n) < 0.2
        far[: n // FIRST] = False
        q[far] = simplex(rng, int(far.sum()), k)
        want = FUNCTIONS[word](p, q)
        assert_same_bits(FUNCTIONS[word](p[::-1], q[::-1])[::-1], want)  # far rows come first
        assert_same_bits(FUNCTIONS[word](p, q, threads=1), want)
        step = n // (2 * FIRST)
        parts = [FUNCTIONS[word](p[i : i + step], q[i : i + step]) for i in range(0, n, step)]
        assert_same_bits(np.concatenate(parts), want)


@core_word
def test_most_near_rows_do_not_pass_through_the_fast_kernel(word, monkeypatch):
    seen = []
    begins = fallback.fill_near
    monkeypatch.setattr(
        fallback, "fill_near", lambda *given: seen.append(given[2].size) or begins(*given)
    )
    p = simplex(np.random.default_rng(6), FIRST * FIRST_ELEMENTS // 50 + FIRST, 50)
    FUNCTIONS[word](p, p * 3.7, threads=1)
    assert sum(seen) > 0.9 * len(p)
    seen.clear()
    FUNCTIONS[word](p, p[::-1].copy(), threads=1)
    assert not seen
