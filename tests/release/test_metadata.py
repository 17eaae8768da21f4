"""What a package index shows: links that work, and versions that are tested."""

from __future__ import annotations

import importlib.util
import re
import tomllib
import zipfile
from pathlib import Path

import kullback
from support.distributions import ROOT


def test_one_place_says_what_the_release_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    for line in (
        f"version: {kullback.__version__}",
        f"license: {project['license']}",
        *(f"  - name: {author['name']}" for author in project["authors"]),
    ):
        assert f"{line}\n" in citation
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {kullback.__version__} (" in changelog


def test_links_of_the_readme_work_on_an_index() -> None:
    """A link that only a clone can follow becomes an address, or plain text without one."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    text = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    assert all((ROOT / link).exists() for link in links), links
    public = hook.readme(text, "https://host/one/kullback")
    assert re.findall(r"\]\(([^)]+)\)", public) == [
        f"https://host/one/kullback/blob/HEAD/{link}" for link in links
    ]
    assert re.findall(r"\]\(([^)]+)\)", hook.readme(text, None)) == []
    assert hook.urls({"repository": "https://host/one/kullback"})["Issues"].endswith("/issues")


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    for line in ("Author: ", "License-Expression: BSD-3-Clause", "Requires-Python: >=3.11"):
        assert f"\n{line}" in metadata
    assert "](docs/" not in metadata
    newest = re.findall(r'"(3\.\d+)"', (ROOT / ".github" / "workflows" / "ci.yml").read_text())
    for version in set(newest):  # what is said to be supported is what is tested
        assert f"\nClassifier: Programming Language :: Python :: {version}\n" in metadata
