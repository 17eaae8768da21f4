"""What sparse rows become before they are walked over; see `forms`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._kernels.sparse.forms import Row, Side
from kullback._math.sums import add_to

LEAST, MOST = 2.0**-400, 2.0**400  # rows with sums beyond these are left to the pairs of rows ...
SMALLEST = 2.0**-400  # ... and so are rows with a smaller probability


def make_sums() -> Callable[..., Any]:
    """The kernel that adds up rows."""

    def sums(starts, values, out):
        """out[i]: the sum of row i."""
        for i in range(out.size):
            total = (0.0, 0.0)
            for a in range(starts[i], starts[i + 1]):
                total = add_to(total, values[a])
            out[i] = total[0] + total[1]

    return sums


def make_features(side: Side) -> Callable[..., Any]:
    """The kernel that prepares rows for one side of a walk."""
    entry, of_row = side.entry, side.row

    def features(x, begin, stop, options, one, two, own):
        """Fill features and own[:, i], whose last three are size, norm and number of entries.

        Of rows begin ... stop - 1; own[0, i] is nan of a row that cannot be walked over. x: starts,
        values and sums. options: the number of bins, what is added to each, amount, alpha,
        normalize.
        """
        starts, values, sums = x
        k, added, amount, alpha, normalize = options
        for i in range(begin, stop):
            total = sums[i] + k * added
            inverse = 1.0 / total if normalize else 1.0
            absent = added * inverse
            least, most = np.inf, 0.0
            s, t, u, v = (0.0, 0.0), (0.0, 0.0), 0.0, 0.0
            for a in range(starts[i], starts[i + 1]):
                p = (values[a] + added) * inverse
                least, most = min(least, p), max(most, p)
                made = entry(p, values[a] * inverse, absent, (alpha, amount))
                one[a], two[a] = made[0], made[1]
                s, t = add_to(s, made[2]), add_to(t, made[3])
                u, v = u + made[4], v + made[5]
            shares = (s[0] + s[1], t[0] + t[1], u, v)
            count = starts[i + 1] - starts[i]
            mass = 1.0 if normalize else total
            row = Row(mass, absent, k - count, least, most, float(k), alpha, normalize)
            of_row(shares, row, own, i)
            own[-1, i] = count
            usable = count == 0 or (LEAST < total < MOST and least >= SMALLEST)
            if not usable or 0.0 < absent < SMALLEST or 0.0 < amount < SMALLEST or amount > MOST:
                own[0, i] = np.nan

    return features
