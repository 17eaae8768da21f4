"""`kullback pairwise --resume`, and outputs that are written block by block."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kullback as kl
from kullback._drivers import blocks
from kullback.app.cli import main
from support.cli_calls import COUNTS, OTHERS, Fails, pairwise


@pytest.mark.parametrize("name", ["d.npy", "d.zarr"])
def test_a_job_goes_on_where_it_was_interrupted(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The half that is there stays; the second run computes the rest alone."""
    from kullback.discrete import stored

    if name.endswith("zarr"):
        pytest.importorskip("zarr")
    monkeypatch.setattr(blocks, "SIDE", 2)
    monkeypatch.setattr(stored, "FLUSHED", 1)
    real, made = stored._block, []

    def interrupted(*given: Any) -> Any:
        made.append(given[1])
        if len(made) == 3:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(stored, "_block", interrupted)
    given = ["x.npy", "--against", "y.npy", "--metric", "kl", "--output", name, "--resume"]
    assert main(["pairwise", *given]) == 130
    assert "the same command goes on from here" in capfd.readouterr().err
    assert not Path(name).exists()
    pairwise(*given)
    blocks_in_all = len(made) - 1
    assert blocks_in_all == len(set(map(str, made)))
    want = kl.pairwise(COUNTS, OTHERS, metric="kl")
    np.testing.assert_array_equal(_read(name), want)
    pairwise(*given)  # it is finished
    assert len(made) == blocks_in_all + 1
    np.testing.assert_array_equal(_read(name), want)


def _read(name: str) -> Any:
    if name.endswith("npy"):
        return np.load(name)
    import zarr

    return zarr.open_array(name, mode="r")[:]


def test_another_job_is_refused(fails: Fails) -> None:
    given = ("x.npy", "--output", "d.npy", "--resume")
    pairwise(*given)
    line = fails("pairwise", *given, "--metric", "kl")
    assert "begun with other values of: metric" in line
    assert "--force" in line
    np.save("x.npy", COUNTS + 1)
    assert "other values of: x" in fails("pairwise", *given)
    pairwise("x.npy", "--output", "d.npy", "--force")
    np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(COUNTS + 1))


def test_a_file_of_somebody_else_is_not_replaced_in_silence(fails: Fails) -> None:
    np.save("d.npy", COUNTS)
    assert "already exists" in fails("pairwise", "x.npy", "--output", "d.npy", "--resume")
    pairwise("x.npy", "--output", "d.npy", "--resume", "--force")
    np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(COUNTS))


def test_text_is_written_in_one_go(fails: Fails) -> None:
    assert "write .npy or .zarr" in fails("pairwise", "x.npy", "--output", "d.csv", "--resume")
    assert "unknown kind" in fails("pairwise", "x.npy", "--output", "d.txt", "--resume")


def test_zarr(fails: Fails) -> None:
    pytest.importorskip("zarr")
    pairwise("x.npy", "--output", "d.zarr")
    np.testing.assert_array_equal(_read("d.zarr"), kl.pairwise(COUNTS))
    assert "already exists" in fails("pairwise", "x.npy", "--output", "d.zarr")
    pairwise("x.npy", "--against", "y.npy", "--output", "d.zarr", "--force")
    np.testing.assert_array_equal(_read("d.zarr"), kl.pairwise(COUNTS, OTHERS))
    Path("e.zarr").write_text("")
    assert "is a file" in fails("pairwise", "x.npy", "--output", "e.zarr", "--force")
    assert "no directory" in fails("pairwise", "x.npy", "--output", "none/e.zarr")


def test_bad_rows_leave_nothing(fails: Fails) -> None:
    np.save("n.npy", -COUNTS)
    pytest.importorskip("zarr")
    before = sorted(os.listdir())
    assert "x is n.npy" in fails("pairwise", "n.npy", "--output", "d.zarr")
    assert sorted(os.listdir()) == before


def test_a_plot_of_a_matrix_that_is_stored(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    pairwise("x.npy", "--output", "d.npy", "--resume", "--plot", "d.png")
    assert Path("d.png").read_bytes()[:4] == b"\x89PNG"
