"""What is known of a group while it is computed carefully, and the arithmetic of that.

See `mixture_careful`. The state is an array of float64, so that it can stay with a group whose
columns come in parts.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math.log_ratio import FLOOR, relative_entropy
from kullback._math.memory import load
from kullback._math.sums import (
    add_to,
    add_to_three,
    exponent_of_any,
    renormalized,
    times_power_of_two,
    two_product,
)

TOP = 840
TINY = 2.0**-600  # rows that are not normalized: a bin whose scaled entries are all below it ...
MORE = 1100  # ... is scaled by this power of two besides
FAINT = 2.0**-800  # a sum below this counts among the tiny ones
LIFTED = -60  # octaves beside a pseudocount: where all entries of a bin, made larger to this, ...
HIDDEN = 40  # ... gain more than these, their differences are so

SURVEY, SUMS, TERMS = 1, 2, 4  # phases: each over all columns before the next begins

# The state: first of the group, then of each row.
DIFFERENT, HIGH, HIGH_ERROR, LOW, LOW_ERROR, GROUP = 0, 1, 2, 3, 4, 5
MOST, SCALE, SUM, WHOLE, SHIFT, INVERSE, WEIGHT, X, U, ROW = 0, 1, 2, 5, 8, 9, 10, 11, 12, 13


def state_for(m: int) -> int:
    """How many float64 the state of a group is."""
    return GROUP + ROW * m


@inline
def three(state, at):
    return state[at], state[at + 1], state[at + 2]


@inline
def add_exactly(total, x, y):
    """total + x * y."""
    product, error = two_product(x, y)
    return add_to_three(add_to_three(total, product), error)


@inline
def shifted_difference(a, a_shift, a_sum, b, b_shift, b_sum, k):
    """(a + a') (B + k b') - (b + b') (A + k a'), a' and b' the pseudocounts, A and B the sums.

    Multiplied out, without k a' b' - k b' a' = 0: pseudocounts may hide the entries, or make rows
    equal that are not. The sums are in units of 2**TOP.
    """
    total = (0.0, 0.0, 0.0)
    for i in range(3):
        total = add_exactly(add_exactly(total, a, b_sum[i]), -b, a_sum[i])
        total = add_exactly(add_exactly(total, a_shift, b_sum[i]), -b_shift, a_sum[i])
    high, low = two_product(float(k), b_shift * 2.0**-TOP)
    total = add_exactly(add_exactly(total, a, high), a, low)
    high, low = two_product(float(k), a_shift * 2.0**-TOP)
    total = add_exactly(add_exactly(total, -b, high), -b, low)
    return (total[0] + total[1]) + total[2]


@inline
def survey(p, at, step, m, width, state):
    """The largest entries, inf for a row that is no distribution; whether rows differ."""
    for j in range(m):
        most = state[GROUP + ROW * j + MOST]
        for c in range(width):
            a = load(p, at + j * step + c)
            if a != load(p, at + c):
                state[DIFFERENT] = 1.0
            if not 0.0 <= a < np.inf:
                most = np.inf
            most = max(most, a)
        state[GROUP + ROW * j + MOST] = most


@inline
def valid(state, m, amount):
    """Whether all rows are distributions, pseudocounts being added."""
    good = True
    for j in range(GROUP, GROUP + ROW * m, ROW):
        good = good and 0.0 < max(state[j + MOST], amount) < np.inf
    return good


@inline
def choose_scales(weights, first, m, amount, normalize, state):
    """Of every row; rows that are not normalized get a common one."""
    least = 2000
    for i in range(m):
        j = GROUP + ROW * i
        scale = TOP - exponent_of_any(max(state[j + MOST], amount))
        state[j + WEIGHT] = weights[first + i]
        state[j + SCALE] = scale
        least = min(least, scale) if state[j + WEIGHT] > 0.0 else least
    for j in range(GROUP, GROUP + ROW * m, ROW):
        if not normalize:
            state[j + SCALE] = least
        state[j + SHIFT] = times_power_of_two(amount, int(state[j + SCALE]))


@inline
def add_sums(p, at, step, m, width, state):
    """The sums of the scaled entries, in three parts."""
    for i in range(m):
        j = GROUP + ROW * i
        total = three(state, j + SUM)
        scale = int(state[j + SCALE])
        for c in range(width):
            total = add_to_three(total, times_power_of_two(load(p, at + i * step + c), scale))
        state[j + SUM], state[j + SUM + 1], state[j + SUM + 2] = total


@inline
def set_wholes(state, m, k, normalize):
    """The sums with the pseudocounts, in units of 2**TOP, and their inverses."""
    for j in range(GROUP, GROUP + ROW * m, ROW):
        whole = (1.0, 0.0, 0.0)
        if normalize:
            whole = renormalized(add_exactly(three(state, j + SUM), float(k), state[j + SHIFT]))
            whole = (whole[0] * 2.0**-TOP, whole[1] * 2.0**-TOP, whole[2] * 2.0**-TOP)
        state[j + WHOLE], state[j + WHOLE + 1], state[j + WHOLE + 2] = whole
        state[j + INVERSE] = 1.0 / whole[0]


@inline
def heaviest(state, m):
    """The place of the row with the largest weight, and the sum of the weights."""
    chosen = GROUP
    total = (0.0, 0.0)
    for j in range(GROUP, GROUP + ROW * m, ROW):
        chosen = j if state[j + WEIGHT] > state[chosen + WEIGHT] else chosen
        total = add_to(total, state[j + WEIGHT])
    return chosen, total


@inline
def unit_sum(state, at):
    """The sum without pseudocounts, in units of 2**TOP."""
    total = renormalized(three(state, at + SUM))
    return total[0] * 2.0**-TOP, total[1] * 2.0**-TOP, total[2] * 2.0**-TOP


@inline
def term(x, y, d):
    """R, from the difference d where x and y are near, else from x and y.

    The two must not disagree by a rounding of y: `relative_entropy` takes that for knowledge.
    """
    if abs(d) < 0.5 * y:
        return relative_entropy((y + d) + FLOOR, y + FLOOR, d)
    return relative_entropy(x + FLOOR, y + FLOOR, (x + FLOOR) - (y + FLOOR))


@inline
def extra_scale(p, at, step, m, amount, state):
    """MORE for a bin in which all is tiny, else 0."""
    most = 0.0
    for i in range(m):
        j = GROUP + ROW * i
        if state[j + WEIGHT] > 0.0:
            a = load(p, at + i * step) + amount
            most = max(most, times_power_of_two(a, int(state[j + SCALE])))
    return MORE if most < TINY else 0


@inline
def extra_lift(p, at, step, m, amount, state):
    """What brings differences to 2**LIFTED beside a pseudocount that hides them, else 0."""
    if amount == 0.0:
        return 0
    most = 0.0
    for i in range(m):
        if state[GROUP + ROW * i + WEIGHT] > 0.0:
            most = max(most, load(p, at + i * step))
    if most == 0.0:
        return 0
    lift = exponent_of_any(amount) + LIFTED - exponent_of_any(most)
    return lift if lift > HIDDEN else 0
