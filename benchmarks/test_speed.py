"""Every case and lane, timed: `pytest benchmarks`, grouped by case."""

from __future__ import annotations

from typing import Any

import pytest

from cases import CASES, SLOW_ALONE

GROUPS = [(case, lane) for case in CASES.values() for lane in (*case.lanes, "limit")]


@pytest.mark.parametrize(("case", "lane"), GROUPS, ids=lambda x: getattr(x, "name", x))
def test_speed(case: Any, lane: str, benchmark: Any) -> None:
    p, q = case.data(case.size)
    function = case.limit if lane == "limit" else case.lanes[lane]
    function(p[:8], q[:8])  # compiles
    benchmark.group = case.name
    slow = case.elements() > SLOW_ALONE and lane in ("SciPy", "NumPy", "Numba")
    result = benchmark.pedantic(function, (p, q), rounds=1 if slow else 7, warmup_rounds=not slow)
    assert result.size
