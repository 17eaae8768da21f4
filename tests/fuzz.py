"""Any call and any file, against the references, for some minutes.

    python tests/fuzz.py 15 [calls|gaussians|covariances|logits|sparse|tables|labels|files ...]

Prints the smallest case of the first failure and ends with status 1. Cases that were found belong
into `tests/fuzzing/found.py`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzzing import calls as fuzz_calls
from fuzzing import covariances as fuzz_covariances
from fuzzing import files as fuzz_files
from fuzzing import gaussians as fuzz_gaussians
from fuzzing import labels as fuzz_labels
from fuzzing import logits as fuzz_logits
from fuzzing import neighbours as fuzz_neighbours
from fuzzing import sparse as fuzz_sparse
from fuzzing import tables as fuzz_tables
from fuzzing.check import Call, returns

EXAMPLES = 300  # of one round; each round begins anew
FAMILIES: dict[str, ModuleType] = {
    "calls": fuzz_calls,
    "gaussians": fuzz_gaussians,
    "covariances": fuzz_covariances,
    "logits": fuzz_logits,
    "sparse": fuzz_sparse,
    "neighbours": fuzz_neighbours,
    "tables": fuzz_tables,
    "labels": fuzz_labels,
}
once = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=False,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def any_call(family: ModuleType, thorough: bool) -> st.SearchStrategy[Call]:
    """Four in five that are drawn are errors, so half of them are drawn until one is not."""
    calls: st.SearchStrategy[Call] = family.calls(thorough)
    return calls | calls.filter(lambda call: returns(family.run, call))


def rounds(folder: Path) -> dict[str, Callable[[], None]]:
    """One for each family of calls, and the files."""

    def of(family: ModuleType) -> Callable[[], None]:
        @once
        @given(any_call(family, thorough=True))
        def calls(call: Call) -> None:
            family.check(call)

        return calls

    @once
    @given(fuzz_files.any_file())
    def files(case: tuple[str, bytes]) -> None:
        fuzz_files.check(folder, *case)

    return {name: of(family) for name, family in FAMILIES.items()} | {"files": files}


def main(minutes: float, names: list[str]) -> int:
    end = time.monotonic() + 60 * minutes
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        found = rounds(Path(folder))
        chosen = [found[name] for name in names or found]
        while time.monotonic() < end:
            for run in chosen:
                run()
                count += EXAMPLES
    print(f"{count} cases, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
