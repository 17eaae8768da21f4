"""`kullback info`: what is installed, what is used, and whether every kernel computes rightly."""

from __future__ import annotations

import json
import math
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kullback as kl
from kullback._catalogue import DIVERGENCES, METRICS
from kullback.app import known_answers as known
from kullback.app import self_test
from kullback.app.cli import main
from kullback.app.info import REPORT, gather
from oracle import divergences as reference
from oracle import gaussians as reference_gaussian
from oracle import tables as reference_mixture
from support.processes import run_child


@pytest.mark.slow
def test_it_says_what_a_bug_report_should_hold(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KULLBACK_NUM_THREADS", "2")
    assert main(["info", "--json"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    facts = json.loads(out)
    assert facts["kullback"] == kl.__version__
    assert facts["packages"]["numpy"] == np.__version__
    assert facts["threads"]["used"] == min(facts["threads"]["limits"].values())
    assert facts["self_test"]["failed"] == []
    assert facts["self_test"]["checks"] > 140
    for part in ("system", "processor", "blas", "memory", "cache", "settings"):
        assert facts[part]
        assert "unknown" not in facts[part], facts[part]
    assert main(["info"]) == 0
    text = capfd.readouterr().out
    assert text.endswith(f"none failed\n\n{REPORT}\n")
    for part in (facts["cache"]["directory"], facts["cache"]["state"], "processors that this"):
        assert part in text


def test_a_wrong_kernel_is_named_and_the_status_is_1(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    chosen = [check for check in self_test.checks() if check.name == "kl, 5 bins"]
    monkeypatch.setattr("kullback.app.self_test.checks", lambda: chosen)
    assert main(["info"]) == 0
    assert "1 checks, none failed" in capfd.readouterr().out
    right = kl.kl_divergence
    for wrong, words in (
        (lambda p, q: right(p, q) * (1 + 1e-9), "kl, 5 bins: [0.54326965] instead of 0.5432696"),
        (lambda p, q: np.float64(np.nan), "kl, 5 bins: [nan] instead of"),
        (lambda p, q: 1 / 0, "kl, 5 bins: ZeroDivisionError: division by zero"),
    ):
        monkeypatch.setattr(kl, "kl_divergence", wrong)
        assert main(["info"]) == 1
        assert words in capfd.readouterr().out


@pytest.mark.parametrize("missing", ["numba", "numpy"])
def test_without_what_it_needs_it_still_tells_the_rest(missing: str) -> None:
    code = f"""
    import sys
    sys.modules["{missing}"] = None
    from kullback.app.cli import main
    raise SystemExit(main(["info"]))
    """
    done = run_child(code)
    assert done.returncode == 1
    assert done.stderr == ""
    assert f"needs {missing}>=" in done.stdout
    assert "scipy: " in done.stdout
    assert done.stdout.endswith(f"{REPORT}\n")


def test_the_processor_is_the_one_that_kernels_are_compiled_for() -> None:
    code = "from kullback.app import info; print(info._processor())"
    done = run_child(code, NUMBA_CPU_NAME="generic")
    assert "'name': 'generic'" in done.stdout, done.stderr
    assert "'lanes': []" in done.stdout


@pytest.mark.parametrize(
    ("settings", "state"),
    [({"KULLBACK_CACHE": "off"}, "switched off"), ({"KULLBACK_NUM_THREADS": "none"}, "is 'none'")],
)
def test_what_is_wrong_with_a_setting_is_told(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], state: str
) -> None:
    monkeypatch.setattr("kullback.app.self_test.checks", lambda: [])
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    facts = gather()
    assert state in facts["cache"].get("state", "") + str(facts["threads"].get("unknown", ""))
    assert settings.items() <= facts["settings"].items()


@pytest.mark.slow
def test_every_kernel_is_tested() -> None:
    """Those that are made when a check needs them: all of them, once it is done."""
    package = Path(kl.__file__).parent
    files = [path.relative_to(package.parent) for path in package.rglob("_kernels/**/build*.py")]
    modules = [import_module(".".join(file.with_suffix("").parts)) for file in files]
    makers = {
        f"{module.__name__}.{name}": maker
        for module in modules
        for name, maker in vars(module).items()
        if hasattr(maker, "cache_info")
    }
    assert len(makers) > 20
    for maker in makers.values():
        maker.cache_clear()
    assert not [told for told in map(self_test.failures, self_test.checks()) if told]
    assert not [name for name, maker in makers.items() if not maker.cache_info().currsize]


def test_every_divergence_and_metric_is_tested() -> None:
    names = {check.name for check in self_test.checks()}
    renyi = {word for word in known.ANSWERS if word.startswith("renyi")}
    for word in renyi | set(DIVERGENCES) - {"reverse_kl"}:
        assert {f"{word}, 5 bins", f"{word}, 40 bins", f"{word}, 5 bins, near"} <= names
    for word in renyi | set(METRICS):
        assert {f"matrix of {word}", f"matrix of {word}, float32"} <= names


@pytest.mark.parametrize("word", known.ANSWERS)
def test_the_known_answers_are_the_oracles(word: str) -> None:
    for rows, answer in zip((known.FAR, known.NEAR), known.ANSWERS[word], strict=True):
        given = [np.array(row) for row in rows]
        if word == "reverse_kl":
            given.reverse()
        exact = reference.rowwise(word.removeprefix("reverse_"), *given)
        assert_is(exact, answer)


@pytest.mark.parametrize("word", sorted(set(DIVERGENCES) & set(known.ANSWERS)))
def test_a_divergence_without_known_answers_has_those_of_its_exact_form(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = known.ANSWERS[word]
    monkeypatch.delitem(known.ANSWERS, word)
    np.testing.assert_allclose(self_test._answers(word), stored, rtol=1e-15)


@pytest.mark.parametrize("word", known.GAUSSIAN_ANSWERS)
def test_the_known_answers_of_gaussians_are_the_oracles(word: str) -> None:
    rows = known.GAUSSIANS, known.NEAR_GAUSSIANS
    for gaussians, answer in zip(rows, known.GAUSSIAN_ANSWERS[word], strict=True):
        assert_is(reference_gaussian.diagonal(word, *gaussians), answer)


def test_the_other_known_answers_are_the_oracles() -> None:
    joint = np.array(known.FAR)
    apart = joint.sum(1)[:, None] * joint.sum(0)  # times the sum: proportional
    for exact, answer in (
        (reference.rowwise("kl", joint.ravel(), apart.ravel()), known.OF_JOINT),
        (reference_gaussian.multivariate(*known.FULL), known.OF_FULL),
        (reference_gaussian.standard(*known.STANDARD), known.OF_STANDARD),
        *zip(map(entropy, (known.FAR[0], known.NEAR[0])), known.OF_P, strict=True),
        (reference_mixture.mixtures([*known.FAR, [1] * 5]), known.OF_THREE),
    ):
        assert_is(exact, answer)


def entropy(row: Any) -> Any:
    return reference.rowwise("cross_entropy", row, row)


def assert_is(exact: Any, answer: float) -> None:
    assert math.isclose(float(exact), answer, rel_tol=1e-15)
