"""Numbers of a workspace in twice the precision: two lanes each, the second a rest of the first.

A step of a sum is right to some 10 * 2**-106 of the terms that it has seen.
"""

from __future__ import annotations

from kullback._kernels.gaussians.cholesky import get, put
from kullback._math.bits import fma
from kullback._math.flow import loop
from kullback._math.lanes import lanes_of
from kullback._math.memory import entry
from kullback._math.sums import two_product, two_sum
from kullback._math.tracing import traced


@traced
def get_two(space, place):
    """The number at a place, counted in pairs of lanes."""
    return get(space, 2 * place), get(space, 2 * place + 1)


@traced
def put_two(space, place, x):
    """Store a number at a place, counted in pairs of lanes."""
    put(space, 2 * place, x[0])
    put(space, 2 * place + 1, x[1])


@traced
def two_of(x):
    """A float in all lanes, without a rest."""
    return lanes_of(x), lanes_of(0.0)


@traced
def tidy(x):
    """The same number with a rest that is no more than half a last digit."""
    return two_sum(x[0], x[1])


@traced
def negative(x):
    """-x."""
    return -x[0], -x[1]


@traced
def plus_times(value, x, y):
    """value + x y, all in twice the precision."""
    product, error = two_product(x[0], y[0])
    error = fma(x[0], y[1], fma(x[1], y[0], error))
    high, low = two_sum(value[0], product)
    return high, value[1] + (low + error)


@traced
def plus_times_one(value, x, y):
    """value + x y where y has no rest."""
    product, error = two_product(x[0], y)
    high, low = two_sum(value[0], product)
    return high, value[1] + (low + fma(x[1], y, error))


@traced
def plus_products(space, value, first, second, count):
    """value + sum of the products of `count` neighbours at `first` and at `second`."""
    return loop(
        0,
        count,
        1,
        value,
        lambda k, value: plus_times(value, get_two(space, first + k), get_two(space, second + k)),
    )


@traced
def plus_products_of(space, value, first, numbers, at, count):
    """As `plus_products`; the second ones are the same floats in all lanes, at `numbers`[at]."""
    return loop(
        0,
        count,
        1,
        value,
        lambda k, value: plus_times_one(
            value, get_two(space, first + k), lanes_of(entry(numbers, at + k))
        ),
    )


@traced
def inverse_of(x):
    """1/x."""
    near = 1.0 / x[0]
    left = fma(-x[0], near, lanes_of(1.0)) - x[1] * near
    return near, near * left


@traced
def times(x, y):
    """x y, tidy."""
    return tidy(plus_times(two_of(0.0), x, y))
