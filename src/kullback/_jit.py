"""Every Numba flag of the package, each with its reason, and the one way to compile a kernel."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba
from numba.core.dispatcher import Dispatcher
from numba.extending import register_jitable

from kullback._process import compiling
from kullback._process.cache import KernelCache
from kullback._process.digests import digest_of

FLAGS: dict[str, Any] = {
    # Tiles run on the library's own threads, so the kernel must let the others run.
    "nogil": True,
    # Division by zero gives inf or nan as in NumPy, with no branch in the loop.
    "error_model": "numpy",
    # No fast-math at all. `contract` turns y - y into the rounding error of y when y is a product,
    # so that equal rows would no longer be at distance 0; `reassoc` folds the rounding steps of
    # compensated sums; `nnan` and `ninf` remove the checks of the input. Where a fused or a
    # reassociated operation is wanted, the code says so: `fma` and `lane_add` in `_math.bits`.
    "fastmath": False,
}

# Functions that are compiled into their callers, never called from Python on the fast path. Each
# takes 0.05 to 0.2 s: what can be traced (`_math.tracing`), is. Forced: where LLVM finds one too
# large, a call in the loop over rows spills every vector register.
inline = register_jitable(no_cfunc_wrapper=True, forceinline=True)

# Large, rarely taken functions: called, not inlined, so that the hot loop stays small.
outline = register_jitable(inline="never", no_cfunc_wrapper=True)


def _name_apart(function: Callable[..., Any], name: str) -> None:
    """Put the kernel's name into the names of the functions that its factory made for it.

    Numba tells functions of one name apart by a count that begins anew in each process: the
    machine code of an earlier process, from the disk, would otherwise be linked to helpers of
    another kernel that this process has compiled.
    """
    if "<locals>" not in function.__qualname__ or function.__qualname__.endswith(f"[{name}]"):
        return
    function.__qualname__ += f"[{name}]"
    for cell in function.__closure__ or ():
        if isinstance(cell.cell_contents, FunctionType):
            _name_apart(cell.cell_contents, name)


def compile_kernel(function: Callable[..., Any], name: str, signature: Any) -> Dispatcher:
    """Compile `function` for exactly one signature, through the disk cache if it has a name.

    One Python function per signature: two processes that compile different signatures of one
    function at once can store the machine code of one under the key of the other.
    """
    if name:
        return compiling.once(name, lambda: _compiled(function, name, signature))
    return compiling.apart(lambda: _compiled(function, name, signature))


def _compiled(function: Callable[..., Any], name: str, signature: Any) -> Dispatcher:
    if numba.config.DISABLE_JIT:
        raise RuntimeError(
            "kullback has nothing to run without its kernels; unset NUMBA_DISABLE_JIT"
        )
    _name_apart(function, name or f"{id(function)}")
    dispatcher = numba.jit(nopython=True, **FLAGS)(function)
    if name:
        dispatcher._cache = KernelCache(name, digest_of(function))
    dispatcher.compile(signature)
    dispatcher.disable_compile()
    return dispatcher
