"""Jensen-Shannon divergence of sparse rows.

In bits, with h(p, q) = s log2 s - p log2 p - q log2 q >= 0, s = p + q,

    JS = (sum p + sum q - sum over the bins of both of h) / 2.

A term has a few roundings of |p log2 p|, |q log2 q| and s. Terms are at most 2 sqrt(p q).
"""

from __future__ import annotations

from kullback._kernels.sparse.forms import Side, Walk
from kullback._math.bits import fma, magnitude, select, smaller, square_root
from kullback._math.log import LN2, LOG2_E, log_normal
from kullback._math.log2 import log2_normal
from kullback._math.tracing import traced


@traced
def _entry(p, more, absent, given):
    entropy = p * (log_normal(p) * LOG2_E)
    return p, entropy, 0.0, 0.0, magnitude(entropy), 0.0


@traced
def _left(shares, row):
    return 0.5 * row.mass, 1.0, 0.5 * shares[2] + row.mass, 0.0


@traced
def _right(shares, row):
    return 1.0, 0.5 * row.mass, 0.5 * shares[2] + row.mass, 0.0


@traced
def _meeting(x1, x2, y1, y2):
    s = x1 + y1
    return -0.5 * (fma(s, log2_normal(s), -x2) - y2)


@traced
def _finish(total, second, counts, options):
    value = total * LN2
    value = select(options.normalize, smaller(value, LN2), value)
    return select(options.alpha == 0.5, square_root(value), value), total


JS = Walk(Side(_entry, _left), Side(_entry, _right), _meeting, _finish, owns=2)
