"""The sdist and the wheel: built, unpacked and installed elsewhere, they do what the clone does."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

from support.distributions import ROOT, run
from support.processes import needs_posix

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


def test_the_sdist_is_complete_and_clean(sources: Path) -> None:
    files = {path.relative_to(sources).as_posix() for path in sources.rglob("*") if path.is_file()}
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
    assert names == {p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file()}
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
