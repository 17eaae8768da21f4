"""Rényi's divergence of sparse rows, of any finite order.

With a the order and e what a row has in every bin (0 but for pseudocounts), r = e**a and
g = p**a - r, and of q the same with 1 - a, the sum of p**a q**(1 - a) over k bins is

    k r r' + r' sum g + r sum g' + sum over the bins of both of g g'.

A power has as many roundings as its exponent times the logarithm is large.
"""

from __future__ import annotations

import numpy as np

from kullback._kernels.sparse.forms import OWN, Side, Walk
from kullback._math.bits import larger, magnitude, select
from kullback._math.exp import exp, expm1
from kullback._math.flow import branch
from kullback._math.log import log, log_normal
from kullback._math.log_ratio import log_ratio
from kullback._math.tracing import traced

LARGEST = 300.0  # of the logarithms of powers
ROUNDINGS = 3.0  # of such a logarithm
INFINITE = float("inf")


@traced
def _power(p, more, absent, order):
    def beside_absent():
        return exp(order * log_normal(absent)) * expm1(order * log_ratio(p, absent, more))

    power = branch(absent > 0.0, beside_absent, lambda: exp(order * log_normal(p)))
    return power, power, power, 0.0, 0.0, 0.0


@traced
def _power_of_p(p, more, absent, given):
    return _power(p, more, absent, given.alpha)


@traced
def _power_of_q(p, more, absent, given):
    return _power(p, more, absent, 1.0 - given.alpha)


@traced
def _affinity(shares, row, order):
    """r, and what it is multiplied by: half of k r, and sum g; the roundings of powers.

    A row with larger logarithms than are powers that floats can hold has no number.
    """
    there, given = row.absent > 0.0, row.most > 0.0
    of_absent = order * log_normal(select(there, row.absent, 1.0))
    root = select(there, exp(of_absent), 0.0)
    largest = magnitude(of_absent)
    for p in (row.least, row.most):
        largest = larger(largest, magnitude(order * log_normal(select(given, p, 1.0))))
    root = select(largest > LARGEST, np.nan, root)
    return root, shares[0] + 0.5 * row.k * root, ROUNDINGS * largest


@traced
def _left(shares, row):
    """Of measures, 1 + sum (p**a q**(1 - a) - a p - (1 - a) q) takes the place of the sum."""
    root, rest, roundings = _affinity(shares, row, row.alpha)
    mass = select(row.normalize, 0.0, 0.5 - row.alpha * row.mass)
    return mass, 1.0, root, rest, 0.0, roundings


@traced
def _right(shares, row):
    order = 1.0 - row.alpha
    root, rest, roundings = _affinity(shares, row, order)
    mass = select(row.normalize, 0.0, 0.5 - order * row.mass)
    return 1.0, mass, rest, root, 0.0, roundings


@traced
def _product(x1, x2, y1, y2):
    return x1 * y1


@traced
def _error(total, sizes, x, y, roundings):
    """All that is added is a product of powers, but for the masses of measures."""
    return (total + sizes) * (OWN + roundings + x[1] + y[1])


@traced
def _finish(total, second, counts, options):
    alpha = options.alpha
    there = total > 0.0
    logarithm = log(select(there, total, 1.0))
    value = logarithm / (alpha - 1.0)
    gap = select(options.plain & (alpha > 1.0), second, counts[0]) < counts[0]
    apart = select(options.plain & options.normalize & (alpha < 1.0), total, 1.0) == 0.0
    infinite = gap | apart
    margin = total * magnitude(logarithm)
    return select(infinite, INFINITE, value), select(infinite, INFINITE, margin)


RENYI = Walk(
    Side(_power_of_p, _left), Side(_power_of_q, _right), _product, _finish, 4, _error, counts=True
)
