"""The promise about false clears: kept as often as promised, refused where the data can't bear it."""

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from eval import running
from eval.certify.certificate import note_in_manifest, with_note, with_threshold
from eval.certify.cli import certify
from eval.certify.promise import Outcome, TooFewCases, cases_needed, learn_then_test
from models import manifest
from tests.stubs import KeywordJudge
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


PROMISED = {
    "promise": "at most 0.05", "alpha": 0.05, "delta": 0.1, "threshold": {"clear_at": 0.9, "policy_had": 0.8},
    "method": "m", "upper_bound": 0.04, "assumes": [], "data": {"file": "f", "sha256": "0" * 64, "cases": 9},
    "versions": {"model": "m", "policy": "p"}, "created_at": "2026-01-02T00:00:00+00:00",
}  # fmt: skip


def test_a_policy_carries_its_latest_promise_and_stays_a_policy(tmp_path: Path) -> None:
    plain = (Path(__file__).parents[2] / "verifier" / "policies" / "default.yaml").read_text("utf-8")
    once = with_note(plain, PROMISED)
    assert once.startswith("# Certified 2026-01-02: at most 0.05.")
    assert with_note(once, PROMISED) == once
    (tmp_path / "p.yaml").write_text(once, encoding="utf-8")
    assert load_policy(tmp_path / "p.yaml").thresholds == load_policy().thresholds


def test_a_manifest_carries_the_promise_of_its_own_weights_alone(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"weights")
    version = manifest.write(tmp_path, "tiny", ["model.onnx"], {}).version
    with pytest.raises(Exception, match="holds tiny"):
        note_in_manifest(tmp_path, PROMISED)
    note_in_manifest(tmp_path, PROMISED | {"versions": {"model": version, "policy": "p"}})
    assert manifest.read(tmp_path).version == version
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["certificate"]["alpha"] == 0.05


def test_a_stricter_threshold_must_be_written_for_the_promise_to_apply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are made up so that false clears have little support; the promise then needs more than the policy's."""
    from eval.cli import evaluate

    monkeypatch.setattr(running, "load_judge", lambda *_, **__: KeywordJudge({}))
    data = tmp_path / "cases.jsonl"
    lines = [json.loads(line) for line in _sample(40)]
    data.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    monkeypatch.setattr(running, "verify", _generous(running.verify))
    certificate, policy, out = tmp_path / "c.json", tmp_path / "p.yaml", ["--out", str(tmp_path / "c.json")]
    loose = CliRunner().invoke(certify, [str(data), "--alpha", "0.15", *out])
    assert loose.exit_code == 0, loose.output
    assert "--write-policy" in loose.output
    strict = CliRunner().invoke(certify, [str(data), "--alpha", "0.15", *out, "--write-policy", str(policy)])
    assert strict.exit_code == 0, strict.output
    document = json.loads(certificate.read_text("utf-8"))
    assert document["threshold"]["clear_at"] > document["threshold"]["policy_had"]
    assert document["auto_clears_at_policy"]["hits"] > document["auto_clears"]["hits"]
    data.write_text("\n".join(json.dumps(line | {"slices": ["again"]}) for line in lines), encoding="utf-8")
    arguments = [str(data), "--certificate", str(certificate), "--predictions", str(tmp_path / "p.jsonl")]
    arguments += ["--report", str(tmp_path), "--probe", "0"]
    for more, applies in (((), False), (("--policy", str(policy)), True)):
        assert CliRunner().invoke(evaluate, [*arguments, *more]).exit_code == 0
        found = json.loads((tmp_path / "metrics.json").read_text("utf-8"))["promise"]
        assert found["applies"] == applies, found
    assert found["kept"]


def _sample(count: int) -> list[str]:
    from eval import cases

    return [line for _, line in zip(range(count), cases.lines(SAMPLE), strict=False)]


def _generous(verify):  # type: ignore[no-untyped-def]
    """Clears every case whose claims' made-up support reaches the policy's threshold."""

    def lenient(case, policy, judge):  # type: ignore[no-untyped-def]
        answer = verify(case, policy, judge)
        support = 0.8 + int(answer.case_digest.split(":")[-1][:8], 16) / 16**8 / 5
        claims = tuple(c.model_copy(update={"support": support}) for c in answer.claims)
        clear = support >= policy.thresholds.clear_at
        return answer.model_copy(update={"disposition": "cleared" if clear else "review", "claims": claims})

    return lenient
