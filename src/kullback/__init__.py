"""Compare probability distributions in bulk: KL and Jensen-Shannon divergences of many rows.

    import kullback as kl
    kl.kl_divergence(p, q)          row by row
    kl.pairwise(x, metric="js")     every row of x against every other
    kl.estimate, kl.project         densities, samples and mixtures; the nearest Gaussian

Each name is loaded when it is first used: `import kullback` loads neither Numba nor SciPy.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock, allocate_lock, start_new_thread
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kullback import estimate, project
    from kullback.distances import (
        bhattacharyya_distance,
        chi2_divergence,
        hellinger_distance,
        total_variation_distance,
    )
    from kullback.divergences import jeffreys_divergence, js_distance, js_divergence, kl_divergence
    from kullback.entropies import cross_entropy, entropy
    from kullback.families import f_divergence, renyi_divergence
    from kullback.gaussian_matrices import pairwise_gaussian
    from kullback.gaussians import gaussian_kl_divergence, standard_gaussian_kl_divergence
    from kullback.information import conditional_kl_divergence, mutual_information
    from kullback.logits import js_divergence_from_logits, kl_divergence_from_logits
    from kullback.matrices import condensed, pairwise
    from kullback.metrics import FDivergence, Renyi
    from kullback.mixtures import generalized_js_divergence
    from kullback.monitoring import histograms, population_stability_index
    from kullback.multivariate_gaussians import multivariate_gaussian_kl_divergence

__version__ = "0.1.0"

_HOME = {
    "bhattacharyya_distance": "distances",
    "chi2_divergence": "distances",
    "condensed": "matrices",
    "conditional_kl_divergence": "information",
    "cross_entropy": "entropies",
    "entropy": "entropies",
    "f_divergence": "families",
    "FDivergence": "metrics",
    "generalized_js_divergence": "mixtures",
    "gaussian_kl_divergence": "gaussians",
    "hellinger_distance": "distances",
    "histograms": "monitoring",
    "jeffreys_divergence": "divergences",
    "js_distance": "divergences",
    "js_divergence": "divergences",
    "js_divergence_from_logits": "logits",
    "kl_divergence": "divergences",
    "kl_divergence_from_logits": "logits",
    "multivariate_gaussian_kl_divergence": "multivariate_gaussians",
    "mutual_information": "information",
    "pairwise": "matrices",
    "pairwise_gaussian": "gaussian_matrices",
    "population_stability_index": "monitoring",
    "Renyi": "metrics",
    "renyi_divergence": "families",
    "standard_gaussian_kl_divergence": "gaussians",
    "total_variation_distance": "distances",
}

_MODULES = ("estimate", "project")

__all__ = [
    "FDivergence",
    "Renyi",
    "bhattacharyya_distance",
    "chi2_divergence",
    "condensed",
    "conditional_kl_divergence",
    "cross_entropy",
    "entropy",
    "estimate",
    "f_divergence",
    "gaussian_kl_divergence",
    "generalized_js_divergence",
    "hellinger_distance",
    "histograms",
    "jeffreys_divergence",
    "js_distance",
    "js_divergence",
    "js_divergence_from_logits",
    "kl_divergence",
    "kl_divergence_from_logits",
    "multivariate_gaussian_kl_divergence",
    "mutual_information",
    "pairwise",
    "pairwise_gaussian",
    "population_stability_index",
    "project",
    "renyi_divergence",
    "standard_gaussian_kl_divergence",
    "total_variation_distance",
]


_loading = RLock()
_fork_is_guarded = False


def _guard_fork() -> None:
    """A child would wait for ever for what a thread that it does not have was loading.

    Hooks run in the reverse order of their registration. That of `logging` must come after this
    one: it takes a lock that who loads or compiles needs, before it lets go of ours.
    """
    global _fork_is_guarded
    if _fork_is_guarded or not hasattr(os, "register_at_fork"):
        return
    import_module("concurrent.futures.thread")  # which takes a lock at a fork too
    import_module("logging")

    from kullback import _forks

    os.register_at_fork(
        before=_forks.hold, after_in_parent=_forks.let_go, after_in_child=_forks.let_go_in_child
    )
    _fork_is_guarded = True


def __getattr__(name: str) -> Any:
    home = name if name in _MODULES else _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _guard_fork()
    if f"{__name__}.{home}" not in sys.modules and _may_be_interrupted():
        _load_apart(home)
    module = _load(home)
    value = module if name in _MODULES else getattr(module, name)
    globals()[name] = value
    return value


def _load(module: str) -> Any:
    with _loading:
        from kullback._requirements import require

        require("numpy", "numba")
        return import_module(f"{__name__}.{module}")


def _may_be_interrupted() -> bool:
    threading: Any = import_module("threading")
    return bool(threading.get_ident() == threading.main_thread().ident)


def _load_apart(module: str) -> None:
    """Load in a thread that no interrupt comes to.

    NumPy and Numba cannot be loaded again after they were loaded by halves, and an interrupted
    import may leave its lock to nobody.
    """
    errors: list[BaseException] = []
    gate = allocate_lock()
    gate.acquire()

    def load() -> None:
        try:
            _load(module)
        except BaseException as error:
            errors.append(error)
        finally:
            gate.release()

    def begin() -> None:
        try:
            thread.start()
        except RuntimeError:
            load()

    threading: Any = import_module("threading")
    thread = threading.Thread(target=load, name="kullback-loader")
    try:
        start_new_thread(begin, ())
    except RuntimeError:  # no thread can be started
        load()
    while not gate.acquire(timeout=0.05):  # on Windows, Ctrl-C only between waits
        pass
    if errors:
        raise errors[0]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
