"""What is timed is checked: every case of the benchmarks, on small data, against the oracle."""

import numpy as np
import pytest

from case import EXACT
from cases import CASES
from support.tolerances import TOLERANCES

NAMES = [name for name in CASES if "1,000 x 256" not in name]  # the same work, in the cache
BANDS = [(name, band) for name in NAMES for band in CASES[name].bands]


@pytest.mark.parametrize(("name", "band"), BANDS)
def test_our_lanes_are_exact_in_every_band(name: str, band: str) -> None:
    case = CASES[name]
    bound = TOLERANCES[case.operation, "f8"].relative
    assert all(case.error(lane, band) <= bound for lane in EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_the_lanes_that_we_compare_with_do_the_same_work(name: str) -> None:
    case = CASES[name]
    arrays, want = case.expected("random")
    for lane, function in case.lanes.items():
        np.testing.assert_allclose(function(*arrays), want, rtol=1e-9, err_msg=lane)
