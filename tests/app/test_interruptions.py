"""What happens to the command line on its way, and as a process."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kullback as kl
from kullback.app.cli import main
from support.cli_calls import COUNTS, OTHERS, PLOT, Fails, pairwise, run

# What happens on the way


@pytest.mark.parametrize("name", ["d.npy", "d.csv", "d.parquet"])
def test_full_disk(fails: Fails, name: str) -> None:
    resource = pytest.importorskip("resource")
    if name == "d.parquet":
        pytest.importorskip("pyarrow")
    np.save("many.npy", np.random.default_rng(0).random((60, 5)))
    pairwise("many.npy", "--output", f"warm-{name}")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        line = fails("pairwise", "many.npy", "--output", name, "--plot", "d.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert f"{name}: file too large; choose another disk" in line


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 2, "d.png: no space left on device"),
        (OSError("of no known kind"), 2, "d.png: of no known kind"),
        (ValueError("two\nlines"), 2, "d.png: cannot be drawn: two lines"),
        (MemoryError(), 2, "d.png: cannot be drawn: not enough memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_picture_that_fails_leaves_no_matrix(
    fails: Fails, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, reason: str
) -> None:
    figure = pytest.importorskip("matplotlib.figure")

    def fail(self: object, file: io.BufferedWriter, **options: object) -> None:
        file.write(b"half a picture")
        raise error

    monkeypatch.setattr(figure.Figure, "savefig", fail)
    assert reason in fails(*PLOT, status=status)
    pairwise("y.npy", "--output", "d.npy")
    assert reason in fails(*PLOT, "--force", status=status)
    np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(OTHERS))


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (MemoryError(), 2, "not enough memory"),
        (ImportError("numba is too old"), 2, "numba is too old"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_computation_that_fails(
    fails: Fails, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, reason: str
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(kl, "pairwise", fail)
    assert reason in fails(*PLOT, status=status)


def test_defects_are_not_hidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kl, "pairwise", lambda *arguments, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["pairwise", "x.npy", "--output", "d.npy"])


# As a process

STUCK = """
import sys, time
import kullback as kl, numpy as np
from matplotlib.figure import Figure
def stuck(self, file, **options):
    file.write(b"half a picture")
    file.flush()
    print("stuck", flush=True)
    time.sleep(60)
Figure.savefig = stuck
from kullback.app.cli import run
run()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are other ones there")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_leave_no_file(folder: Path, number: int, status: int) -> None:
    pytest.importorskip("matplotlib")
    before = sorted(os.listdir())
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK, *PLOT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stuck\n"
        assert len(os.listdir()) == len(before) + 2
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert process.returncode == status
    assert err.count("\n") == (number == signal.SIGINT)
    assert sorted(os.listdir()) == before


def test_process(folder: Path) -> None:
    done = run("pairwise", "x.npy", "--output", "d.npy")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(COUNTS))
    done = run("pairwise", "none.npy", "--output", "e.npy")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_help_and_version_are_quick(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capfd.readouterr().out == f"kullback {kl.__version__}\n"
    code = (
        "import sys; from kullback.app.cli import main; assert main(['pairwise', '--help']) == 0;"
        "assert not {'numpy', 'numba', 'scipy', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--pseudocount" in done.stdout


def test_a_reader_that_stops_reading_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "kullback", "--help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write)
    assert done.stderr == b""
