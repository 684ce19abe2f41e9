"""`takedown-verifier attacks`: how often a clever opponent comes through, and how often innocents pay."""

from __future__ import annotations

import json
from collections import defaultdict
from importlib import resources
from pathlib import Path

import click

from eval import cases
from eval.attacks.attack import Attack
from eval.attacks.strategies import ALL
from eval.attacks.suite import Trial, is_base, trials
from eval.running import Setup, open_engine
from eval.scoring.intervals import share
from verifier.case import LabelledCase

PATH = click.Path(path_type=Path)
ALLOWED = 0.1
"""Share of the attacks that a record can show which may escape a flag."""


@click.command()
@click.option(
    "--bases", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl[.gz]",
    help="Labelled cases to play on; honest mistakes are taken from it. The carried sample, unless told.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), default=4, show_default=True, help="Base cases to play on.")
@click.option("--policy", type=PATH, metavar="FILE", envvar="TAKEDOWN_POLICY", help="Policy in YAML.")
@click.option("--model", type=PATH, metavar="DIR", envvar="TAKEDOWN_MODEL_DIR", help="Text judge.")
@click.option("--out", type=PATH, metavar="OUT.jsonl", help="Write the staged cases, labelled.")
@click.pass_context
def attacks(
    ctx: click.Context, bases: Path | None, limit: int, policy: Path | None, model: Path | None, out: Path | None
) -> None:
    """Play every strategy and its innocent look-alike on honest cases.

    Exit code 0: nothing cleared, and fewer than one in ten attacks that a record can show escaped a flag.
    """
    engine = open_engine(Setup(policy, model))
    file = bases or Path(str(resources.files("eval").joinpath("data/takedownbench_sample.jsonl.gz")))
    found: list[LabelledCase] = []
    for number, line in enumerate(cases.lines(file), 1):
        item = cases.parse(line, number, engine.policy.categories)
        if len(found) < limit and is_base(item) and item.label is not None:
            found.append(LabelledCase(case_id=item.case_id, case=item.case, label=item.label))
    if not found:
        raise click.ClickException(f"{file.name} has no honest mistake with a complete English record.")
    done = list(trials(found, engine.policy, engine.judge))
    if out is not None:
        lines = (trial.case.model_dump_json(exclude_none=True) for trial in done)
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{len(found)} base cases; {json.dumps(engine.versions)}")
    ctx.exit(0 if _say(done) else 1)


def _say(done: list[Trial]) -> bool:
    by_name: dict[str, list[Trial]] = defaultdict(list)
    for trial in done:
        by_name[trial.attack.name].append(trial)
    click.echo(f"{'strategy':<20} {'cleared':>8} {'unflagged':>10} {'innocents flagged':>18}")
    for attack in ALL:
        click.echo(_row(attack, by_name[attack.name]))
    cleared = [t for t in done if t.cleared]
    shown = [t for t in done if not t.innocent and t.attack.shown]
    escaped = [t for t in shown if not t.flagged]
    innocents = [t for t in done if t.innocent]
    punished = [t for t in innocents if t.flagged]
    for told, hits, total in (
        ("attacks and look-alikes that cleared", cleared, done),
        ("attacks that escaped a flag, of those a record can show", escaped, shown),
        ("innocent look-alikes that were flagged", punished, innocents),
    ):
        s = share(len(hits), len(total))
        click.echo(f"{told}: {s.hits}/{s.total} [{s.low:.3f}, {s.high:.3f}]")
    return not cleared and len(escaped) < ALLOWED * len(shown)


def _row(attack: Attack, trials: list[Trial]) -> str:
    own = [t for t in trials if not t.innocent]
    cleared = sum(t.cleared for t in own)
    unflagged = sum(not t.flagged for t in own)
    innocent = sum(t.flagged for t in trials if t.innocent)
    note = "" if attack.shown else "  (the record can't show it)"
    return (
        f"{attack.name:<20} {cleared:>5}/{len(own):<2} {unflagged:>7}/{len(own):<2} {innocent:>15}/{len(own):<2}{note}"
    )
