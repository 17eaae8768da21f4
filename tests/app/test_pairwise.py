"""`kullback pairwise`: what it computes."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kullback as kl
from support.cli_calls import COUNTS, OTHERS, pairwise


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("", {}),
        ("--metric kl", {"metric": "kl"}),
        ("--metric js_distance --base 2", {"metric": "js_distance", "base": 2.0}),
        ("--metric kl --pseudocount 0.5", {"metric": "kl", "pseudocount": 0.5}),
        ("--metric kl --zeros skip --threads 1", {"metric": "kl", "zeros": "skip", "threads": 1}),
        ("--metric kl --zeros 1e-10", {"metric": "kl", "zeros": 1e-10}),
        ("--metric kl --zeros inf --no-normalize", {"metric": "kl", "normalize": False}),
    ],
)
def test_pairwise_is_that_of_the_library(
    folder: Path, capfd: pytest.CaptureFixture[str], given: str, options: dict[str, Any]
) -> None:
    pairwise("x.npy", "--output", "d.npy", *given.split())
    np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(COUNTS, **options))
    pairwise("x.npy", "--against", "y.npy", "--output", "e.npy", *given.split())
    np.testing.assert_array_equal(np.load("e.npy"), kl.pairwise(COUNTS, OTHERS, **options))
    assert capfd.readouterr() == ("", "")


def test_float32_stays_float32(folder: Path) -> None:
    np.save("f.npy", COUNTS.astype(np.float32))
    pairwise("f.npy", "--output", "d.npy")
    assert np.load("d.npy").dtype == np.float32


def test_invalid_rows_can_be_nan(folder: Path) -> None:
    np.save("n.npy", np.vstack([COUNTS, -COUNTS[:1]]))
    pairwise("n.npy", "--output", "d.npy", "--invalid", "nan")
    result = np.load("d.npy")
    assert np.isnan(result[-1, :-1]).all()
    np.testing.assert_allclose(result[:-1, :-1], kl.pairwise(COUNTS), rtol=1e-12)


def test_labels_go_with_the_matrix(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    names = [f"r{i}" for i in range(6)]
    for name in ("d.csv", "d.parquet"):
        pairwise("names.csv", "--output", name)
    frame = pandas.read_csv("d.csv", index_col=0, dtype=str)  # its numbers are a bit off before 3.0
    assert list(frame.index) == list(frame.columns) == names
    np.testing.assert_array_equal(frame.to_numpy().astype(float), kl.pairwise(COUNTS))
    frame = pandas.read_parquet("d.parquet")
    assert list(frame.columns) == ["label", *names]
    assert list(frame["label"]) == names
    pairwise("names.csv", "--against", "y.npy", "--output", "e.csv")
    lines = Path("e.csv").read_text("utf-8").splitlines()
    assert lines[0] == ",0,1,2,3"
    assert lines[1].startswith("r0,")
    pairwise("x.npy", "--output", "plain.csv")
    np.testing.assert_array_equal(np.loadtxt("plain.csv", delimiter=","), kl.pairwise(COUNTS))


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
@pytest.mark.parametrize("against", [[], ["--against", "y.npy"]])
def test_plot(folder: Path, suffix: str, against: list[str]) -> None:
    pytest.importorskip("matplotlib")
    pairwise("names.csv", *against, "--output", "d.npy", "--plot", f"d{suffix}")
    magic = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}[suffix]
    assert Path(f"d{suffix}").read_bytes().startswith(magic)
    assert sorted(os.listdir()) == ["d.npy", f"d{suffix}", "names.csv", "x.npy", "y.npy"]


def test_letters_that_the_font_lacks_are_no_error(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    Path("cjk.csv").write_text("日本,1,2\n한국,2,1\n", "utf-8")
    pairwise("cjk.csv", "--output", "d.npy", "--plot", "d.png")
    assert capfd.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_only_on_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    calls: list[object] = []
    real = kl.pairwise

    def watched(*arguments: Any, progress: Any, **options: Any) -> Any:
        calls.append(progress)
        if progress:
            time.sleep(0.4)  # a bar for less would only flicker
            progress(1, 2)
        return real(*arguments, progress=progress, **options)

    monkeypatch.setattr(kl, "pairwise", watched)
    pairwise("x.npy", "--output", "a.npy")
    assert calls == [False]
    monkeypatch.setattr(sys, "stderr", Terminal())
    pairwise("x.npy", "--output", "b.npy")
    assert callable(calls[1])
    assert "%" in sys.stderr.getvalue()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", None)
    pairwise("x.npy", "--output", "c.npy")
    assert calls[2] is False


def test_force_replaces(folder: Path) -> None:
    Path("d.npy").write_text("old")
    Path("link.npy").symlink_to("d.npy")
    pairwise("x.npy", "--output", "link.npy", "--force")
    np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(COUNTS))
    assert Path("link.npy").is_symlink()
