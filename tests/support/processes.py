"""Children: what could abort, hang or poison a process is tried in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

LIMIT = 300  # seconds; an order of magnitude more than any child takes, on a loaded machine too

# A child that is about to exceed its limit says where each of its threads is.
_PREAMBLE = "import faulthandler; faulthandler.dump_traceback_later({limit}, exit=True)\n"

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="of POSIX systems only")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="of Linux only")

Done = subprocess.CompletedProcess[str]


def run_child(
    code: str, limit: float = LIMIT, warn: str = "error", **environment: str | None
) -> Done:
    """Run `code` in a new interpreter; a variable that is None is taken out of its environment."""
    merged = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-W", warn, "-c", _PREAMBLE.format(limit=limit) + textwrap.dedent(code)],
        env={name: value for name, value in merged.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=limit + 30,
        check=False,
    )


def assert_fine(done: Done) -> None:
    """The child came to its last line, `print("fine")`, and ended by itself."""
    assert (done.returncode, done.stdout) == (0, "fine\n"), f"{done.returncode}: {done.stderr}"
