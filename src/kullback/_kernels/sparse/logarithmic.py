"""Kullback-Leibler and Jeffreys' divergence of sparse rows.

Where p or q is 0 in a bin of the other the result is infinite: there are fewer meetings than bins.
Else, with the sums over the bins of both,

    KL = sum p (ln p - ln q) - sum p + sum q,      Jeffreys = sum (p - q) (ln p - ln q).

Where bins with q = 0 < p are skipped, p has a mass m left, and KL is the sum of p ln(p/q) over m,
minus ln m; where q is filled there, each gap adds p ln(p/amount) and the amount to the mass of q.

With a pseudocount every bin has at least e = amount/sum, and p = e' + f. With L = ln(q/e),

    sum over all bins of p ln q = sum p ln e + e' sum L + sum f L,

of which only the last one is a sum over the bins of both. Logarithms are of k times a number, as
near to 0 as pseudocounts make rows alike. Of two rows that share few bins, or have
larger logarithms than their divergence, no more digits are lost than the bounds tell.
"""

from __future__ import annotations

from kullback._kernels.sparse.forms import Side, Walk
from kullback._math.bits import magnitude, select, square_root
from kullback._math.lanes import lanes_of
from kullback._math.log import log, log_normal
from kullback._math.log_ratio import log_ratio
from kullback._math.tracing import traced

INFINITE = float("inf")


@traced
def _entry(p, more, absent, given):
    log_p = log_normal(p)
    return p, log_p, 0.0, 0.0, p * magnitude(log_p), 0.0


@traced
def _left(shares, row):
    return -row.mass, 1.0, shares[2] + 2.0 * row.mass, 1.0


@traced
def _right(shares, row):
    return 1.0, row.mass, 0.0, 2.0 * row.mass


@traced
def _of_p(x1, x2, y1, y2):
    return x1 * (x2 - y2)


@traced
def _finish(total, second, counts, options):
    gap = second < counts[0]
    return select(gap, INFINITE, total), select(gap, INFINITE, total)


KL = Walk(Side(_entry, _left), Side(_entry, _right), _of_p, _finish, owns=2, counts=True)


@traced
def _smoothed(p, more, absent, given):
    """f and L; the shares of p ln(k p), of L, and of p |ln(k p)|."""
    log_p, ratio = log_normal(p * given.k), log_ratio(p, absent, more)
    return more, ratio, p * log_p, ratio, p * magnitude(log_p), 0.0


@traced
def _of_all_bins(shares, row):
    """sum p ln(k p) over all bins, its size, and ln(k e).

    k p is near 1 where pseudocounts are most of a row: then p counts as such, with its roundings.
    """
    log_absent = log_normal(row.absent * row.k)
    rest = row.missing * row.absent * log_absent
    return shares[0] + rest, shares[2] + magnitude(rest) + 0.75 * row.mass, log_absent


@traced
def _smoothed_left(shares, row):
    entropy, size, _ = _of_all_bins(shares, row)
    mass = select(row.normalize, 0.0, row.mass)
    return entropy - mass, 1.0, -row.mass, -row.absent, size, 0.0


@traced
def _smoothed_right(shares, row):
    _, size, log_absent = _of_all_bins(shares, row)
    mass = select(row.normalize, 0.0, row.mass)
    return 1.0, mass, log_absent, shares[1], size, 0.0


@traced
def _smoothed_of_p(x1, x2, y1, y2):
    return -(x1 * y2)


@traced
def _itself(total, second, counts, options):
    return total, total


KL_SMOOTHED = Walk(
    Side(_smoothed, _smoothed_left), Side(_smoothed, _smoothed_right), _smoothed_of_p, _itself, 4
)


@traced
def _nothing(shares, row):
    return 0.0, 2.0 * (shares[2] + row.mass), 0.0


@traced
def _of_both(x1, x2, y1, y2):
    return (x1 - y1) * (x2 - y2)


@traced
def _finish_both(total, second, counts, options):
    gap = (second < counts[0]) | (second < counts[1])
    return select(gap, INFINITE, total), select(gap, INFINITE, total)


_EITHER = Side(_entry, _nothing)
JEFFREYS = Walk(_EITHER, _EITHER, _of_both, _finish_both, owns=1, counts=True)


@traced
def _smoothed_both_left(shares, row):
    entropy, size, log_absent = _of_all_bins(shares, row)
    return entropy, 1.0, -row.mass, -log_absent, -row.absent, -shares[1], size, 0.0


@traced
def _smoothed_both_right(shares, row):
    entropy, size, log_absent = _of_all_bins(shares, row)
    return 1.0, entropy, log_absent, row.mass, shares[1], row.absent, size, 0.0


@traced
def _smoothed_of_both(x1, x2, y1, y2):
    return -(x1 * y2 + x2 * y1)


JEFFREYS_SMOOTHED = Walk(
    Side(_smoothed, _smoothed_both_left),
    Side(_smoothed, _smoothed_both_right),
    _smoothed_of_both,
    _itself,
    6,
)


@traced
def _skip_left(shares, row):
    return 0.0, 1.0, shares[2] + 2.0 * row.mass, select(row.normalize, 1.0, 1.0 + row.mass)


@traced
def _skip_right(shares, row):
    """Of distributions, q is not cut: its mass is 1, and that of p becomes 1 again."""
    norm = select(row.normalize, 4.0, 2.0 + 2.0 * row.mass)
    return 1.0, select(row.normalize, 0.0, row.mass), 0.0, norm


@traced
def _mass_of_p(x1, x2, y1, y2):
    return lanes_of(x1)


@traced
def _finish_skip(total, second, counts, options):
    """Of the m of p that is left: total/m - ln m; an error of the total shows in m times that."""
    left = select(second > 0.0, second, 1.0)
    of_distributions = total / left - log(left)
    value = select(options.normalize, of_distributions, total - left)
    margin = select(options.normalize, left * value, value)
    return value, select(second > 0.0, margin, 0.0)


KL_SKIP = Walk(
    Side(_entry, _skip_left),
    Side(_entry, _skip_right),
    _of_p,
    _finish_skip,
    owns=2,
    second=_mass_of_p,
)


@traced
def _filled_p(p, more, absent, given):
    """p; the shares of p ln(p/amount), of p |ln p|, and of p**2."""
    log_p, log_fill = log_normal(p), log_normal(given.amount)
    return p, p, p * (log_p - log_fill), 0.0, p * (magnitude(log_p) + magnitude(log_fill)), p * p


@traced
def _filled_q(q, more, absent, given):
    """ln(amount/q); the share of its square."""
    ratio = log_normal(given.amount) - log_normal(q)
    return ratio, ratio, 0.0, 0.0, 0.0, ratio * ratio


@traced
def _fill_left(shares, row):
    mass = select(row.normalize, 0.0, row.mass)
    return shares[0] - mass, 1.0, shares[2] + row.mass, square_root(shares[3])


@traced
def _fill_right(shares, row):
    return 1.0, select(row.normalize, 0.0, row.mass), 0.0, square_root(shares[3])


@traced
def _of_p_and_ratio(x1, x2, y1, y2):
    return x1 * y1


@traced
def _finish_fill(total, second, counts, options):
    """So many gaps of q are filled; of distributions its mass is then 1 + filled."""
    filled = (counts[0] - second) * options.amount
    grown = log_ratio(1.0 + filled, lanes_of(1.0), filled)
    value = total + select(options.normalize, grown, filled)
    return value, value


KL_FILL = Walk(
    Side(_filled_p, _fill_left),
    Side(_filled_q, _fill_right),
    _of_p_and_ratio,
    _finish_fill,
    owns=2,
    counts=True,
)
