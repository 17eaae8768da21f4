"""What sparse rows become before they are walked over; see `forms`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._kernels.sparse.forms import Given, Row, Side
from kullback._math.bits import larger, select, smaller
from kullback._math.memory import pointer, store
from kullback._math.sums import add_to
from kullback._math.tracing import traced

LEAST, MOST = 2.0**-400, 2.0**400  # rows with sums beyond these are left to the pairs of rows ...
SMALLEST = 2.0**-400  # ... and so are rows with a smaller probability


@traced
def _added(total, value):
    return add_to(total, value)


def make_sums() -> Callable[..., Any]:
    """The kernel that adds up rows."""

    def sums(starts, values, out):
        """out[i]: the sum of row i."""
        for i in range(out.size):
            total = (0.0, 0.0)
            for a in range(starts[i], starts[i + 1]):
                total = _added(total, values[a])
            out[i] = total[0] + total[1]

    return sums


def make_features(side: Side) -> Callable[..., Any]:
    """The kernel that prepares rows for one side of a walk."""
    entry, of_row = side.entry, side.row

    @traced
    def with_entry(state, value, scale, options, one, two, a):
        """Write the features of an entry; the sums of shares, and the least and most, with it."""
        s, t, u, v, least, most = state
        (inverse, absent), (k, added, amount, alpha, _) = scale, options
        p = (value + added) * inverse
        made = entry(p, value * inverse, absent, Given(1.0 * k, alpha, amount))
        store(one, a, made[0])
        store(two, a, made[1])
        s, t = add_to(s, made[2]), add_to(t, made[3])
        return s, t, u + made[4], v + made[5], smaller(least, p), larger(most, p)

    @traced
    def write(state, total, count, scale, options, own, n, i):
        """Write what row i of n has of its own."""
        s, t, u, v, least, most = state
        (_, absent), (k, _, amount, alpha, normalize) = scale, options
        mass = select(normalize, 1.0, total)
        row = Row(mass, absent, 1.0 * (k - count), least, most, 1.0 * k, alpha, normalize)
        made = of_row((s[0] + s[1], t[0] + t[1], u, v), row)
        usable = (total > LEAST) & (total < MOST) & (least >= SMALLEST) | (count == 0)
        usable = usable & ((absent == 0.0) | (absent >= SMALLEST))
        usable = usable & ((amount == 0.0) | ((amount >= SMALLEST) & (amount <= MOST)))
        store(own, i, select(usable, made[0], np.nan))
        for part in range(1, len(made)):
            store(own, part * n + i, made[part])
        store(own, len(made) * n + i, 1.0 * count)

    def features(x, begin, stop, options, one, two, own):
        """Fill features and own[:, i], whose last three are size, norm and number of entries.

        Of rows begin ... stop - 1; own[0, i] is nan of a row that cannot be walked over. x: starts,
        values and sums. options: the number of bins, what is added to each, amount, alpha,
        normalize.
        """
        starts, values, sums = x
        k, added, normalize = options[0], options[1], options[4]
        ones, twos, numbers = pointer(one), pointer(two), pointer(own)
        for i in range(begin, stop):
            total = sums[i] + k * added
            inverse = 1.0 / total if normalize else 1.0
            scale = (inverse, added * inverse)
            state = ((0.0, 0.0), (0.0, 0.0), 0.0, 0.0, np.inf, 0.0)
            for a in range(starts[i], starts[i + 1]):
                state = with_entry(state, values[a], scale, options, ones, twos, a)
            count = starts[i + 1] - starts[i]
            write(state, total, count, scale, options, numbers, own.shape[1], i)

    return features
