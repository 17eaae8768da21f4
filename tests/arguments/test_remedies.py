"""The advice of an error works for what was given: each is followed here."""

from __future__ import annotations

import decimal
import fractions

import numpy as np
import numpy.lib.recfunctions
import pandas
import pytest

import kullback as kl
from kullback import js_divergence, pairwise

Q = np.array([1.0, 2.0])
COLUMNS = {"a": [1, 2], "b": [3, 4]}


def namespace(given):
    return {"p": given, "x": given, "numpy": numpy, "pandas": pandas}


def rows_as_objects():
    rows = np.empty(2, object)
    rows[:] = [[1.0, 2.0], [3.0, 4.0]]
    return rows


COUNTED = "pandas.Series(p).map(str).value_counts()"
MISSING = "numpy.where(numpy.equal({0}, None), 0, {0}).astype(float)"

# What is given, made anew, and the code in the advice.
FOLLOWED = {
    "text in a list": (lambda: ["a", "b", "a"], COUNTED),
    "text in an array": (lambda: np.array(["a", "b", "a"]), COUNTED),
    "bytes": (lambda: np.array([b"a", b"b"]), COUNTED),
    "numerals in a list": (lambda: ["1", "2.5"], "numpy.array(p).astype(float)"),
    "numerals in an array": (lambda: np.array(["1", "2.5"]), "p.astype(float)"),
    "a dict": (lambda: {"a": 1, "b": 2}, "list(p.values())"),
    "a generator": (lambda: (x for x in [1, 2]), "list(p)"),
    "a map": (lambda: map(float, [1, 2]), "list(p)"),
    "values of a dict": (lambda: {"a": 1, "b": 2}.values(), "list(p)"),
    "None in a list": (lambda: [None, 1], MISSING.format("numpy.array(p)")),
    "None in an array": (lambda: np.array([None, 1]), MISSING.format("p")),
    "Decimals": (lambda: [decimal.Decimal(1), 2], "numpy.array(p).astype(float)"),
    "Fractions": (lambda: np.array([fractions.Fraction(1, 3), 2]), "p.astype(float)"),
    "large integers": (lambda: [2**70, 2**71], "numpy.array(p).astype(float)"),
    "complex numbers": (lambda: [1 + 0j, 2.0], "numpy.real(p)"),
    "amplitudes": (lambda: np.array([1 + 1j, 2.0]), "numpy.abs(p) ** 2"),
    "longdouble": (lambda: np.array([1, 2], np.longdouble), "p.astype(float)"),
    "longdouble in a list": (lambda: [np.longdouble(1), 2], "numpy.array(p).astype(float)"),
    "dates": (lambda: np.array(["2024-01-01", "2024-01-02"], "M8[D]"), COUNTED),
    "times": (lambda: np.array([60, 120], "m8[m]"), "p / numpy.timedelta64(1, 's')"),
    "times in a list": (
        lambda: [np.timedelta64(60, "m")],
        "numpy.array(p) / numpy.timedelta64(1, 's')",
    ),
    "records": (
        lambda: np.array((1, 2.0), "i4,f8"),
        "numpy.lib.recfunctions.structured_to_unstructured(p)",
    ),
    "rows as objects": (rows_as_objects, "numpy.stack(p)"),
}


@pytest.mark.parametrize("case", FOLLOWED)
def test_advice_can_be_followed(case):
    """Advice to write .astype(float) helps neither lists nor text: statsmodels/statsmodels #880."""
    make, code = FOLLOWED[case]
    given = make()
    if case.startswith("longdouble") and np.longdouble is np.float64:
        pytest.skip("longdouble is float64 here")
    with pytest.raises(TypeError, match=r"^p ") as error:
        js_divergence(given, Q)
    assert code in str(error.value)
    assert np.isfinite(kl.entropy(eval(code, namespace(given)))).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("abc", "p is the text 'abc'"),
        (b"abc", "p is the text b'abc'"),
        (None, "p is None"),
        ({1, 2}, "p is a set, which has no order"),
        ([object(), 1], "values of type object"),
        (np.array([1, "a"], object), "text, such as 'a'"),
        ([10**400, 1], "numbers beyond 1.8e308; divide each row by its sum"),
    ],
)
def test_what_no_code_helps_is_named(given, said):
    with pytest.raises(TypeError) as error:
        js_divergence(given, Q)
    assert said in str(error.value)
    assert "astype" not in str(error.value)


def test_columns_that_are_no_bins_are_named():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({**COLUMNS, "name": ["u", "v"], "when": pd.to_datetime(["2024", "2025"])})
    with pytest.raises(TypeError, match=r"text, such as 'u', in column 'name', and 1 more") as e:
        pairwise(frame)
    names = "['name', 'when']"
    for code in (f"x.drop(columns={names})", f"x.set_index({names})"):
        assert code in str(e.value)
        assert pairwise(eval(code, namespace(frame))).shape == (2, 2)


def test_objects_in_columns_and_series_are_converted():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(COLUMNS).astype(object)
    with pytest.raises(TypeError, match=r"x\.astype\(float\)"):
        pairwise(frame)
    frame.iloc[0, 0] = None
    with pytest.raises(TypeError, match="missing values") as error:
        pairwise(frame)
    code = str(error.value).rpartition(": ")[2]
    assert pairwise(eval(code, namespace(frame))).shape == (2, 2)


@pytest.mark.parametrize("metric", ["kl", "cosine", kl.Renyi(2)])
def test_a_metric_in_the_place_of_an_array_is_told(metric):
    x = np.ones((3, 2))
    for call, name in (
        (lambda: pairwise(x, metric), "y"),
        (lambda: kl.pairwise_gaussian(x, x, metric), "mean_y"),
    ):
        with pytest.raises(TypeError, match=f"^{name} is .*; say metric=") as error:
            call()
        assert f"metric={metric!r}" in str(error.value)


def test_float32_is_not_recommended_to_float32():
    rows = np.ones((3_000_000, 1), np.float32)
    with pytest.raises(MemoryError) as error:
        pairwise(rows)
    assert "float32" not in str(error.value)
    with pytest.raises(MemoryError, match="float32 input"):
        pairwise(rows.astype(np.float64))


class Failing:
    """Its conversion to an array is what fails."""

    def __init__(self, error):
        self.error = error

    def __array__(self, *given, **options):
        raise self.error


@pytest.mark.parametrize("error", [ValueError("boom"), KeyError("boom"), OSError("boom")])
@pytest.mark.parametrize("inside", [False, True])
def test_a_conversion_that_fails_is_the_cause(error, inside):
    """Errors of __array__ that NumPy hides: numpy/numpy #18723."""
    given = [Failing(error), [1.0, 2.0]] if inside else Failing(error)
    with pytest.raises(TypeError, match="boom") as raised:
        js_divergence(given, Q)
    assert raised.value.__cause__ is error
    assert "length" not in str(raised.value)


@pytest.mark.parametrize("option", ["base", "pseudocount", "zeros"])
def test_a_number_beyond_all_floats_is_named(option):
    with pytest.raises(ValueError, match=f"^{option} is beyond"):
        kl.kl_divergence(Q, Q, **{option: 10**400})


def test_an_order_beyond_all_floats_is_named():
    with pytest.raises(ValueError, match=r"^alpha is beyond"):
        kl.Renyi(10**5000)
