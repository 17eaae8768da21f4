"""The sdist and the wheel: built, unpacked and installed elsewhere, they do what the clone does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from support.processes import needs_posix

ROOT = Path(__file__).parents[2]
# What tests read beside the code, and what whoever gets the sources looks for.
NEEDED = {
    *(".ci/run", ".github/workflows/ci.yml", "pyproject.toml", "hatch_build.py", "README.md"),
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "SECURITY.md"),
    *("docs/conf.py", "docs/faults.md", "benchmarks/accuracy_bounds.json", "tests/conftest.py"),
    *("requirements/oldest.txt", "requirements/test.txt", "src/kullback/__init__.pyi"),
}
LITTER = re.compile(r"\.py[co]$|(^|/)(__pycache__|_build|reference/api|\.[a-z]+_cache|\.venv)/")
READERS = [
    "tests/test_layers.py",
    "tests/docs/test_faults.py",
    "tests/docs/test_reference_pages.py",
]
FIRST_CALLS = """
import sys
import kullback as kl
assert "site-packages" in kl.__file__, kl.__file__
assert "numba" not in sys.modules
assert abs(kl.kl_divergence([0.9, 0.1], [0.5, 0.5]) - 0.3680642071684971) < 1e-15
assert kl.pairwise([[1, 0], [0, 1]], metric="js", base=2).tolist() == [[0, 1], [1, 0]]
"""


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command says, in a folder, without the clone on Python's path."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    given = {"env": {**clean, **environment}, "cwd": folder, "capture_output": True, "text": True}
    done = subprocess.run([*map(str, command)], timeout=300, check=False, **given)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def build(source: Path, target: str, folder: Path) -> Path:
    before = set(folder.iterdir())
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, folder=source)
    (made,) = set(folder.iterdir()) - before
    return made


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    sdist = build(ROOT, "sdist", folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sdist, as releases are."""
    return build(sources, "wheel", tmp_path_factory.mktemp("wheel"))


def declared(package: Distribution, extra: str = "") -> set[str]:
    """The names of all packages that it needs, and that these need, as installed here."""
    found: set[str] = set()
    left = [(package, extra)]
    while left:
        package, extra = left.pop()
        for one in map(Requirement, package.requires or ()):
            if one.marker is not None and not one.marker.evaluate({"extra": extra}):
                continue
            if one.name not in found:
                found.add(one.name)
                left.extend((distribution(one.name), each) for each in one.extras or ("",))
    return found


def link(name: str, target: Path) -> None:
    """Make an installed package one of another environment."""
    package = distribution(name)
    tops = {file.parts[0] for file in package.files or () if ".." not in file.parts}
    for top in tops - {"__pycache__"}:
        if not (target / top).exists():
            (target / top).symlink_to(Path(str(package.locate_file(top))).resolve())


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel and what it declares for "plot", and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install"]
    run(*pip, "-q", "--no-deps", "--no-index", "--no-compile", wheel, folder=folder)
    (installed,) = distributions(name="kullback", path=[str(packages)])
    for name in declared(installed, "plot"):
        link(name, packages)
    return folder


def test_the_sdist_is_complete_and_clean(sources: Path) -> None:
    files = {str(path.relative_to(sources)) for path in sources.rglob("*") if path.is_file()}
    assert not NEEDED - files
    assert not [name for name in files if LITTER.search(name)]
    if (ROOT / ".git").exists():
        tracked = run("git", "ls-files", "-z", folder=ROOT).split("\0")
        there = {name for name in tracked if name and (ROOT / name).exists()}
        assert not there - files


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path, sources: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = sources / "src"
    assert names == {str(p.relative_to(package)) for p in package.rglob("*") if p.is_file()}
    assert {"kullback/py.typed", "kullback/__init__.pyi"} <= names


def test_tests_that_read_files_pass_from_the_sdist(sources: Path) -> None:
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *READERS]
    assert " passed" in run(*pytest_, folder=sources, PYTHONPATH=str(sources / "src"))


@needs_posix
def test_the_installed_wheel_computes_without_the_clone(environment: Path) -> None:
    run(environment / "bin" / "python", "-W", "error", "-c", FIRST_CALLS, folder=environment)


@needs_posix
def test_the_installed_demo_runs_without_the_clone(environment: Path, tmp_path: Path) -> None:
    said = run(environment / "bin" / "kullback", "demo", "--output", tmp_path, folder=tmp_path)
    assert "source files of Python's standard library" in said
    assert {path.name for path in tmp_path.iterdir()} >= {"distances.npy", "heatmap.png"}
