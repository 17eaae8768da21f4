"""Closed standard streams, as cron and daemons have them: the result, and its status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kullback as kl
from support.cli_calls import COUNTS
from support.processes import assert_fine, needs_posix, run_child

pytestmark = needs_posix
WORK = "pairwise x.npy --output d.npy"


def run_closed(closed: str, arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a shell that closes streams."""
    command = f'"{sys.executable}" -m kullback {arguments} {closed}'
    return subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_the_result_is_written_whatever_is_closed(folder: Path, closed: str) -> None:
    """A progress bar that asks a stream which is None: tqdm/tqdm #1593, #1654."""
    done = run_closed(closed, WORK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    np.testing.assert_array_equal(np.load(folder / "d.npy"), kl.pairwise(COUNTS))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("closed", "arguments", "status"),
    [(">&-", "--version", 0), ("2>&-", "pairwise none.npy --output d.npy", 2), ("2>&-", "no", 2)],
)
def test_the_status_is_the_same(closed: str, arguments: str, status: int) -> None:
    done = run_closed(closed, arguments)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")
    assert not Path("d.npy").exists()


def test_a_bar_is_not_shown_where_there_is_no_stream() -> None:
    assert_fine(
        run_child(
            """
            import sys
            import numpy as np
            import kullback as kl
            sys.stderr = None
            x = np.random.default_rng(0).random((300, 40))
            assert kl.pairwise(x, progress=True).shape == (300, 300)
            print("fine")
            """
        )
    )
