"""The generalized Jensen-Shannon divergence in float64, eight bins at a time: see `mixture`."""

from __future__ import annotations

from typing import Any

from kullback._jit import inline
from kullback._kernels.mixtures.common import (
    FACTOR,
    ROW,
    SHARE,
    WEIGHT,
    Steps,
    add_row_sum,
    for_eight_columns,
    nothing,
    trusted_fast,
)
from kullback._math.bits import bits, fma, select
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log_ratio import FLOOR, relative_entropy_by_rest
from kullback._math.memory import load_lanes, store_lanes
from kullback._math.shuffles import any_sign_of_lanes
from kullback._math.sums import add_to, two_sum

RUN = 128  # columns that are summed before the sum is added in twice the precision


def make_shifted(shifts: bool) -> Any:
    """Entries with the pseudocount, and what its addition lost."""

    @inline
    def shifted(a, live, amount):
        if shifts:
            a, lost = two_sum(a, lanes_of(amount))
            return select(live, a, 0.0), select(live, lost, 0.0)
        return a, lanes_of(0.0)

    return shifted


def make_term(shifts: bool) -> Any:
    """R of entries and the mean, FLOOR being in it, in lanes."""
    shifted = make_shifted(shifts)

    @inline
    def term(a, y, live, amount, factor):
        a, lost = shifted(a, live, amount)
        x = fma(a, factor, FLOOR)
        rest = fma(a, factor, -x)
        if shifts:
            rest = fma(lost, factor, rest)
        return relative_entropy_by_rest(x, y, rest)

    return term


def make_fast(shifts: bool) -> Steps:
    """With or without a pseudocount."""
    shifted, term = make_shifted(shifts), make_term(shifts)

    @inline
    def visit_for_sum(sums, c, a, live, amount):
        return sums[0] + shifted(a, live, amount)[0], sums[1] | bits(a)

    sum_of_columns = for_eight_columns(visit_for_sum)

    @inline
    def add_sums(p, at, step, m, width, amount, rows):
        for i in range(m):
            total = nothing()
            signs = lanes_of(0)
            for start in range(0, width, RUN):
                columns = min(RUN, width - start)
                empty = (lanes_of(0.0), signs)
                run, signs = sum_of_columns(p, at + i * step + start, columns, empty, amount)
                total = add_to(total, run)
            add_row_sum(rows, ROW * i, total[0], total[1], any_sign_of_lanes(signs) < 0)

    @inline
    def visit_for_mean(none, c, a, live, given):
        mean, amount, factor = given
        a, _ = shifted(a, live, amount)
        place = mean[1] + c
        store_lanes(mean[0], place, fma(a, factor, load_lanes(mean[0], place)))
        return none

    add_columns_to_mean = for_eight_columns(visit_for_mean)

    @inline
    def add_means(p, at, step, m, width, amount, rows, mean):
        for i in range(m):
            given = (mean, amount, rows[ROW * i + SHARE])
            add_columns_to_mean(p, at + i * step, width, 0, given)

    @inline
    def visit_for_terms(total, c, a, live, given):
        mean, amount, factor = given
        return total + term(a, load_lanes(mean[0], mean[1] + c), live, amount, factor)

    terms_of_columns = for_eight_columns(visit_for_terms)

    @inline
    def add_terms(p, at, step, m, width, amount, rows, mean, total):
        for i in range(m):
            given = (mean, amount, rows[ROW * i + FACTOR])
            terms = terms_of_columns(p, at + i * step, width, lanes_of(0.0), given)
            total = add_to(total, rows[ROW * i + WEIGHT] * terms)
        return total

    @inline
    def clear(mean, width):
        for c in range(0, width, WIDTH):
            store_lanes(mean[0], mean[1] + c, lanes_of(FLOOR))

    @inline
    def settle(mean, width):
        """There is nothing to do."""

    return Steps(add_sums, add_means, add_terms, clear, settle, trusted_fast)
