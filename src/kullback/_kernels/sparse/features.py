"""What sparse rows become before they are walked over; see `forms`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._kernels.sparse.forms import Side
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
        """Fill the features of rows begin ... stop - 1, and own[:, i], of which the last three are
        size, norm and number of entries; own[0, i] is nan of a row that cannot be walked over.

        x: starts, values and sums. options: the number of bins, amount, alpha, normalize.
        """
        starts, values, sums = x
        k, amount, alpha, normalize = options
        for i in range(begin, stop):
            count = starts[i + 1] - starts[i]
            total = sums[i] + k * amount
            inverse = 1.0 / total if normalize else 1.0
            mass = 1.0 if normalize else total
            absent = amount * inverse
            least = MOST
            s, t, u, v = (0.0, 0.0), (0.0, 0.0), 0.0, 0.0
            for a in range(starts[i], starts[i + 1]):
                p = (values[a] + amount) * inverse
                least = min(least, p)
                made = entry(p, values[a] * inverse, absent, alpha)
                one[a], two[a] = made[0], made[1]
                s, t = add_to(s, made[2]), add_to(t, made[3])
                u, v = u + made[4], v + made[5]
            shares = (s[0] + s[1], t[0] + t[1], u, v)
            of_row(shares, (mass, absent, k - count, alpha, normalize, float(k)), own, i)
            own[-1, i] = count
            usable = LEAST < total < MOST and (least >= SMALLEST) and not 0.0 < absent < SMALLEST
            if not usable and (normalize or count > 0):
                own[0, i] = float("nan")

    return features
