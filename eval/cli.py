"""`takedown-verifier evaluate`: labelled cases in, predictions and a report out."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from eval import answers, cases
from eval.certify.certificate import check
from eval.probe import probe, spread
from eval.progress import progress
from eval.report import document, html, page, pictures
from eval.running import Engine, Prediction, Setup, open_engine, run
from eval.scale import run_on_ray
from eval.scoring.records import Record, record

SHOWN = 5
"""Errors told on the terminal."""
EACH = 200
"""Cases that are worth a process of their own, which takes seconds to load the judge."""
PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl[.gz]")
@click.option(
    "--predictions",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="OUT.jsonl",
    help="One line per case: the assessment with case_id and elapsed_ms.",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="report.html, report.md, metrics.json; with the `eval` extra also pictures.",
)
@click.option(
    "--policy", type=click.Path(path_type=Path), metavar="FILE", envvar="TAKEDOWN_POLICY", help="Policy in YAML."
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="TAKEDOWN_MODEL_DIR",
    help="Folder of the text judge.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help=f"Processes; each loads the judge.  [default: one for {EACH} cases, at most one a core]",
)
@click.option(
    "--engine",
    "where",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where the workers run; ray: a cluster (RAY_ADDRESS) or this machine, needs the `scale` extra.",
)
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
@click.option(
    "--probe",
    "probed",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="Cases that are asked again under other ids, to expose a system that reads labels from names.",
)
@click.option("--resume", is_flag=True, help="Keep answers of the same versions that OUT has already.")
@click.option("--certificate", type=PATH, metavar="FILE", help="Check the promise that `certify` wrote.")
@click.option("--previous", type=PATH, metavar="METRICS.json", help="Show an earlier run beside this one.")
@click.option(
    "--judge-timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="SECONDS"
)
def evaluate(
    file: Path,
    out: Path,
    folder: Path,
    policy: Path | None,
    model: Path | None,
    workers: int | None,
    where: str,
    limit: int | None,
    probed: int,
    resume: bool,
    certificate: Path | None,
    previous: Path | None,
    judge_timeout: float,
) -> None:
    """Verify every case of FILE and measure the answers against the labels, where it has any.

    A line that can't be read, or a case on which the verifier fails, never stops the run: it becomes a
    prediction with disposition `review` and an `error`, and counts as an error in the report.
    """
    setup = Setup(policy, model, judge_timeout)
    engine = open_engine(setup)
    if where == "ray" and find_spec("ray") is None:
        raise click.UsageError("--engine ray needs Ray: pip install 'takedown-verifier[scale]'")
    folder.mkdir(parents=True, exist_ok=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    before = [answers.kept(path, engine.versions) for path in (out, _unfinished(out))] if resume else []
    kept = {case_id: prediction for found in before for case_id, prediction in found.items()}
    total = sum(1 for _ in cases.numbered(file, limit))
    runner = _runner(where, setup, workers or max(1, min(os.cpu_count() or 1, total // EACH)), engine)
    records = list(_evaluate(file, out, runner, engine, total, kept))
    command = " ".join(["takedown-verifier", *sys.argv[1:]])
    note = getattr(engine.judge, "reason", "")
    data = {"file": file.name, "sha256": cases.sha256(file)}
    chosen = spread(len(records), probed)
    answered = enumerate(zip(cases.numbered(file, limit), cases.lines(out), strict=True), 1)
    asked_again = [(n, line, json.loads(given)) for i, ((n, line), given) in answered if i in chosen]
    report = document.build(
        records, data=data, versions=engine.versions, command=command, judge_note=str(note),
        probe=probe(asked_again, engine),
        previous=json.loads(previous.read_text(encoding="utf-8")) if previous else None,
    )  # fmt: skip
    if certificate is not None:
        promised = json.loads(certificate.read_text(encoding="utf-8"))
        report["promise"] = check(promised, records, engine.versions, data["sha256"])
    drawn = pictures.draw(report, records, folder) if "headline" in report and pictures.available() else []
    (folder / "metrics.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    (folder / "report.md").write_text(page.page(report, drawn), encoding="utf-8")
    worst = _answers(out, {w["case_id"] for w in report.get("worst", ())})
    (folder / "report.html").write_text(html.page(report, [folder / name for name in drawn], worst), encoding="utf-8")
    _say(report, folder)


Runner = Callable[[Iterable[tuple[int, str]]], Iterator[Prediction]]


def _runner(where: str, setup: Setup, workers: int, engine: Engine) -> Runner:
    if where == "ray":
        return lambda lines: run_on_ray(lines, setup, workers)
    return lambda lines: run(lines, setup, workers, engine)


def _evaluate(
    file: Path, out: Path, runner: Runner, engine: Engine, total: int, kept: dict[str, Prediction]
) -> Iterator[Record]:
    """Predict, write each prediction as it comes, and keep what the report needs.

    With answers kept from before, the file is written anew beside the old one, so that an interruption loses neither.
    """
    waiting: deque[tuple[int, str, Prediction | None]] = deque()

    def fresh() -> Iterator[tuple[int, str]]:
        for number, line in cases.numbered(file, total):
            before = _before(line, number, kept, engine)
            waiting.append((number, line, before))
            if before is None:
                yield number, line

    target = _unfinished(out) if kept else out
    with cases.open_text(target, "wt") as stream, progress() as bar:
        task = bar.add_task("cases", total=total)
        for number, line, prediction in _in_order(waiting, runner(fresh())):
            stream.write(json.dumps(prediction, ensure_ascii=False) + "\n")
            stream.flush()
            bar.advance(task)
            yield _record(line, number, prediction, engine)
    target.replace(out)


def _in_order(
    waiting: deque[tuple[int, str, Prediction | None]], predictions: Iterable[Prediction]
) -> Iterator[tuple[int, str, Prediction]]:
    """Pair lines with their predictions, new or kept; `waiting` fills as `predictions` is drawn."""
    for prediction in predictions:
        while waiting:
            number, line, before = waiting.popleft()
            yield number, line, before or prediction
            if before is None:
                break
    for number, line, before in waiting:
        if before is not None:
            yield number, line, before


def _before(line: str, number: int, kept: dict[str, Prediction], engine: Engine) -> Prediction | None:
    """The kept answer for this very case, if there is one."""
    if not kept or cases.name_of(line, number) not in kept:
        return None
    try:
        item = cases.parse(line, number, engine.policy.categories)
    except cases.InvalidCase:
        return None
    return answers.of(item.case_id, item.case, kept)


def _record(line: str, number: int, prediction: Prediction, engine: Engine) -> Record:
    try:
        item = cases.parse(line, number, engine.policy.categories)
    except cases.InvalidCase:
        return record(prediction, *cases.label_of(line), {}, 0)
    categories = {c.claim_id: c.category for c in item.case.request.claims}
    return record(prediction, item.label, item.slices, categories, len(item.case.signals))


def _unfinished(out: Path) -> Path:
    return out.with_name("resumed-" + out.name)


def _answers(out: Path, wanted: set[str]) -> dict[str, Prediction]:
    """The predictions of these cases, read back from the file."""
    found = (json.loads(line) for line in cases.lines(out)) if wanted else ()
    return {p["case_id"]: p for p in found if p["case_id"] in wanted}


def _say(report: dict[str, Any], folder: Path) -> None:
    for warning in report.get("warnings", ()):
        click.echo(f"warning: {warning}", err=True)
    for failed in report["errors"][:SHOWN]:
        click.echo(f"error: {failed['case_id']}: {failed['error'][:400]}", err=True)
    if len(report["errors"]) > SHOWN:
        click.echo(f"error: and more; {folder / 'metrics.json'} has the first {len(report['errors'])}", err=True)
    for key, name, _ in page.HEADLINE if "headline" in report else ():
        figure = report["headline"][key]
        value = "-" if figure["value"] is None else f"{figure['value']:.4f}"
        click.echo(
            f"{name:<20} {value:>7}  [{figure['low']:.4f}, {figure['high']:.4f}]  {figure['hits']}/{figure['total']}"
        )
    if "promise" in report:
        click.echo(page.promise_line(report["promise"]))
    click.echo(f"Report: {folder / 'report.html'}")
