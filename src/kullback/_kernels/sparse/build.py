"""Compiles the kernels of sparse rows when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.signatures import BLOCK, GRID, INDEX, INTEGERS, READ, VECTOR, contiguous
from kullback._kernels.sparse import entropic, logarithmic, powers, rational, roots
from kullback._kernels.sparse.features import make_features, make_sums
from kullback._kernels.sparse.forms import Walk
from kullback._kernels.sparse.gather import make_gather
from kullback._kernels.sparse.inverted import make_inverted
from kullback._kernels.sparse.walk import make_walk

WALKS: dict[tuple[str, str], Walk] = {
    ("js", "plain"): entropic.JS,
    ("kl", "plain"): logarithmic.KL,
    ("kl", "pseudocount"): logarithmic.KL_SMOOTHED,
    ("kl", "skip"): logarithmic.KL_SKIP,
    ("kl", "fill"): logarithmic.KL_FILL,
    ("jeffreys", "plain"): logarithmic.JEFFREYS,
    ("jeffreys", "pseudocount"): logarithmic.JEFFREYS_SMOOTHED,
    ("hellinger", "plain"): roots.HELLINGER,
    ("hellinger", "pseudocount"): roots.HELLINGER,
    ("bhattacharyya", "plain"): roots.BHATTACHARYYA,
    ("bhattacharyya", "pseudocount"): roots.BHATTACHARYYA,
    ("total_variation", "plain"): rational.TOTAL_VARIATION,
    ("triangular", "plain"): rational.TRIANGULAR,
    ("chi2", "plain"): rational.CHI2,
    ("renyi", "plain"): powers.RENYI,
    ("renyi", "pseudocount"): powers.RENYI,
}

_BINS = contiguous("i4", 1)
_NUMBERS = types.Array(types.int32, 1, "C")
_ROWS = types.Tuple((INDEX, _BINS, READ))
_LISTS = types.Tuple((INDEX, _BINS, READ, READ))
_NUMBERS_OF_OPTIONS = (types.float64,) * 3
_OPTIONS = types.Tuple((types.intp, *_NUMBERS_OF_OPTIONS, types.boolean))


@cache
def sums() -> Any:
    """sums(starts, values, out): see `features`."""
    return compile_kernel(make_sums(), "sparse-sums", (INDEX, READ, VECTOR))


@cache
def gather() -> Any:
    """gather(p, p_index, q, q_index, apart, first, p_out, q_out): see `gather`."""
    apart = types.UniTuple(types.boolean, 2)
    given = (_ROWS, INDEX, _ROWS, INDEX, apart, types.intp, GRID, GRID)
    return compile_kernel(make_gather(), "sparse-gather", given)


@cache
def inverted() -> Any:
    """inverted(starts, bins, one, two, begin, stop, index, rows, ones, twos, place): `inverted`."""
    made = (INTEGERS, _NUMBERS, VECTOR, VECTOR, INTEGERS)
    given = (_LISTS, types.intp, types.intp, *made)
    return compile_kernel(make_inverted(), "sparse-inverted", given)


@cache
def features(walk: str, rule: str, right: bool) -> Any:
    """features(x, begin, stop, options, one, two, own): see `features`."""
    form, rule = WALKS[walk, rule], _first_rule(walk, rule)
    given = (types.Tuple((INDEX, READ, READ)), types.intp, types.intp, _OPTIONS)
    name = f"{walk}-sparse-{'right' if right else 'left'}-{rule}"
    kernel = make_features(form.right if right else form.left)
    return compile_kernel(kernel, name, (*given, VECTOR, VECTOR, GRID))


@cache
def walk(walk: str, rule: str) -> Any:
    """walk(x, x_own, y, y_own, place, begin, above, options, space, out): see `walk`."""
    own = contiguous("f8", 2)
    options = types.Tuple((types.float64, types.float64, types.boolean, types.boolean))
    place = (INDEX, types.intp, types.intp, options)
    given = (_LISTS, own, _LISTS, own, *place, VECTOR, BLOCK)
    name = f"{walk}-sparse-walk-{_first_rule(walk, rule)}"
    return compile_kernel(make_walk(WALKS[walk, rule]), name, given)


def _first_rule(walk: str, rule: str) -> str:
    """The first rule that has the same kernels."""
    return next(other for word, other in WALKS if WALKS[word, other] is WALKS[walk, rule])
