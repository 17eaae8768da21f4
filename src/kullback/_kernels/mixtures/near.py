"""The generalized Jensen-Shannon divergence of rows that are nearly equal: see `mixture`."""

from __future__ import annotations

from kullback._jit import inline
from kullback._kernels.mixtures.common import (
    FACTOR,
    ROW,
    SHARE,
    WEIGHT,
    Steps,
    add_row_sum,
    for_eight_columns,
    trusted_near,
)
from kullback._kernels.mixtures.fast import make_shifted
from kullback._math.bits import bits, fma
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log_ratio import FLOOR, relative_entropy
from kullback._math.memory import load_lanes, store_lanes
from kullback._math.shuffles import any_sign_of_lanes
from kullback._math.sums import add_to, two_sum


def make_near(shifts: bool) -> Steps:
    """With or without a pseudocount."""
    shifted = make_shifted(shifts)

    @inline
    def visit_for_sum(sums, c, a, live, amount):
        signs = sums[2] | bits(a)
        a, lost = shifted(a, live, amount)
        high, error = two_sum(sums[0], a)
        low = sums[1] + error
        if shifts:
            low = low + lost
        return high, low, signs

    sum_of_columns = for_eight_columns(visit_for_sum)

    @inline
    def add_sums(p, at, step, m, width, amount, rows):
        for i in range(m):
            sums = (lanes_of(0.0), lanes_of(0.0), lanes_of(0))
            high, low, signs = sum_of_columns(p, at + i * step, width, sums, amount)
            add_row_sum(rows, ROW * i, high, low, any_sign_of_lanes(signs) < 0)

    @inline
    def scaled(a, live, amount, factor):
        """Entries times a factor, both in two parts."""
        a, lost = shifted(a, live, amount)
        high = a * factor[0]
        low = fma(a, factor[1], fma(a, factor[0], -high))
        if shifts:
            low = fma(lost, factor[0], low)
        return high, low

    @inline
    def visit_for_mean(none, c, a, live, given):
        mean, amount, factor = given
        high, low = scaled(a, live, amount, factor)
        high, error = two_sum(load_lanes(mean[0], mean[1] + c), high)
        store_lanes(mean[0], mean[1] + c, high)
        low = load_lanes(mean[0], mean[2] + c) + (low + error)
        store_lanes(mean[0], mean[2] + c, low)
        return none

    add_columns_to_mean = for_eight_columns(visit_for_mean)

    @inline
    def add_means(p, at, step, m, width, amount, rows, mean):
        for i in range(m):
            j = ROW * i + SHARE
            given = (mean, amount, (rows[j], rows[j + 1]))
            add_columns_to_mean(p, at + i * step, width, 0, given)

    @inline
    def visit_for_terms(total, c, a, live, given):
        """Columns that do not exist have 0 on both sides."""
        mean, amount, factor = given
        high, low = scaled(a, live, amount, factor)
        y = load_lanes(mean[0], mean[1] + c)
        d = (high - y) + (low - load_lanes(mean[0], mean[2] + c))
        return total + relative_entropy(high + FLOOR, y + FLOOR, d)

    terms_of_columns = for_eight_columns(visit_for_terms)

    @inline
    def add_terms(p, at, step, m, width, amount, rows, mean, total):
        for i in range(m):
            j = ROW * i + FACTOR
            given = (mean, amount, (rows[j], rows[j + 1]))
            terms = terms_of_columns(p, at + i * step, width, lanes_of(0.0), given)
            total = add_to(total, rows[ROW * i + WEIGHT] * terms)
        return total

    @inline
    def clear(mean, width):
        for c in range(0, width, WIDTH):
            store_lanes(mean[0], mean[1] + c, lanes_of(0.0))
            store_lanes(mean[0], mean[2] + c, lanes_of(0.0))

    @inline
    def settle(mean, width):
        """The first part is the mean, rounded, the second the rest."""
        for c in range(0, width, WIDTH):
            high, low = load_lanes(mean[0], mean[1] + c), load_lanes(mean[0], mean[2] + c)
            high, low = two_sum(high, low)
            store_lanes(mean[0], mean[1] + c, high)
            store_lanes(mean[0], mean[2] + c, low)

    return Steps(add_sums, add_means, add_terms, clear, settle, trusted_near)
