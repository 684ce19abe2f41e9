"""The promise about false clears: kept as often as promised, refused where the data can't bear it."""

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from eval.certify.certificate import with_threshold
from eval.certify.cli import certify
from eval.certify.promise import Outcome, TooFewCases, cases_needed, learn_then_test
from verifier.policy import load_policy

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"


def test_cases_needed() -> None:
    assert cases_needed(0.01, 0.10) == 230
    assert (1 - 0.01) ** 230 <= 0.10 < (1 - 0.01) ** 229


def test_clean_data_certify_the_loosest_threshold() -> None:
    outcomes = [Outcome(False, None)] * 300 + [Outcome(True, 0.9)] * 100
    promise = learn_then_test(outcomes, 0.01, 0.10, 0.80)
    assert promise.threshold == 0.80
    assert promise.chosen is not None
    assert promise.chosen.auto_cleared == 100
    assert promise.bound is not None
    assert promise.bound <= 0.01


def test_errors_push_the_threshold_above_them() -> None:
    outcomes = [Outcome(False, None)] * 300 + [Outcome(False, 0.903)] * 10 + [Outcome(True, 0.95)] * 50
    promise = learn_then_test(outcomes, 0.01, 0.10, 0.80)
    assert promise.threshold == 0.905
    assert promise.steps[-1].p_value > 0.10


def test_hopeless_data_certify_nothing() -> None:
    outcomes = [Outcome(False, 1.0)] * 300
    assert learn_then_test(outcomes, 0.01, 0.10, 0.80).threshold is None


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(TooFewCases, match="needs at least 230"):
        learn_then_test([Outcome(False, None)] * 229, 0.01, 0.10, 0.80)


def test_the_promise_is_kept_as_often_as_promised() -> None:
    """Cases whose false-clear rate at threshold t is 0.2 * (1 - t): alpha is met from t = 0.75 on."""
    rng, broken, alpha, delta = Random(4), 0, 0.05, 0.10
    for _ in range(300):
        outcomes = [Outcome(False, rng.random() if rng.random() < 0.2 else None) for _ in range(250)]
        threshold = learn_then_test(outcomes, alpha, delta, 0.50).threshold
        broken += threshold is not None and 0.2 * (1 - threshold) > alpha + 1e-12
    assert broken / 300 <= delta + 0.03


def test_threshold_goes_into_the_policy_and_nothing_else() -> None:
    folder = Path(__file__).parents[2] / "verifier" / "policies"
    text = (folder / "default.yaml").read_text("utf-8")
    changed = with_threshold(text, 0.915)
    different = [(a, b) for a, b in zip(text.splitlines(), changed.splitlines(), strict=True) if a != b]
    assert len(different) == 1
    assert "clear_at: 0.915" in different[0][1]
    with pytest.raises(ValueError, match="exactly one"):
        with_threshold("thresholds: {}", 0.9)


def test_the_command_refuses_a_small_sample(tmp_path: Path) -> None:
    result = CliRunner().invoke(certify, [str(SAMPLE), "--limit", "5", "--out", str(tmp_path / "c.json")])
    assert result.exit_code == 1
    assert "Nothing is certified" in result.output
    assert not (tmp_path / "c.json").exists()


def test_the_command_certifies_and_evaluate_checks_it(tmp_path: Path) -> None:
    from eval.cli import evaluate

    nowhere = str(tmp_path / "no-model")  # without a judge nothing is cleared, so every promise is easily kept
    certificate, policy = tmp_path / "c.json", tmp_path / "p.yaml"
    base = [str(SAMPLE), "--model", nowhere, "--limit", "60"]
    result = CliRunner().invoke(
        certify, [*base, "--alpha", "0.2", "--out", str(certificate), "--write-policy", str(policy)]
    )
    assert result.exit_code == 0, result.output
    document = json.loads(certificate.read_text("utf-8"))
    assert document["threshold"]["clear_at"] == load_policy(policy).thresholds.clear_at
    assert document["upper_bound"] <= 0.2
    more = [
        "--predictions",
        str(tmp_path / "p.jsonl"),
        "--report",
        str(tmp_path / "r"),
        "--certificate",
        str(certificate),
    ]
    assert CliRunner().invoke(evaluate, [*base, *more]).exit_code == 0
    found = json.loads((tmp_path / "r" / "metrics.json").read_text("utf-8"))["promise"]
    assert found["kept"]
    assert not found["applies"]
    assert "calibration data itself" in found["remarks"][0]
