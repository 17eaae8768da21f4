"""The one row-wise function that all others are faces of: check, run, return."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments import arrays as _arguments
from kullback._catalogue import Divergence
from kullback._drivers import rows as row_driver
from kullback._drivers.sources import Rows


def row_wise(
    divergence: Divergence,
    p_given: ArrayLike,
    q_given: ArrayLike,
    axis: int,
    base: float | None,
    normalize: bool,
    pseudocount: float,
    zeros: str | float,
    invalid: str,
    out: NDArray[Any] | None,
    threads: int | None,
) -> Any:
    """One divergence of each row of p from one of q; see `kl_divergence` for the options."""
    chosen = _arguments.options(divergence, base, normalize, pseudocount, zeros, invalid, threads)
    p = _arguments.bins_last(_arguments.array(p_given, "p"), axis, "p")
    q = _arguments.bins_last(_arguments.array(q_given, "q"), axis, "q")
    lead = _arguments.common_lead(p, q, ("p", "q"))
    dtype = _arguments.result_dtype(p, q)
    results = _arguments.output(out, lead, dtype, [p, q])

    def left_empty() -> str:
        place = _arguments.first_without_common_bins(p, q, lead)
        return f"row {', '.join(map(str, place))} of p" if place else "p"

    report = _arguments.reporter(chosen, [("p", p), ("q", q)], left_empty)
    flat = results.reshape(-1) if results.flags.c_contiguous else np.empty(results.size, dtype)
    kind = chosen.work.kernel_dtype(p, q, dtype)
    p_rows, q_rows = Rows(p, lead, kind), Rows(q, lead, kind)
    row_driver.run(chosen.work, p_rows, q_rows, flat, report, chosen.threads)
    if not results.flags.c_contiguous:
        results[...] = flat.reshape(lead)
    return results if lead or out is not None else results[()]
