"""Any call and any file, against the reference, for some minutes.

    python tests/fuzz.py 15 [calls|files]

Prints the smallest case of the first failure and ends with status 1. Cases that were found belong
into `tests/inputs/test_fuzz.py`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings

import fuzz_calls
import fuzz_files

EXAMPLES = 300  # of one round; each round begins anew


def rounds(folder: Path) -> dict[str, Callable[[], None]]:
    once = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )

    @once
    @given(fuzz_calls.calls(thorough=True))
    def calls(call: fuzz_calls.Call) -> None:
        fuzz_calls.check(call)

    @once
    @given(fuzz_files.any_file())
    def files(case: tuple[str, bytes]) -> None:
        fuzz_files.check(folder, *case)

    return {"calls": calls, "files": files}


def main(minutes: float, names: list[str]) -> int:
    end = time.monotonic() + 60 * minutes
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        chosen = [run for name, run in rounds(Path(folder)).items() if name in names or not names]
        while time.monotonic() < end:
            for run in chosen:
                run()
                count += EXAMPLES
    print(f"{count} cases, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
