"""What is timed, and checked: the registry of all cases."""

from __future__ import annotations

import gaussian_cases
import histogram_cases
import logit_cases

CASES = {
    case.name: case for case in (*histogram_cases.CASES, *gaussian_cases.CASES, *logit_cases.CASES)
}
SLOW_ALONE = 2e7  # terms beyond which SciPy, NumPy and a plain loop take seconds
