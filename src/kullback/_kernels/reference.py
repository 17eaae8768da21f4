"""What the two matrix forms share: how they load and sum rows, and how sure they must be.

Both forms measure every row against a reference: near it they lose nothing, and the further a pair
is from it against its own distance, the more. Each form bounds what it loses, for the worst case
(bins that are all alike round alike); pairs that the bound does not certify come out as nan and
are done again by `rows`, which loses nothing anywhere.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._math.bits import bits, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes
from kullback._math.shuffles import any_bit_of_lanes, sum_of_lanes

LEAST = 2.0**-400  # rows with sums outside LEAST ... MOST are left to `rows`
MOST = 2.0**400
CERTIFIED = 0.9e-12  # the relative error up to which a result is certified
ROUNDING = 2.0**-53 / CERTIFIED


@inline
def load_columns(source, at, c, k):
    """Columns c ... c + WIDTH - 1 of the row at `at`, 0 beyond the k-th."""
    if c + WIDTH <= k:
        return load_lanes(source, at + c)
    return load_first_lanes(source, at + c, k - c)


@inline
def row_sum(source, at, k, amount):
    """The sum of a row with its pseudocount, or nan for one that is left to `rows`."""
    total = lanes_of(0.0)
    signs = lanes_of(0)
    for c in range(0, k, WIDTH):
        a = load_columns(source, at, c, k)
        signs = signs | bits(a)
        total = total + a
    result = sum_of_lanes(total) + k * amount
    if any_bit_of_lanes(signs) < 0 or not LEAST < result < MOST:
        return float("nan")
    return result


@inline
def whole_sum(total):
    """The number that a sum in lanes of twice the precision stands for."""
    return sum_of_lanes(total[0]) + sum_of_lanes(total[1])


@inline
def no_sum():
    """Lanes to begin a sum in twice the precision with."""
    return lanes_of(0.0), lanes_of(0.0)


@inline
def with_pseudocount(a, c, k, amount):
    """a + amount in the columns that exist."""
    return select(lane_numbers() + c < k, a + amount, 0.0)
