"""Rényi's divergence of sparse rows, of any finite order.

With a the order and e what a row has in every bin (0 but for pseudocounts), r = e**a and
g = p**a - r, and of q the same with 1 - a, the sum of p**a q**(1 - a) over k bins is

    k r r' + r' sum g + r sum g' + sum over the bins of both of g g'.

A power has as many roundings as its exponent times the logarithm is large.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._kernels.sparse.forms import OWN, Side, Walk
from kullback._math.bits import magnitude, select
from kullback._math.exp import exp, expm1
from kullback._math.log import log, log_normal
from kullback._math.log_ratio import log_ratio

LARGEST = 300.0  # of the logarithms of powers
ROUNDINGS = 3.0  # of such a logarithm
INFINITE = float("inf")


@inline
def _power(p, more, absent, order):
    if absent == 0.0:
        power = exp(order * log_normal(p))
    else:
        power = exp(order * log_normal(absent)) * expm1(order * log_ratio(p, absent, more))
    return power, power, power, 0.0, 0.0, 0.0


@inline
def _power_of_p(p, more, absent, given):
    return _power(p, more, absent, given[0])


@inline
def _power_of_q(p, more, absent, given):
    return _power(p, more, absent, 1.0 - given[0])


@inline
def _affinity(shares, row, order):
    """r, and what it is multiplied by: half of k r, and sum g; the roundings of powers."""
    root, largest = 0.0, 0.0
    if row.absent > 0.0:
        root = exp(order * log_normal(row.absent))
        largest = magnitude(order * log_normal(row.absent))
    if row.most > 0.0:
        largest = max(largest, magnitude(order * log_normal(row.least)))
        largest = max(largest, magnitude(order * log_normal(row.most)))
    return root, shares[0] + 0.5 * row.k * root, largest


@inline
def _left(shares, row, own, i):
    """Of measures, 1 + sum (p**a q**(1 - a) - a p - (1 - a) q) takes the place of the sum."""
    root, rest, largest = _affinity(shares, row, row.alpha)
    own[0, i], own[1, i] = select(row.normalize, 0.0, 0.5 - row.alpha * row.mass), 1.0
    own[2, i], own[3, i] = root, rest
    own[4, i], own[5, i] = 0.0, ROUNDINGS * largest
    if largest > LARGEST:
        own[0, i] = float("nan")


@inline
def _right(shares, row, own, i):
    root, rest, largest = _affinity(shares, row, 1.0 - row.alpha)
    own[0, i] = 1.0
    own[1, i] = select(row.normalize, 0.0, 0.5 - (1.0 - row.alpha) * row.mass)
    own[2, i], own[3, i] = rest, root
    own[4, i], own[5, i] = 0.0, ROUNDINGS * largest
    if largest > LARGEST:
        own[0, i] = float("nan")


@inline
def _product(x1, x2, y1, y2):
    return x1 * y1


@inline
def _error(total, sizes, x, y, roundings):
    """All that is added is a product of powers, but for the masses of measures."""
    return (total + sizes) * (OWN + roundings + x[1] + y[1])


@inline
def _finish(total, second, counts, options):
    alpha = options.alpha
    there = total > 0.0
    logarithm = log(select(there, total, 1.0))
    value = logarithm / (alpha - 1.0)
    gap = select(options.plain and alpha > 1.0, second, counts[0]) < counts[0]
    apart = select(options.plain and options.normalize and alpha < 1.0, total, 1.0) == 0.0
    infinite = gap | apart
    margin = total * magnitude(logarithm)
    return select(infinite, INFINITE, value), select(infinite, INFINITE, margin)


RENYI = Walk(
    Side(_power_of_p, _left), Side(_power_of_q, _right), _product, _finish, 4, _error, counts=True
)
