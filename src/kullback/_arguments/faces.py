"""A public function's face is a docstring and one line; this adds what its options share.

A face takes `**options: Unpack[Options]`, or another of the sets in `options.py`. Type checkers
read the set; `inspect`, `help()` and Sphinx see every option in the signature with its default,
and what the docstring does not describe itself in the words that stand here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial, wraps
from inspect import Parameter, Signature, cleandoc
from inspect import signature as signature_of
from typing import Any, TypeVar, get_args, get_type_hints

from numpy import ndarray

from kullback._arguments.foreign import special_call
from kullback._arguments.labels.shapes import shapes
from kullback._arguments.options import checked

Function = TypeVar("Function", bound=Callable[..., Any])

PLAIN = {ndarray, float, int, str, type(None)}  # types of arguments that have no labels
DEFAULTS: dict[str, Any] = dict(checked.__kwdefaults__ or {})

PARAMETERS = """
p, q : array_like, (..., k)
    Counts, weights or probabilities, not negative, finite and not all 0 in a row; leading
    axes broadcast. float32 is computed and returned as such, everything else as float64.
    SciPy's sparse matrices and arrays are taken as they are, beside dense rows too.
    Arrays of pandas and xarray are compared by label, and the result has labels.
axis : int, str, or a tuple of them
    The axis of the k bins, in both; or several, whose bins together are one row. Of labelled
    arrays also the name of a dimension.
keepdims : bool
    Keep the axes of the bins in the result, with length 1.
base : float, optional
    Base of the logarithm: None gives nats, 2 bits, 10 bans.
normalize : bool
    Divide each row by its sum. False takes rows as they are.
pseudocount : float
    Added to every bin of both sides before normalizing: for counts (one UserWarning where all
    rows already sum to 1, and pseudocounts outweigh 1 % of them). A row that sums to 0 is no
    distribution all the same.
zeros : "inf", "skip" or float
    What a bin does that alone makes the divergence infinite, such as one with q = 0 < p in KL:
    make it so; be left out on both sides, which are normalized again; or count as this number
    on the side that is 0, after normalizing, and that side is normalized again. Bins that are 0
    on both sides never count, and a divergence that no bin makes infinite is the same under
    every rule.
invalid : "raise" or "nan"
    What a row that is no distribution does: ValueError, or NaN in every result that it takes
    part in, everything else being computed.
out : ndarray, optional
    Array to write to: the result's shape and dtype, no memory in common with an input. It is
    returned as it is, without labels.
threads : int, optional
    At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.
progress : bool or callable
    True shows a bar after two seconds of work (with tqdm, if it is installed); a callable is
    called from this thread as `progress(done, total)`, in tiles.
"""
RAISES = """
ValueError
    A row that is no distribution (naming argument, row, column and value), shapes that do
    not fit, an option or `out` out of its range.
TypeError
    A dtype that is not real, or that float64 cannot hold; masked and device arrays.
"""
SECTION = re.compile(  # where a section of a docstring begins
    r"\n\n(?=[A-Z][a-z]+(?: [A-Z][a-z]+)?\n-{4,}\n)"
)
ENTRY = re.compile(r"\n(?=\S)")


def face(function: Function, signature: str = "", of_covariances: str = "") -> Function:
    """The function with its options in its signature, its help and its errors.

    Arrays with labels are compared by label. `signature` says which of their axes are which, as
    in `labels/shapes.py`; by default the last one has the bins, and the others broadcast.
    `of_covariances` says it for calls with `spread="cov"`.
    """
    (options,) = get_args(get_type_hints(function)["options"])
    whole = _spelled_out(signature_of(function), options)
    parameters = list(whole.parameters.values())
    arguments = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]
    known = set(whole.parameters).difference(arguments)
    arrays = {p.name: i for i, p in enumerate(parameters) if "ArrayLike" in str(p.annotation)}
    named = shapes(signature, arrays, known)
    full = shapes(of_covariances, arrays, known) if of_covariances else named
    by_keyword = known.intersection(arrays)

    @wraps(function)
    def checking(*given: Any, **chosen: Any) -> Any:
        if chosen and not chosen.keys() <= known:
            raise TypeError(f"{function.__name__}() got {_unexpected(chosen, arguments, known)}")
        if by_keyword and chosen:
            given = _with_keywords(given, chosen, arrays)
        for each in given:
            if type(each) not in PLAIN:
                special = special_call(given)
                of = full if str(chosen.get("spread")) == "cov" else named
                return (special or _plainly)(function, of, given, chosen)
        return function(*given, **chosen)

    types = {**function.__annotations__, **get_type_hints(options)}
    checking.__annotations__ = {name: types[name] for name in types if name != "options"}
    checking.__doc__ = _help(function.__doc__, list(whole.parameters))
    checking.__signature__ = whole  # type: ignore[attr-defined]
    return checking  # type: ignore[return-value]


def _plainly(function: Function, _: Any, given: tuple[Any, ...], chosen: dict[str, Any]) -> Any:
    return function(*given, **chosen)


def _with_keywords(
    given: tuple[Any, ...], chosen: dict[str, Any], arrays: dict[str, int]
) -> tuple[Any, ...]:
    """The arguments with an array that was given by keyword at its place."""
    for name, place in arrays.items():
        if place == len(given) and name in chosen:
            given = (*given, chosen.pop(name))
    return given


def face_of(signature: str, of_covariances: str = "") -> Callable[[Function], Function]:
    """A face of a function whose arrays have other axes than a row's bins."""
    return partial(face, signature=signature, of_covariances=of_covariances)


def _spelled_out(face: Signature, options: type) -> Signature:
    """A face's signature with the options by name."""
    own = [p for p in face.parameters.values() if p.kind is not p.VAR_KEYWORD]
    shared = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=_written(options, name))
        for name, default in DEFAULTS.items()
        if name in options.__annotations__
    ]
    return face.replace(parameters=sorted([*own, *shared], key=_place))


def _place(parameter: Parameter) -> tuple[int, int]:
    """Where it stands in the signature: what is a function's own first, then in one order."""
    order = list(DEFAULTS).index(parameter.name) if parameter.name in DEFAULTS else -1
    return parameter.kind, order


def _written(options: type, name: str) -> Any:
    """An option's type as it is written, which is shorter than what it stands for."""
    annotation = options.__annotations__[name]
    return getattr(annotation, "__forward_arg__", annotation)


def _unexpected(chosen: dict[str, Any], arguments: list[str], known: set[str]) -> str:
    """What Python itself says of a keyword that a function does not have."""
    misplaced = [word for word in arguments if word in chosen]
    if misplaced:
        words = ", ".join(misplaced)
        return f"some positional-only arguments passed as keyword arguments: {words!r}"
    return f"an unexpected keyword argument {next(w for w in chosen if w not in known)!r}"


def _help(given: str | None, names: list[str]) -> str | None:
    """A docstring with all parameters, and the errors that functions of distributions share."""
    if given is None:  # python -OO
        return None
    summary, *sections = SECTION.split(cleandoc(given))
    own = _entries(sections.pop(0)) if sections[0].startswith("Parameters") else {}
    described = {**_entries(PARAMETERS), **own}
    entries = dict.fromkeys(described[name] for name in names)  # those of two names once
    sections.insert(0, "\n".join(["Parameters\n----------", *entries]))
    if "normalize" in names:
        more = sections.pop(2) if sections[2].startswith("Raises") else ""
        sections.insert(2, "Raises\n------\n" + _raised(more.partition("---\n")[2]))
    return "\n\n".join([summary, *sections]) + "\n"


def _entries(section: str) -> dict[str, str]:
    """The descriptions in a section by what they describe."""
    entries = [entry.strip() for entry in ENTRY.split(section) if " : " in entry.partition("\n")[0]]
    return {name: entry for entry in entries for name in entry.partition(" :")[0].split(", ")}


def _raised(more: str) -> str:
    """What all functions of distributions raise, and what one of them raises more."""
    reasons: dict[str, str] = {}
    for entry in ENTRY.split(f"{RAISES}{more}".strip()):
        error, _, reason = entry.partition("\n")
        reasons[error] = f"{reasons.get(error, error)}\n{reason.rstrip()}"
    return "\n".join(reasons.values())
