"""What must not matter: threads, tiles, batches, and what was compiled before."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from kullback import pairwise
from oracle.divergences import rowwise
from support.calls import FUNCTIONS, core_metric, core_word, rows_of
from support.tolerances import assert_close, assert_same_bits

P, Q = [0.2, 0.3, 0.5], [0.5, 0.0, 0.5]
RULES = {"plain": {}, "skip": {"zeros": "skip"}, "pseudocount": {"pseudocount": 0.5}}


def test_kernels_of_an_earlier_process_are_not_mixed_up_with_new_ones(tmp_path):
    want = {rule: float(rowwise("kl", P, Q, **options)) for rule, options in RULES.items()}
    for rules in ("plain", "skip plain", "pseudocount skip plain", "plain skip pseudocount"):
        calls = [f"kullback.kl_divergence({P}, {Q}, **{RULES[rule]})" for rule in rules.split()]
        run = subprocess.run(
            [sys.executable, "-c", f"import kullback; print({', '.join(calls)})"],
            env=os.environ | {"KULLBACK_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert_close(np.array(run.stdout.split(), float), [want[r] for r in rules.split()], "rows")


@core_word
@pytest.mark.parametrize("shape", [(3001, 65), (30_000, 7), (5, 200_001)])
def test_threads_batches_and_row_order_change_no_bit(word, shape):
    p, q = rows_of(*shape)
    q[::5] = p[::5] * (1 + 1e-9)  # the careful path, too
    function = FUNCTIONS[word]
    want = function(p, q, threads=1)
    for threads in (2, 3, 8, None):
        assert_same_bits(function(p, q, threads=threads), want)
    cut = len(p) // 3 + 1
    assert_same_bits(np.concatenate([function(p[:cut], q[:cut]), function(p[cut:], q[cut:])]), want)
    assert_same_bits(function(p[::-1], q[::-1])[::-1], want)
    for i in range(0, len(p), 1 + len(p) // 50):
        assert_same_bits(function(p[i], q[i]), want[i])


@core_word
def test_a_row_does_not_depend_on_the_others(word):
    p, q = rows_of(40, 12)
    for fellow in ([0.0] * 12, [np.nan] * 12, [1e308] * 12, [5e-324] * 12):
        crowd = p.copy()
        crowd[1::2] = fellow
        got = FUNCTIONS[word](crowd, q, invalid="nan")[::2]
        assert_same_bits(got, FUNCTIONS[word](p, q)[::2])


@core_metric
def test_threads_and_batches_change_matrices_by_the_stated_bound_at_most(word):
    x, y = rows_of(300, 64)
    x[::5] = y[::5] * (1 + 1e-7)
    want = pairwise(x, y, word, threads=1)
    for threads in (2, 5, None):
        assert_close(pairwise(x, y, word, threads=threads), want, "matrix", word)
    for rows in (slice(0, 101), slice(299, None), slice(None, None, -1)):
        assert_close(pairwise(x[rows], y, word), want[rows], "matrix", word)
        assert_close(pairwise(x, y[rows], word), want[:, rows], "matrix", word)
