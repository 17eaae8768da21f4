"""Pairwise Jensen-Shannon divergence with one logarithm for each pair and bin.

With r = 1/k, u = p/(2r), v = q/(2r) and s = u + v = m/r, m the mean of p and q:

    JS = c(p) + c(q) - r sum s ln s,      c(p) = sum (p/2) ln(p/r).

`scaled` makes u and c of every row once; `tile` does the rest for all pairs of two sets of rows.
Pairs of float32 rows whose terms are too rough in float32 are summed again in float64, of the same
rows: most of those that have many zeros, which are far from the uniform row.
Every term r s ln s has an error of few roundings of itself and one of r s (s is rounded), and so
has the sum, which is taken in two times eight lanes and then in blocks. sum r |s ln s| is at most
(w(p) + w(q)) / 2 with w(p) = sum R(p, r) + |p - r|: each row knows its share of the bound.
The reference is the uniform row, not the mean, so that a result's bits depend on its rows alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline, outline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.matrices.reference import (
    ROUNDING,
    load_columns,
    measured,
    no_sum,
    whole_sum,
    with_pseudocount,
)
from kullback._math.bits import fma, magnitude, select, smaller
from kullback._math.flow import loop
from kullback._math.lanes import SINGLE_WIDTH, WIDTH, lane_numbers, lanes_of
from kullback._math.log import LN2
from kullback._math.log2 import log2_normal
from kullback._math.log_ratio import FLOOR, relative_entropy
from kullback._math.memory import load_lanes, load_singles, pointer, store_as_singles, store_lanes
from kullback._math.shuffles import sum_of_lanes, widened
from kullback._math.sums import add_to
from kullback._math.tracing import traced

# Four sums were spilled from registers, to a stack that is not aligned to cache lines: 0.65 or
# 1.0 ns a pair and bin, as chance would have it.
SUMS = 2
BLOCK = 32 * WIDTH  # columns that are summed in one go
STEPS = BLOCK // (SUMS * WIDTH) + 4  # additions that a term of a block goes through
TERM = 16.0  # roundings of a term (9 of its logarithm), and of a row's constant
TERM_SINGLE = 0.5 * 8.0  # the same in float32, whose sums are of four terms
GROUP_SINGLE = 4 * SINGLE_WIDTH
CERTIFIED_SINGLE = 1e-5  # the relative error up to which a float32 result is certified
ZERO_SINGLE = np.float32(0.0)
# The same of terms in float64, of entries that are float32: u + v moves by a rounding of itself,
# and s ln s by that times |ln s| + 1. r s sums to 1, or to 1 + (w(p) + w(q)) / 2 at most.
AGAIN, AGAIN_ENTRY = 0.5 + 2.0**-8, 1.0 + 2.0**-8
CHUNK = 4 * BLOCK  # columns of a tile that stay in the cache
ENTRY = 3.0  # roundings of r s, which sums to 1, and of the result


def make_scaled(single: bool) -> Callable[..., Any]:
    """The kernel that prepares rows, in float64 or float32."""

    @traced
    def nothing():
        return no_sum(), no_sum(), lanes_of(0.0)

    @traced
    def with_columns(state, row, c, inverse, target, at):
        """Write eight entries; the sums of a row, with these."""
        entropy, change, apart = state
        source, place, k, amount = row
        live = lane_numbers() + c < k
        a = with_pseudocount(load_columns(source, place, c, k), c, k, amount)
        u = a * inverse * (0.5 * k)
        if single:
            store_as_singles(target, at + c, u)
        else:
            store_lanes(target, at + c, u)
        ratio = u + u
        d = select(live, ratio - 1.0, 0.0)
        share = relative_entropy(ratio + FLOOR, lanes_of(1.0), d)
        entropy = add_to(entropy, select(live, share, 0.0))
        return entropy, add_to(change, d), apart + magnitude(d)

    @traced
    def told(state, k):
        """c and w of a row."""
        entropy, change, apart = state
        constant = 0.5 * (whole_sum(entropy) + whole_sum(change)) / k
        return constant, (whole_sum(entropy) + sum_of_lanes(apart)) / k

    def scaled(rows, amount, normalize, out, constant, weight):
        """out: p/(2r), padded with zeros to a multiple of eight; constant: c; weight: w."""
        k = rows.shape[1]
        padded = out.shape[1]
        source = pointer(rows)
        target = pointer(out)
        for i in range(rows.shape[0]):
            row = (source, i * k, k, amount)
            _, inverse = measured(row, normalize)
            state = nothing()
            for c in range(0, padded, WIDTH):  # of float32 rows, twice WIDTH is the padding
                state = with_columns(state, row, c, inverse, target, i * padded)
            constant[i], weight[i] = told(state, k)

    return scaled


@traced
def _add_term(total, x, y, at, c):
    s = load_lanes(x, at[0] + c) + load_lanes(y, at[1] + c)
    return fma(s, log2_normal(s), total)


@traced
def _add_terms(totals, x, y, at, c):
    return tuple(_add_term(totals[i], x, y, at, c + i * WIDTH) for i in range(SUMS))


@traced
def _block_entropy(x, y, at, width):
    """sum s log2 s over one block."""
    step = SUMS * WIDTH
    grouped = width & -step
    nothing = tuple(lanes_of(0.0) for _ in range(SUMS))
    totals = loop(0, grouped, step, nothing, lambda c, totals: _add_terms(totals, x, y, at, c))
    first = loop(grouped, width, WIDTH, totals[0], lambda c, total: _add_term(total, x, y, at, c))
    return sum_of_lanes(first + totals[1])


@traced
def _add_term_of_singles(total, x, y, at, c):
    s = load_singles(x, at[0] + c) + load_singles(y, at[1] + c)
    return fma(s, log2_normal(s), total)


@traced
def _block_entropy_of_singles(x, y, at, width):
    """sum s log2 s over one block, of which at most four terms are added in float32."""

    def with_group(c, total):
        part = loop(
            c,
            smaller(c + GROUP_SINGLE, width),
            SINGLE_WIDTH,
            lanes_of(ZERO_SINGLE),
            lambda column, part: _add_term_of_singles(part, x, y, at, column),
        )
        low, high = widened(part)
        return total + (low + high)

    return sum_of_lanes(loop(0, width, GROUP_SINGLE, lanes_of(0.0), with_group))


@outline
def _entropy_of_widened(x, y, at, padded):
    """sum s log2 s over two float32 rows, in float64."""
    total = 0.0
    for start in range(0, padded, BLOCK):
        first, second = lanes_of(0.0), lanes_of(0.0)
        for c in range(start, min(start + BLOCK, padded), SINGLE_WIDTH):
            x_low, x_high = widened(load_singles(x, at[0] + c))
            y_low, y_high = widened(load_singles(y, at[1] + c))
            low, high = x_low + y_low, x_high + y_high
            first = fma(low, log2_normal(low), first)
            second = fma(high, log2_normal(high), second)
        total += sum_of_lanes(first + second)
    return total


def make_tile(single: bool) -> Callable[..., Any]:
    """The kernel over all pairs of two sets of prepared rows."""
    block_entropy = _block_entropy_of_singles if single else _block_entropy
    roundings = 2.0**-24 / CERTIFIED_SINGLE if single else ROUNDING
    term_roundings = TERM_SINGLE if single else 0.5 * (TERM + STEPS)

    @inline
    def add_chunk(x, y, padded, start, above, out):
        """Add the sums over some columns to those of the columns before."""
        x_data, y_data = pointer(x), pointer(y)
        for i in range(x.shape[0]):
            for j in range(max(0, i + above), y.shape[0]):
                total = out[i, j] if start else 0.0
                for c in range(start, min(start + CHUNK, padded), BLOCK):
                    at = (i * padded + c, j * padded + c)
                    total += block_entropy(x_data, y_data, at, min(BLOCK, padded - c))
                out[i, j] = total

    def tile(x, x_constant, x_weight, y, y_constant, y_weight, k, normalize, root, above, out):
        """out[i, j] for j >= i + above: JS, its root or UNCERTIFIED; whether any of them is."""
        unsure = False
        padded = x.shape[1]
        for start in range(0, padded, CHUNK):
            add_chunk(x, y, padded, start, above, out)
        x_data, y_data = pointer(x), pointer(y)
        error = term_roundings * roundings + 0.5 * (k / BLOCK) * ROUNDING
        again = (AGAIN if normalize else 2.0 * AGAIN) * roundings + (k / BLOCK + STEPS) * ROUNDING
        most = LN2 if normalize else np.inf
        to_nats = LN2 / k
        for i in range(x.shape[0]):
            for j in range(max(0, i + above), y.shape[0]):
                constant, weight = x_constant[i] + y_constant[j], x_weight[i] + y_weight[j]
                result = constant - out[i, j] * to_nats
                certain = result >= error * weight + ENTRY * roundings
                if single and not certain:
                    at = (i * padded, j * padded)
                    result = constant - _entropy_of_widened(x_data, y_data, at, padded) * to_nats
                    certain = result >= again * weight + AGAIN_ENTRY * roundings
                result = min(result, most)
                result = np.sqrt(result) if root else result
                out[i, j] = result if certain else UNCERTIFIED
                unsure |= not certain
        return unsure

    return tile
