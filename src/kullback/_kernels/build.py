"""Compiles a kernel when it is first asked for: once for each divergence, rule and dtype."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels import binning, counting, selection, sieve
from kullback._kernels.arithmetic import DOUBLE, SINGLE, Arithmetic, Terms
from kullback._kernels.means.long import make_means
from kullback._kernels.means.results import make_weighted_sums
from kullback._kernels.means.short import make_short_means
from kullback._kernels.rows import custom
from kullback._kernels.rows.bins import make_bins
from kullback._kernels.rows.rows import make_rows
from kullback._kernels.rows.rules import make_rule
from kullback._kernels.rows.short import LONGEST, make_short
from kullback._kernels.rows.singles import make_singles, singles_above
from kullback._kernels.rows.thresholds import BLOCK as BLOCK_OF_COLUMNS
from kullback._kernels.rows.thresholds import make_threshold
from kullback._kernels.signatures import (
    BLOCK,
    COUNTS,
    GRID,
    INDEX,
    INTEGERS,
    NUMBERS,
    READ,
    VECTOR,
    WORDS,
    contiguous,
)
from kullback._kernels.terms.record import Custom


def _file(divergence: str) -> ModuleType:
    return import_module(f"kullback._kernels.terms.{divergence}")


@cache
def terms_of(divergence: str, arithmetic: Arithmetic) -> Terms:
    """The terms that stand in the file of this name."""
    made: Terms = _file(divergence).make(arithmetic)
    return made


@cache
def is_worth_singles(divergence: str) -> bool:
    """Whether its terms keep their digits in float32: those of metrics, not of families."""
    return any(record.metric for record in _file(divergence).RECORDS)


def _row_signature(dtype: str) -> tuple[Any, ...]:
    rows = contiguous(dtype, 2)
    options = (types.float64, types.float64, types.boolean)
    return (rows, INDEX, rows, INDEX, *options, VECTOR)


@cache
def rows(divergence: str, rule: str, dtype: str, near: bool) -> Any:
    """rows(p, p_index, q, q_index, amount, alpha, normalize, out) -> how many UNCERTIFIED."""
    return _loop("rows", make_rows, divergence, rule, dtype, near)


@cache
def short(divergence: str, rule: str, dtype: str, near: bool) -> Any:
    """short(as rows) -> how many are UNCERTIFIED; for rows below `LONGEST`."""
    return _loop("short", make_short, divergence, rule, dtype, near)


def _loop(kind: str, make: Any, divergence: str, rule: str, dtype: str, near: bool) -> Any:
    terms = terms_of(divergence, DOUBLE)
    function = make(terms, make_rule(rule, terms.gaps), near)
    name = f"{divergence}-{kind}-{rule}-{dtype}{'-near' * near}"
    return compile_kernel(function, name, _row_signature(dtype))


@cache
def singles(divergence: str) -> Any:
    """singles(as rows) -> how many are UNCERTIFIED; float32, as the rows are given."""
    function = make_singles(terms_of(divergence, SINGLE), False)
    return compile_kernel(function, f"{divergence}-singles", _row_signature("f4"))


def fastest_rows(divergence: str, rule: str, dtype: str, k: int) -> Any:
    """The fast kernel for rows of k bins of a dtype."""
    if is_single(divergence, rule, dtype, k):
        return singles(divergence)
    return (short if k < LONGEST else rows)(divergence, rule, dtype, False)


def is_single(divergence: str, rule: str, dtype: str, k: int) -> bool:
    """Whether rows of k bins of a dtype are compared in float32."""
    return dtype == "f4" and rule == "plain" and k >= LONGEST and is_worth_singles(divergence)


@cache
def near_singles(divergence: str) -> Any:
    """singles(as rows) -> how many are UNCERTIFIED; of near-equal rows."""
    function = make_singles(terms_of(divergence, SINGLE), True)
    return compile_kernel(function, f"{divergence}-singles-near", _row_signature("f4"))


def fast_above(divergence: str, rule: str, dtype: str, k: int, alpha: float) -> float:
    """The least total of normalized rows that this kernel certifies."""
    terms = terms_of(divergence, DOUBLE)
    if is_single(divergence, rule, dtype, k):
        return float(singles_above(k, terms.first_order))
    return float(make_threshold(terms)(k, min(k, BLOCK_OF_COLUMNS), alpha))


@cache
def near_rows(divergence: str, rule: str, dtype: str, k: int) -> tuple[Any, ...]:
    """The kernels for what the fast one leaves UNCERTIFIED, each for what those before it leave."""
    last = (short if k < LONGEST else rows)(divergence, rule, dtype, True)
    return (near_singles(divergence), last) if is_single(divergence, rule, dtype, k) else (last,)


@cache
def bins(divergence: str, rule: str) -> Any:
    """bins(as rows, but out of shape (n, k)) -> how many are UNCERTIFIED: see `rows.bins`."""
    terms = terms_of(divergence, DOUBLE)
    function = make_bins(terms, make_rule(rule, terms.gaps))
    signature = (*_row_signature("f8")[:-1], GRID)
    return compile_kernel(function, f"{divergence}-bins-{rule}", signature)


@lru_cache(64)  # each holds on to a function of the user's
def custom_rows(kernel: Custom, rule: str, gaps: str) -> Any:
    """custom(as rows) -> how many are left or nan; not kept on disk: the code is a user's."""
    function = custom.make_custom(kernel, make_rule(rule, gaps))
    return custom.naming_f(compile_kernel(function, "", _row_signature("f8")))


@cache
def bin_counts(dtype: str, exact: bool) -> Any:
    """counts(values, offsets, edges, starts, low, factor, even, margin, space, out): `binning`."""
    edges = types.Array(NUMBERS[dtype if exact else "f8"], 1, "C", readonly=True)
    numbers = (types.float64,) * 4
    given = (contiguous(dtype, 1), INDEX, edges, INDEX, *numbers, INTEGERS, COUNTS)
    name = f"binning-{dtype}-{'exact' if exact else 'float'}"
    return compile_kernel(binning.make_binning(exact), name, given)


@cache
def at_least() -> Any:
    """at_least(values, edges, out): see `counting`, as for the three that follow."""
    return compile_kernel(counting.make_at_least(), "counting-at-least", (READ, READ, INTEGERS))


@cache
def cells() -> Any:
    """cells(values, low, factor, counts)."""
    given = (READ, types.float64, types.float64, INTEGERS)
    return compile_kernel(counting.make_cells(), "counting-cells", given)


@cache
def collect() -> Any:
    """collect(values, low, factor, wanted, out) -> how many."""
    given = (READ, types.float64, types.float64, contiguous("u1", 1), VECTOR)
    return compile_kernel(counting.make_collect(), "counting-collect", given)


@cache
def codes(dtype: str) -> Any:
    """codes(given, counts)."""
    given = (contiguous(dtype, 1), COUNTS)
    return compile_kernel(counting.make_codes(), f"counting-codes-{dtype}", given)


_KNOWN = types.UniTuple(VECTOR, 4)
_SIZES = types.UniTuple(types.intp, 3)


@cache
def mean_rows() -> Any:
    """means(given, index, begin, weights, choice, sizes, amount, normalize, phases, ...)."""
    given = (contiguous("f8", 2), INDEX, types.intp, READ, INDEX)
    options = (_SIZES, types.float64, types.boolean, types.intp)
    return compile_kernel(make_means(), "mean-rows", (*given, *options, _KNOWN, VECTOR))


@cache
def short_mean_rows() -> Any:
    """short(given, index, weights, choice, sizes, amount, normalize, known, room)."""
    given = (contiguous("f8", 2), INDEX, READ, INDEX, _SIZES, types.float64, types.boolean)
    function = make_short_means()
    return compile_kernel(function, "mean-rows-short", (*given, _KNOWN, VECTOR))


@cache
def weighted_sums() -> Any:
    """weighted_sums(values, known, weights, choice, most, m, normalize, out): see `means`."""
    given = (READ, _KNOWN, READ, INDEX, READ, types.intp, types.boolean, VECTOR)
    return compile_kernel(make_weighted_sums(), "mean-weighted-sums", given)


_PAIRS = (types.Array(types.intp, 1, "C"), types.Array(types.intp, 1, "C"), VECTOR)
_COLUMNS = types.Array(types.intp, 2, "C")


@cache
def offer(single: bool) -> Any:
    """offer(values, row, column, side, own, limits, last, rows, columns, chosen): `selection`."""
    given = (BLOCK, types.intp, types.intp, types.intp, types.boolean, VECTOR, _PAIRS[0], *_PAIRS)
    return compile_kernel(selection.make_offer(single), f"nearest-offer-{single:d}", given)


@cache
def insert(dtype: str) -> Any:
    """insert(rows, columns, values, best, index, first, limits, last): see `selection`."""
    best = types.Array(NUMBERS[dtype], 2, "C")
    given = (INDEX, INDEX, READ, best, _COLUMNS, types.intp, VECTOR, _PAIRS[0])
    return compile_kernel(selection.make_insert(), f"nearest-insert-{dtype}", given)


@cache
def ordered(dtype: str) -> Any:
    """ordered(best, index, first, start, stop): see `selection`."""
    best = types.Array(NUMBERS[dtype], 2, "C")
    given = (best, _COLUMNS, types.intp, types.intp, types.intp)
    return compile_kernel(selection.make_ordered(), f"nearest-ordered-{dtype}", given)


def _sieved(dtype: str) -> tuple[Any, Any, Any]:
    """Types: a tile, what there is of each of its rows or columns, masks and how they meet."""
    tile = types.Array(NUMBERS[dtype], 2, "C")
    return tile, contiguous(dtype, 1), (WORDS, WORDS, types.boolean)


@cache
def sieved(dtype: str) -> Any:
    """sieve(product, reach, need, last, norm, constant, limit, own, ...): see `sieve`."""
    tile, each, masks = _sieved(dtype)
    given = (tile, each, each, INDEX, each, each, each, each, INDEX, *masks)
    options = (types.boolean, types.intp, types.intp)
    function = sieve.make_sieve(dtype == "f4")
    return compile_kernel(function, f"nearest-sieve-{dtype}", (*given, *options, *_PAIRS))


@cache
def seeds(dtype: str) -> Any:
    """seeds(product, reach, need, norm, constant, ..., rows, columns, chosen): see `sieve`."""
    tile, each, masks = _sieved(dtype)
    given = (tile, each, each, each, each, *masks, types.intp, types.intp, *_PAIRS)
    return compile_kernel(sieve.make_seeds(dtype == "f4"), f"nearest-seeds-{dtype}", given)


@cache
def settled(dtype: str) -> Any:
    """settled(best, index, first, last): see `selection`."""
    best = types.Array(NUMBERS[dtype], 2, "C")
    given = (best, _COLUMNS, types.intp, _PAIRS[0])
    return compile_kernel(selection.make_settled(), f"nearest-settled-{dtype}", given)
