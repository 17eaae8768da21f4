"""The guide's code around PyTorch and JAX runs, and its own checks of gradients hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "training.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_gradients_agree_with_the_librarys_own(library: str) -> None:
    """In a process of its own: they set options for all of it."""
    pytest.importorskip(library)
    (code,) = [block for block in BLOCKS if f"import {library}\n" in block]
    assert "gradcheck" in code or "assert_allclose" in code
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
