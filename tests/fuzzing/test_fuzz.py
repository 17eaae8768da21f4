"""A short run of what `tests/fuzz.py` does for as long as one likes, and what that has found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kullback as kl
from fuzz import FAMILIES, any_call
from fuzzing import files as fuzz_files
from fuzzing.check import Call
from fuzzing.found import EYE, FOUND, a

OFF = "results are off|instead of"

# Many calls are errors, and most files: fewer examples have missed wrong results.
some = settings(suppress_health_check=list(HealthCheck), max_examples=250)
many = settings(some, max_examples=1000)


@pytest.mark.parametrize("family", FAMILIES)
@some
@given(st.data())
def test_any_call_gives_the_value_or_the_error_of_the_reference(
    family: str, data: st.DataObject
) -> None:
    FAMILIES[family].check(data.draw(any_call(FAMILIES[family], thorough=False)))


@many
@given(case=fuzz_files.any_file())
def test_any_bytes_are_a_table_or_one_line(tmp_path: Path, case: tuple[str, bytes]) -> None:
    fuzz_files.check(tmp_path, *case)


P, Q = a(0.5, 0.5), a(0.25, 0.75)
EIGHTH = 0.125
LINE = a([0.5, 0.5], [0.375, 0.625], [0.25, 0.75])  # rows at one eighth from the next
# Of each family: a call that has a value, that value, and a call that is an error.
KNOWN = {
    "calls": (
        Call("kl", "rows", [P, Q], {}),
        0.1438410362258904,
        Call("kl", "rows", [-P, Q], {}),
    ),
    "gaussians": (
        Call("kl", "rows", [a(0), a(4), a(0), a(1)], {}),
        0.8068528194400546,
        Call("kl", "rows", [a(0), a(1), a(0), a(-1)], {"spread": "std"}),
    ),
    "covariances": (
        Call("multivariate", "rows", [a(1, 0), EYE, a(0, 0), EYE], {}),
        0.5,
        Call("multivariate", "rows", [a(1, 0), EYE, a(0, 0), -EYE], {}),
    ),
    "logits": (
        Call("kl", "rows", [np.log(P), np.log(Q)], {}),
        0.1438410362258904,
        Call("kl", "rows", [np.log(P), a(np.nan, 0)], {}),
    ),
    "sparse": (
        Call("kl", "rows", [P, Q], {}, ("coo_array", "")),
        0.1438410362258904,
        Call("kl", "rows", [-P, Q], {}, ("coo_array", "")),
    ),
    "tables": (
        Call("information", "tables", [EYE], {}),
        0.6931471805599453,
        Call("mixture", "tables", [a([1, 0], [0, 0])], {}),
    ),
}


@pytest.mark.parametrize("family", KNOWN)
def test_the_check_notices_a_wrong_result(monkeypatch, family: str) -> None:
    """What would pass for right if it looked at nothing."""
    fine, value, error = KNOWN[family]
    check = FAMILIES[family].check
    check(fine)
    check(error)
    wrong = [
        (fine, value * (1 + 2e-12), OFF),
        (fine, np.nan, OFF),
        (fine, np.float32(value), "should be"),
        (fine, a(value), "should be"),
        (fine._replace(options={"out": "plain"}), np.array(value), "another array"),
        (fine._replace(options={"out": "read_only"}), value, "should raise"),
        (error, 0.0, "should raise"),
        (error, np.nan, "should raise"),
        (
            error._replace(options=error.options | {"invalid": "nan"}),
            0.0,
            OFF,
        ),
    ]
    for call, result, said in wrong:
        monkeypatch.setattr(FAMILIES[family], "run", lambda call, result=result: result)
        with pytest.raises(AssertionError, match=said):
            check(call)


def test_the_check_notices_an_out_that_was_written_to_by_an_error(monkeypatch) -> None:
    def spoil(call: Call) -> None:
        call.options["out"][...] = 0.0
        raise ValueError("too late")

    call = KNOWN["calls"][0]._replace(options={"out": "larger"})
    monkeypatch.setattr(FAMILIES["calls"], "run", spoil)
    with pytest.raises(AssertionError, match="wrote to an array"):
        FAMILIES["calls"].check(call)


@pytest.mark.parametrize(
    ("distances", "indices", "said"),
    [
        ([0.0] * 3, [1, 2, 0], OFF),
        ([EIGHTH, EIGHTH, EIGHTH / 2], [1, 2, 0], OFF),
        ([EIGHTH] * 3, [1, -1, 0], "NaN has no index"),
        ([EIGHTH] * 3, [2, 2, 0], OFF),
    ],
)
def test_the_check_notices_wrong_neighbours(monkeypatch, distances, indices, said) -> None:
    call = Call("total_variation", "pairwise", [LINE], {"n_neighbors": 1}, ("dense", "dense"))
    FAMILIES["neighbours"].check(call)
    columns = np.array(distances)[:, None], np.array(indices)[:, None]
    wrong = kl.Neighbors(*columns, 3)
    monkeypatch.setattr(FAMILIES["neighbours"], "_search", lambda call: wrong)
    with pytest.raises(AssertionError, match=said):
        FAMILIES["neighbours"].check(call)


@pytest.mark.parametrize("name", FOUND)
def test_cases_that_were_found_once(name: str) -> None:
    family, call = FOUND[name]
    FAMILIES[family].check(call)
