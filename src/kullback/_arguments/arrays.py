"""What was given, as arrays: their dtype, their shape, their axis of bins."""

from __future__ import annotations

import sys
import warnings
from functools import cache
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from numpy.ma import MaskedArray  # Numba needs it, too: a fork may come in the middle of its import

from kullback._arguments.remedies import refusal
from kullback._process.arrays import Array

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)

_FOREIGN = {  # what np.asarray would turn into an object array, or copy from a device
    "scipy.sparse": "{x}.toarray(), in slices of rows if that is too large",
    "cupy": "{x}.get()",
    "dask": "{x}.compute()",
    "jaxlib": "numpy.asarray({x})",
    "sparse": "{x}.todense()",
    "torch": "{x}.detach().cpu()",
}


class Shaped(Protocol):
    """An array, or sparse rows."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def ndim(self) -> int: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...


def array(given: object, name: str) -> Array:
    """`given` as a real NumPy array; TypeError or ValueError naming it otherwise."""
    found = given if type(given) is np.ndarray else _foreign_array(given, name)
    if sys.float_info.min * 0.5 == 0.0:
        _warn_of_flushing()
    check_dtype(given, found, name)
    return found


def check_dtype(given: Any, found: Any, name: str) -> None:
    """TypeError for what float64 cannot hold, or is not real; `found` is made of `given`."""
    if found.dtype.kind not in "fiub" or found.dtype.itemsize > 8:
        raise refusal(given, found, name)


@cache
def _warn_of_flushing() -> None:
    """A library that was compiled with -ffast-math switches subnormal numbers off as it loads."""
    warnings.warn(
        "a library in this process has switched subnormal numbers off (flush to zero), so kullback "
        "takes entries below 2.2e-308 for 0; load that library in another process",
        RuntimeWarning,
        stacklevel=2,
    )


def _foreign_array(given: object, name: str) -> Array:
    if isinstance(given, MaskedArray):
        raise TypeError(
            f"{name} is a masked array (dtype {given.dtype}); say what a masked bin is worth: "
            f"{name}.filled(0)"
        )
    module = type(given).__module__
    for package, remedy in _FOREIGN.items():
        if module == package or module.startswith(package + "."):
            if _is_in_our_memory(given, package):
                break
            kind = f"{module.split('.')[0]} {type(given).__name__}"
            raise TypeError(f"{name} is a {kind}; convert it first: {remedy.format(x=name)}")
    try:
        return np.asarray(given)
    except Exception as error:
        if remedy := _of_gradients(given, module):
            raise TypeError(f"{name} {remedy.format(x=name)}") from error
        if "inhomogeneous" in str(error):
            raise ValueError(f"{name} is no array: its rows differ in length ({error})") from error
        # What its own conversion raises: a tensor with a gradient, or of another library's dtype.
        kind = f"{module.split('.')[0]} {type(given).__name__}"
        raise TypeError(
            f"{name} is a {kind} that is no array ({str(error) or type(error).__name__}); "
            "convert it to a NumPy array of float64 first"
        ) from error


def _is_in_our_memory(given: Any, package: str) -> bool:
    """Whether a tensor of PyTorch or an array of JAX is one that NumPy reads where it lies."""
    if package == "torch":
        return getattr(getattr(given, "device", None), "type", "") == "cpu"
    devices = getattr(given, "devices", None) if package == "jaxlib" else None
    return callable(devices) and all(device.platform == "cpu" for device in devices())


def _of_gradients(given: Any, module: str) -> str:
    """What to say of what records gradients, or stands for an array in a function being traced."""
    if module.split(".")[0] == "torch" and getattr(given, "requires_grad", False):
        return (
            "is a torch Tensor that requires grad, and no gradient passes through this function; "
            "give {x}.detach(), or wrap it in a torch.autograd.Function"
        )
    if module.split(".")[0] == "jax" and type(given).__name__.endswith("Tracer"):
        return (
            "is a jax Tracer, that of a function being transformed (grad, jit, vmap); call this "
            "through jax.pure_callback, with a jax.custom_vjp for gradients"
        )
    return ""


def result_dtype(*arrays: Shaped) -> np.dtype[Any]:
    """float32 if every array is float32 or float16, else float64."""
    for x in arrays:
        if x.dtype.kind != "f" or x.dtype.itemsize > 4:
            return FLOAT64
    return FLOAT32


def common_lead(p: Shaped, q: Shaped, names: tuple[str, str]) -> tuple[int, ...]:
    """The leading shape that both broadcast to."""
    common_bins(p, q, names)
    if p.shape == q.shape:
        return p.shape[:-1]
    # Not NumPy's, which refuses what is too large for any array; that is said with the remedy.
    pairs = zip_longest(reversed(p.shape[:-1]), reversed(q.shape[:-1]), fillvalue=1)
    lead = [b if a == 1 else a if b in (1, a) else -1 for a, b in pairs]
    if -1 in lead:
        raise ValueError(f"the leading axes do not broadcast: {_shapes(p, q, names)}")
    return tuple(reversed(lead))


def common_bins(p: Shaped, q: Shaped, names: tuple[str, str]) -> None:
    """Both have the same number of bins, and at least one."""
    if not p.ndim or not q.ndim:
        raise ValueError(f"a single number is no row of bins: {_shapes(p, q, names)}")
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"the numbers of bins differ: {_shapes(p, q, names)}")
    if p.shape[-1] == 0:
        raise ValueError(f"there are no bins: {_shapes(p, q, names)}")


def _shapes(p: Shaped, q: Shaped, names: tuple[str, str]) -> str:
    return f"{names[0]} has shape {p.shape} and {names[1]} has shape {q.shape} (bins last)"
