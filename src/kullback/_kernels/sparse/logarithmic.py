"""Kullback-Leibler and Jeffreys' divergence of sparse rows.

Where p or q is 0 in a bin of the other the result is infinite: there are fewer meetings than bins.
Else, with the sums over the bins of both,

    KL = sum p (ln p - ln q) - sum p + sum q,      Jeffreys = sum (p - q) (ln p - ln q).

With a pseudocount every bin has at least e = amount/sum, and p = e' + f. With L = ln(q/e),

    sum over all bins of p ln q = sum p ln e + e' sum L + sum f L,

of which only the last one is a sum over the bins of both. Of two rows that share few bins, or have
larger logarithms than their divergence, no more digits are lost than the bounds tell.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._kernels.sparse.forms import Side, Walk
from kullback._math.bits import magnitude, select
from kullback._math.log import log_normal
from kullback._math.log_ratio import log_ratio


@inline
def _entry(p, more, absent, alpha):
    log = log_normal(p)
    return p, log, 0.0, 0.0, p * magnitude(log), 0.0


@inline
def _left(shares, row, own, i):
    own[0, i], own[1, i] = -row[0], 1.0
    own[2, i], own[3, i] = shares[2] + 2.0 * row[0], 1.0


@inline
def _right(shares, row, own, i):
    own[0, i], own[1, i] = 1.0, row[0]
    own[2, i], own[3, i] = shares[2], 2.0 * row[0]


@inline
def _of_p(x1, x2, y1, y2):
    return x1 * (x2 - y2)


@inline
def _finish(total, second, counts, options):
    gap = second < counts[0]
    return select(gap, float("inf"), total), select(gap, float("inf"), total)


KL = Walk(Side(_entry, _left), Side(_entry, _right), _of_p, _finish, owns=2, counts=True)


@inline
def _smoothed(p, more, absent, alpha):
    """f and L; the shares of p ln p, of L, and of p |ln p|."""
    log, ratio = log_normal(p), log_ratio(p, absent, more)
    return more, ratio, p * log, ratio, p * magnitude(log), 0.0


@inline
def _of_all_bins(shares, row):
    """sum p ln p over all bins, that of p |ln p|, and ln e."""
    log = log_normal(row[1])
    rest = row[2] * row[1] * log
    return shares[0] + rest, shares[2] + magnitude(rest), log


@inline
def _smoothed_left(shares, row, own, i):
    entropy, size, _ = _of_all_bins(shares, row)
    own[0, i], own[1, i], own[2, i], own[3, i] = entropy - row[0], 1.0, -row[0], -row[1]
    own[4, i], own[5, i] = size, 0.0


@inline
def _smoothed_right(shares, row, own, i):
    _, size, log = _of_all_bins(shares, row)
    own[0, i], own[1, i], own[2, i], own[3, i] = 1.0, row[0], log, shares[1]
    own[4, i], own[5, i] = size, 0.0


@inline
def _smoothed_of_p(x1, x2, y1, y2):
    return -(x1 * y2)


@inline
def _itself(total, second, counts, options):
    return total, total


KL_SMOOTHED = Walk(
    Side(_smoothed, _smoothed_left), Side(_smoothed, _smoothed_right), _smoothed_of_p, _itself, 4
)


@inline
def _nothing(shares, row, own, i):
    own[0, i] = 0.0
    own[1, i], own[2, i] = 2.0 * (shares[2] + row[0]), 0.0


@inline
def _of_both(x1, x2, y1, y2):
    return (x1 - y1) * (x2 - y2)


@inline
def _finish_both(total, second, counts, options):
    gap = (second < counts[0]) | (second < counts[1])
    return select(gap, float("inf"), total), select(gap, float("inf"), total)


_EITHER = Side(_entry, _nothing)
JEFFREYS = Walk(_EITHER, _EITHER, _of_both, _finish_both, owns=1, counts=True)


@inline
def _smoothed_both_left(shares, row, own, i):
    entropy, size, log = _of_all_bins(shares, row)
    own[0, i], own[1, i], own[2, i] = entropy, 1.0, -row[0]
    own[3, i], own[4, i], own[5, i] = -log, -row[1], -shares[1]
    own[6, i], own[7, i] = size, 0.0


@inline
def _smoothed_both_right(shares, row, own, i):
    entropy, size, log = _of_all_bins(shares, row)
    own[0, i], own[1, i], own[2, i] = 1.0, entropy, log
    own[3, i], own[4, i], own[5, i] = row[0], shares[1], row[1]
    own[6, i], own[7, i] = size, 0.0


@inline
def _smoothed_of_both(x1, x2, y1, y2):
    return -(x1 * y2 + x2 * y1)


JEFFREYS_SMOOTHED = Walk(
    Side(_smoothed, _smoothed_both_left),
    Side(_smoothed, _smoothed_both_right),
    _smoothed_of_both,
    _itself,
    6,
)
