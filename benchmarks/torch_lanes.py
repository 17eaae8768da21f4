"""Lanes of PyTorch, where it is installed: textbook formulas, compiled by `torch.compile`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

from case import Array, Lane

INSTALLED = find_spec("torch") is not None


def gaussian_kl(m0: Any, v0: Any, m1: Any, v1: Any) -> Any:
    return 0.5 * ((v0 + (m0 - m1) ** 2) / v1 - 1 + (v1 / v0).log()).sum(-1)


def standard_gaussian_kl(mean: Any, log_var: Any) -> Any:
    return -0.5 * (1 + log_var - mean**2 - log_var.exp()).sum(-1)


def kl_from_logits(p: Any, q: Any) -> Any:
    ln_p, ln_q = p.log_softmax(-1), q.log_softmax(-1)
    return (ln_p.exp() * (ln_p - ln_q)).sum(-1)


def js_from_logits(p: Any, q: Any) -> Any:
    ln_p, ln_q = p.log_softmax(-1), q.log_softmax(-1)
    middle = ln_p.logaddexp(ln_q) - 0.6931471805599453
    both = ln_p.exp() * (ln_p - middle) + ln_q.exp() * (ln_q - middle)
    return 0.5 * both.sum(-1)


@cache
def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    return torch.compile(function)


def lanes(function: Callable[..., Any]) -> dict[str, Lane]:
    """One lane that takes NumPy arrays (their memory is shared, not copied), or none."""
    if not INSTALLED:
        return {}

    def lane(*arrays: Array) -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own parts, while they are loaded
            import torch

            with torch.inference_mode():
                found: Array = _compiled(function)(*map(torch.from_numpy, arrays)).numpy()
        return found

    return {"torch.compile": lane}
