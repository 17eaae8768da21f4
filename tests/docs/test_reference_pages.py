"""The reference has a page for every public name, and for nothing else."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import kullback
from kullback import neighbors, plots

INDEX = Path(__file__).parents[2] / "docs" / "reference" / "index.md"


def public_names(module: ModuleType, prefix: str = "") -> set[str]:
    """Those of `__all__`, and of modules among them their own."""
    found = set()
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, ModuleType):
            found |= public_names(import_module(value.__name__), f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


# Modules that need an extra are no names of the package.
NAMES = (
    public_names(kullback) | public_names(plots, "plots.") | public_names(neighbors, "neighbors.")
)


def test_the_reference_lists_every_public_name_once():
    listed = re.findall(r"^   ([\w.]+)$", INDEX.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(NAMES)


def test_every_public_name_says_what_it_is():
    for name in NAMES:
        value = kullback if "." not in name else import_module(f"kullback.{name.split('.')[0]}")
        documented = getattr(value, name.split(".")[-1])
        assert (documented.__doc__ or "").strip(), name
