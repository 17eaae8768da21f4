"""Matrices that go to a disk: the same numbers, whatever they are stored in and however often."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr

import kullback as kl
from kullback._catalogue import METRICS
from kullback._drivers import blocks
from kullback.discrete import stored

SYMMETRIC = ["js", "hellinger", "total_variation"]


class StopError(Exception):
    """What interrupts a job."""


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(blocks, "SIDE", 16)
    monkeypatch.setattr(stored, "FLUSHED", 1)
    monkeypatch.chdir(tmp_path)


def rows(n: int, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(0, 9, (n, 12)).astype(np.float64) + 0.25


def after(count: int) -> Callable[[int, int], None]:
    """A progress callback that interrupts once `count` blocks are done."""

    def progress(done: int, total: int) -> None:
        if done >= count:
            raise StopError

    return progress


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
def test_a_path_holds_the_matrix(metric: str, suffix: str) -> None:
    x, y = rows(50), rows(37, 1)
    for left, right in ((x, None), (x, y)):
        found = kl.pairwise(left, right, metric=metric, out=f"a{suffix}")
        np.testing.assert_allclose(
            found[:], kl.pairwise(left, right, metric=metric), rtol=2e-12, atol=1e-300
        )


@pytest.mark.parametrize("metric", SYMMETRIC)
@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
def test_a_symmetric_matrix_is_so_to_the_last_bit(metric: str, suffix: str) -> None:
    found = kl.pairwise(rows(50), metric=metric, out=f"a{suffix}")[:]
    assert np.array_equal(found, found.T)
    assert not found.diagonal().any()


@pytest.mark.parametrize("metric", SYMMETRIC)
@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
@pytest.mark.parametrize("n", [0, 1, 2, 16, 50])
def test_a_path_holds_the_upper_triangle(metric: str, suffix: str, n: int) -> None:
    found = kl.condensed(rows(n), metric, out=f"a{suffix}")[:]
    np.testing.assert_allclose(found, kl.condensed(rows(n), metric), rtol=2e-12, atol=1e-300)


@pytest.mark.parametrize("chunks", [None, (1, 50), (7, 5), (16, 16), (50, 50), (20, 30)])
@pytest.mark.parametrize("metric", ["js", "kl", "reverse_kl"])
def test_chunks_of_any_shape(chunks: tuple[int, int] | None, metric: str) -> None:
    x = rows(50)
    with h5py.File("a.h5", "w") as file:
        given = file.create_dataset("d", (50, 50), "f8", chunks=chunks)
        assert kl.pairwise(x, metric=metric, out=given) is given
        expected = kl.pairwise(x, metric=metric)
        np.testing.assert_allclose(given[:], expected, rtol=2e-12, atol=1e-300)


def test_a_memory_mapped_file_is_filled_and_returned() -> None:
    given = np.lib.format.open_memmap("a.npy", "w+", np.float32, (50, 50))
    x = rows(50).astype(np.float32)
    assert kl.pairwise(x, out=given) is given
    assert np.array_equal(np.load("a.npy"), kl.pairwise(x))


def test_rows_that_are_no_distributions() -> None:
    x = rows(50)
    x[20, 3] = -1.0
    with pytest.raises(ValueError, match="row 20"):
        kl.pairwise(x, out="a.npy")
    assert os.listdir() == []
    found = kl.pairwise(x, out="a.npy", invalid="nan")
    assert np.array_equal(found, kl.pairwise(x, invalid="nan"), equal_nan=True)


@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
@pytest.mark.parametrize("metric", ["js", "kl"])
def test_an_interrupted_job_goes_on_where_it_stopped(suffix: str, metric: str) -> None:
    x, path, seen = rows(100), f"a{suffix}", list[int]()
    whole = kl.pairwise(x, metric=metric, out=f"whole{suffix}")[:]
    for count in (5, 9):
        with pytest.raises(StopError):
            kl.pairwise(x, metric=metric, out=path, resume=True, progress=after(count))
        assert not os.path.exists(path)
    found = kl.pairwise(
        x, metric=metric, out=path, resume=True, progress=lambda done, total: seen.append(done)
    )
    assert np.array_equal(found[:], whole)
    assert seen[0] == 10


def test_an_array_with_attributes_goes_on_where_it_stopped() -> None:
    x = rows(100)
    given = zarr.create_array("a.zarr", shape=(100, 100), dtype="f8", chunks=(16, 16))
    with pytest.raises(StopError):
        kl.pairwise(x, out=given, resume=True, progress=after(7))
    seen = list[int]()
    kl.pairwise(x, out=given, resume=True, progress=lambda done, total: seen.append(done))
    assert seen[0] == 8
    assert np.array_equal(given[:], kl.pairwise(x))
    seen.clear()
    kl.pairwise(x, out=given, resume=True, progress=lambda done, total: seen.append(done))
    assert seen == []


def test_a_finished_job_is_not_done_again() -> None:
    x = rows(50)
    kl.pairwise(x, out="a.npy", resume=True)
    before = os.stat("a.npy")
    found = kl.pairwise(x, out="a.npy", resume=True)
    assert os.stat("a.npy") == before
    assert np.array_equal(found, kl.pairwise(x))


def test_a_file_that_another_one_replaced_is_not_taken_for_the_result() -> None:
    x = rows(50)
    kl.pairwise(x, out="a.npy")
    np.save("a.npy", np.zeros(3))
    found = kl.pairwise(x, out="a.npy", resume=True)
    assert np.array_equal(found, kl.pairwise(x))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"metric": "kl"}, "metric"),
        ({"base": 2}, "base"),
        ({"normalize": False}, "normalize"),
        ({"pseudocount": 0.5}, "pseudocount"),
        ({"metric": "kl", "zeros": 1e-9}, "zeros"),
        ({"invalid": "nan"}, "invalid"),
        ({"x": rows(100, 1)}, "x"),
        ({"y": rows(100, 1)}, "y"),
    ],
)
@pytest.mark.parametrize("finished", [False, True])
def test_another_job_is_refused(change: dict[str, Any], named: str, finished: bool) -> None:
    x = rows(100)
    with pytest.raises(StopError):
        kl.pairwise(x, out="a.npy", resume=True, progress=after(5))
    if finished:
        kl.pairwise(x, out="a.npy", resume=True)
    options = {"metric": "js", **change}
    x, y = options.pop("x", x), options.pop("y", None)
    with pytest.raises(ValueError, match=rf"begun with other values of: .*\b{named}\b"):
        kl.pairwise(x, y, out="a.npy", resume=True, **options)
    found = kl.pairwise(x, y, out="a.npy", **options)  # as the message advises
    np.testing.assert_allclose(found, kl.pairwise(x, y, **options), rtol=2e-12)


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    kl.pairwise(rows(20), out="a.npy")
    monkeypatch.setattr(kl, "__version__", "0.0.1")
    with pytest.raises(ValueError, match="other values of: kullback"):
        kl.pairwise(rows(20), out="a.npy", resume=True)


def test_what_exists_is_replaced_only_by_what_is_whole() -> None:
    for suffix in (".npy", ".zarr"):
        old = kl.pairwise(rows(50), out=f"a{suffix}")[:]
        with pytest.raises(StopError):
            kl.pairwise(rows(60), out=f"a{suffix}", progress=after(2))
        assert not os.path.exists(f"a{suffix}.part")
        kept = np.load("a.npy") if suffix == ".npy" else zarr.open_array("a.zarr", mode="r")[:]
        assert np.array_equal(kept, old)
        new = kl.pairwise(rows(60), out=f"a{suffix}")
        assert new.shape == (60, 60)


@pytest.mark.parametrize("torn", [b"1", b"x\n", b"\xff\n", b""])
def test_a_torn_ledger_costs_a_block(torn: bytes) -> None:
    x = rows(100)
    with pytest.raises(StopError):
        kl.pairwise(x, out="a.npy", resume=True, progress=after(5))
    with open("a.npy.ledger", "ab") as file:
        file.write(torn)
    assert np.array_equal(kl.pairwise(x, out="a.npy", resume=True), kl.pairwise(x))


def test_a_part_that_is_gone_is_made_again() -> None:
    x = rows(100)
    with pytest.raises(StopError):
        kl.pairwise(x, out="a.npy", resume=True, progress=after(5))
    os.remove("a.npy.part")
    assert np.array_equal(kl.pairwise(x, out="a.npy", resume=True), kl.pairwise(x))


def test_a_link_goes_on_pointing_to_its_file() -> None:
    os.mkdir("there")
    os.symlink("there/b.npy", "a.npy")
    kl.pairwise(rows(20), out="a.npy")
    assert os.path.islink("a.npy")
    assert np.array_equal(np.load("there/b.npy"), kl.pairwise(rows(20)))


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        ("a.csv", ValueError, r"ends in \.npy or \.zarr"),
        ("nowhere/a.npy", FileNotFoundError, "no directory nowhere"),
        ("folder.npy", ValueError, "is no regular file"),
        ("file.zarr", ValueError, "is no directory"),
        (np.zeros((20, 20)), ValueError, "resume=True needs"),
        (None, ValueError, "resume=True needs"),
        ("memmap", ValueError, "no place to note"),
    ],
)
def test_what_cannot_hold_a_result(out: Any, error: type[Exception], message: str) -> None:
    os.mkdir("folder.npy")
    Path("file.zarr").touch()
    if isinstance(out, str) and out == "memmap":
        out = np.memmap("m", np.float64, "w+", shape=(20, 20))
    with pytest.raises(error, match=message):
        kl.pairwise(rows(20), out=out, resume=True)


def test_an_array_of_another_shape_or_with_huge_chunks() -> None:
    given = zarr.create_array("a.zarr", shape=(20, 21), dtype="f8", chunks=(16, 16))
    with pytest.raises(ValueError, match="must have shape"):
        kl.pairwise(rows(20), out=given)
    with h5py.File("a.h5", "w") as file:
        given = file.create_dataset("d", (20, 20), "f8", maxshape=(None, None), chunks=(4000, 4000))
        with pytest.raises(ValueError, match="chunks of 128000000 bytes"):
            kl.pairwise(rows(20), out=given)
