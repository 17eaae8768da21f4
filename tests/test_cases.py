"""What is timed is checked: every case of the benchmarks, on small data, against the oracle."""

import numpy as np
import pytest

from cases import CASES
from errors import BANDS, error, expected
from tolerances import TOLERANCES

NAMES = [name for name in CASES if "1,000 x 256" not in name]  # the same work, in the cache


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("name", NAMES)
def test_our_lanes_are_exact_in_every_band(name: str, band: str) -> None:
    case = CASES[name]
    bound = TOLERANCES["matrix" if case.matrix else "rows", "f8"].relative
    assert all(error(case, lane, band) <= bound for lane in case.exact)


@pytest.mark.parametrize("name", NAMES)
def test_the_lanes_that_we_compare_with_do_the_same_work(name: str) -> None:
    case = CASES[name]
    p, q, want = expected(name, "random")
    for lane, function in case.lanes.items():
        np.testing.assert_allclose(function(p, q), want, rtol=1e-9, err_msg=lane)
