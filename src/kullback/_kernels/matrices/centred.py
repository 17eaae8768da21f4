"""Pairwise Kullback-Leibler divergence as a matrix product, centred twice.

With r the reference row and L = ln(q/r), 0 where q = 0:

    KL(p || q) = e(p) + f(q) - sum (p - r) L,
    e(p) = sum R(p, r),   f(q) = sum over q > 0 of R(r, q), minus sum over q = 0 of r,

R(x, y) = x ln(x/y) - x + y. Each number on the right is computed from a - r A, the difference of
entry and reference to its last digit, so near the reference nothing cancels; the product's error
is at most proportional to sum |p - r| |L| <= chi(p) lambda(q), by Cauchy and Schwarz with weights
1/r and r. Pairs with q = 0 < p are found by the bits of the two supports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.matrices.reference import (
    ROUNDING,
    ROW,
    SCALE,
    SMALLEST,
    beside_reference,
    measured,
    no_sum,
    product_roundings,
    whole_sum,
)
from kullback._kernels.rows.thresholds import trusted_above
from kullback._math.bits import fma, mask_byte, select
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log_ratio import FLOOR, log_ratio, relative_entropy
from kullback._math.memory import load_lanes, pointer, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to


def make_left() -> Callable[..., Any]:
    """The kernel that prepares the rows that stand for p."""

    def left(rows, r, amount, normalize, out, e, chi, support):
        """out: p - r, padded with zeros; e, chi: see above; support: bits of p > 0."""
        k = rows.shape[1]
        padded = out.shape[1]
        source = pointer(rows)
        target = pointer(out)
        r_data = pointer(r)
        for i in range(rows.shape[0]):
            row = (source, i * k, k, amount)
            total, inverse = measured(row, normalize)
            entropy, square = no_sum(), lanes_of(0.0)
            for c in range(0, padded, WIDTH):
                live, a, r_c, d = beside_reference(row, c, r_data, total, inverse)
                d = select(live, d, 0.0)
                store_lanes(target, i * padded + c, d)
                support[i, c // WIDTH] = mask_byte(a > 0.0)
                x = fma(a * inverse, SCALE, FLOOR)
                share = relative_entropy(x, r_c * SCALE, d * SCALE)
                entropy = add_to(entropy, select(live, share, 0.0))
                square = square + select(live, d * d / r_c, 0.0)
            e[i] = whole_sum(entropy) / SCALE
            chi[i] = np.sqrt(sum_of_lanes(square))

    return left


def make_right() -> Callable[..., Any]:
    """The kernel that prepares the rows that stand for q."""

    def right(rows, r, amount, normalize, out, f, size, spread, gaps):
        """out: L, padded with zeros; f; size: its parts added; spread: lambda; gaps: q = 0."""
        k = rows.shape[1]
        padded = out.shape[1]
        source = pointer(rows)
        target = pointer(out)
        r_data = pointer(r)
        for j in range(rows.shape[0]):
            row = (source, j * k, k, amount)
            total, inverse = measured(row, normalize)
            entropy, missing = no_sum(), no_sum()
            square, tiny = lanes_of(0.0), lanes_of(0.0)
            for c in range(0, padded, WIDTH):
                live, a, r_c, d = beside_reference(row, c, r_data, total, inverse)
                gap = (a == 0.0) & live
                there = (a > 0.0) & live
                q = a * inverse
                tiny = tiny + select(there & (q < SMALLEST), 1.0, 0.0)
                gaps[j, c // WIDTH] = mask_byte(gap)
                y = select(there, q * SCALE, 1.0)
                scaled_r = select(there, r_c * SCALE, 1.0)
                d = select(there, d * SCALE, 0.0)
                log = log_ratio(y, scaled_r, d)
                store_lanes(target, j * padded + c, log)
                entropy = add_to(entropy, relative_entropy(scaled_r, y, -d))
                missing = add_to(missing, select(gap, r_c, 0.0))
                square = square + select(live, r_c * (log * log), 0.0)
            missed = whole_sum(missing)
            whole = whole_sum(entropy) / SCALE
            usable = total > 0.0 and sum_of_lanes(tiny) == 0.0
            f[j] = whole - missed if usable else np.nan
            size[j] = whole + missed
            spread[j] = np.sqrt(sum_of_lanes(square))

    return right


def make_certify() -> Callable[..., Any]:
    """The kernel that turns a tile of the product into divergences."""

    @inline
    def certified(product, e, f, f_size, spread, scale):
        error, least = scale
        result = (e + f) - product
        bound = fma(error, spread, ROW * ROUNDING * (e + f_size))
        return select((result > bound) & (result > least), result, np.nan)

    @inline
    def mark_infinite(out, support, i, f, gaps):
        for j in range(out.shape[1]):
            for word in range(support.shape[1]):
                if support[i, word] & gaps[j, word] and not np.isnan(f[j]):
                    out[i, j] = np.inf
                    break

    def certify(out, e, chi, support, f, size, spread, gaps, any_gap, k, normalize, diagonal):
        """out: on entry sum (p - r) L, on return KL, inf, or nan where not certified.

        out[i, i + diagonal] compares a row with itself.

        Rows of `out` are contiguous; `support` and `gaps` are the bits in words of 64. Returns
        whether there may be a nan.
        """
        unsure = lanes_of(0.0)
        rest = 0.0
        error = (product_roundings(k) + 8) * ROUNDING
        least = trusted_above(k) if normalize else 0.0
        m = out.shape[1]
        stride = out.strides[0] // 8
        target, fs, sizes, spreads = pointer(out), pointer(f), pointer(size), pointer(spread)
        for i in range(out.shape[0]):
            scale = (error * chi[i], least)
            for j in range(0, m - WIDTH + 1, WIDTH):
                columns = (load_lanes(fs, j), load_lanes(sizes, j), load_lanes(spreads, j))
                product = load_lanes(target, i * stride + j)
                result = certified(product, e[i], columns[0], columns[1], columns[2], scale)
                store_lanes(target, i * stride + j, result)
                unsure = unsure + select(result == result, 0.0, 1.0)
            for j in range(m - m % WIDTH, m):
                out[i, j] = certified(out[i, j], e[i], f[j], size[j], spread[j], scale)
                rest += np.isnan(out[i, j])
            same = i + diagonal
            if 0 <= same < m and not (np.isnan(e[i]) or np.isnan(f[same])):
                rest -= np.isnan(out[i, same])
                out[i, same] = 0.0
            if any_gap and not np.isnan(e[i]):  # a row that is left to `rows` may be invalid
                mark_infinite(out, support, i, f, gaps)
        return sum_of_lanes(unsure) + rest > 0.0

    return certify
