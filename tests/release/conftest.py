"""The sdist, the wheel that is built from it, and an environment that has the wheel."""

from __future__ import annotations

import sys
import tarfile
import venv
from importlib.metadata import distributions
from pathlib import Path

import pytest

from support.distributions import ROOT, build, declared, link, run


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    sdist = build(ROOT, "sdist", folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")


@pytest.fixture(scope="session")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sdist, as releases are."""
    return build(sources, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
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
