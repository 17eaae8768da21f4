"""JS of logits with any weights, and the entropy of a softmax, against the oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest

import kullback as kl
from kullback._drivers import logits as driver
from kullback._exact import logits as exact_logits
from oracle.logits import divergences, entropy
from support.calls import assert_says, each_float
from support.logit_calls import NOTHING, logits, with_nothing
from support.tolerances import assert_close, assert_same_bits

WEIGHTS = [1e-300, 1e-9, 0.1, 0.3, 0.5, 0.9, 1 - 2.0**-53]


def check_entropy(a, temperature=1.0):
    got = kl.entropy_from_logits(a, temperature=temperature, invalid="nan")
    a = np.atleast_2d(a)
    want = [float(entropy(row, temperature)) for row in a.reshape(-1, a.shape[-1])]
    assert_close(np.ravel(got), np.array(want), "rows")


# Weights


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("gap", [5.0, 1e-4, 1e-13])
def test_every_weight_is_right_at_every_distance(weight, gap):
    a, b = logits(4, 13, 3.0)
    masked = with_nothing(np.random.default_rng(1), a, 0.3)
    for p, q in (
        (a, a + gap * b),
        (a * 1e4, a * 1e4 + gap * b),
        (masked, a + gap * b),
        (a, masked),
    ):
        got = kl.js_divergence_from_logits(p, q, weight=weight)
        assert_close(got, divergences(f"js{weight!r}", p, q), "rows")


def test_the_weight_is_that_of_p():
    a, b = logits(6, 9)
    p, q = (np.exp(x) / np.exp(x).sum(axis=1, keepdims=True) for x in (a, b))
    for weight in (0.25, 0.5, 0.8):
        want = kl.generalized_js_divergence(np.stack([p, q]), [weight, 1 - weight])
        np.testing.assert_allclose(kl.js_divergence_from_logits(a, b, weight=weight), want, 1e-12)
        turned = kl.js_divergence_from_logits(b, a, weight=1 - weight)
        np.testing.assert_allclose(turned, want, rtol=1e-12)
    near = kl.js_divergence_from_logits(a, b, weight=1e-9) / 1e-9
    np.testing.assert_allclose(near, kl.kl_divergence_from_logits(a, b), rtol=1e-6)


def test_nothing_is_left_without_one_of_the_two():
    a, b = logits(6, 9)
    b[0, 3], a[1, 2] = NOTHING, NOTHING
    for weight in (0, 1, 0.0):
        assert not kl.js_divergence_from_logits(a, b, weight=weight).any()


@pytest.mark.parametrize("weight", [-0.1, 1.1, np.nan, np.inf])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match="weight is"):
        kl.js_divergence_from_logits([0, 1], [1, 0], weight=weight)
    with pytest.raises(TypeError, match="weight is"):
        kl.js_divergence_from_logits([0, 1], [1, 0], weight="half")


@pytest.mark.parametrize("weight", [1e-9, 0.1, 0.9])
def test_every_bit_of_the_last_rung(weight):
    """Whose weight is that of the oracle, to the last digit; and that of rows at any scale."""
    a, b = logits(3, 5, 2.0)
    rows = [*zip(a, b, strict=True), *zip(a, a + 1e-9 * b, strict=True), (a[0] * 1e300, b[0])]
    for p, q in rows:
        for temperature in (1.0, 1e-200):
            given = (p.tolist(), q.tolist(), temperature, lambda: None, weight)
            want = divergences(f"js{weight!r}", p, q, temperature=temperature)
            assert_same_bits(np.array(exact_logits.divergence("js", *given)), want)
            got = kl.js_divergence_from_logits(p, q, temperature=temperature, weight=weight)
            assert_close(got, want, "rows")


@each_float
def test_weighted_rows_in_parts_give_the_same_bits(dtype, monkeypatch):
    a, b = logits(3, 2500)
    b[1] = a[1] + 1e-9 * b[1]
    a, b = a.astype(dtype), b.astype(dtype)
    want = kl.js_divergence_from_logits(a, b, weight=0.1)
    monkeypatch.setattr(driver, "HUGE", 1)
    assert_same_bits(kl.js_divergence_from_logits(a, b, weight=0.1), want)


# Entropy


@each_float
@pytest.mark.parametrize("scale", [0.0, 1e-9, 1.0, 30.0, 800.0, 1e4, 1e100, 1e308])
def test_entropy_is_right_at_every_scale(dtype, scale):
    if scale > 1e38 and dtype is np.float32:
        scale = 1e38
    a = (scale * np.random.default_rng(1).uniform(-1, 1, (12, 17))).astype(dtype)
    a[3, :9] = a[3].max()  # nine largest
    check_entropy(a)
    check_entropy(with_nothing(np.random.default_rng(2), a, 0.5).astype(dtype))
    for temperature in (0.07, 3.3, 1e3):
        check_entropy(a, temperature)


def test_entropy_of_a_row_in_which_one_bin_has_nearly_everything():
    for far in (1e-3, 1.0, 40.0, 99.9, 700.3, 744.9, 760.0, 1e5):
        check_entropy(np.array([[0.0, -far, -far], [5.25, 5.25 - far, NOTHING]]))


@pytest.mark.parametrize("temperature", [5e-324, 1e-310, 1e-40, 1e40, 1e300])
def test_entropy_takes_temperatures_of_any_size(temperature):
    a = temperature * np.clip(logits(4, 6)[0], -1, 1)
    check_entropy(a, temperature)


@pytest.mark.parametrize("k", [1, 2, 7, 8, 9, 1024, 1025, 40_000])
def test_entropy_of_rows_of_every_length(k, monkeypatch):
    a = np.random.default_rng(k).normal(size=(3, k))
    want = kl.entropy_from_logits(a)
    p = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(want, kl.entropy(p), rtol=1e-12)
    assert_same_bits(kl.entropy_from_logits(a.T, axis=0, keepdims=True)[0], want)
    monkeypatch.setattr(driver, "HUGE", 1)
    assert_same_bits(kl.entropy_from_logits(a), want)


def test_entropy_of_certain_and_of_even_rows():
    assert kl.entropy_from_logits([3.0]) == 0
    assert kl.entropy_from_logits([NOTHING, 3.0, NOTHING]) == 0
    assert kl.entropy_from_logits([1e300, -1e300]) == 0
    assert kl.entropy_from_logits(np.full(8, -7e5), base=2) == 3
    assert kl.entropy_from_logits(np.full(3, -7e5)) == pytest.approx(math.log(3), rel=1e-15)


def test_no_row_of_logits_needs_decimals(monkeypatch):
    monkeypatch.setattr(driver.exact, "entropy", None)
    for scale in (1e-300, 1.0, 1e300):
        kl.entropy_from_logits(scale * logits(60, 9)[0])


def test_a_row_of_nothing_is_named():
    rows = logits(5, 4)[0]
    rows[3] = NOTHING
    with pytest.raises(ValueError, match=r"^logits has no softmax") as error:
        kl.entropy_from_logits(rows)
    assert_says(error, r"row 3\b", "-inf everywhere", r"1 such row in logits")
    assert str(error.value).count("has no softmax") == 1
    assert np.isnan(kl.entropy_from_logits(rows, invalid="nan")[3])
