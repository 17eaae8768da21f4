"""What must not matter: threads, batches, the order of rows, other rows, earlier kernels."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from oracle.divergences import rowwise
from support.subjects import Subject, each_matrix, each_row_wise
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


@each_row_wise
def test_threads_batches_and_row_order_change_no_bit(subject: Subject):
    """A fifth of the rows are nearly equal: those that are computed again are among them."""
    for size in subject.sizes:
        arrays = subject.make(*size, 0)
        half = 0 if subject.names == ("mean", "log_var") else len(arrays) // 2  # has no other side
        for a, near in zip(arrays[half:] if half else [], arrays[:half], strict=True):
            a[::5] = near[::5] * (1 + 1e-9)
        want = subject.call(*arrays, threads=1)
        for threads in (2, 3, 8, None):
            assert_same_bits(subject.call(*arrays, threads=threads), want)
        cut = len(arrays[0]) // 3 + 1
        parts = [subject.call(*(a[part] for a in arrays)) for part in np.s_[:cut, cut:]]
        assert_same_bits(np.concatenate(parts), want)
        assert_same_bits(subject.call(*(a[::-1] for a in arrays))[::-1], want)
        for i in range(0, len(want), 1 + len(want) // 30):
            assert_same_bits(subject.call(*(a[i] for a in arrays)), want[i])


@each_row_wise
@pytest.mark.parametrize("fellow", [0.0, np.nan, 1e308, 5e-324])
def test_a_row_does_not_depend_on_the_others(subject: Subject, fellow: float):
    arrays = subject.make(40, 12, 0)
    want = subject.call(*arrays)[::2]
    arrays[0][1::2] = fellow
    assert_same_bits(subject.call(*arrays, invalid="nan")[::2], want)


@each_matrix
def test_threads_and_batches_change_matrices_by_the_stated_bound_at_most(subject: Subject):
    arrays = subject.make(300, 64, 0)
    half = len(arrays) // 2
    for a, near in zip(arrays[:half], arrays[half:], strict=True):
        a[::5] = near[::5] * (1 + 1e-7)
    want = subject.call(*arrays, threads=1)
    for threads in (2, 5, None):
        got = subject.call(*arrays, threads=threads)
        assert_close(got, want, subject.operation)
    for part in np.s_[:101, 299:, ::-1]:
        x, y = ([a[part] for a in side] for side in (arrays[:half], arrays[half:]))
        assert_close(subject.call(*x, *arrays[half:]), want[part], subject.operation)
        assert_close(subject.call(*arrays[:half], *y), want[:, part], subject.operation)
