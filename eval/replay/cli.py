"""`takedown-verifier replay`: recorded cases under another model or policy, beside the answers of record."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import click

from eval import cases
from eval.compare.shift import shifts, told
from eval.progress import progress
from eval.running import Setup, open_engine, run

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE, metavar="CASES.jsonl[.gz]")
@click.option("--against", type=FILE, required=True, metavar="A.jsonl", help="The answers of record, from `evaluate`.")
@click.option("--predictions", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="B.jsonl")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="The policy to try.")
@click.option("--model", type=click.Path(path_type=Path), metavar="DIR", help="The text judge to try.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
@click.option("--fail-on-newly-cleared", is_flag=True, help="Exit 1 if B clears a case that A did not: for pipelines.")
@click.pass_context
def replay(
    ctx: click.Context, file: Path, against: Path, out: Path, policy: Path | None, model: Path | None, workers: int,
    limit: int | None, fail_on_newly_cleared: bool,
) -> None:  # fmt: skip
    """Answer recorded CASES anew with another policy or model, act on nothing, and show what would have changed.

    Labels are not needed. `compare A B --data CASES` says which side was right where there are labels.
    """
    setup = Setup(policy, model)
    recorded = {p["case_id"]: p for p in map(json.loads, cases.lines(against))}
    numbered = [
        (n, line)
        for n, line in enumerate(islice(cases.lines(file), limit), 1)
        if cases.name_of(line, n) in recorded
    ]  # fmt: skip
    if not numbered:
        raise click.ClickException("no case of the file has an answer of record: is --against from the same cases?")
    engine = open_engine(setup)
    fresh = []
    with cases.open_text(out, "wt") as stream, progress() as bar:
        answers = run(numbered, setup, workers, engine)
        for prediction in bar.track(answers, total=len(numbered), description="cases"):
            stream.write(json.dumps(prediction, ensure_ascii=False) + "\n")
            fresh.append(prediction)
    found = shifts((recorded[p["case_id"]], p) for p in fresh)
    click.echo(f"A: {_version(next(iter(recorded.values())))}\nB: {json.dumps(engine.versions)}")
    click.echo("\n".join(told(found)))
    ctx.exit(1 if fail_on_newly_cleared and found["newly_cleared"] else 0)


def _version(prediction: dict[str, object]) -> str:
    return json.dumps(prediction.get("versions", {}))
