"""What is known of rows and groups, and the factors of rows: of numbers or of lanes."""

from __future__ import annotations

from kullback._math.bits import fma, larger, select
from kullback._math.sums import exponent, power_of_two, two_product, two_sum
from kullback._math.tracing import traced

RUN = 8  # rows that are added before their sum is, in two parts
RANGE = 800  # sums of rows, and their ratios, lie between 2**-RANGE and 2**RANGE

# What is known of a row: its sum in two parts, then its f in two parts; and its weight.
RATIO, SHARE, ROW = 0, 2, 3

# Of a group: what is added to each entry of its mean (in two parts), its mass M (0 where the group
# cannot be done here), the power of two, the number of row r, c sum w |f - 1| of all columns, and
# `caution` (see `results`).
MORE, MASS, SCALE, HEAVIEST, APART, CAUTION, GROUP = 0, 2, 3, 4, 5, 6, 7

# Of a part of its columns: the sums of low**2 / m', of low, and of w |a f - a_r|.
SPREAD, LOW, DIFFERENCE, PART = 0, 1, 2, 3

SUMS, FACTORS, MEANS = 1, 2, 4  # what the kernel is to do


@traced
def plus(x, y):
    """A sum of numbers in two parts."""
    high, error = two_sum(x[0], y[0])
    return two_sum(high, error + (x[1] + y[1]))


@traced
def quotient(x, y):
    """Of numbers in two parts."""
    high = x[0] / y[0]
    rest = fma(-high, y[0], x[0]) + (x[1] - high * y[1])
    return two_sum(high, rest / y[0])


@traced
def in_range(x):
    return (x > 2.0**-RANGE) & (x < 2.0**RANGE)


@traced
def ratio_of(reference, own, shift, share, normalize):
    """Of the sums of row r and of a row: f; w (f - 1), the row's whole, and whether all is normal.

    Of numbers or of lanes.
    """
    whole = plus(own, shift)
    ratio = quotient(plus(reference, shift), whole)
    further = (reference[0] - own[0]) + (reference[1] - own[1])
    change = share * (further / whole[0])
    good = (share == 0.0) | (in_range(whole[0]) & in_range(ratio[0]))
    high = select(normalize, ratio[0], 1.0 + 0.0 * share)
    low, change = select(normalize, ratio[1], 0.0 * share), select(normalize, change, 0.0 * share)
    # A row of no weight may be so far away that its ratio overflows.
    ratio = (select(share > 0.0, high, 0.0), select(share > 0.0, low, 0.0))
    change = select(share > 0.0, change, 0.0)
    return ratio, change, whole[0], good


@traced
def addition(more, amount):
    """What is added to each entry of a mean, (0, 0) where all sums are equal, and its scale.

    That is the least power of two for which scale (1 + more) >= 1.
    """
    below = larger(2.0 + 0.0 * more, power_of_two(0 - exponent(1.0 + more)))
    scale = select((more < 0.0) & (more > -1.0), below, 1.0 + 0.0 * more)
    high, low = two_sum(scale - 1.0, scale * more)
    high, error = two_product(amount + 0.0 * more, high)
    return scale, high, fma(amount, low, error)


@traced
def caution(apart, amount):
    """By how much more rows must differ than `results` says, from sum w |f - 1|."""
    return 1.0 + select(amount > 0.0, 8.0 * apart, 0.0 * apart)
