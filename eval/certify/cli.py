"""`takedown-verifier certify`: a threshold that keeps the false-clear rate, with a certificate."""

from __future__ import annotations

import json
from importlib import resources
from itertools import islice
from pathlib import Path

import click

from eval import cases
from eval.certify.certificate import certificate, with_threshold
from eval.certify.promise import Outcome, TooFewCases, learn_then_test
from eval.progress import progress
from eval.running import Prediction, Setup, open_engine, run
from verifier.case import Label

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CALIBRATION.jsonl[.gz]")
@click.option("--alpha", type=float, default=0.01, show_default=True, help="Highest false-clear rate.")
@click.option("--delta", type=float, default=0.10, show_default=True, help="Chance that the promise fails.")
@click.option("--out", type=PATH, required=True, metavar="CERTIFICATE.json")
@click.option("--write-policy", type=PATH, metavar="OUT.yaml", help="The policy with the certified threshold.")
@click.option("--policy", type=PATH, metavar="FILE", envvar="TAKEDOWN_POLICY", help="Policy in YAML.")
@click.option("--model", type=PATH, metavar="DIR", envvar="TAKEDOWN_MODEL_DIR", help="Folder of the text judge.")
@click.option("--predictions", type=PATH, metavar="FILE", help="Answers of `evaluate` for the same cases and versions.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
def certify(
    file: Path, alpha: float, delta: float, out: Path, write_policy: Path | None, policy: Path | None,
    model: Path | None, predictions: Path | None, workers: int, limit: int | None,
) -> None:  # fmt: skip
    """Find the lowest `clear_at` that keeps the false-clear rate at most ALPHA with confidence 1 - DELTA.

    The threshold can only become stricter than the policy's. With too few data nothing is certified.
    """
    setup = Setup(policy, model)
    engine = open_engine(setup)
    known = _known(predictions, engine.versions) if predictions else {}
    numbered = list(enumerate(islice(cases.lines(file), limit), 1))
    fresh = [(n, line) for n, line in numbered if cases.name_of(line, n) not in known]
    with progress() as bar:
        for prediction in bar.track(run(fresh, setup, workers, engine), total=len(fresh), description="cases"):
            known[prediction["case_id"]] = prediction
    outcomes = []
    for n, line in numbered:
        item = cases.parse(line, n, engine.policy.categories)
        if item.label is None:
            raise click.ClickException(f"{item.case_id} has no label: only labelled cases can bear a promise")
        outcomes.append(outcome(known[item.case_id], item.label))
    loosest = engine.policy.thresholds.clear_at
    try:
        promise = learn_then_test(outcomes, alpha, delta, loosest)
    except (TooFewCases, ValueError) as refused:
        raise click.ClickException(f"Nothing is certified: {refused}.") from refused
    if promise.threshold is None:
        first = promise.steps[0]
        raise click.ClickException(
            f"Nothing is certified: even at {first.threshold:g} there are {first.false_clears} false clears in "
            f"{promise.must_not}, too many for {alpha:g} with confidence {1 - delta:g}."
        )
    data = {"file": file.name, "sha256": cases.sha256(file), "cases": len(outcomes)}
    document = certificate(promise, data=data, versions=engine.versions, loosest=loosest)
    out.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    if write_policy is not None:
        source = policy or resources.files("verifier").joinpath("policies/default.yaml")
        write_policy.write_text(with_threshold(source.read_text(encoding="utf-8"), promise.threshold), encoding="utf-8")
    found = document["false_clears"]
    click.echo(f"clear_at {promise.threshold:g} (policy: {loosest:g}): {document['promise']}")
    click.echo(f"false clears {found['hits']}/{found['total']}, upper bound {promise.bound:.4f}")
    clears = document["auto_clears"]
    click.echo(f"auto-clears {clears['hits']}/{clears['total']}; certificate in {out}")


def outcome(prediction: Prediction, label: Label) -> Outcome:
    """What a prediction says of thresholds at or above the policy's own."""
    cleared = prediction["disposition"] == "cleared"
    support = min((float(c["support"]) for c in prediction["claims"]), default=0.0)
    return Outcome("cleared" in label.acceptable_dispositions, support if cleared else None)


def _known(path: Path, versions: dict[str, str]) -> dict[str, Prediction]:
    found = {}
    for line in cases.lines(path):
        prediction = json.loads(line)
        if prediction.get("versions") == versions:
            found[prediction["case_id"]] = prediction
    return found
