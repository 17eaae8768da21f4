"""The oldest packages that will do, told before anything fails deep inside a wrong one."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from types import ModuleType

# As in pyproject.toml; a test compares them.
OLDEST = {"numba": "0.61", "numpy": "1.26", "scipy": "1.13", "matplotlib": "3.8", "sklearn": "1.6"}
INSTALLED_AS = {"sklearn": "scikit-learn"}  # where that is another name


def _numbers(version: str) -> tuple[int, ...]:
    """Of "2.1.0rc1": (2, 1, 0)."""
    release = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in release[0].split(".")) if release else ()


def too_old(package: str, module: ModuleType) -> str:
    """The version of an imported package if it is older than the oldest that will do, else ""."""
    found = str(getattr(module, "__version__", "0"))
    return found if _numbers(found) < _numbers(OLDEST[package]) else ""


@cache
def require(*packages: str) -> None:
    """Import the packages; ImportError says which version is needed, and which one is there."""
    for package in packages:
        name = INSTALLED_AS.get(package, package)
        needed = f"kullback needs {name}>={OLDEST[package]}"
        remedy = f'pip install "{name}>={OLDEST[package]}"'
        try:
            module = import_module(package)
        except ImportError as error:
            missing = isinstance(error, ModuleNotFoundError) and error.name == package
            reason = "which is not installed" if missing else f"which fails: {error}"
            raise ImportError(f"{needed}, {reason}; {remedy}", name=package) from error
        if found := too_old(package, module):
            raise ImportError(f"{needed}, and {found} is installed; {remedy}", name=package)
