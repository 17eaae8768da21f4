"""A short run of what `tests/fuzz.py` does for as long as one likes, and what that has found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fuzz_calls
import fuzz_files
from fuzz_calls import Call

short = settings(suppress_health_check=list(HealthCheck))


@short
@given(st.data())
def test_any_call_gives_the_value_or_the_error_of_the_reference(data: st.DataObject) -> None:
    fuzz_calls.check(data.draw(fuzz_calls.calls(thorough=False)))


@short
@given(case=fuzz_files.any_file())
def test_any_bytes_are_a_table_or_one_line(tmp_path: Path, case: tuple[str, bytes]) -> None:
    fuzz_files.check(tmp_path, *case)


FINE = Call("kl", "rows", [np.array([0.5, 0.5]), np.array([0.25, 0.75])], {}, [])
ERROR = Call("kl", "rows", [np.array([-0.5, 0.5]), np.array([0.25, 0.75])], {}, [])


@pytest.mark.parametrize(
    ("call", "result", "said"),
    [
        (FINE, 0.1438410362258904 * (1 + 1e-12), "instead of"),
        (FINE, np.float32(0.143841), None),
        (FINE, np.array([0.1438410362258904]), None),
        (ERROR, 0.0, "should raise"),
        (ERROR, np.nan, "should raise"),
    ],
)
def test_the_check_notices_a_wrong_result(monkeypatch, call, result, said) -> None:
    """What would pass for right if it looked at nothing."""
    fuzz_calls.check(call)
    monkeypatch.setattr(fuzz_calls, "run", lambda call: result)
    with pytest.raises(AssertionError, match=said):
        fuzz_calls.check(call)


FOUND: dict[str, Call] = {
    "near the largest float": Call("kl", "rows", [np.array([1.7e308] * 2)] * 2, {"base": 2}, []),
}


@pytest.mark.parametrize("name", FOUND)
def test_cases_that_were_found_once(name: str) -> None:
    fuzz_calls.check(FOUND[name])
