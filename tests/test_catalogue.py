"""Records and oracle say the same of every divergence."""

from __future__ import annotations

import pytest

import kullback
from kullback._catalogue import DIVERGENCES, METRICS
from oracle import divergences as oracle
from oracle.divergences import ORACLES

GAPS = {"either": "pq"}


@pytest.mark.parametrize("word", DIVERGENCES)
def test_a_record_says_what_the_oracle_says(word: str) -> None:
    record, own = DIVERGENCES[word], ORACLES[word]
    assert GAPS.get(record.gaps, record.gaps) == own.gaps
    for name in ("symmetric", "reverse", "takes_base"):
        assert getattr(record, name) == getattr(own, name), name
    assert record.metric == own.matrix
    assert own.reverse or (record.function == own.public and hasattr(kullback, record.function))


def test_every_metric_without_a_parameter_has_a_record() -> None:
    assert set(METRICS) == {word for word in oracle.METRICS if not ORACLES[word].parametric}
