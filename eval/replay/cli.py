"""`takedown-verifier replay`: recorded cases under another model or policy, beside the answers of record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from eval import cases
from eval.compare.shift import shifts, told
from eval.progress import progress
from eval.running import Setup, open_engine, run
from eval.scale import run_on_ray

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE, metavar="CASES.jsonl[.gz]")
@click.option("--against", type=FILE, required=True, metavar="A.jsonl", help="The answers of record, from `evaluate`.")
@click.option("--predictions", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="B.jsonl")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="The policy to try.")
@click.option("--model", type=click.Path(path_type=Path), metavar="DIR", help="The text judge to try.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--engine", "where", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
@click.option("--fail-on-newly-cleared", is_flag=True, help="Exit 1 if B clears a case that A did not: for pipelines.")
@click.pass_context
def replay(
    ctx: click.Context, file: Path, against: Path, out: Path, policy: Path | None, model: Path | None, workers: int,
    where: str, limit: int | None, fail_on_newly_cleared: bool,
) -> None:  # fmt: skip
    """Answer recorded CASES anew with another policy or model, act on nothing, and show what would have changed.

    Labels are not needed. `compare A B --data CASES` says which side was right where there are labels.
    """
    if where == "ray" and find_spec("ray") is None:
        raise click.UsageError("--engine ray needs Ray: pip install 'takedown-verifier[scale]'")
    setup = Setup(policy, model)
    recorded = {p["case_id"]: _essence(p) for p in map(json.loads, cases.lines(against))}
    version = next(map(_version, map(json.loads, cases.lines(against))), "none")

    def known() -> Iterator[tuple[int, str]]:
        return ((n, line) for n, line in cases.numbered(file, limit) if cases.name_of(line, n) in recorded)

    total = sum(1 for _ in known())
    if not total:
        raise click.ClickException("no case of the file has an answer of record: is --against from the same cases?")
    engine = open_engine(setup)
    fresh = []
    with cases.open_text(out, "wt") as stream, progress() as bar:
        answers = run_on_ray(known(), setup, workers) if where == "ray" else run(known(), setup, workers, engine)
        for prediction in bar.track(answers, total=total, description="cases"):
            stream.write(json.dumps(prediction, ensure_ascii=False) + "\n")
            fresh.append(_essence(prediction))
    found = shifts((recorded[p["case_id"]], p) for p in fresh)
    click.echo(f"A: {version}\nB: {json.dumps(engine.versions)}")
    click.echo("\n".join(told(found)))
    ctx.exit(1 if fail_on_newly_cleared and found["newly_cleared"] else 0)


def _essence(prediction: dict[str, Any]) -> dict[str, Any]:
    """What a comparison needs of an answer, so that a million fit in memory."""
    claims = [{key: c[key] for key in ("claim_id", "verdict", "support")} for c in prediction["claims"]]
    flagged = {"flagged": bool(prediction["pretext"]["flagged"])}
    return {
        "case_id": prediction["case_id"],
        "disposition": prediction["disposition"],
        "claims": claims,
        "pretext": flagged,
    }


def _version(prediction: dict[str, object]) -> str:
    return json.dumps(prediction.get("versions", {}))
