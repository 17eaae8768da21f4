"""Cases that the fuzzers have found, by name: the family, and the call."""

from __future__ import annotations

import numpy as np

from fuzzing.check import Call


def a(*entries: float | list[float]) -> np.ndarray:
    return np.array(entries, float)


EYE = np.eye(2)
REPEATED = np.broadcast_to(np.array([1, 2, 3, 4], "f4"), (3, 4))
COUNTS = np.broadcast_to(np.array([0, 0, 0, 1]), (3, 4))
STACK = np.arange(60.0).reshape(3, 5, 4)
SWAPPED = np.swapaxes(np.arange(1.0, 25.0).reshape(2, 4, 3), 0, 1)
SCALES = np.ldexp(np.arange(41) * 7919 % 997 + 1.0, np.arange(41) * 83 % 41 * 46 - 900)
MANY_SCALES = a(*[1.0] * 30, 4.5e15, 4e31, 3.7e47)
FOUND: dict[str, tuple[str, Call]] = {
    "near the largest float": (
        "calls",
        Call("kl", "rows", [a(1.7e308, 1.7e308)] * 2, {"base": 2}),
    ),
    "gaps that are filled with much": (
        "calls",
        Call("kl", "rows", [a(1, 2, 1), a(1, 0, 2)], {"zeros": 1e300}),
    ),
    "the same, of a function of one's own": (
        "calls",
        Call("f_kl", "rows", [np.ones(300), np.repeat(a(1, 0), 150)], {"zeros": 1e300}),
    ),
    "the same, of measures": (
        "calls",
        Call("f_kl", "rows", [a(1, 2, 1), a(1, 0, 2)], {"zeros": 1e300, "normalize": False}),
    ),
    "equal but for gaps that are filled with next to nothing": (
        "calls",
        Call("total_variation", "rows", [a(*[1.0] * 40, *[0.0] * 92)] * 2, {"zeros": 5e-324}),
    ),
    "nearly equal without gaps, which would be filled with much": (
        "calls",
        Call("total_variation", "rows", [a(1e280, 1, 1e-40), a(1e280, 2, 1e-40)], {"zeros": 1e300}),
    ),
    "proportional at all scales": (
        "calls",
        Call("bhattacharyya", "rows", [SCALES, 5 * SCALES], {"zeros": 1e10}),
    ),
    "proportional at all scales but for a last digit": (
        "calls",
        Call("kl", "rows", [SCALES, 5 * SCALES * (1 + 2.0**-52 * (SCALES < 1e160))], {}),
    ),
    "hidden by a pseudocount, beside nothing": (
        "calls",
        Call("js", "rows", [a(1e-200, 0), a(0, 1e-90)], {"pseudocount": 1e5}),
    ),
    "a row of nothing beside a pseudocount": (
        "calls",
        Call("js", "rows", [a(0, 0), a(0, 1e-90)], {"pseudocount": 1e5}),
    ),
    "gaps that are filled with much, beside next to nothing": (
        "calls",
        Call("total_variation", "rows", [a(0, 0, 1), a(1e308, 5e-324, 0)], {"zeros": 1e300}),
    ),
    "a term that is almost too large for a number": (
        "calls",
        Call("chi2", "rows", [a(3e-8, 7e-9), a(3e-8, 0)], {"zeros": 5e-324, "normalize": False}),
    ),
    "equal but for what is next to nothing": (
        "calls",
        Call("hellinger", "rows", [a(0, 1.7e300), a(1.9e-299, 8.7e233)], {}),
    ),
    "a power that is too large, of next to nothing": (
        "calls",
        Call("renyi", "rows", [a(1e308, 1e-316), a(1e308, 1e-320)], {"alpha": 151.0}),
    ),
    "the same, of measures, beside what counts": (
        "calls",
        Call(
            "renyi",
            "rows",
            [a(1e-188, 1), a(1e-201, 1e263)],
            {"alpha": 30.0, "normalize": False},
        ),
    ),
    "a root of what a pseudocount hides": (
        "calls",
        Call(
            "hellinger",
            "rows",
            [a(4e-229, 1), a(6.4e-139, 1)],
            {"normalize": False, "pseudocount": 2.5e283},
        ),
    ),
    "a large term of small entries": (
        "calls",
        Call(
            "chi2",
            "rows",
            [a(2.06e-13), a(3.6e-52)],
            {"normalize": False, "pseudocount": 1.2e-288},
        ),
    ),
    "a difference of products that a pseudocount hides": (
        "calls",
        Call("kl", "rows", [a(1, 2), a(0, 1)], {"pseudocount": 1e67}),
    ),
    "a measure without mass, whose gaps would be filled": (
        "calls",
        Call("kl", "rows", [a(0, 0, 1), a(0, 0, 0)], {"normalize": False, "zeros": 1e-10}),
    ),
    "the root of what is no float": (
        "calls",
        Call("js_distance", "rows", [a(1.7e308, 0, 0), a(0, 1.7e308, 9e307)], {"normalize": False}),
    ),
    "an order of next to nothing, and little that p lacks": (
        "calls",
        Call("renyi", "rows", [a(1, 0, 0), a(0.75, 2.0**-52, 0)], {"alpha": 1e-300}),
    ),
    "measures whose affinity is next to nothing": (
        "calls",
        Call(
            "renyi",
            "rows",
            [a(1, 0, 1, 1, 1, 1, 1, 1, 1), a(1, 1, 0, 1, 1, 1, 1, 1, 1)],
            {"normalize": False, "pseudocount": 1e-10, "alpha": 0.5},
        ),
    ),
    "no gaps to be filled with much": (
        "calls",
        Call("js", "rows", [a(1, 2), a(1, 2)], {"zeros": 1e50, "invalid": "nan"}),
    ),
    "a pseudocount that hides the rows": (
        "calls",
        Call("js", "condensed", [a([2, 1491], [0, 3])], {"pseudocount": 1e300, "normalize": False}),
    ),
    "the same, of several rows": (
        "tables",
        Call("mixture", "tables", [a([5, 7], [1, 3])], {"pseudocount": 1e300, "normalize": False}),
    ),
    "proportional rows that a pseudocount leaves so": (
        "calls",
        Call("kl", "rows", [a([3], [1], [7]), a([18], [18], [18])], {"pseudocount": 1e-17}),
    ),
    "measures that differ in a tiny bin": (
        "calls",
        Call(
            "f_triangular", "pairwise", [a([1e300, 1e-300], [1e300, 3e-300])], {"normalize": False}
        ),
    ),
    "sums of more digits than three parts have": (
        "calls",
        Call("total_variation", "rows", [MANY_SCALES, MANY_SCALES + a(0.5, *[0.0] * 32)], {}),
    ),
    "the same, where a pseudocount is all that differs": (
        "calls",
        Call(
            "renyi",
            "pairwise",
            [np.stack([MANY_SCALES, 3 * MANY_SCALES])],
            {"alpha": np.inf, "pseudocount": 1e-3},
        ),
    ),
    "logits far below all that counts": (
        "logits",
        Call("js", "rows", [a(-1.0, 1, -5641, -5563), a(-1.0, 1, -5561, -5643)], {}),
    ),
    "pseudocounts whose sum is too large": (
        "tables",
        Call("conditional", "tables", [STACK[0], STACK[1]], {"pseudocount": 1e308}),
    ),
    "a table of little that is positive": (
        "tables",
        Call(
            "conditional", "tables", [a([0], [-1])] * 2, {"pseudocount": 1e-320, "invalid": "nan"}
        ),
    ),
    "tiny bins of equal rows, and gaps that would be filled with much": (
        "calls",
        Call("kl", "rows", [a(1, 1, 1e-271)] * 2, {"zeros": 1e300}),
    ),
    "the same, of rows that are not equal": (
        "calls",
        Call(
            "js",
            "rows",
            [a(1, 1, 1e-271, 3e-300, 1), a(1, 1, 2e-271, 1e-300, 0)],
            {"zeros": 1e308},
        ),
    ),
    "covariances that are too large for their variances": (
        "covariances",
        Call("multivariate", "rows", [a(0, 0), EYE, a(0, 0), a([8e270, 0], [8e270, 2e-75])], {}),
    ),
    "a covariance of what has no variance": (
        "covariances",
        Call("multivariate", "rows", [a(0, 0), a([2e-31, 0], [2e-31, 0]), a(0, 0), EYE], {}),
    ),
    "a covariance that lacks its mirror image by less than 8 units": (
        "covariances",
        Call("multivariate", "rows", [a(0, 0), EYE, a(0, 0), a([9, 0], [2e-8, 4e13])], {}),
    ),
    "terms that cancel, whose sum of sizes is no float": (
        "calls",
        Call(
            "f_kl",
            "rows",
            [a(3, 3, 1, 1), a(0, 2, 2, 2)],
            {"normalize": False, "pseudocount": 1e308, "invalid": "nan"},
        ),
    ),
    "a single variance": (
        "covariances",
        Call("multivariate", "rows", [a(0), a([2]), a(0), a([1])], {"base": 2}),
    ),
    "rows that repeat the same memory": ("tables", Call("mixture", "tables", [REPEATED], {})),
    "the same, without an error": (
        "tables",
        Call("mixture", "tables", [COUNTS], {"invalid": "nan"}),
    ),
    "weights in Fortran order": (
        "tables",
        Call("mixture", "tables", [STACK, np.asfortranarray(STACK[:, :, 1].T)], {}),
    ),
    "an infinite part of next to no weight": (
        "tables",
        Call("conditional", "tables", [a([1, 1], [0, 1e-323]), a([1, 1], [1, 0])], {}),
    ),
    "the only part, of next to no weight": (
        "tables",
        Call("conditional", "tables", [a([1, 1], [0, 1e-323]), a([1, 1], [1, 1e-300])], {}),
    ),
    "a table that its pseudocount makes independent": (
        "tables",
        Call("information", "tables", [a([0.0], [3.23e155], [7.435e283])], {"pseudocount": 1e300}),
    ),
    "tables in another order": ("tables", Call("information", "tables", [SWAPPED], {})),
    "half of a ratio that is too large": (
        "gaussians",
        Call("kl", "pairwise", [a([0.0]), a([2.0**1023]), a([0.0]), a([0.5])], {}),
    ),
    "log-variances of no normal number": (
        "gaussians",
        Call("hellinger", "pairwise", [np.zeros((3, 2)), a(0, -1420)], {"spread": "log_var"}),
    ),
    "an axis of numbers": (
        "gaussians",
        Call("kl", "rows", [np.array(1.0)] * 4, {"axis": 5, "invalid": "nan"}),
    ),
}
# Under the rules of once, every divergence filled gaps; Jeffreys' is one that still does, on both
# sides.
FOUND |= {
    f"{name}, of Jeffreys": (family, call._replace(word="jeffreys"))
    for name, (family, call) in FOUND.items()
    if isinstance(call.options.get("zeros"), float) and call.word != "jeffreys"
}
