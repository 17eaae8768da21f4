"""The command line: what it computes, and that its errors are one line and leave no file behind."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kullback as kl
from kullback.app import demo
from kullback.app.cli import main
from kullback.app.corpus import Corpus, read_corpus
from kullback.app.findings import clusters, loneliest, nearest_pairs

COUNTS = np.random.default_rng(0).integers(0, 50, (6, 8))
OTHERS = np.random.default_rng(1).integers(1, 50, (4, 8))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: x.npy, y.npy and names.csv, whose rows are called r0, r1 …"""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", COUNTS)
    np.save("y.npy", OTHERS)
    rows = (",".join([f"r{i}", *map(str, row)]) for i, row in enumerate(COUNTS))
    Path("names.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


Fails = Callable[..., str]


@pytest.fixture
def fails(folder: Path, capfd: pytest.CaptureFixture[str]) -> Fails:
    """Runs a command that must fail: status 2, one line, the files as they were. The line."""

    def call(*arguments: str, status: int = 2) -> str:
        before = _snapshot()
        capfd.readouterr()
        assert main(arguments) == status
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith("kullback: error: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert _snapshot() == before
        return err.strip()

    return call


def _snapshot() -> dict[Path, tuple[int, int]]:
    """Size and time of every file, also of those that may not be read."""
    states = ((path, path.stat()) for path in Path.cwd().rglob("*"))
    return {path: (state.st_size, state.st_mtime_ns) for path, state in states if path.is_file()}


def pairwise(*arguments: str) -> None:
    assert main(["pairwise", *arguments]) == 0


# What it computes


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


# What it refuses


def _write(name: str, text: str) -> None:
    Path(name).write_text(text, "utf-8")


def _lying_header() -> None:
    Path("bad.npy").write_bytes(Path("x.npy").read_bytes()[:-8])


FAULTS: dict[str, tuple[Callable[[], object], str, str]] = {
    "pickled": (
        lambda: np.save("bad.npy", np.array([{}], dtype=object), allow_pickle=True),
        "bad.npy",
        "bad.npy: holds pickled Python objects",
    ),
    "lying header": (_lying_header, "bad.npy", "384 bytes, but 376 bytes follow"),
    "ragged": (
        lambda: _write("bad.csv", "a,b\n1,2\n3\n"),
        "bad.csv",
        "bad.csv: line 3 has 1 cells",
    ),
    "no number": (lambda: _write("bad.csv", "1,2\n3,x\n"), "bad.csv", "line 2, column 2: 'x'"),
    "negative": (
        lambda: _write("bad.csv", "n,a,b\nu,1,2\nv,3,-4\n"),
        "bad.csv",
        "negative (-4) (1 such row in x; --invalid nan gives NaN there); here x is bad.csv, line 3,"
        " column 3",
    ),
    "negative npy": (lambda: np.save("bad.npy", -COUNTS), "bad.npy", "here x is bad.npy"),
    "no bins": (lambda: _write("bad.csv", "0,0\n1,2\n"), "bad.csv", "x is bad.csv, line 1"),
    "text array": (lambda: np.save("bad.npy", COUNTS.astype(str)), "bad.npy", "dtype <U"),
    "empty": (lambda: _write("bad.csv", ""), "bad.csv", "bad.csv: is empty"),
    "directory": (lambda: os.mkdir("bad.csv"), "bad.csv", "bad.csv: is a directory"),
    "missing": (lambda: None, "bad.csv", "bad.csv: no such file or directory; check the path"),
    "unknown kind": (lambda: _write("bad.xls", ""), "bad.xls", "unknown kind of input"),
    "no kind": (lambda: _write("bad", ""), "bad", "unknown kind of input"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("side", ["input", "against"])
def test_bad_input(fails: Fails, fault: str, side: str) -> None:
    prepare, name, reason = FAULTS[fault]
    prepare()
    given = [name] if side == "input" else ["x.npy", "--against", name]
    if side == "against" and name == "bad.csv" and reason.startswith(("negative", "x is")):
        given[0] = "fine.csv"
        _write("fine.csv", "1,2\n")
        reason = reason.replace("here x is", "here x is fine.csv and y is").replace("in x", "in y")
        reason = reason.replace("x is bad", "y is bad")
    elif side == "against":
        reason = reason.replace("here x is", "here x is x.npy and y is")
    assert reason in fails("pairwise", *given, "--output", "d.npy", "--plot", "d.png")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("pairwise x.npy --output x.npy", "x.npy: already exists; choose another name"),
        ("pairwise x.npy --output x.npy --force", "is the input too"),
        ("pairwise x.npy --output d.npy --plot names.csv", "unknown kind of output"),
        ("pairwise x.npy --output d.txt", ".npy, .csv, .tsv or .parquet"),
        ("pairwise x.npy --output none/d.npy", "there is no directory none; create it"),
        ("pairwise x.npy --output x.npy/d.npy", "there is no directory x.npy"),
        ("pairwise x.npy --output dir.npy", "dir.npy: is a directory"),
        ("pairwise x.npy --output d.npy --plot d.gif", ".png, .pdf or .svg"),
        ("pairwise x.npy --output d.npy --metric no", "metric is 'no'; it must be one of 'kl'"),
        ("pairwise x.npy --output d.npy --threads 0", "threads is 0"),
        ("pairwise x.npy --output d.npy --threads two", "argument --threads: invalid int"),
        ("pairwise x.npy --output d.npy --base 0", "base is 0"),
        ("pairwise x.npy --output d.npy --zeros no", "'no' is not inf, skip or a number"),
        ("pairwise x.npy --output d.npy --zeros -1", "zeros is -1.0"),
        ("pairwise x.npy --output d.npy --invalid no", "argument --invalid: invalid choice"),
        ("pairwise x.npy --output d.npy --pseudocount -1", "pseudocount is -1.0"),
        ("pairwise x.npy --output d.npy --thr 1", "unrecognized arguments: --thr 1"),
        ("pairwise x.npy --output d.npy --against two.csv", "x.npy has 8 bins a row, but two.csv"),
        ("pairwise x.npy", "required: --output; see kullback pairwise --help"),
        ("pairwise two.csv --output d.parquet", "two columns would be called 'u'"),
        ("pairwise large.npy --output d.npy", "(3000000, 3000000) and needs"),
        ("", "required: COMMAND"),
        ("no", "invalid choice: 'no'"),
        ("demo --output x.npy", "x.npy: file exists"),
        ("demo --output old", "distances.npy: already exists"),
    ],
)
def test_bad_arguments(fails: Fails, arguments: str, reason: str) -> None:
    if "parquet" in arguments:
        pytest.importorskip("pyarrow")
    Path("dir.npy").mkdir()
    Path("old").mkdir()
    _write("old/distances.npy", "")
    _write("two.csv", "u,1,2\nu,2,3\n")
    np.save("large.npy", np.ones((3_000_000, 1), np.uint8))
    assert reason in fails(*arguments.split())


def test_an_existing_picture_is_kept(fails: Fails) -> None:
    _write("d.png", "old")
    assert "already exists" in fails("pairwise", "x.npy", "--output", "d.npy", "--plot", "d.png")


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("matplotlib", "pairwise x.npy --output d.npy --plot d.png", "plot"),
        ("scipy", "demo --output new", "plot"),
        ("pyarrow", "pairwise x.npy --output d.parquet", "parquet"),
        ("pyarrow", "pairwise x.parquet --output d.npy", "parquet"),
    ],
)
def test_missing_package(
    fails: Fails, monkeypatch: pytest.MonkeyPatch, missing: str, arguments: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    _write("x.parquet", "PAR1")
    line = fails(*arguments.split())
    assert f"needs {missing}, which is not installed" in line
    assert line.endswith(f'pip install "kullback[{extra}]"')


@pytest.fixture
def nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a directory that all may read, without the rights of root, who may do everything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions are other ones here")
    pairwise("x.npy", "--output", "warm.npy")  # loads what nobody else may
    with tempfile.TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        for name in ("closed.npy", "open.npy"):
            Path(open_folder, name).write_bytes(Path("x.npy").read_bytes())
        Path(open_folder, "closed.npy").chmod(0)
        Path(open_folder, "closed").mkdir(mode=0o555)
        Path(open_folder, "free").mkdir()
        Path(open_folder, "free").chmod(0o777)
        monkeypatch.chdir(open_folder)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        yield
        os.seteuid(user)
        Path(open_folder, "closed").chmod(0o755)
        monkeypatch.chdir(folder)


@pytest.mark.usefixtures("nobody")
def test_no_permission(fails: Fails) -> None:
    line = fails("pairwise", "closed.npy", "--output", "free/d.npy")
    assert "closed.npy: permission denied; check the permissions" in line
    line = fails("pairwise", "open.npy", "--output", "closed/d.npy")
    assert "closed/d.npy: no permission to write in closed" in line


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


PLOT = ("pairwise", "x.npy", "--output", "d.npy", "--plot", "d.png")


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


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kullback", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


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


# The demo


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
    pairs, equal = nearest_pairs(distances, 3)
    upper = np.sort(distances[np.triu_indices(18, 1)])
    assert equal == 1
    assert [pair.distance for pair in pairs] == upper[1:4].tolist()
    assert all(distances[pair.one, pair.other] == pair.distance for pair in pairs)
    assert corpus.names[loneliest(distances).one] == "alone.py"
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
