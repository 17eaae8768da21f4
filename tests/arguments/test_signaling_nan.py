"""A signaling NaN is a NaN like others: the error, or NaN, and no warning of NumPy's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import kullback as kl

BITS = {"float16": 0x7C01, "float32": 0x7F800001, "float64": 0x7FF0000000000001}
ROWS, K = 12, 40

CALLS = {
    "entropy": lambda x, good, **options: kl.entropy(x, **options),
    "generalized_js": lambda x, good, **options: kl.generalized_js_divergence(x, **options),
    "gaussian": lambda x, good, **options: kl.gaussian_kl_divergence(x, good, good, x, **options),
    "pairwise_gaussian": lambda x, good, **options: kl.pairwise_gaussian(x, good, **options),
    "logits": lambda x, good, **options: kl.js_divergence_from_logits(x, good, **options),
    "mutual_information": lambda x, good, **options: kl.mutual_information(x, **options),
    "nearest": lambda x, good, **options: kl.estimate.kl_nearest_neighbor(x, good),
    "pairwise": lambda x, good, **options: kl.pairwise(x, metric="kl", **options),
    "pairwise js": lambda x, good, **options: kl.pairwise(x, good, metric="js", **options),
    "condensed": lambda x, good, **options: kl.condensed(x, metric="hellinger", **options),
    "rows": lambda x, good, **options: kl.kl_divergence(x, good, **options),
    "rows of q": lambda x, good, **options: kl.chi2_divergence(good, x, **options),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", BITS)
def test_a_signaling_nan_is_refused_or_gives_nan_without_a_warning(name, dtype):
    """NumPy warns of some NaNs and not of others: numpy/numpy #8049."""
    rng = np.random.default_rng(0)
    x, good = rng.random((2, ROWS, K)).astype(dtype) + np.ones((), dtype)
    x.view(f"u{x.itemsize}")[3, 3] = BITS[dtype]
    for given in (x, np.asfortranarray(x), x.byteswap().view(x.dtype.newbyteorder())):
        with warnings.catch_warnings(), np.errstate(invalid="raise"):
            warnings.simplefilter("error")
            with pytest.raises(ValueError, match=r"NaN|nan"):
                CALLS[name](given, good)
            if name != "nearest":
                assert np.isnan(CALLS[name](given, good, invalid="nan")).any()
