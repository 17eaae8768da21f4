"""JS of softmax rows: a first pass tells ln P, and with it in the shift, y sums to X, as x does.

JS is then the sum of the terms that it has for histograms, of x, y and x - y = -x (e**u - 1). If y
sums to X e**t, that costs a relative error of t and an absolute one of t**2 / 8; M and E tell t.

M + E = Y - X whatever stands for u in both, so that in M a u below -FURTHEST is -FURTHEST: nothing
overflows, and E, then, is large only where much of p is where little of q is.
"""

from __future__ import annotations

from kullback._kernels.arithmetic import DOUBLE
from kullback._kernels.softmax.kl import CLOSE, log_of_quotient
from kullback._kernels.softmax.steps import FURTHEST, doubled, excess_of
from kullback._kernels.softmax.sums import Divergence
from kullback._kernels.terms import js
from kullback._math.bits import larger, select
from kullback._math.flow import branch
from kullback._math.log import log
from kullback._math.tracing import traced

TOLERANCE = 1e-15  # what t**2 / 8 may cost, relative to the result

_term, _finish, *_ = js.make(DOUBLE)


@traced
def log_p_of_first(sums, reach, heat):
    """Nothing but ln P."""
    return 0.0, False, log(sums[1] / sums[0])


@traced
def step(sums, a, b, frame, heat):
    """X, the terms, M and E in lanes, with eight columns more."""
    columns = doubled(a, b, frame, heat)
    x, y, near = columns.x, columns.y, columns.near
    moment = select(columns.floored, 0.0, x * larger(columns.u, -FURTHEST))
    d = select(near, -(x * columns.increase), x - y)
    excess = excess_of(columns, moment)
    return sums[0] + x, sums[1] + _term(x, y, d, d, 0.0), sums[2] + moment, sums[3] + excess


@traced
def of_doubled(sums):
    """At most ln 2. Where E is large, JS is, too, and ln P has been good enough."""
    value = _finish(sums[1], 0.0, False, 1.0 / sums[0], True, 0.0)
    more = branch(sums[3] < CLOSE * sums[0], lambda: log_of_quotient(sums), lambda: 0.0)
    return value, more * more <= 8.0 * TOLERANCE * value, more


JS = Divergence(log_p_of_first, step, of_doubled, infinite=False)
