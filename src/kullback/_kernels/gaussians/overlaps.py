"""Pairwise Bhattacharyya's and Hellinger's distances of diagonal Gaussians, one by one but fast.

    4 B = sum (m0 - m1)**2 / (v0 + v1) + sum ln((v0 + v1)**2 / (4 v0 v1))

is no matrix product. But of the sums s = v0 + v1 of several dimensions, one fraction and one
product are kept, N/P + d**2/s = (N s + d**2 P) / (P s), which cost three operations a dimension
instead of a division and a logarithm; ln v0 and ln v1 are summed beforehand. Powers of two for
each dimension keep the numbers near 1 and are exact, so that differences of means lose nothing.
What the logarithms lose is bounded from the rows' own; pairs that the bound does not certify, and
those whose products leave the range of float64, come out as UNCERTIFIED.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.gaussians.spreads import Spread
from kullback._kernels.gaussians.terms import hellinger_of, quarter
from kullback._kernels.matrices.reference import ROUNDING, load_columns, no_sum, whole_sum
from kullback._math.bits import fma, magnitude, select, smaller
from kullback._math.flow import loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log import log_normal
from kullback._math.memory import advanced, entry, load_lanes, pointer, store, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to
from kullback._math.tracing import traced

GROUP = 8 * WIDTH  # dimensions of one logarithm and one division, eight in each lane
LEAST = 2.0**-900
DIMENSION = 25.0  # roundings of ln((v0 + v1)**2 / (4 v0 v1))
LOGARITHM = 8.0  # of the logarithms that are summed
RELATIVE = 1500.0  # of all; most are of the unit of a log-variance


def make_scaled(spread: Spread) -> Callable[..., Any]:
    """The kernel that prepares rows of either side."""
    compare, marks = spread.compare, spread.marks

    @traced
    def with_dimensions(state, source, at, c, d, given, padded, target, place):
        """Write eight dimensions' entries; the sums of a row, with theirs."""
        total, absolute = state
        live = lane_numbers() + c < d
        mean = load_columns(source, at, c, d)
        x = select(live, load_columns(source, at + d, c, d), 1.0)
        w = load_lanes(given, c)
        ratio = compare(x, w)[0]
        log = log_normal(ratio)
        store_lanes(target, place, mean * load_lanes(given, padded + c))
        store_lanes(target, place + padded, 0.5 * ratio)
        # Zeros, infinities and subnormal numbers are left to `rows`.
        usual = (ratio > LEAST) & (ratio < 1.0 / LEAST) & (marks(x, w) > -1)
        return add_to(total, log), absolute + select(usual, magnitude(log), np.inf)

    @traced
    def told(state, mean):
        """The sum of the logarithms, nan of no Gaussian, and that of their sizes."""
        total, absolute = state
        return select(mean == mean, whole_sum(total), np.nan), sum_of_lanes(absolute)

    def scaled(rows, reference, out, logs, size):
        """out: means and halves of variances in units of the reference; logs: sum ln v; size.

        reference: 1 in units of the spread, and for the means.
        """
        d = rows.shape[1] // 2
        padded = reference.shape[1]
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        for i in range(rows.shape[0]):
            state = no_sum(), lanes_of(0.0)
            for c in range(0, padded, WIDTH):
                place = 2 * i * padded + c
                state = with_dimensions(
                    state, source, 2 * i * d, c, d, given, padded, target, place
                )
            logs[i], size[i] = told(state, rows[i, 0])

    return scaled


@traced
def _step(state, x_data, at, padded, y_mean, y_half):
    """A fraction and a product with eight dimensions more."""
    numerator, product = state
    d = load_lanes(x_data, at) - y_mean
    s = load_lanes(x_data, at + padded) + y_half
    return fma(numerator, s, d * d * product), product * s


@traced
def _ended(total, state):
    """A sum with what a group has come to: nan where its product has left the range."""
    numerator, product = state
    share = fma(2.0, log_normal(product), 0.5 * (numerator / product))
    return total + select(product > LEAST, share, np.nan)


@traced
def _no_states():
    state = lanes_of(0.0), lanes_of(1.0)
    return state, state


@traced
def _steps(states, x_data, at, padded, y_data, y_at):
    y_mean, y_half = load_lanes(y_data, y_at), load_lanes(y_data, y_at + padded)
    return tuple(_step(states[i], x_data, at[i], padded, y_mean, y_half) for i in range(2))


@traced
def _both_ended(totals, states):
    return _ended(totals[0], states[0]), _ended(totals[1], states[1])


@traced
def _both_sums(totals):
    return sum_of_lanes(totals[0]), sum_of_lanes(totals[1])


@traced
def _two_pairs(x_data, first, second, y_data, y_at, padded):
    """sum d**2 / (2 s) + 2 ln s of two rows of x and one of y, whose entries are loaded once."""

    def with_group(start, totals):
        def with_dimensions(c, states):
            return _steps(states, x_data, (first + c, second + c), padded, y_data, y_at + c)

        stop = smaller(start + GROUP, padded)
        return _both_ended(totals, loop(start, stop, WIDTH, _no_states(), with_dimensions))

    return _both_sums(loop(0, padded, GROUP, (lanes_of(0.0), lanes_of(0.0)), with_group))


def make_tile(hellinger: bool) -> Callable[..., Any]:
    """The kernel over all pairs of two sets of prepared rows."""
    finish = hellinger_of if hellinger else quarter

    @traced
    def certified(total, x_logs, x_size, y_logs, y_size, roundings):
        logs = x_logs + y_logs
        total = total - logs
        error = fma(RELATIVE, total, LOGARITHM * (x_size + y_size) + roundings)
        good = (total > error * ROUNDING) & (total < np.inf)
        result = finish(select(good, total, 1.0))
        return select(good, result, select(logs == logs, UNCERTIFIED, np.nan))

    @traced
    def certify_eight(unsure, place, j, own, logs, size, roundings):
        """Certify eight entries; how many are not, in each lane, with these."""
        other = load_lanes(logs, j), load_lanes(size, j)
        result = certified(load_lanes(place, j), *own, *other, roundings)
        store_lanes(place, j, result)
        return unsure + select(result == UNCERTIFIED, 1.0, 0.0)

    @traced
    def certify_one(place, j, own, logs, size, roundings):
        other = entry(logs, j), entry(size, j)
        result = certified(entry(place, j), *own, *other, roundings)
        store(place, j, result)
        return select(result == UNCERTIFIED, 1.0, 0.0)

    def tile(x, x_logs, x_size, y, y_logs, y_size, above, out):
        """out[i, j] for j >= i + above: the distance, UNCERTIFIED, or nan of no Gaussian.

        Zeros elsewhere. Rows of out are contiguous. Returns whether any is uncertified.
        """
        unsure, rest = lanes_of(0.0), 0.0
        padded = x.shape[1] // 2
        roundings = DIMENSION * padded
        n, m = out.shape
        stride = out.strides[0] // 8
        target = pointer(out)
        x_data, y_data, logs, size = pointer(x), pointer(y), pointer(y_logs), pointer(y_size)
        for i in range(0, n, 2):
            other = min(i + 1, n - 1)
            at = (2 * i * padded, 2 * other * padded)
            for j in range(max(0, i + above), m):
                found = _two_pairs(x_data, at[0], at[1], y_data, 2 * j * padded, padded)
                out[i, j], out[other, j] = found
        for i in range(n):
            first = min(max(0, i + above), m)
            own, place = (x_logs[i], x_size[i]), advanced(target, i * stride)
            for j in range(first):
                store(place, j, 0.0)
            for j in range(first, m - WIDTH + 1, WIDTH):
                unsure = certify_eight(unsure, place, j, own, logs, size, roundings)
            for j in range(m - (m - first) % WIDTH, m):
                rest += certify_one(place, j, own, logs, size, roundings)
        return sum_of_lanes(unsure) + rest > 0.0

    return tile
