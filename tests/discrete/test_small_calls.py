"""The short way of the usual small call: value, type, warning and error of the general way."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import kullback as kl
from kullback._arguments.options import checked
from kullback._catalogue import DIVERGENCES
from kullback._drivers import rows as row_driver
from kullback.discrete import row_wise
from kullback.discrete.small_calls import NO_OPTION, small_call
from support.calls import CORE, FUNCTIONS, MATRIX_OPTIONS, VARIED, call, suitable
from support.layouts import LAYOUTS, read_only
from support.strategies import simplex, with_zeros
from support.tolerances import assert_same_bits

Check = Callable[..., None]
LONG = 40  # bins: the kernel of longer rows
WORDS = [word for word in FUNCTIONS if not word.startswith("f_")]


def rows(*shape: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng((seed, *shape))
    return simplex(rng, int(np.prod(shape[:-1])), shape[-1]).reshape(shape)


def pair(*shape: int) -> tuple[np.ndarray, np.ndarray]:
    return rows(*shape), rows(*shape, seed=1)


def with_entry(value: float, of_p: bool = True, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Three row pairs, one of which has this entry."""
    p, q = pair(3, k)
    (p if of_p else q)[1, k // 2] = value
    return p, q


def sparse_pair(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Zeros on either side, on both, and nothing in common."""
    rng = np.random.default_rng(k)
    p, q = (with_zeros(rng, rows(8, k, seed=i), 0.4) for i in range(2))
    p[0, : k // 2], q[0, k // 2 :] = 0.0, 0.0
    p[1], q[1] = 0.0, 0.0
    p[1, :2], q[1, :2] = (1.0, 1.0), (1.0, 3.0)
    return p, q


def apart(by: float, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    p, q = pair(5, k)
    q[1:] = p[1:] * (1 + by * np.random.default_rng(3).standard_normal((4, k)))
    return p, q


def scaled(p_by: float, q_by: float, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    p, q = pair(4, k)
    return p * p_by, q * q_by


def converted(dtype: Any, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    p, q = pair(*shape)
    return (9 * p).astype(dtype), (9 * q).astype(dtype)


SHAPES = [
    *[(10,), (LONG,), (1,), (2,), (31,), (32,), (4096,), (4097,)],
    *[(1, 10), (3, 10), (64, 64), (65, 10), (7, LONG), (1, 1), (64, 1)],
    *[(2, 3, 10), (2, 0, 10), (0, 10), (0,), (3, 0), (0, 0), (2, 3, 2, LONG), (1, 1, 1, 1)],
]
PAIRS: dict[str, Callable[[], tuple[Any, Any]]] = {
    **{f"shape {shape}": lambda shape=shape: pair(*shape) for shape in SHAPES},
    "rows of other lengths": lambda: (rows(10), rows(9)),
    "other leading axes": lambda: (rows(3, 10), rows(2, 10)),
    "one row from three": lambda: (rows(10), rows(3, 10)),
    "a row axis of one from three": lambda: (rows(1, 10), rows(3, 10)),
    "numbers": lambda: (np.array(1.0), np.array(2.0)),
    "a number and a row": lambda: (0.5, rows(10)),
    "zeros": lambda: sparse_pair(10),
    "zeros in long rows": lambda: sparse_pair(LONG),
    **{f"{x} in p": lambda x=x: with_entry(x) for x in (-0.0, -1e-9, np.nan, np.inf, -np.inf)},
    **{f"{x} in q": lambda x=x: with_entry(x, False) for x in (-0.0, -1.0, np.nan, np.inf, 0.0)},
    **{f"{x} in long p": lambda x=x: with_entry(x, k=LONG) for x in (-0.0, -5e-324, np.nan)},
    "5e-324 in q": lambda: with_entry(5e-324, False),
    "rows of zeros": lambda: (np.zeros((2, 10)), rows(2, 10)),
    "a row of zeros": lambda: (rows(2, 10), np.concatenate([rows(1, 10), np.zeros((1, 10))])),
    "a row of -0.0": lambda: (rows(10), -np.zeros(10)),
    "equal": lambda: (rows(3, 10), rows(3, 10)),
    "equal long": lambda: (rows(3, LONG), rows(3, LONG)),
    "one array twice": lambda: (rows(3, 10),) * 2,
    "in proportion": lambda: (np.arange(1.0, 11.0), 3 * np.arange(1.0, 11.0)),
    **{f"{by} apart": lambda by=by: apart(by) for by in (1e-2, 1e-5, 1e-9, 1e-15)},
    **{f"{by} apart, long": lambda by=by: apart(by, LONG) for by in (1e-5, 1e-9, 1e-15)},
    "tiny": lambda: scaled(1e-300, 1e-302),
    "subnormal": lambda: scaled(5e-322, 1.0),
    "huge": lambda: scaled(1e300, 1e302),
    "sums that overflow": lambda: scaled(1.7e308, 1e308),
    "tiny from huge": lambda: scaled(1e-300, 1e300, LONG),
}
# Of which no loop over bins makes anything of its own.
OTHERS: dict[str, Callable[[], tuple[Any, Any]]] = {
    **{f"as {t}": lambda t=t: converted(t, 3, 10) for t in ("f4", "f2", "i8", "u1", "?", "g")},
    **{f"refused {t}": lambda t=t: converted(t, 3, 10) for t in ("c16", "O", "U20", "m8[s]")},
    "float32 from float64": lambda: (rows(3, 10).astype("f4"), rows(3, 10, seed=1)),
    "float64 from float32": lambda: (rows(3, 10), rows(3, 10, seed=1).astype("f4")),
    **{f"both {n}": lambda f=f: tuple(map(f, pair(4, 10))) for n, f in LAYOUTS.items()},
    **{f"q {n}": lambda f=f: (rows(4, 10), f(rows(4, 10, seed=1))) for n, f in LAYOUTS.items()},
    "broadcast": lambda: (np.broadcast_to(rows(10), (4, 10)), rows(4, 10)),
    "unpickled": lambda: pickle.loads(pickle.dumps(pair(4, 10))),
    "masked": lambda: (np.ma.masked_less(rows(4, 10), 0.01), rows(4, 10)),
    "lists": lambda: (rows(2, 10).tolist(), rows(2, 10, seed=1).tolist()),
    "nothing": lambda: (None, rows(10)),
}
OPTIONS: list[dict[str, Any]] = [
    *MATRIX_OPTIONS,
    *[{"base": 2, "zeros": "skip"}, {"base": None, "threads": 1}, {"threads": np.int64(2)}],
    *[{"invalid": "nan"}, {"invalid": "nan", "zeros": "skip"}, {"zeros": 1e-300, "base": 1.01}],
    *[{"axis": -1}, {"axis": 0}, {"axis": (0, 1)}, {"axis": np.int64(-1)}, {"keepdims": True}],
    *[{"axis": -1.0}, {"axis": 5}, {"axis": True}, {"axis": "k"}, {"axis": ()}],
    *[{"base": 1}, {"zeros": "no"}, {"pseudocount": -1}, {"invalid": 0}, {"threads": 0}],
    *[{"out": np.empty(3)}, {"out": np.empty(4, "f4")}, {"normalize": 0}, {"keepdims": 0}],
]


def outcome(function: Callable[[], Any]) -> list[Any]:
    """Whatever a caller could tell results apart by."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function()
        except Exception as error:
            return [type(error), str(error), [str(each.message) for each in caught]]
    own = (result.base is None, result.flags.writeable) if isinstance(result, np.ndarray) else ()
    bits = np.asarray(result).tobytes()
    found = (type(result), result.dtype.str, result.shape, own, bits)
    return [*found, [str(each.message) for each in caught]]


@pytest.fixture
def assert_one_way(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def check(word: str, *given: Any, **options: Any) -> None:
        short = outcome(lambda: call(word, *given, **options))
        with monkeypatch.context() as general:
            general.setattr(row_wise, "small_call", lambda *_: None)
            assert short == outcome(lambda: call(word, *given, **options)), word

    return check


@pytest.mark.parametrize("case", PAIRS)
def test_both_ways_are_one(case: str, assert_one_way: Check) -> None:
    p, q = PAIRS[case]()
    for word in WORDS:
        assert_one_way(word, p, q)
    assert_one_way("entropy", p)


@pytest.mark.parametrize("case", OTHERS)
def test_both_ways_are_one_for_other_arrays(case: str, assert_one_way: Check) -> None:
    p, q = OTHERS[case]()
    for word in CORE + VARIED:
        assert_one_way(word, p, q)
    assert_one_way("entropy", p)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_both_ways_are_one_with_options(options: dict[str, Any], assert_one_way: Check) -> None:
    for p, q in (pair(3, 10), sparse_pair(LONG), pair(10), with_entry(np.nan), apart(1e-9)):
        for word in CORE + VARIED:
            assert_one_way(word, p, q, **suitable(word, options))


USUAL = {
    **{f"shape {shape}": pair(*shape) for shape in [(10,), (64, 64), (2, 3, LONG)]},
    "unpickled": OTHERS["unpickled"](),
    "read-only": tuple(map(read_only, pair(4, 10))),
    "zeros": tuple(x[1:] for x in sparse_pair(10)),
}


@pytest.mark.parametrize("case", USUAL)
def test_the_usual_call_goes_the_short_way(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all of the above would hold of one way, compared with itself."""
    p, q = USUAL[case]
    want = {word: call(word, p, q) for word in WORDS}
    monkeypatch.setattr(row_driver, "run", None)
    for word in WORDS:
        assert_same_bits(call(word, p, q), want[word])
        assert_same_bits(call(word, p, q, zeros="inf", threads=1), want[word])


@pytest.mark.parametrize("case", ["equal", "nan in p", "shape (65, 10)", "shape (4097,)"])
def test_all_else_goes_the_general_way(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_driver, "run", None)
    with pytest.raises(TypeError, match="NoneType"):
        kl.kl_divergence(*PAIRS[case]())


def test_an_own_f_goes_the_general_way() -> None:
    own = kl.FDivergence(lambda t: (t - 1) ** 2, 1.0, np.inf).record()
    assert small_call(own, NO_OPTION, *pair(10)) is None


def test_without_options_all_divergences_are_told_the_same() -> None:
    for divergence in DIVERGENCES.values():
        chosen = checked(divergence)
        work = chosen.work._replace(divergence=NO_OPTION.work.divergence)
        assert chosen._replace(work=work) == NO_OPTION
