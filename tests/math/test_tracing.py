"""Traced helpers: Python's rules for numbers, branches and loops, and no function of their own."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from numba.core import event

from kullback._jit import FLAGS
from kullback._kernels import build
from kullback._kernels.arithmetic import DOUBLE
from kullback._kernels.rows.rows import make_rows
from kullback._kernels.rows.rules import make_rule
from kullback._kernels.terms import kl
from kullback._math.bits import fma, larger, select, smaller
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import entry, load_lanes, pointer, store_lanes
from kullback._math.sums import two_sum
from kullback._math.tracing import traced

compiled = numba.njit(**FLAGS)

X = np.append(np.random.default_rng(3).normal(size=29) * 100, [0.0, -0.0, np.inf])
FORMULAS = {
    "sums and products": lambda x, n: (x + 1) * (2 - x) / 3.0 - -x,
    "integers beside floats": lambda x, n: (x * n, n / 7 + x, 3 - n, n * n),
    "bits of integers": lambda x, n: ((n << 3) | 5, (n >> 1) & 255, n ^ 77, ~n),
    "comparisons": lambda x, n: (x < n, x >= 0.0, n != 3, x == x, (x > 1.0) & ~(n <= 4)),
    "tuples in tuples": lambda x, n: ((x, (n, 1.5)), 2, True),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_numbers_follow_the_rules_of_compiled_python(name):
    helper, formula = traced(lambda x, n: FORMULAS[name](x, n)), compiled(FORMULAS[name])
    of_kernel = compiled(lambda x, n: helper(x, n))
    for i, x in enumerate(X.tolist()):
        got, want = of_kernel(x, i - 9), formula(x, i - 9)
        assert numba.typeof(got) == numba.typeof(want)
        assert repr(got) == repr(want)


def test_lanes_have_the_bits_of_numbers():
    @traced
    def helper(x):
        high, low = two_sum(x, 1e17)
        return larger(smaller(fma(high, 3, low / 7), x * x), -x)

    @compiled
    def by_lanes(x, out):
        for c in range(0, x.size, WIDTH):
            store_lanes(pointer(out), c, helper(load_lanes(pointer(x), c)))

    one_by_one = compiled(lambda x: helper(x))
    out = np.empty_like(X)
    by_lanes(X, out)
    np.testing.assert_array_equal(out, [one_by_one(x) for x in X.tolist()])


def test_a_branch_computes_one_side():
    @traced
    def helper(x, data):
        return branch(x > 0.0, lambda: (x, entry(data, 0)), lambda: (-x, 7.0))

    @compiled
    def function(x, values):
        return helper(x, pointer(values))

    assert function(2.0, np.array([5.0])) == (2.0, 5.0)
    assert function(-2.0, np.array([5.0])) == (2.0, 7.0)


@pytest.mark.parametrize(("start", "stop", "step"), [(0, 10, 1), (3, 20, 4), (5, 5, 1), (9, 2, 3)])
def test_a_loop_visits_what_a_range_has(start, stop, step):
    @traced
    def helper(start, stop):
        return loop(start, stop, step, (0, 1.0), lambda i, s: (10 * s[0] + i, s[1] * 0.5))

    total, halves = compiled(lambda start, stop: helper(start, stop))(start, stop)
    want = 0
    for i in range(start, stop, step):
        want = 10 * want + i
    assert (total, halves) == (want, 0.5 ** len(range(start, stop, step)))


def test_loops_and_branches_in_each_other():
    @traced
    def helper(n):
        def odd_or_even(i, total):
            def add_all():
                return loop(0, i, 1, total, lambda j, t: t + j)

            return branch((i & 1) == 0, add_all, lambda: total - 1)

        return loop(0, n, 1, 0, odd_or_even)

    want = 0
    for i in range(9):
        want = want + sum(range(i)) if i % 2 == 0 else want - 1
    assert compiled(lambda n: helper(n))(9) == want


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (lambda x: x if x > 0.0 else -x, "`select` or `branch` instead of `if`"),
        (lambda x: max(x, 0.0), "`select` or `branch` instead of `if`"),
        (lambda x: x & 1.0, "there is no and_ of float64"),
        (lambda x: branch(x > 0.0, lambda: lanes_of(x), lambda: x), "both sides of a branch"),
        (lambda x: select(x > 0.0, lanes_of(1.0), lane_numbers()), "lanes of one type"),
    ],
)
def test_what_cannot_be_traced_is_told(formula, message):
    helper = traced(formula)
    with pytest.raises(TypeError, match=message):
        compiled(lambda x: helper(x))(1.0)


def test_a_helper_is_for_kernels():
    with pytest.raises(TypeError, match="a traced helper is for kernels"):
        fma(1.0, 2.0, 3.0)


def test_no_helper_of_a_kernel_is_a_function_of_its_own():
    function = make_rows(kl.make(DOUBLE), make_rule("plain", "q"), False)
    with event.install_recorder("numba:compile") as recorder:
        compiled(function).compile(build._row_signature("f8"))
    functions = [happened.data["dispatcher"].py_func for _, happened in recorder.buffer]
    assert {f.__name__ for f in functions if f.__module__.startswith("kullback")} == {"rows"}
