"""`takedown-verifier certify`: a threshold that keeps the false-clear rate, with a certificate."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import click

from eval import answers, cases
from eval.certify.certificate import certificate, note_in_manifest, with_note, with_threshold
from eval.certify.promise import Outcome, TooFewCases, learn_then_test
from eval.progress import progress
from eval.running import Engine, Prediction, Setup, open_engine, run
from verifier.case import Label
from verifier.policy import load_policy

PATH = click.Path(path_type=Path)
DIR = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CALIBRATION.jsonl[.gz]")
@click.option("--alpha", type=float, default=0.01, show_default=True, help="Highest false-clear rate.")
@click.option("--delta", type=float, default=0.10, show_default=True, help="Chance that the promise fails.")
@click.option("--out", type=PATH, required=True, metavar="CERTIFICATE.json")
@click.option("--write-policy", type=PATH, metavar="OUT.yaml", help="The policy with the certified threshold.")
@click.option("--write-manifest", type=DIR, metavar="DIR", help="Note the certificate in this weights folder, too.")
@click.option("--policy", type=PATH, metavar="FILE", envvar="TAKEDOWN_POLICY", help="Policy in YAML.")
@click.option("--model", type=PATH, metavar="DIR", envvar="TAKEDOWN_MODEL_DIR", help="Folder of the text judge.")
@click.option("--predictions", type=PATH, metavar="FILE", help="Answers of `evaluate` for the same cases and versions.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
def certify(
    file: Path, alpha: float, delta: float, out: Path, write_policy: Path | None, write_manifest: Path | None,
    policy: Path | None, model: Path | None, predictions: Path | None, workers: int, limit: int | None,
) -> None:  # fmt: skip
    """Find the lowest `clear_at` that keeps the false-clear rate at most ALPHA with confidence 1 - DELTA.

    The threshold can only become stricter than the policy's. With too few data nothing is certified.
    """
    setup = Setup(policy, model)
    engine = open_engine(setup)
    outcomes = _outcomes(file, limit, setup, engine, workers, predictions)
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
    if write_policy is not None:
        source = policy or resources.files("verifier").joinpath("policies/default.yaml")
        text = with_note(with_threshold(source.read_text(encoding="utf-8"), promise.threshold), document)
        write_policy.write_text(text, encoding="utf-8")
        document["versions"]["policy"] = load_policy(write_policy).version
    elif promise.threshold != loosest:
        document["versions"]["policy"] = f"{engine.policy.version} with clear_at {promise.threshold:g}"
        click.echo(
            "The policy in force clears too early for this promise: --write-policy OUT.yaml writes one that keeps it."
        )
    out.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    if write_manifest is not None:
        note_in_manifest(write_manifest, document)
    found, clears, loose = (document[k] for k in ("false_clears", "auto_clears", "auto_clears_at_policy"))
    click.echo(f"clear_at {promise.threshold:g} (policy: {loosest:g}): {document['promise']}")
    click.echo(f"false clears {found['hits']}/{found['total']}, upper bound {promise.bound:.4f}")
    click.echo(
        f"auto-clears {clears['hits']}/{clears['total']}, {loose['hits'] - clears['hits']} fewer than the policy's own "
        f"threshold gives; certificate in {out}"
    )


def _outcomes(
    file: Path, limit: int | None, setup: Setup, engine: Engine, workers: int, predictions: Path | None
) -> list[Outcome]:
    """What every case comes to, from known answers where there are any."""
    known = answers.kept(predictions, engine.versions) if predictions else {}
    labels: dict[int, Label] = {}
    given: dict[int, Prediction] = {}
    for n, item in enumerate(cases.items(file, limit, engine.policy.categories), 1):
        if item.label is None:
            raise click.ClickException(f"{item.case_id} has no label: only labelled cases can bear a promise")
        labels[n] = item.label
        if (before := answers.of(item.case_id, item.case, known)) is not None:
            given[n] = before
    fresh = [n for n in labels if n not in given]
    numbered = (pair for i, pair in enumerate(cases.numbered(file, limit), 1) if i not in given)
    with progress() as bar:
        found = bar.track(run(numbered, setup, workers, engine), total=len(fresh), description="cases")
        given |= dict(zip(fresh, found, strict=True))
    return [outcome(given[n], label) for n, label in labels.items()]


def outcome(prediction: Prediction, label: Label) -> Outcome:
    """What a prediction says of thresholds at or above the policy's own."""
    cleared = prediction["disposition"] == "cleared"
    support = min((float(c["support"]) for c in prediction["claims"]), default=0.0)
    return Outcome("cleared" in label.acceptable_dispositions, support if cleared else None)
