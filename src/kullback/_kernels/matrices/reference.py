"""What the forms for matrices share: how they load and measure rows, and how sure they must be.

All forms measure every row against a reference: near it they lose nothing, and the further a pair
is from it against its own distance, the more. Each form bounds what it loses, for the worst case
(bins that are all alike round alike); pairs that the bound does not certify come out as
UNCERTIFIED and are done again by `rows`, which loses nothing anywhere.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math.bits import bits, fma, select
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes
from kullback._math.shuffles import any_sign_of_lanes, sum_of_lanes
from kullback._math.sums import two_sum
from kullback._math.tracing import traced

LEAST = 2.0**-400  # rows with sums outside LEAST ... MOST are left to `rows`
MOST = 2.0**400
CERTIFIED = 0.9e-12  # the relative error up to which a result is certified
ROUNDING = 2.0**-53 / CERTIFIED
NORMALIZED = 0.5e-13  # the relative error that may come from the sums of rows

CHUNK = 512  # columns of one matrix product; the products of several chunks are added
FACTORS = 8.0
ROW = 32.0  # roundings of what a row alone adds to a result
SCALE = 2.0**900  # what probabilities are multiplied by, so that tiny ones stay normal numbers
SMALLEST = 2.0**-900  # a smaller probability of q, other than 0, is left to `rows`


@traced
def load_columns(source, at, c, k):
    """Columns c ... c + WIDTH - 1 of the row at `at`, 0 beyond the k-th."""
    return branch(
        c + WIDTH <= k,
        lambda: load_lanes(source, at + c),
        lambda: load_first_lanes(source, at + c, k - c),
    )


@traced
def _add_columns(state, source, at, c, k):
    """The sum and the sign bits of entries, with eight columns more."""
    a = load_columns(source, at, c, k)
    return state[0] + a, state[1] | bits(a)


@traced
def _usable_sum(state, k, amount):
    """The sum of a row with its pseudocount, or nan."""
    given = sum_of_lanes(state[0])
    result = given + k * amount
    usable = (given > 0.0) & (result > LEAST) & (result < MOST)
    return select(usable & (any_sign_of_lanes(state[1]) > -1), result, np.nan)


@traced
def row_sum(source, at, k, amount):
    """The sum of a row with its pseudocount, or nan for one that is left to `rows`.

    A row of zeros is one: with a pseudocount, too, it is no distribution.
    """
    nothing = lanes_of(0.0), lanes_of(0)
    state = loop(0, k, WIDTH, nothing, lambda c, state: _add_columns(state, source, at, c, k))
    return _usable_sum(state, k, amount)


@traced
def whole_sum(total):
    """The number that a sum in lanes of twice the precision stands for."""
    return sum_of_lanes(total[0]) + sum_of_lanes(total[1])


@traced
def no_sum():
    """Lanes to begin a sum in twice the precision with."""
    return lanes_of(0.0), lanes_of(0.0)


@traced
def with_pseudocount(a, c, k, amount):
    """a + amount in the columns that exist."""
    return select(lane_numbers() + c < k, a + amount, 0.0)


@traced
def difference(a, r, total, amount):
    """a + amount - r total with one rounding, however much cancels."""
    shifted, low = two_sum(a, lanes_of(amount))
    return fma(-r, total, shifted) + low


@traced
def _in_units(total, normalize):
    unit = select(normalize, total, total / total)
    return unit, 1.0 / unit


@traced
def measured(row, normalize):
    """What the entries of a row are measured by, and its inverse: the sum, or 1; or nan.

    row: source, place, k and pseudocount.
    """
    return _in_units(row_sum(row[0], row[1], row[2], row[3]), normalize)


@traced
def beside_reference(row, c, r_data, total, inverse):
    """Columns c ... c + WIDTH - 1 of a row: which exist, entries, r, and p - r to its last digit.

    row: as for `measured`. p - r means nothing in columns that do not exist.
    """
    source, at, k, amount = row
    live = lane_numbers() + c < k
    a = load_columns(source, at, c, k)
    r = load_lanes(r_data, c)
    d = difference(a, r, total, amount) * inverse
    return live, with_pseudocount(a, c, k, amount), r, d


@inline
def product_roundings(width):
    """How many roundings a term of a matrix product goes through at most: see CHUNK."""
    return min(width, CHUNK) + width / CHUNK


def product_error(width: int) -> float:
    """What the product of two norms is multiplied by to bound the error of a matrix product.

    FACTORS of the roundings are those of the factors.
    """
    return float((product_roundings(width) + FACTORS) * ROUNDING)


def least_of_sums(k: int) -> float:
    """Below this, the rounding of two rows' sums could cost NORMALIZED.

    A sum goes through k/WIDTH + 8 roundings at most, and divergences are at a minimum where the
    rows are normalized: a relative error t of B/A adds t**2 / 2.
    """
    ratio = 2.0 * (k / WIDTH + 8) * 2.0**-53
    return 0.5 * ratio * ratio / NORMALIZED
