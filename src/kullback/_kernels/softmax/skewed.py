"""JS of softmax rows with any weights, w and 1 - w: as `js`, with m = w x + (1 - w) y.

x - m = (1 - w) (x - y) and y - m = -w (x - y) keep the digits of x - y. What y may be off by, a
factor e**t, costs w (1 - w) t**2 / 2, at most what it costs where w is 1/2.
"""

from __future__ import annotations

from kullback._kernels.softmax.js import TOLERANCE, log_p_of_first
from kullback._kernels.softmax.kl import CLOSE, log_of_quotient
from kullback._kernels.softmax.steps import FURTHEST, doubled, excess_of
from kullback._kernels.softmax.sums import Divergence
from kullback._math.bits import fma, larger, select
from kullback._math.flow import branch
from kullback._math.log_ratio import FLOOR, relative_entropy
from kullback._math.tracing import traced


@traced
def step(sums, a, b, frame, heat):
    """X, the terms, M and E in lanes, with eight columns more."""
    columns = doubled(a, b, frame, heat)
    x, y, near = columns.x, columns.y, columns.near
    moment = select(columns.floored, 0.0, x * larger(columns.u, -FURTHEST))
    d = select(near, -(x * columns.increase), x - y)
    excess = excess_of(columns, moment)
    w, rest = heat.weight, 1.0 - heat.weight
    mean = larger(select(near, fma(w, d, y), fma(w, x, rest * y)), FLOOR)
    of_x = w * relative_entropy(x, mean, rest * d)
    of_y = rest * relative_entropy(y, mean, -(w * d))
    return sums[0] + x, sums[1] + (of_x + of_y), sums[2] + moment, sums[3] + excess


@traced
def of_doubled(sums):
    """Where E is large, JS is, too, and ln P has been good enough."""
    value = sums[1] / sums[0]
    more = branch(sums[3] < CLOSE * sums[0], lambda: log_of_quotient(sums), lambda: 0.0)
    return value, more * more <= 8.0 * TOLERANCE * value, more


SKEWED_JS = Divergence(log_p_of_first, step, of_doubled, infinite=False)
