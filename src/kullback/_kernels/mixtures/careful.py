"""The groups that `mixture` leaves: nearly equal rows, extreme scales, signs, no distributions.

Each row is scaled by a power of two so that its largest entry is about 2**TOP, and its sum has
three times the precision. With r the row of the largest weight, a row's difference from the mean is
u - Σ w u, u = p - r: a cross product to a part in 2**150, and 0 where the two are proportional.
What cancels in it costs at most a factor of sqrt(m): Σ w u² - (Σ w u)² >= Σ w u² / m.

It works in phases, so that a group may be given whole or as a sequence of parts of its columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.mixtures.common import LEFT
from kullback._kernels.mixtures.state import (
    DIFFERENT,
    FAINT,
    GROUP,
    HIGH,
    HIGH_ERROR,
    INVERSE,
    LOW,
    LOW_ERROR,
    MORE,
    ROW,
    SCALE,
    SHIFT,
    SUMS,
    SURVEY,
    TERMS,
    TOP,
    WEIGHT,
    WHOLE,
    U,
    X,
    add_sums,
    choose_scales,
    extra_lift,
    extra_scale,
    heaviest,
    set_wholes,
    shifted_difference,
    survey,
    term,
    three,
    unit_sum,
    valid,
)
from kullback._math.memory import load, pointer
from kullback._math.sums import add_to, cross_difference, times_power_of_two, two_product


def make_careful(shifts: bool) -> Callable[..., Any]:
    """The kernel for the groups that are marked LEFT, with or without a pseudocount."""

    @inline
    def difference(a, b, j, r, k, normalize, state):
        """Probability a of row j less b of row r, times 2**TOP."""
        if not normalize:
            return a - b
        if shifts:
            a_shift, a_sum = state[j + SHIFT], unit_sum(state, j)
            b_shift, b_sum = state[r + SHIFT], unit_sum(state, r)
            n = shifted_difference(a, a_shift, a_sum, b, b_shift, b_sum, k)
        else:
            n = cross_difference(a, b, three(state, j + WHOLE), three(state, r + WHOLE))
        return n * state[j + INVERSE] * state[r + INVERSE]

    @inline
    def set_bin(p, at, step, m, r, more, lift, k, normalize, amount, state):
        """Write each row's probability and its difference from that of r; the means of both.

        Differences are made larger by 2**lift.
        """
        mean = (0.0, 0.0)
        apart = (0.0, 0.0)
        b = load(p, at + (r - GROUP) // ROW * step)
        b = times_power_of_two(b, int(state[r + SCALE]) + more + lift)
        for i in range(m):
            j = GROUP + ROW * i
            v = state[j + WEIGHT]
            if v > 0.0:
                scale = int(state[j + SCALE]) + more
                given = load(p, at + i * step)
                a = times_power_of_two(given, scale)
                shift = times_power_of_two(amount, scale) if shifts else 0.0
                state[j + X] = (a + shift) * state[j + INVERSE]
                if lift:
                    a = times_power_of_two(given, scale + lift)
                state[j + U] = difference(a, b, j, r, k, normalize, state)
                mean = add_to(mean, v * state[j + X])
                product, error = two_product(v, state[j + U])
                apart = add_to((apart[0], apart[1] + error), product)
        return mean[0] + mean[1], apart

    @inline
    def add_bin(m, v_sum, y, apart, state, total):
        for j in range(GROUP, GROUP + ROW * m, ROW):
            v = state[j + WEIGHT]
            if v > 0.0:
                product, error = two_product(v_sum[0], state[j + U])
                error += v_sum[1] * state[j + U]
                d = (product - apart[0]) + (error - apart[1])
                x = v_sum[0] * state[j + X]
                total = add_to(total, v * term(x, y, d))
        return total

    @inline
    def add_hidden(m, v_sum, y, apart, more, lift, state):
        """As `add_bin`, of differences times 2**lift: terms are of the order of their squares."""
        part = add_bin(m, v_sum, y, apart, state, (0.0, 0.0))
        share, back = part[0] + part[1], -2 * lift
        low = more > 0 or times_power_of_two(share, back) < FAINT
        back += MORE - more if low else 0
        place = LOW if low else HIGH
        total = (state[place], state[place + 1])
        state[place], state[place + 1] = add_to(total, times_power_of_two(share, back))

    @inline
    def add_terms(p, at, step, m, width, k, normalize, amount, state):
        r, v_sum = heaviest(state, m)
        for c in range(width):
            more, lift = 0, 0
            if not normalize:
                more = extra_scale(p, at + c, step, m, amount, state)
                lift = extra_lift(p, at + c, step, m, amount, state)
            y, apart = set_bin(p, at + c, step, m, r, more, lift, k, normalize, amount, state)
            if lift:
                add_hidden(m, v_sum, y, apart, more, lift, state)
                continue
            place = LOW if more else HIGH
            total = (state[place], state[place + 1])
            total = add_bin(m, v_sum, y, apart, state, total)
            state[place], state[place + 1] = total

    @inline
    def result(m, normalize, state):
        _, v_sum = heaviest(state, m)
        back = 1.0 / v_sum[0] / v_sum[0]
        high = (state[HIGH] + state[HIGH_ERROR]) * back
        if normalize:
            return high * 2.0**-TOP
        scale = int(state[GROUP + SCALE])
        low = (state[LOW] + state[LOW_ERROR]) * back
        return times_power_of_two(high, -scale) + times_power_of_two(low, -scale - MORE)

    def careful(ps, weights, choice, k, amount, normalize, phases, state, out):
        """Fill in the results marked LEFT; how many of them are nan: no distributions.

        Parts of a group are given one after the other, for each phase alone, with their state.
        """
        m, width = ps.shape[1], ps.shape[2]
        p = pointer(ps)
        every = pointer(weights)
        own = pointer(state)
        group_step = ps.strides[0] // ps.itemsize
        step = ps.strides[1] // ps.itemsize
        invalid = 0
        for g in range(out.shape[0]):
            if out[g] != LEFT:
                continue
            at = g * group_step
            if phases == SURVEY | SUMS | TERMS:
                state[:] = 0.0
            if phases & SURVEY:
                survey(p, at, step, m, width, own)
            good = valid(own, m, amount)
            if phases & SUMS and good and own[DIFFERENT] > 0.0:
                choose_scales(every, choice[g] * m, m, amount, normalize, own)
                add_sums(p, at, step, m, width, own)
            if phases & TERMS:
                out[g] = 0.0 if good else np.nan
                invalid += not good
                if good and own[DIFFERENT] > 0.0:
                    set_wholes(own, m, k, normalize)
                    add_terms(p, at, step, m, width, k, normalize, amount, own)
                    out[g] = result(m, normalize, own)
        return invalid

    return careful
