"""What the build adds to the metadata: addresses, and a README whose links work on a package index.

Both come from `[tool.kullback]` in pyproject.toml, the one place to fill in. On an index a link to
`docs/faults.md` leads nowhere: it becomes the address of that file in the repository, or plain text
while no repository is named.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent
RELATIVE = re.compile(r"\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)")


def owner() -> dict[str, str]:
    """The addresses that are filled in."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["kullback"]
    return {name: address.rstrip("/") for name, address in found.items() if address}


def urls(addresses: dict[str, str]) -> dict[str, str]:
    """The project's links, as an index shows them."""
    found = {name.capitalize(): address for name, address in addresses.items()}
    if repository := addresses.get("repository"):
        found["Changelog"] = f"{repository}/blob/HEAD/CHANGELOG.md"
        found["Issues"] = f"{repository}/issues"
    return found


def readme(text: str, repository: str | None) -> str:
    """The README, without links that only a clone can follow."""
    return RELATIVE.sub(rf"[\1]({repository}/blob/HEAD/\2)" if repository else r"\1", text)


class Hook(MetadataHookInterface):
    """Called by hatchling."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set what pyproject.toml lists as dynamic."""
        addresses = owner()
        text = (ROOT / "README.md").read_text("utf-8")
        metadata["urls"] = urls(addresses)
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": readme(text, addresses.get("repository")),
        }
