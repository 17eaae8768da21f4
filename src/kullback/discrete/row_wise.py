"""The one row-wise function that all others are faces of: check, run, return."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from kullback._arguments import arrays, axes
from kullback._arguments.domains import first_without_common_bins, reporter
from kullback._arguments.foreign import is_sparse
from kullback._arguments.options import DistanceOptions, checked
from kullback._arguments.own_functions import fault_of_f
from kullback._arguments.results import Results
from kullback._arguments.shares import warn_of_shares
from kullback._catalogue import Divergence
from kullback._drivers import rows as row_driver
from kullback._drivers.sources import Rows
from kullback._process.loading import load
from kullback.discrete.small_calls import NO_OPTION, small_call


def row_wise(
    divergence: Divergence, p_given: ArrayLike, q_given: ArrayLike, options: DistanceOptions
) -> Any:
    """One divergence of each row of p from one of q; `options` are those of distances at least."""
    chosen = checked(divergence, **options) if options else NO_OPTION
    result = small_call(divergence, chosen, p_given, q_given)
    if result is not None:
        return result
    chosen = chosen if options else checked(divergence)
    if is_sparse(p_given) or is_sparse(q_given):
        return load("discrete.sparse").row_wise(chosen, p_given, q_given)
    given = ("p", arrays.array(p_given, "p")), ("q", arrays.array(q_given, "q"))
    p, q = axes.bins_last(chosen.axis, *given)
    lead = arrays.common_lead(p, q, ("p", "q"))
    warn_of_shares(chosen, p, q)
    dtype = arrays.result_dtype(p, q)
    shape = axes.kept(lead, chosen.axis, chosen.keepdims)
    results = Results(chosen.out, shape, dtype, [array for _, array in given])

    def called(place: tuple[int, ...]) -> str:
        return f"row {', '.join(map(str, place))} of p" if place else "p"

    def left_empty() -> str:
        place = first_without_common_bins(p, q, lead)
        return "" if place is None else called(place)

    named = [("p", p)] if q_given is p_given else [("p", p), ("q", q)]  # an entropy has no q
    report = reporter(chosen, named, left_empty, fault_of_f(chosen.work, p, q, lead, called))
    kind = chosen.work.kernel_dtype(p, q, dtype)
    p_rows, q_rows = Rows(p, lead, kind), Rows(q, lead, kind)
    row_driver.run(chosen.work, p_rows, q_rows, results.flat, report, chosen.threads)
    return results.returned()
