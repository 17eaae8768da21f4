"""What to write instead of an argument that holds no real numbers: code that works for it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Set
from typing import Any, NamedTuple

import numpy as np

from kullback._process.arrays import Array

SHOWN = 30  # letters of a value
ONE_OBJECT = {  # what NumPy takes for a single value, though there may be numbers in it
    Mapping: "; give pandas.Series({x}), whose labels are matched, or list({x}.values()) if both "
    "sides have one order",
    Set: ", which has no order and nothing twice; give a list",
    Iterable: ", which NumPy does not walk through; give list({x})",
}
HELD = {  # by NumPy's letters: what an array holds, and which of the remedies it needs
    "c": ("complex numbers", "complex"),
    "f": ("numbers longer than float64", "numbers"),
    "M": ("dates", "text"),
    "m": ("times", "times"),
}
REMEDIES = {
    "numbers": "convert it to float64: {array}.astype(float)",
    "complex": "give numpy.real({x}), or numpy.abs({x}) ** 2 if these are amplitudes",
    "times": "give them in seconds: {array} / numpy.timedelta64(1, 's')",
    "records": "give numpy.lib.recfunctions.structured_to_unstructured({x})",
    "rows": "stack them, if all are of one length: numpy.stack({x})",
    "missing": "say what one is worth: {filled}.astype(float)",
    "text": "count how often each value occurs: pandas.Series({x}).map(str).value_counts()",
    "large": "divide each row by its sum first",
    "nothing": "give an array of numbers",
}


class Held(NamedTuple):
    """What an array holds, in words, and which of the remedies it needs."""

    what: str
    remedy: str


def refusal(given: Any, array: Array, name: str) -> TypeError:
    """The error for `given`, of which NumPy has made `array`: what it holds, and what to write."""
    return TypeError(f"{name} {_of_one_object(given, name) or _of_values(given, array, name)}")


def refuse_metric(given: object, name: str) -> None:
    """TypeError for a metric in the place of an array, where the next argument is the metric."""
    if isinstance(given, str) or hasattr(given, "record"):
        raise TypeError(f"{name} is {_shown(given)}; say metric={_shown(given)}")


def _of_one_object(given: Any, name: str) -> str:
    if given is None:
        return f"is None; {REMEDIES['nothing']}"
    if isinstance(given, str | bytes):
        return f"is the text {_shown(given)}; {REMEDIES['nothing']}"
    if hasattr(given, "__getitem__") and not isinstance(given, Mapping):
        return ""
    kind = next((kind for kind in ONE_OBJECT if isinstance(given, kind)), None)
    if kind is None or hasattr(given, "__array__"):
        return ""
    return f"is a {type(given).__name__}{ONE_OBJECT[kind].format(x=name)}"


def _of_values(given: Any, array: Array, name: str) -> str:
    held = _held(array)
    if hasattr(given, "columns") and hasattr(given, "iloc"):
        wrong = {
            column: found
            for i, column in enumerate(given.columns)
            if (found := _held(np.asarray(given.iloc[:, i]))).remedy in ("text", "nothing")
        }
        if wrong:
            return _of_columns(wrong, name)
    as_array = name if hasattr(given, "astype") else f"numpy.array({name})"
    filled = f"numpy.where(numpy.equal({as_array}, None), 0, {as_array})"
    if hasattr(given, "fillna"):
        filled = f"{name}.astype('Float64').fillna(0)"
    remedy = REMEDIES[held.remedy].format(x=name, array=as_array, filled=filled)
    return f"has dtype {array.dtype}: it holds {held.what}; {remedy}"


def _of_columns(wrong: dict[Any, Held], name: str) -> str:
    """Of a data frame with columns that are no bins."""
    column, held = next(iter(wrong.items()))
    others = len(wrong) - 1
    more = f", and {others} more such column{'s' * (others > 1)}" if others else ""
    columns = list(wrong)
    return (
        f"holds {held.what}, in column {column!r}{more}; leave out what is no bin: "
        f"{name}.drop(columns={columns!r}), or make it the labels: {name}.set_index({columns!r})"
    )


def _held(array: Array) -> Held:
    kind = array.dtype.kind
    if kind == "O":
        return _of_objects(array)
    if kind in "US":
        return _of_text(array)
    if kind == "V" and type(array.dtype).__module__ != "numpy.dtypes" and not array.dtype.names:
        return Held(f"numbers of the type {array.dtype.name}", "numbers")  # such as bfloat16
    if kind == "V":
        return Held("records", "records") if array.dtype.names else Held("bytes", "nothing")
    return Held(*HELD.get(kind, ("numbers", "numbers")))


def _of_text(array: Array) -> Held:
    strange = next((x for x in array.flat if not _is_number(x)), None)
    if strange is None:
        return Held("numbers as text", "numbers")
    return Held(f"text, such as {_shown(strange)}", "text")


def _of_objects(array: Array) -> Held:
    """By the first value that is no number."""
    for value in array.flat:
        if value is None or type(value).__name__ == "NAType":
            return Held(f"missing values ({value})", "missing")
        if isinstance(value, complex):
            return Held("complex numbers", "complex")
        if isinstance(value, list | tuple | np.ndarray):
            return Held(f"a {type(value).__name__} for a number", "rows")
        if isinstance(value, str | bytes) and not _is_number(value):
            return Held(f"text, such as {_shown(value)}", "text")
        if isinstance(value, int) and abs(value) > sys.float_info.max:
            return Held("numbers beyond 1.8e308", "large")
        if not _is_number(value):
            what = f"values of type {type(value).__name__}, such as {_shown(value)}"
            return Held(what, "nothing")
    return Held("numbers as objects", "numbers")


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _shown(value: object) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
