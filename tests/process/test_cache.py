"""The kernel cache: right in every case, at worst a compilation and one warning."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import kullback
from support.processes import LIMIT, Done, needs_posix, run_child

VALUE = "[[1, 2]]"  # of the kernel that is compiled soonest
CALL = """
import kullback as kl
print(kl.histograms([[0.1, 0.5, 0.9]], bins=2, range=(0, 1))[0].tolist())
"""
OTHER = CALL.replace("[[0.1, 0.5, 0.9]]", "[[0, 1, 1, 1]]")  # integers have a kernel of their own
NO_KERNEL = """
from kullback import _jit
def refuse(*_):
    raise SystemExit("compiled")
_jit.numba.core.compiler.compile_extra = refuse
"""


def call(cache: Path, code: str = CALL, limit: float = LIMIT, **environment: str | None) -> Done:
    given = {"KULLBACK_CACHE_DIR": str(cache), "KULLBACK_CACHE": None, **environment}
    return run_child(code, limit, warn="always", **given)


def assert_right(done: Done, warnings: int, *words: str) -> None:
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(VALUE), done.stdout
    assert done.stderr.count("RuntimeWarning: kullback compiles") == warnings, done.stderr
    for word in words:
        assert word in done.stderr


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with one kernel."""
    folder = tmp_path_factory.mktemp("filled") / "kernels"
    assert_right(call(folder), 0)
    return folder


@pytest.fixture
def cache(filled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(filled, tmp_path / "kernels"))


def test_the_second_process_finds_the_kernels(cache: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert len(before) == 1, "one kernel, one file"
    assert cache.stat().st_mode & 0o777 == 0o700
    assert_right(call(cache, NO_KERNEL + CALL), 0)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == before


@pytest.mark.parametrize("setting", ["0", "off"])
def test_it_can_be_switched_off(cache: Path, tmp_path: Path, setting: str) -> None:
    done = call(cache, NO_KERNEL + CALL, KULLBACK_CACHE=setting)
    assert "compiled" in done.stderr, "what is there is not read"
    if setting == "0":
        assert_right(call(tmp_path / "new", KULLBACK_CACHE=setting), 0)
        assert not (tmp_path / "new").exists(), "and nothing is written"


DAMAGES = {
    "truncated": lambda whole: whole[:1000],
    "empty": lambda whole: b"",
    "garbage": lambda whole: os.urandom(len(whole)),
    "one bit": lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
    "another's digest": lambda whole: bytes(32) + whole[32:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_costs_a_compilation_and_one_warning(cache: Path, damage: str) -> None:
    (file,) = cache.iterdir()
    damaged = DAMAGES[damage](file.read_bytes())
    file.write_bytes(damaged)
    assert_right(call(cache), 1, "is damaged")
    assert file.read_bytes() != damaged, "and is replaced"


def test_swapped_files_are_not_mixed_up(cache: Path) -> None:
    assert call(cache, OTHER).stdout == "[[1, 3]]\n"
    first, second = cache.iterdir()
    contents = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents[1])
    second.write_bytes(contents[0])
    done = call(cache, CALL + OTHER)
    assert_right(done, 1, "is damaged")
    assert done.stdout.splitlines()[1] == "[[1, 3]]"


def test_a_directory_in_the_place_of_a_file_costs_one_warning(cache: Path) -> None:
    (file,) = cache.iterdir()
    file.unlink()
    file.mkdir()
    assert_right(call(cache), 1)


@needs_posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_directory_that_others_can_write_to_is_not_read(cache: Path, mode: int) -> None:
    cache.chmod(mode)
    assert_right(call(cache), 1, "others can write to it")
    done = call(cache, NO_KERNEL + CALL)
    assert "compiled" in done.stderr


@needs_posix
def test_a_file_that_others_can_write_to_is_not_read(cache: Path) -> None:
    (file,) = cache.iterdir()
    file.chmod(0o666)
    assert_right(call(cache), 1, "others can write to it")


@needs_posix
def test_a_directory_of_someone_else_is_neither_read_nor_written(cache: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory away")
    os.chown(cache, 65534, 65534)
    before = [path.read_bytes() for path in cache.iterdir()]
    assert_right(call(cache), 1, "belongs to someone else")
    assert [path.read_bytes() for path in cache.iterdir()] == before


def test_a_place_that_cannot_be_written_to_costs_one_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    assert_right(call(tmp_path / "file" / "cache"), 1)


@needs_posix
def test_without_a_usable_home_there_is_one_warning(tmp_path: Path) -> None:
    unset = {"KULLBACK_CACHE_DIR": None, "XDG_CACHE_HOME": None}
    assert_right(call(tmp_path, HOME="/dev/null", **unset), 1)


@needs_posix
@pytest.mark.parametrize("code", ["", OTHER], ids=["one kernel", "two kernels"])
def test_a_full_disk_costs_one_warning_and_leaves_nothing(tmp_path: Path, code: str) -> None:
    """Where a file cannot grow beyond some bytes: a write that fails after it has begun."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    assert_right(call(tmp_path / "kernels", limit + CALL + code), 1, "cannot write")
    assert not list((tmp_path / "kernels").iterdir())


@needs_posix
def test_an_installation_that_cannot_be_written_to_is_no_matter(tmp_path: Path) -> None:
    package = _copy(tmp_path)
    for path in (package, *package.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(package.rglob("*"))
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        assert_right(call(tmp_path / "kernels", **environment), 0)
        assert sorted(package.rglob("*")) == before
    finally:
        for path in (package, *package.rglob("*")):
            path.chmod(0o755)


def test_an_edited_kernel_is_compiled_anew(tmp_path: Path) -> None:
    """Kernels are made of functions of many files, of which Numba itself looks at one."""
    package = _copy(tmp_path)
    environment = {"PYTHONPATH": str(tmp_path)}
    assert_right(call(tmp_path / "kernels", **environment), 0)
    source = package / "_kernels" / "binning.py"
    text = source.read_text("utf-8")
    edited = text.replace("out[r, b] += ", "out[r, b] += 7 + ")
    assert edited != text
    source.write_text(edited, "utf-8")
    done = call(tmp_path / "kernels", **environment)
    assert done.stdout == "[[8, 9]]\n", done.stderr


def test_an_edited_divergence_leaves_the_kernels_of_others_alone(tmp_path: Path) -> None:
    package, cache = _copy(tmp_path), tmp_path / "kernels"
    code = "import kullback as kl; p = [0.5, 0.5]; kl.kl_divergence(p, p); kl.chi2_divergence(p, p)"
    settings = {"KULLBACK_CACHE_DIR": str(cache), "PYTHONPATH": str(tmp_path)}
    assert run_child(code, **settings).returncode == 0
    before = {path.name for path in cache.iterdir()}
    with (package / "_kernels" / "terms" / "chi2.py").open("a", encoding="utf-8") as source:
        source.write("# edited\n")
    assert run_child(code, **settings).returncode == 0
    made = {path.name for path in cache.iterdir()} - before
    assert made
    assert {name.split("-")[0] for name in made} == {"chi2"}


@pytest.mark.parametrize("flag", [{"NUMBA_OPT": "1"}, {"NUMBA_BOUNDSCHECK": "1"}], ids=str)
def test_other_flags_make_another_kernel(cache: Path, flag: dict[str, str]) -> None:
    assert_right(call(cache, **flag), 0)
    assert len(list(cache.iterdir())) == 2


def test_what_a_killed_process_left_is_tidied_up(tmp_path: Path) -> None:
    cache = tmp_path / "kernels"
    cache.mkdir(0o700)
    old, new = cache / ".new-old", cache / ".new-new"
    for path in (old, new):
        path.write_bytes(b"half a kernel")
    os.utime(old, (1e9, 1e9))
    assert_right(call(cache), 0)
    assert not old.exists()
    assert new.exists(), "someone may be at work on it"


def test_kernels_of_long_ago_are_tidied_up_and_used_ones_stay(cache: Path) -> None:
    """Each version leaves a set of its own; what a process loads counts as used."""
    (used,) = cache.iterdir()
    unused = cache / f"js-rows-{'0' * 32}.kernel"
    other = cache / "not-ours.kernel"
    for path in (unused, other):
        path.write_bytes(b"of another version")
    for path in (used, unused, other):
        os.utime(path, (1e9, 1e9))
    assert_right(call(cache, NO_KERNEL + CALL), 0)
    assert unused.exists(), "whoever compiles nothing tidies nothing up"
    assert used.stat().st_mtime > 1e9
    assert call(cache, OTHER).returncode == 0
    assert not unused.exists()
    assert used.exists()
    assert other.exists()


@needs_posix
def test_what_another_process_tidies_up_meanwhile_is_no_matter(tmp_path: Path) -> None:
    """A name that was listed, and is no file any more when it is looked at."""
    (tmp_path / ".new-gone").symlink_to(tmp_path / "moved")
    assert_right(call(tmp_path), 0)


def test_without_a_compiler_the_message_says_so(tmp_path: Path) -> None:
    done = call(tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 1
    assert "unset NUMBA_DISABLE_JIT" in done.stderr


def _copy(folder: Path) -> Path:
    """The package, without what it has been compiled to."""
    source = Path(kullback.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(source, folder / "kullback", ignore=ignored))
