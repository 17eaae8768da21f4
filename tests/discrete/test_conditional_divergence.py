"""The conditional divergence against mpmath, and the chain rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kullback import (
    conditional_kl_divergence,
    cross_entropy,
    entropy,
    kl_divergence,
    mutual_information,
)
from oracle.tables import conditional_kl as conditional
from support.tables import AMOUNTS, tables
from support.tolerances import assert_close, assert_same_bits


@pytest.mark.parametrize("amount", AMOUNTS)
def test_near_tables_cost_no_digits(amount):
    rng = np.random.default_rng(5)
    p = tables(5, 4, 6)
    q = p * (1 + amount * rng.uniform(-0.9, 1, p.shape))
    assert_close(conditional_kl_divergence(p, q), conditional(p, q), "rows")
    weighted = conditional_kl_divergence(p * 1e-300, q * 1e290)
    assert_close(weighted, conditional(p * 1e-300, q * 1e290), "rows")


@settings(max_examples=30)
@given(pair=arrays(np.int64, (2, 3, 4), elements=st.integers(0, 30)))
def test_the_conditional_divergence_of_counts_is_right(pair):
    if not pair.any(axis=(1, 2)).all():
        return
    assert_close(conditional_kl_divergence(*pair), conditional(*pair), "rows")
    with_more = conditional_kl_divergence(*pair, pseudocount=0.25)
    assert_close(with_more, conditional(*pair, pseudocount=0.25), "rows")


@pytest.mark.parametrize("amount", [1.0, 1e-3, 1e-6, 1e-9])
def test_the_chain_rule(amount):
    rng = np.random.default_rng(6)
    p = tables(6, 20, 5, 8)
    q = p * (1 + amount * rng.uniform(-0.9, 1, p.shape))
    joints = kl_divergence(p.reshape(20, -1), q.reshape(20, -1))
    marginals = kl_divergence(p.sum(axis=-1), q.sum(axis=-1))
    parts = marginals + conditional_kl_divergence(p, q)
    # The sums of rows are rounded before their divergence is taken.
    np.testing.assert_allclose(parts, joints, rtol=4e-15 + 1e-15 / amount)


def test_the_chain_rule_holds_where_it_is_infinite():
    p, q = np.ones((3, 4)), np.ones((3, 4))
    q[1] = 0
    assert conditional_kl_divergence(p, q) == np.inf
    assert kl_divergence(p.ravel(), q.ravel()) == np.inf
    q[1, 2] = 1
    assert conditional_kl_divergence(p, q) == np.inf
    p[1] = 0
    assert conditional_kl_divergence(p, q) == 0
    q[1] = 0
    assert conditional_kl_divergence(p, q) == 0


def test_mutual_information_is_a_conditional_divergence():
    joint = tables(7, 6, 9)
    independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    got = conditional_kl_divergence(joint, independent)
    assert_close(got, mutual_information(joint), "identity")


def test_conditional_tables_broadcast_and_keep_their_dtype():
    p, q = tables(8, 5, 1, 3, 4), tables(9, 2, 3, 4)
    got = conditional_kl_divergence(p, q, base=2)
    assert got.shape == (5, 2)
    for i in range(5):
        for j in range(2):
            one = conditional_kl_divergence(p[i, 0], q[j], base=2)
            assert_same_bits(got[i, j], one)
    single = conditional_kl_divergence(p.astype(np.float32), q.astype(np.float32), base=2)
    assert_close(single, got, "rows")
    assert single.dtype == np.float32
    out = np.empty((5, 2))
    assert conditional_kl_divergence(p, q, out=out) is out


def test_kl_is_cross_entropy_less_entropy_to_rounding():
    p, q = tables(10, 2, 50, 30)
    assert_close(kl_divergence(p, q), cross_entropy(p, q) - entropy(p), "scipy")
