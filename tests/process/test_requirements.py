"""A package that is missing or too old: the message says which version is needed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kullback._process import requirements as _requirements
from support.processes import assert_fine, run_child

ROOT = Path(__file__).parents[2]

# Hides or ages a package before anything is imported.
MISSING = "import sys; sys.modules[{package!r}] = None\n"
OLD = """
import sys, types
fake = types.ModuleType({package!r})
fake.__version__ = {version!r}
sys.modules[{package!r}] = fake
"""
CALLS = {
    "numba": "kl.kl_divergence([0.5, 0.5], [0.1, 0.9])",
    "numpy": "kl.pairwise([[0.5, 0.5]])",
    "scipy": "from kullback.plots import heat_map; heat_map([[0.0, 1.0], [1.0, 0.0]])",
    "matplotlib": "from kullback.plots import heat_map; heat_map([[0.0, 1.0], [1.0, 0.0]])",
    "sklearn": "import kullback.neighbors",
}


def assert_says(code: str, package: str, what: str) -> None:
    call = CALLS[package].replace("; ", "\n    ")
    name = _requirements.INSTALLED_AS.get(package, package)
    child = f"""
{code}
import kullback as kl
assert kl.__version__ and "pairwise" in dir(kl)
try:
    {call}
    raise SystemExit("was not refused")
except ImportError as error:
    message = str(error)
    assert error.name == {package!r}, error.name
assert {f"needs {name}>={_requirements.OLDEST[package]}"!r} in message, message
assert {what!r} in message, message
assert "pip install" in message and "\\n" not in message, message
print("fine")
"""
    assert_fine(run_child(child))


@pytest.mark.parametrize("package", CALLS)
def test_a_missing_package_is_named_with_the_version(package: str) -> None:
    if package == "numpy":
        pytest.skip("numpy is loaded by whatever hides it; numba's absence is the same code")
    assert_says(MISSING.format(package=package), package, "is not installed")


@pytest.mark.parametrize(
    ("package", "version"),
    [("numba", "0.59.1"), ("scipy", "1.9.0rc1"), ("matplotlib", "3.7.10"), ("sklearn", "1.5.2")],
)
def test_an_old_package_is_named_with_both_versions(package: str, version: str) -> None:
    code = OLD.format(package=package, version=version)
    assert_says(code, package, f"and {version} is installed")


def test_a_package_that_fails_to_load_says_why() -> None:
    code = """
import sys, importlib.abc
class Broken(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "numba":
            raise ImportError("Numba needs another NumPy")
sys.meta_path.insert(0, Broken())
"""
    assert_says(code, "numba", "Numba needs another NumPy")


@pytest.mark.parametrize("command", ["pairwise x.npy --output d.npy", "demo --output d.npy"])
def test_the_command_line_says_so_in_one_line(tmp_path: Path, command: str) -> None:
    arguments = command.replace("x.npy", str(tmp_path / "x.npy")).replace(
        "d.npy", str(tmp_path / "d.npy")
    )
    code = f"""
import numpy as np
np.save({str(tmp_path / "x.npy")!r}, np.eye(3))
{MISSING.format(package="numba")}
from kullback.app.cli import main
raise SystemExit(main({arguments!r}.split()))
"""
    done = run_child(code)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "needs numba>=" in done.stderr


def test_the_versions_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["plot"], *extras["sklearn"]]
    found = dict(re.fullmatch(r"([a-z-]+)>=([\d.]+)", one).groups() for one in declared)
    names = {_requirements.INSTALLED_AS.get(one, one): v for one, v in _requirements.OLDEST.items()}
    assert found | names == found


def test_the_oldest_packages_that_are_tested_are_the_lower_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    inner = next(one for one in extras["test"] if one.startswith("kullback["))
    chosen = [*re.findall(r"\w+", inner)[1:], "test"]
    declared = [*project["dependencies"], *(one for name in chosen for one in extras[name])]
    bounds = dict(re.sub(r"\[\w+\]", "", one).split(">=") for one in declared if one != inner)
    for linter in ("mypy", "ruff", "scipy-stubs"):  # of which the newest is enough
        del bounds[linter]
    lines = (ROOT / "requirements" / "oldest.txt").read_text("utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert {name: _requirements._numbers(version) for name, version in tested.items()} == {
        name: (*_requirements._numbers(version), 0, 0)[:3] for name, version in bounds.items()
    }


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.61", (0, 61)), ("2.1.0rc1", (2, 1, 0)), ("1.13.0.dev0+git", (1, 13, 0)), ("dev", ())],
)
def test_versions_are_numbers(version: str, numbers: tuple[int, ...]) -> None:
    assert _requirements._numbers(version) == numbers
