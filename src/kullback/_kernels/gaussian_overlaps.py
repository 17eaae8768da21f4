"""Pairwise Bhattacharyya's and Hellinger's distances of diagonal Gaussians, one by one but fast.

    4 B = sum (m0 - m1)**2 / (v0 + v1) + sum ln((v0 + v1)**2 / (4 v0 v1))

is no matrix product. But of the sums s = v0 + v1 of several dimensions, one fraction and one
product are kept, N/P + d**2/s = (N s + d**2 P) / (P s), which cost three operations a dimension
instead of a division and a logarithm; ln v0 and ln v1 are summed beforehand. Powers of two for
each dimension keep the numbers near 1 and are exact, so that differences of means lose nothing.
What the logarithms lose is bounded from the rows' own; pairs that the bound does not certify, and
those whose products leave the range of float64, come out as nan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.gaussian_pairs import hellinger_of, quarter
from kullback._kernels.gaussian_spreads import Spread
from kullback._kernels.reference import ROUNDING, load_columns, no_sum, whole_sum
from kullback._math.bits import fma, magnitude, pointer, select, smaller
from kullback._math.lanes import (
    WIDTH,
    lane_numbers,
    lanes_of,
    load_lanes,
    store_lanes,
    sum_of_lanes,
)
from kullback._math.log import log_normal
from kullback._math.sums import add_to

GROUP = 8 * WIDTH  # dimensions of one logarithm and one division, eight in each lane
LEAST = 2.0**-900
DIMENSION = 25.0  # roundings of ln((v0 + v1)**2 / (4 v0 v1))
LOGARITHM = 8.0  # of the logarithms that are summed
RELATIVE = 1500.0  # of all; most are of the unit of a log-variance


def make_scaled(spread: Spread) -> Callable[..., Any]:
    """The kernel that prepares rows of either side."""
    compare = spread.compare

    def scaled(rows, reference, out, logs, size):
        """out: means and halves of variances in units of the reference; logs: sum ln v; size.

        reference: 1 in units of the spread, and for the means.
        """
        d = rows.shape[1] // 2
        padded = reference.shape[1]
        source, target, given = pointer(rows), pointer(out), pointer(reference)
        for i in range(rows.shape[0]):
            total, absolute = no_sum(), lanes_of(0.0)
            for c in range(0, padded, WIDTH):
                live = lane_numbers() + c < d
                mean = load_columns(source, 2 * i * d, c, d)
                x = select(live, load_columns(source, 2 * i * d + d, c, d), 1.0)
                ratio = compare(x, load_lanes(given, c))[0]
                log = log_normal(ratio)
                store_lanes(target, 2 * i * padded + c, mean * load_lanes(given, padded + c))
                store_lanes(target, (2 * i + 1) * padded + c, 0.5 * ratio)
                total = add_to(total, log)
                # Zeros, infinities and subnormal numbers are left to `gaussian_pairs`.
                usual = (ratio > LEAST) & (ratio < 1.0 / LEAST)
                absolute = absolute + select(usual, magnitude(log), np.inf)
            logs[i] = whole_sum(total)
            size[i] = sum_of_lanes(absolute)

    return scaled


def make_tile(hellinger: bool) -> Callable[..., Any]:
    """The kernel over all pairs of two sets of prepared rows."""
    finish = hellinger_of if hellinger else quarter

    @inline
    def group(x_data, y_data, x_at, y_at, padded, count):
        """sum d**2 / s and sum ln s over a group of dimensions, and the least product, in lanes."""
        numerator, product = lanes_of(0.0), lanes_of(1.0)
        for c in range(0, count, WIDTH):
            d = load_lanes(x_data, x_at + c) - load_lanes(y_data, y_at + c)
            s = load_lanes(x_data, x_at + padded + c) + load_lanes(y_data, y_at + padded + c)
            numerator = fma(numerator, s, d * d * product)
            product = product * s
        return numerator / product, log_normal(product), product

    def tile(x, x_logs, x_size, y, y_logs, y_size, d, above, out):
        """out[i, j] for j >= i + above: the distance, or nan; whether any is nan."""
        unsure = False
        padded = x.shape[1] // 2
        x_data, y_data = pointer(x), pointer(y)
        for i in range(x.shape[0]):
            for j in range(max(0, i + above), y.shape[0]):
                distances, logs, least = lanes_of(0.0), lanes_of(0.0), lanes_of(1.0)
                for start in range(0, padded, GROUP):
                    at = (2 * i * padded + start, 2 * j * padded + start)
                    count = min(GROUP, padded - start)
                    part = group(x_data, y_data, at[0], at[1], padded, count)
                    distances = distances + part[0]
                    logs = logs + part[1]
                    least = smaller(part[2], least)
                total = 0.5 * sum_of_lanes(distances)
                total += 2.0 * sum_of_lanes(logs) - (x_logs[i] + y_logs[j])
                usual = sum_of_lanes(select(least > LEAST, 0.0, 1.0)) == 0.0
                error = DIMENSION * d + LOGARITHM * (x_size[i] + y_size[j])
                certain = total > (error + RELATIVE * total) * ROUNDING and total < np.inf
                certain = certain and usual
                out[i, j] = finish(total if certain else 1.0) if certain else np.nan
                unsure |= not certain
        return unsure

    return tile
