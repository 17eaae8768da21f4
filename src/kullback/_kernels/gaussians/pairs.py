"""Pairs of diagonal Gaussians, any metric: those of a matrix that its form does not certify.

A row holds d means and after them d spreads. Results are vouched for as those of `rows` are; the
loop is shorter, and takes a third of the time to compile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._kernels import UNCERTIFIED
from kullback._kernels.gaussians.terms import LEAST, MOST, Term
from kullback._kernels.matrices.reference import load_columns, no_sum, whole_sum
from kullback._math.bits import mask_byte, select
from kullback._math.flow import loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import pointer
from kullback._math.shuffles import any_sign_of_lanes
from kullback._math.sums import add_to
from kullback._math.tracing import traced


def make_pairs(term: Term, unit: float) -> Callable[..., Any]:
    """The kernel over pairs of rows."""
    term_of, marks_of, finish = term

    @traced
    def with_dimensions(state, x_data, x_at, y_data, y_at, c, d):
        """The sum of the terms, marks and differences, with eight dimensions more."""
        total, marked, unlike = state
        live = lane_numbers() + c < d
        m0 = load_columns(x_data, x_at, c, d)
        s0 = select(live, load_columns(x_data, x_at + d, c, d), unit)
        m1 = load_columns(y_data, y_at, c, d)
        s1 = select(live, load_columns(y_data, y_at + d, c, d), unit)
        total = add_to(total, term_of(m0, s0, m1, s1))
        return total, marked | marks_of(s0, s1), unlike | (m0 != m1) | (s0 != s1)

    @traced
    def result(state):
        total, marked, unlike = state
        value = whole_sum(total)
        sure = (any_sign_of_lanes(marked) > -1) & (value < MOST)
        sure = sure & ((value > LEAST) | (mask_byte(unlike) == 0))
        return select(sure, finish(value), UNCERTIFIED)

    @traced
    def metric_of(x_data, x_at, y_data, y_at, d):
        nothing = no_sum(), lanes_of(0), lanes_of(0.0) != 0.0
        return result(
            loop(
                0,
                d,
                WIDTH,
                nothing,
                lambda c, state: with_dimensions(state, x_data, x_at, y_data, y_at, c, d),
            )
        )

    def pairs(x, x_index, y, y_index, out):
        """out[r] = the metric of rows x_index[r] of x and y_index[r] of y, in nats, or UNCERTIFIED.

        Returns whether any is uncertified.
        """
        d = x.shape[1] // 2
        x_data, y_data = pointer(x), pointer(y)
        left = False
        for r in range(out.size):
            value = metric_of(x_data, x_index[r] * 2 * d, y_data, y_index[r] * 2 * d, d)
            left |= value == UNCERTIFIED
            out[r] = value
        return left

    return pairs
