"""Compare probability distributions in bulk: KL and Jensen-Shannon divergences of many rows.

    import kullback as kl
    kl.kl_divergence(p, q)          row by row
    kl.pairwise(x, metric="js")     every row of x against every other

Each name is loaded when it is first used: `import kullback` loads neither Numba nor SciPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kullback.divergences import js_distance, js_divergence, kl_divergence
    from kullback.matrices import condensed, pairwise

__version__ = "0.1.0"

_HOME = {
    "condensed": "matrices",
    "js_distance": "divergences",
    "js_divergence": "divergences",
    "kl_divergence": "divergences",
    "pairwise": "matrices",
}

__all__ = ["condensed", "js_distance", "js_divergence", "kl_divergence", "pairwise"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
