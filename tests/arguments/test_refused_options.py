"""Options, metrics and sizes that are refused, and how."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

import kullback
from kullback import condensed, kl_divergence, pairwise
from oracle.divergences import METRICS, ORACLES, SYMMETRIC
from support.calls import assert_says, every_function, metric

OUT_OF_RANGE = [
    *[("base", value) for value in (1, 1.0, 0, 0.5, -2, np.nan)],
    *[("pseudocount", value) for value in (-1, -1e-300, np.nan, np.inf)],
    *[("zeros", value) for value in (0, 0.0, -1e-10, np.nan, np.inf, "drop", "")],
    *[("threads", value) for value in (0, -1)],
    ("invalid", "ignore"),
]
OF_A_WRONG_TYPE = [
    *[("base", value) for value in ("2", [2, 3], 2j)],
    *[("pseudocount", value) for value in ("1", None, [1, 2])],
    *[("zeros", value) for value in (None, [1e-10], 1j)],
    *[("threads", value) for value in (1.5, "2")],
    *[("invalid", value) for value in (None, True)],
]


def calls_with(option, value):
    x = np.ones((2, 3))
    calls = every_function(x, x, **{option: value})
    return [*calls, lambda: condensed(x, **{option: value})]


@pytest.mark.parametrize(("option", "value"), OUT_OF_RANGE, ids=str)
def test_an_option_out_of_range_is_refused_by_name_and_value(option, value):
    for call in calls_with(option, value):
        with pytest.raises(ValueError, match=rf"\b{option}\b") as error:
            call()
        assert_says(error, re.escape(str(value)))


@pytest.mark.parametrize(("option", "value"), OF_A_WRONG_TYPE, ids=str)
def test_an_option_of_a_wrong_type_is_refused_by_name(option, value):
    for call in calls_with(option, value):
        with pytest.raises((ValueError, TypeError), match=rf"\b{option}\b"):
            call()


def test_arrays_are_positional_and_options_are_named():
    x = np.ones((2, 3))
    for call in (
        lambda: kl_divergence(p=x, q=x),
        lambda: kl_divergence(x, x, -1),
        lambda: pairwise(x=x),
        lambda: pairwise(x, x, "js", 2),
        lambda: condensed(x, "js", 2),
        lambda: kl_divergence(x),
        lambda: kl_divergence(x, x, bases=2),
        lambda: pairwise(x, axis=0),
    ):
        with pytest.raises(TypeError):
            call()


def test_a_wrong_metric_is_refused_with_the_right_ones():
    right = [word for word in METRICS if ORACLES[word].parametric is None]
    for wrong in ("kld", "KL", "renyi", "entropy", "cross_entropy", "", None, 2, kullback.Renyi):
        for call in (
            lambda m=wrong: pairwise(np.eye(3), metric=m),
            lambda m=wrong: condensed(np.eye(3), m),
        ):
            with pytest.raises(ValueError, match=re.escape(repr(wrong))) as error:
                call()
            assert_says(error, *(rf"\b{word}\b" for word in right), r"Renyi\(")


def test_condensed_is_for_symmetric_metrics():
    for word in set(METRICS) - set(SYMMETRIC):
        with pytest.raises(ValueError, match="symmetric") as error:
            condensed(np.eye(3), metric(word))
        assert_says(error, rf"\b{ORACLES[word].parametric or word}\b")


@pytest.mark.parametrize("word", [word for word in METRICS if not ORACLES[word].takes_base])
def test_where_there_is_no_logarithm_there_is_no_base(word):
    calls = [lambda: pairwise(np.eye(3), metric=word, base=2)]
    if word in SYMMETRIC:
        calls.append(lambda: condensed(np.eye(3), word, base=2))
    for call in calls:
        with pytest.raises(ValueError, match="base") as error:
            call()
        assert_says(error, rf"\b{word}\b")


def test_a_matrix_that_cannot_fit_is_refused_at_once():
    rows = np.broadcast_to(np.ones(2), (2**22, 2))
    start = time.perf_counter()
    with pytest.raises(MemoryError, match=r"4[,_ ]?194[,_ ]?304") as error:
        pairwise(rows)
    assert_says(error, "bytes|[KMGTP]i?B", "available")
    with pytest.raises(MemoryError, match="available"):
        condensed(rows)
    assert time.perf_counter() - start < 5
