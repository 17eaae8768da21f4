"""The only code that looks at dtype, shape, axis and `out`, and that raises for them."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable
from functools import cache
from itertools import zip_longest
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.ma import MaskedArray  # not when first used: a fork may come in the middle of its import
from numpy.typing import NDArray

from kullback._arguments.domains import DISTRIBUTIONS, faults
from kullback._catalogue import Divergence
from kullback._drivers.rows import Invalid, Work
from kullback._process.memory import check_memory

Array = NDArray[Any]

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)
# To find out whether `out` overlaps an input: some microseconds. (The stubs know of 0 and -1 only.)
MOST_WORK: Any = 10_000

_FOREIGN = {  # what np.asarray would turn into an object array, or copy from a device
    "scipy.sparse": "{x}.toarray(), in slices of rows if that is too large",
    "cupy": "{x}.get()",
    "dask": "{x}.compute(), or map_blocks with a function of this module",
    "jaxlib": "numpy.asarray({x})",
    "sparse": "{x}.todense()",
    "torch": "{x}.detach().cpu()",
}


NOTHING_LEFT = (
    'has no mass in the bins where q > 0, and zeros="skip" leaves it none (invalid="nan" gives '
    "NaN there)"
)


class Options(NamedTuple):
    """The checked options that every discrete function shares."""

    work: Work
    raises: bool
    threads: int | None


def array(given: object, name: str) -> Array:
    """`given` as a real NumPy array; TypeError or ValueError naming it otherwise."""
    if type(given) is not np.ndarray:
        given = _foreign_array(given, name)
    if sys.float_info.min * 0.5 == 0.0:
        _warn_of_flushing()
    if given.dtype.kind not in "fiub" or given.dtype.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {given.dtype}, which is not supported; convert it to float64, "
            f"for example {name}.astype(float)"
        )
    return given


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
            if package == "torch" and getattr(getattr(given, "device", None), "type", "") == "cpu":
                break
            kind = f"{module.split('.')[0]} {type(given).__name__}"
            raise TypeError(f"{name} is a {kind}; convert it first: {remedy.format(x=name)}")
    try:
        return np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{name} is no array: its rows differ in length ({error})") from None
    except (TypeError, RuntimeError) as error:  # a tensor with a gradient, or of another's dtype
        kind = f"{module.split('.')[0]} {type(given).__name__}"
        raise TypeError(
            f"{name} is a {kind} that is no array ({error}); convert it to float64 first"
        ) from error


def result_dtype(*arrays: Array) -> np.dtype[Any]:
    """float32 if every array is float32 or float16, else float64."""
    small = all(x.dtype.kind == "f" and x.dtype.itemsize <= 4 for x in arrays)
    return FLOAT32 if small else FLOAT64


def bins_last(given: Array, axis: int, name: str) -> Array:
    """`given` with the axis of the bins moved to the end; at least one bin."""
    if axis != -1:
        if isinstance(axis, bool) or not hasattr(axis, "__index__"):
            raise TypeError(f"axis is {axis!r}; it must be an integer")
        if given.ndim and not -given.ndim <= axis < given.ndim:
            raise ValueError(f"axis is {axis}, but {name} has shape {given.shape}")
        given = np.moveaxis(given, axis, -1) if given.ndim else given
    return given


def common_lead(p: Array, q: Array, names: tuple[str, str]) -> tuple[int, ...]:
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


def common_bins(p: Array, q: Array, names: tuple[str, str]) -> None:
    """Both have the same number of bins, and at least one."""
    if not p.ndim or not q.ndim:
        raise ValueError(f"a single number is no row of bins: {_shapes(p, q, names)}")
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"the numbers of bins differ: {_shapes(p, q, names)}")
    if p.shape[-1] == 0:
        raise ValueError(f"there are no bins: {_shapes(p, q, names)}")


def _shapes(p: Array, q: Array, names: tuple[str, str]) -> str:
    return f"{names[0]} has shape {p.shape} and {names[1]} has shape {q.shape} (bins last)"


def output(out: object, shape: tuple[int, ...], dtype: np.dtype[Any], inputs: list[Array]) -> Array:
    """`out` if it is fit to be written to, or a new array."""
    if out is None:
        check_memory(shape, dtype)
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise ValueError(f"out is a {type(out).__name__}; it must be a NumPy array")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(
            f"out has shape {out.shape} and dtype {out.dtype}; it must have shape {shape} "
            f"and dtype {dtype}"
        )
    if not out.flags.writeable:
        raise ValueError("out is read-only; pass an array that can be written to")
    if _overlaps(out, inputs):
        raise ValueError("out overlaps an input; pass an array with memory of its own")
    return out


def _overlaps(out: Array, inputs: list[Array]) -> bool:
    """Whether an element of out is one of an input: a column beside the bins has none of them."""
    owner = _owner(out)
    for given in inputs:
        other = _owner(given)
        if owner is not None and other is not None and owner is not other:
            continue  # soon found out, and the usual case: `shares_memory` takes 0.5 us
        try:
            if np.shares_memory(out, given, MOST_WORK):  # by name: 0.3 us more
                return True
        except np.exceptions.TooHardError:
            return True
    return False


def _owner(x: Array) -> object:
    """The array to which the memory of x belongs, where that is one of NumPy's."""
    base = x.base
    owner = x if base is None else base
    return owner if type(owner) is np.ndarray and owner.flags.owndata else None


def options(
    divergence: Divergence,
    base: float | None,
    normalize: bool,
    pseudocount: float,
    zeros: str | float,
    invalid: str,
    threads: int | None,
) -> Options:
    """Check the options and put them into the form in which the kernels take them."""
    rule, amount = _rule(pseudocount, zeros, divergence.gaps != "")
    raises = invalid_raises(invalid)
    if base is not None and not divergence.takes_base:
        raise ValueError(f"base is {base!r}, but {divergence.word} is no logarithm: it has no base")
    one = math.sqrt(unit(base)) if divergence.root else unit(base)
    work = Work(divergence, rule, amount, bool(normalize), one)
    return Options(work, raises, thread_count(threads))


def _rule(pseudocount: float, zeros: str | float, concerned: bool) -> tuple[str, float]:
    """The kernels' word for what is done with zeros, if they concern the divergence at all."""
    pseudocount = number(pseudocount, "pseudocount")
    if not 0.0 <= pseudocount < math.inf:
        raise ValueError(f"pseudocount is {pseudocount}; it must be finite and not negative")
    chosen = zeros_rule(zeros)
    if pseudocount:
        return "pseudocount", pseudocount
    return chosen if concerned else ("plain", 0.0)


def zeros_rule(zeros: str | float) -> tuple[str, float]:
    """The kernels' word for an option `zeros`, and its number."""
    if zeros in ("inf", "skip"):
        return ("plain", 0.0) if zeros == "inf" else ("skip", 0.0)
    message = f'zeros is {zeros!r}; it must be "inf", "skip" or a positive finite number'
    if isinstance(zeros, str):
        raise ValueError(message)
    epsilon = number(zeros, "zeros")
    if not 0.0 < epsilon < math.inf:
        raise ValueError(message)
    return "fill", epsilon


def number(given: Any, name: str) -> float:
    """A real number; TypeError naming it otherwise."""
    if not isinstance(given, Real) and not (isinstance(given, np.ndarray) and given.ndim == 0):
        raise TypeError(f"{name} is {given!r}; it must be a number")
    return float(given)


def invalid_raises(invalid: str) -> bool:
    """Whether what is invalid is an error, not NaN."""
    if invalid not in ("raise", "nan"):
        raise ValueError(f'invalid is {invalid!r}; it must be "raise" or "nan"')
    return invalid == "raise"


def unit(base: float | None) -> float:
    """What results in nats are divided by."""
    if base is None:
        return 1.0
    value = number(base, "base")
    if not 1.0 < value < math.inf:
        raise ValueError(f"base is {base!r}; it must be None (nats) or a number above 1")
    return math.log(value)


def thread_count(threads: int | None) -> int | None:
    """The most threads that the caller allows; None: what the machine does."""
    if threads is None:
        return None
    if isinstance(threads, bool) or not hasattr(threads, "__index__") or int(threads) < 1:
        raise ValueError(f"threads is {threads!r}; it must be None or a whole number above 0")
    return int(threads)


def reporter(
    options: Options, named: list[tuple[str, Array]], left_empty: Callable[[], str]
) -> Invalid:
    """What is to happen when a kernel meets rows that are no distributions.

    `left_empty` names the first row that is one, but not any more in the bins where q > 0.
    """
    if not options.raises:
        return Invalid(None)
    empty_allowed = not options.work.normalize

    def report() -> Exception:
        return ValueError(faults_of_rows(named, empty_allowed) or f"{left_empty()} {NOTHING_LEFT}")

    return Invalid(report)


def first_without_common_bins(p: Array, q: Array, lead: tuple[int, ...]) -> tuple[int, ...]:
    """The place of the first row pair that has no bin with p > 0 and q > 0."""
    places = np.ndindex(lead)
    p, q = (np.broadcast_to(x, (*lead, x.shape[-1])) for x in (p, q))
    return next((place for place in places if not ((p[place] > 0) & (q[place] > 0)).any()), ())


def faults_of_rows(named: list[tuple[str, Array]], empty_allowed: bool) -> str:
    """What is wrong with rows that are to be distributions; "" if nothing is."""
    domain = DISTRIBUTIONS._replace(empty="") if empty_allowed else DISTRIBUTIONS
    return faults((name, rows, domain) for name, rows in named)
