"""The binary logarithm of matrices: by table and by division, on every processor."""

from __future__ import annotations

import os
import subprocess
import sys

import mpmath
import numba
import numpy as np
import pytest

from kullback._jit import FLAGS
from kullback._math import log2, tables
from kullback._math.lanes import SINGLE_WIDTH, WIDTH
from kullback._math.memory import load_lanes, load_singles, pointer, store_lanes
from kullback._math.shuffles import widened


def of_doubles(logarithm):
    @numba.njit(**FLAGS)
    def fill(x, out):
        source, target = pointer(x), pointer(out)
        for c in range(0, x.size, WIDTH):
            store_lanes(target, c, logarithm(load_lanes(source, c)))

    return fill


def of_singles(logarithm):
    @numba.njit(**FLAGS)
    def fill(x, out):
        source, target = pointer(x), pointer(out)
        for c in range(0, x.size, SINGLE_WIDTH):
            low, high = widened(logarithm(load_singles(source, c)))
            store_lanes(target, c, low)
            store_lanes(target, c + WIDTH, high)

    return fill


WAYS = [
    (of_doubles, log2.by_table, np.float64, log2.LOG2_ULP),
    (of_doubles, log2.by_division, np.float64, log2.LOG2_ULP),
    (of_singles, log2.by_table, np.float32, log2.LOG2_SINGLE_ULP),
    (of_singles, log2.by_division, np.float32, log2.LOG2_SINGLE_ULP),
]
each_way = pytest.mark.parametrize(("make", "logarithm", "dtype", "bound"), WAYS)


def inputs(dtype):
    """Binades, where entries lie, and around 1 and the edges of the intervals."""
    rng = np.random.default_rng(5)
    reach = 1000 if dtype is np.float64 else 120
    edges = (np.arange(512, 1024) / 512)[:, None] * (1 + np.array([-1e-7, 0, 1e-7]))
    parts = [
        np.exp2(rng.uniform(-reach, reach, 4_000)),
        rng.uniform(0, 3, 6_000),
        1 + rng.uniform(-1, 1, 4_000) * 10.0 ** rng.uniform(-16, -1, 4_000),
        edges.ravel(),
    ]
    x = np.concatenate(parts).astype(dtype)
    return x[: x.size // SINGLE_WIDTH * SINGLE_WIDTH]


def computed(make, logarithm, x):
    out = np.empty(x.size)
    make(logarithm)(x, out)
    return out


@each_way
def test_it_keeps_its_bound(make, logarithm, dtype, bound):
    x = inputs(dtype)
    got = computed(make, logarithm, x)
    with mpmath.workprec(120):
        want = [mpmath.log(mpmath.mpf(float(v)), 2) for v in x]
        units = np.spacing(np.abs(np.array([float(w) for w in want], dtype))).astype(float)
        off = [float(abs(g - w) / u) for g, w, u in zip(got.tolist(), want, units, strict=True)]
    assert max(off) <= bound


@each_way
def test_zero_and_one(make, logarithm, dtype, bound):
    x = np.zeros(SINGLE_WIDTH, dtype)
    assert np.isfinite(computed(make, logarithm, x)).all()
    np.testing.assert_array_equal(computed(make, logarithm, x + 1), 0.0)


@pytest.mark.parametrize("way", [WAYS[0], WAYS[2]])
def test_a_processor_without_the_instruction_finds_the_same_entries(way, monkeypatch):
    make, logarithm, dtype, _ = way
    x = inputs(dtype)
    fast = computed(make, logarithm, x)
    monkeypatch.setattr(tables, "FAST", False)
    np.testing.assert_array_equal(computed(make, logarithm, x), fast)


SCRIPT = """
import numpy as np
import kullback as kl
from kullback._math import tables
assert not tables.FAST
x = np.random.default_rng(0).standard_exponential((40, 70))
for dtype, allowed in ((np.float64, 1e-12), (np.float32, 2e-6)):
    rows = x.astype(dtype)
    got = kl.pairwise(rows[:20], rows[20:], "js")
    want = kl.js_divergence(rows[:20, None].astype(float), rows[20:].astype(float))
    assert (abs(got / want - 1) < allowed).all()
"""


def test_matrices_on_a_processor_of_any_kind(tmp_path):
    environment = {**os.environ, "NUMBA_CPU_NAME": "generic", "KULLBACK_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, env=environment, timeout=120)
