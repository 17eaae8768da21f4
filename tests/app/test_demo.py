"""`kullback demo`: its corpus, its findings, and what it writes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

import kullback as kl
from kullback.app import demo
from kullback.app.cli import main
from kullback.app.corpus import Corpus, read_corpus
from kullback.app.findings import clusters, loneliest, nearest, nearest_pairs
from support.cli_calls import Fails, run


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Files of three kinds, a copy, one that stands alone, and some that do not count."""
    sources = tmp_path / "lib"
    (sources / "site-packages").mkdir(parents=True)
    (sources / "tables").mkdir()
    rng = np.random.default_rng(0)
    for i in range(8):
        (sources / f"prose{i}.py").write_bytes(
            rng.choice([*b"aeinorst \n"], 500).astype(np.uint8).tobytes()
        )
        (sources / f"tables/t{i}.py").write_bytes(
            rng.choice([*b"0123456789x,"], 500).astype(np.uint8).tobytes()
        )
    (sources / "copy.py").write_bytes((sources / "prose3.py").read_bytes())
    (sources / "alone.py").write_bytes(bytes(range(128, 256)))
    for name in ("short.py", "notes.txt", "site-packages/other.py"):
        (sources / name).write_bytes(b"#" * (5 if name == "short.py" else 500))
    return read_corpus(sources)


def test_corpus(corpus: Corpus) -> None:
    assert corpus.names == sorted(corpus.names)
    assert len(corpus.names) == 18
    assert corpus.contents_differ == 17
    assert corpus.counts.shape == (18, 256)
    assert corpus.sizes.tolist() == [128] + [500] * 17


def test_findings(corpus: Corpus) -> None:
    distances = kl.pairwise(corpus.counts, base=2)
    near = nearest(corpus.counts, 3)
    pairs, equal = nearest_pairs(near, 3)
    upper = np.sort(distances[np.triu_indices(18, 1)])
    assert equal == 1
    assert [pair.distance for pair in pairs] == upper[1:4].tolist()
    assert all(distances[pair.one, pair.other] == pair.distance for pair in pairs)
    assert corpus.names[loneliest(near).one] == "alone.py"
    groups = clusters(corpus, distances, 3)
    assert [len(group.members) for group in groups] == [9, 8, 1]
    assert (groups[1].folder, groups[1].in_folder) == ("tables/", 8)
    assert set(groups[1].marks) < set("0123456789x,")
    assert groups[2].marks[0].startswith("0x")


def test_demo(
    folder: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(demo, "read_corpus", lambda: corpus)
    monkeypatch.setattr(demo, "_SCIPY_SECONDS", 0.0)
    assert main(["demo", "--output", "new/dir", "--threads", "1"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    for part in (
        "18 source files of Python's standard library, 8,628 bytes",
        "after 1 at distance 0 (1 files are copies of another)",
        "Most unlike all others: alone.py (128 bytes)",
        " of them in tables/;",
        "SciPy, an estimate",
        "1 thread;",
        "Written to new/dir",
    ):
        assert part in out
    difference = float(out.split("largest difference of the two results:")[1].split()[0])
    assert difference < 1e-12
    distances = np.load("new/dir/distances.npy")
    np.testing.assert_array_equal(distances, kl.pairwise(corpus.counts, base=2))
    assert Path("new/dir/labels.txt").read_text("utf-8").splitlines() == corpus.names
    names = ["clusters.png", "distances.npy", "heatmap.png", "labels.txt"]
    assert sorted(os.listdir("new/dir")) == names
    assert main(["demo", "--output", "new/dir"]) == 2
    assert main(["demo", "--output", "new/dir", "--force"]) == 0


def test_demo_without_sources(fails: Fails, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(Path.cwd()))
    assert "holds 0 Python source files, too few" in fails("demo", "--output", "new")


@pytest.mark.slow
def test_demo_of_the_standard_library(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    start = time.perf_counter()
    done = run("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert time.perf_counter() - start < 60
    assert "kullback-demo" in done.stdout
    assert len(os.listdir("kullback-demo")) == 4
