"""Rows whose answers are known, and a check of a call against one.

The answers are mpmath's, for the exact value of the numbers; a test computes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

FAR = ([8, 4, 2, 2, 1], [2, 4, 6, 3, 5])
NEAR = (
    [2**40, 2**41, 2**42, 3 * 2**40, 2**39],
    [2**40 + 1, 2**41 - 2, 2**42 + 3, 3 * 2**40 - 1, 2**39 + 1],
)
PARTS = 8  # of a bin, where there are to be many

# Of FAR and of NEAR, in nats.
ANSWERS: dict[str, tuple[float, float]] = {
    "kl": (0.5432696461432147, 2.836985660965941e-25),
    "reverse_kl": (0.4916145653154187, 2.8369856609659873e-25),
    "js": (0.11947074293013421, 7.092464152414911e-26),
    "js_distance": (0.3456454005626781, 2.663168066873533e-13),
    "jeffreys": (1.0348842114586334, 5.673971321931929e-25),
    "hellinger": (0.3523659343466136, 2.663168066873533e-13),
    "bhattacharyya": (0.13257385314091355, 7.092464152414911e-26),
    "total_variation": (0.40588235294117647, 3.4234947957886606e-13),
    "chi2": (1.643598615916955, 5.673971321931789e-25),
    "renyi_0.5": (0.2651477062818271, 1.4184928304829822e-25),
    "renyi_2": (0.9721411010540884, 5.673971321931789e-25),
    "renyi_inf": (1.5488132906176655, 1.0827317878253132e-12),
    "cross_entropy": (1.9086419019548406, 1.410352868465972),
}
OF_P = (1.365372255811626, 1.410352868465972)  # entropies
OF_THREE = 0.08746703777491728  # generalized JS of FAR and [1, 1, 1, 1, 1]
OF_JOINT = 0.11914546007418358  # mutual information of FAR as a table

GAUSSIANS = ([0.0, 1.0, -2.0], [1.0, 4.0, 0.25], [1.0, 0.5, -2.0], [4.0, 1.0, 0.0625])
NEAR_GAUSSIANS = (
    [0.0, 1.0, -2.0],
    [1.0, 4.0, 0.25],
    [2.0**-30, 1.0, -2.0],
    [1.0, 4 + 2.0**-28, 0.25],
)

# Of GAUSSIANS and of NEAR_GAUSSIANS.
GAUSSIAN_ANSWERS: dict[str, tuple[float, float]] = {
    "kl": (2.1818528194400546, 6.505213032220381e-19),
    "reverse_kl": (1.9743971805599454, 6.505213033566704e-19),
    "jeffreys": (4.15625, 1.3010426065787085e-18),
    "bhattacharyya": (0.3972153269713146, 1.6263032582233857e-19),
    "hellinger": (0.5725475791856012, 4.0327450430486993e-10),
    "wasserstein2": (1.8200274723201295, 1.317089015812109e-09),
}
STANDARD = ([0.0, 1.0, -2.0], [0.0, 0.5, -1.0])  # means and log-variances
OF_STANDARD = 2.758300355935785
FULL = ([1.0, 2.0], [[2.0, 1.0], [1.0, 3.0]], [0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]])
OF_FULL = 0.7608032234649469

EXACT, SINGLE = 1e-12, 1e-5  # relative errors


class Check(NamedTuple):
    """A call and what it must return; `compute` is what runs kernels."""

    name: str
    compute: Callable[[], Any]
    want: float
    tolerance: float = EXACT
