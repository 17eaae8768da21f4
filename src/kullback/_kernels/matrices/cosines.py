"""A lower bound of JS that is a product of three numbers a bin.

With s = sqrt(p q) and t = ln(p/q), a bin's share of JS is ln 2 s (cosh(t/2) - kappa(t)),

    kappa(t) ln 2 = (e**(t/2) ln(1 + e**-t) + e**(-t/2) ln(1 + e**t)) / 2,

and kappa is nowhere above 1 - C + C cos(w t), which `tests/coefficients.py` proves. So

    JS(p, q) >= |F(p) - F(q)|**2 / 2,
    F(p) = sqrt(ln 2 p) (sqrt(1 - C), sqrt(C) cos(w ln p), sqrt(C) sin(w ln p)) in each bin,

at least RATIO times JS. (Vedaldi and Zisserman, "Efficient additive kernels via explicit feature
maps", 2012, approximate kernels so; here no bin may be overestimated.) The maps are measured from
their mean M over some rows, u = F - M: |F(p) - F(q)|**2 / 2 = |u|**2 / 2 + |v|**2 / 2 - u v, where
the error of a product in float32 is small beside the bound as long as rows are not much nearer to
each other than to M.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from kullback._kernels.matrices.reference import (
    load_columns,
    measured,
    no_sum,
    whole_sum,
    with_pseudocount,
)
from kullback._math.bits import select, square_root
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log import LN2, log_normal
from kullback._math.memory import load_lanes, pointer, store_as_singles
from kullback._math.sums import add_to
from kullback._math.tracing import traced
from kullback._math.turns import TURNS_ERROR, cosine_and_sine

PARTS = 3
FREQUENCY = 0.59
C = 0.2936
RATIO = 0.976  # of the bound to JS, at least
FIRST, OTHERS = math.sqrt(LN2 * (1.0 - C)), math.sqrt(LN2 * C)
TURNS = FREQUENCY / (2.0 * math.pi)
# What an entry of F is wrong by, in units of sqrt(p): the logarithm of k p, of at most 2**11, and
# what the sum of a row is wrong by, (k/WIDTH + 8) roundings, which turns all angles alike.
ENTRY_ERROR = TURNS_ERROR + 2.0**-53 * 2.0**11


@traced
def _centred(value, mean, live):
    return select(live, value - mean, 0.0)


def make_cosines() -> Callable[..., Any]:
    """The kernel that prepares rows."""

    def cosines(rows, amount, normalize, mean, out, constant, norm, error):
        """out: u in float32, its parts one after the other, padded with zeros.

        constant: |u|**2 / 2; norm: |u|; error: what u may be wrong by. They are nan for a row that
        is left to `rows`.
        """
        k = rows.shape[1]
        width = out.shape[1] // PARTS
        source, target, middle = pointer(rows), pointer(out), pointer(mean)
        for i in range(rows.shape[0]):
            total, inverse = measured((source, i * k, k, amount), normalize)
            square, mass = no_sum(), lanes_of(0.0)
            for c in range(0, width, WIDTH):
                live = lane_numbers() + c < k
                a = with_pseudocount(load_columns(source, i * k, c, k), c, k, amount)
                p = a * inverse
                root = square_root(p)
                cosine, sine = cosine_and_sine(log_normal(p * k) * TURNS)
                first = _centred(FIRST * root, load_lanes(middle, c), live)
                size = OTHERS * root
                second = _centred(size * cosine, load_lanes(middle, width + c), live)
                third = _centred(size * sine, load_lanes(middle, 2 * width + c), live)
                at = i * PARTS * width + c
                store_as_singles(target, at, first)
                store_as_singles(target, at + width, second)
                store_as_singles(target, at + 2 * width, third)
                square = add_to(square, first * first + (second * second + third * third))
                mass = mass + select(live, p, 0.0)
            own = whole_sum(square)
            usable = total > 0.0
            constant[i] = 0.5 * own if usable else float("nan")
            norm[i] = square_root(own)
            parts = ENTRY_ERROR + (k / WIDTH + 8) * 2.0**-53
            masses = whole_sum((mass, lanes_of(0.0)))
            error[i] = parts * square_root(masses)

    return cosines
