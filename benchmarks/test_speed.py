"""Every case and lane, timed: `pytest benchmarks`, grouped by case."""

from __future__ import annotations

from typing import Any

import pytest

from case import SLOW, few
from cases import CASES, SLOW_ALONE

GROUPS = [(case, lane) for case in CASES.values() for lane in (*case.lanes, "limit")]


@pytest.mark.parametrize(("case", "lane"), GROUPS, ids=lambda x: getattr(x, "name", x))
def test_speed(case: Any, lane: str, benchmark: Any) -> None:
    arrays = case.data(case.size)
    function = case.limit if lane == "limit" else case.lanes[lane]
    function(*few(arrays, 8))  # compiles
    benchmark.group = case.name
    slow = case.terms > SLOW_ALONE and lane in SLOW
    result = benchmark.pedantic(function, arrays, rounds=1 if slow else 7, warmup_rounds=not slow)
    assert result.size
