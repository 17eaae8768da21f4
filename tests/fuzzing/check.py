"""What all families of calls share: an outcome, what it should be, and the comparison."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from fuzzing.arrays import GOOD_OUTS, between, output, overlapping
from support.tolerances import assert_close


class Call(NamedTuple):
    """`word` names the function or metric; `options["out"]` a kind of array of `fuzz_arrays`."""

    word: str
    form: str
    arrays: list[Any]  # None: not given
    options: dict[str, Any]
    layouts: Sequence[str] = ()  # for the reader of a failure


class Wrong(NamedTuple):
    """The call is an error; of several faults it may name any."""

    kinds: tuple[type[Exception], ...]


class Value(NamedTuple):
    """Results, what their errors are in proportion to, and whether anything is promised of them."""

    results: np.ndarray
    sizes: np.ndarray
    promised: np.ndarray
    dtype: np.dtype


def outcome(run: Callable[[Call], Any], call: Call) -> Any:
    """The result or the error; any other exception than these two is let through."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "pseudocount=", UserWarning)  # of shares
            warnings.filterwarnings("ignore", ".* values lie beyond", UserWarning)
            return run(call)
    except (ValueError, TypeError) as error:
        return error


def returns(run: Callable[[Call], Any], call: Call) -> bool:
    """Whether it has a result, `out` apart."""
    options = {name: value for name, value in call.options.items() if name != "out"}
    return not isinstance(outcome(run, call._replace(options=options)), Exception)


def compare(
    call: Call, want: Wrong | Value, run: Callable[[Call], Any], operation: str, word: str = ""
) -> None:
    """Same value or same error as the reference, in the tolerances of an operation."""
    out, right = None, want
    if "out" in call.options:
        call, want, out = with_out(call, want)
    wrong_out = want is not right and isinstance(right, Value)
    before = [_bytes(array) for array in [*call.arrays, out]]
    got = outcome(run, call)
    if isinstance(want, Wrong):
        assert isinstance(got, want.kinds), f"{got!r}, but should raise one of {want.kinds}"
        assert str(got)
        # An error that is found on the way leaves in `out` what it likes, but not one of `out`.
        assert not wrong_out or _bytes(out) == before[-1], "wrote to an array that does not fit"
        return
    assert not isinstance(got, Exception), f"raised {got!r}, but there is a value: {want}"
    assert [_bytes(array) for array in call.arrays] == before[:-1], "wrote to its input"
    assert out is None or got is out, "returned another array than out"
    got = np.asarray(got)
    kinds = (got.shape, got.dtype), (want.results.shape, want.dtype)
    assert kinds[0] == kinds[1], f"{kinds[0]}, but should be {kinds[1]}"
    kept = want.promised
    assert_close(got[kept], want.results[kept], operation, word, want.sizes[kept])


def with_out(call: Call, want: Wrong | Value) -> tuple[Call, Wrong | Value, Any]:
    """The call with an array for the kind of `out` that it names."""
    kind = call.options["out"]
    arrays = list(call.arrays)
    if isinstance(want, Wrong):
        out: Any = np.zeros(3)
        want = Wrong((*want.kinds, ValueError))
    elif kind == "overlapping" and want.results.size and arrays[0].size:
        arrays[0], out = overlapping(arrays[0], want.results.shape, want.dtype)
        want = Wrong((ValueError,))
    elif kind == "between" and want.results.shape == arrays[0].shape[:-1] != ():
        arrays[0], out = between(arrays[0], want.results.shape, want.dtype)
    else:
        kind = "plain" if kind in ("overlapping", "between") else kind
        out = output(kind, want.results.shape, want.dtype)
        want = want if kind in GOOD_OUTS else Wrong((ValueError,))
    return call._replace(arrays=arrays, options=call.options | {"out": out}), want, out


def _bytes(array: Any) -> bytes:
    return array.tobytes() if isinstance(array, np.ndarray) else b""
