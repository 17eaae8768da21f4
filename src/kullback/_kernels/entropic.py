"""Pairwise Jensen-Shannon divergence with one logarithm for each pair and bin.

With r the reference row, u = p/(2r), v = q/(2r) and s = u + v = m/r, m the mean of p and q:

    JS = c(p) + c(q) - sum r s ln s,      c(p) = sum (p/2) ln(p/r).

`scaled` makes u and c of every row once; `tile` does the rest for all pairs of two sets of rows.
The error of the sum is at most proportional to sum r |s ln s|, and that is at most
(w(p) + w(q)) / 2 with w(p) = sum R(p, r) + |p - r|: each row knows its share of the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._kernels.reference import CERTIFIED, load_columns, row_sum, with_pseudocount
from kullback._math.bits import fma, magnitude, pointer
from kullback._math.lanes import WIDTH, lanes_of, load_lanes, store_lanes, sum_of_lanes
from kullback._math.log import LN2, log_normal
from kullback._math.log_ratio import FLOOR, relative_entropy

# The error in units of 2**-53 of the weights, seen at most: 1.1 + 0.03 sqrt(k) over 3e6 pairs.
ERROR = 4.0
ERROR_GROWTH = 0.25  # times sqrt(k)


def make_scaled() -> Callable[..., Any]:
    """The kernel that prepares rows."""

    def scaled(rows, r, half_over_r, amount, normalize, out, constant, weight):
        """out: p/(2r), padded with zeros to a multiple of eight; constant: c; weight: w."""
        k = rows.shape[1]
        padded = out.shape[1]
        source = pointer(rows)
        target = pointer(out)
        r_data = pointer(r)
        factors = pointer(half_over_r)
        floor = 1.0 / np.sqrt(k)
        for i in range(rows.shape[0]):
            total = row_sum(source, i * k, k, amount)
            inverse = 1.0 / total if normalize else total / total
            entropy = lanes_of(0.0)
            change = lanes_of(0.0)
            apart = lanes_of(0.0)
            for c in range(0, padded, WIDTH):
                a = with_pseudocount(load_columns(source, i * k, c, k), c, k, amount)
                u = a * inverse * load_lanes(factors, c)
                store_lanes(target, i * padded + c, u)
                weight_of_bin = load_lanes(r_data, c)
                ratio = u + u
                d = ratio - 1.0
                entropy = fma(
                    weight_of_bin, relative_entropy(ratio + FLOOR, lanes_of(1.0), d), entropy
                )
                change = fma(weight_of_bin, d, change)
                apart = fma(weight_of_bin, magnitude(d), apart)
            constant[i] = 0.5 * (sum_of_lanes(entropy) + sum_of_lanes(change))
            weight[i] = sum_of_lanes(entropy) + sum_of_lanes(apart) + floor

    return scaled


def make_tile() -> Callable[..., Any]:
    """The kernel over all pairs of two sets of prepared rows."""

    def tile(x, x_constant, x_weight, y, y_constant, y_weight, r, k, normalize, above, out):
        """out[i, j] for j >= i + above: JS, or nan where not certified."""
        padded = x.shape[1]
        x_data = pointer(x)
        y_data = pointer(y)
        r_data = pointer(r)
        error = 0.5 * (ERROR + ERROR_GROWTH * np.sqrt(k)) * 2.0**-53 / CERTIFIED
        most = LN2 if normalize else np.inf
        for i in range(x.shape[0]):
            for j in range(max(0, i + above), y.shape[0]):
                total = lanes_of(0.0)
                for c in range(0, padded, WIDTH):
                    s = load_lanes(x_data, i * padded + c) + load_lanes(y_data, j * padded + c)
                    total = fma(load_lanes(r_data, c) * s, log_normal(s), total)
                result = x_constant[i] + y_constant[j] - sum_of_lanes(total)
                certain = result >= error * (x_weight[i] + y_weight[j])
                out[i, j] = min(result, most) if certain else np.nan

    return tile
