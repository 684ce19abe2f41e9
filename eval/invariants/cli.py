"""`takedown-verifier invariants`: the contract's rules as a suite over any data set."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from eval import cases
from eval.invariants.rules import RULES, Violation, check
from eval.progress import progress
from eval.running import Engine, Setup, open_engine
from verifier.verify import verify

SHOWN = 20
PATH = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl[.gz]")
@click.option(
    "--policy", type=click.Path(path_type=Path), metavar="FILE", envvar="TAKEDOWN_POLICY", help="Policy in YAML."
)
@click.option(
    "--model", type=click.Path(path_type=Path), metavar="DIR", envvar="TAKEDOWN_MODEL_DIR", help="Text judge."
)
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.json", help="All violations as JSON."
)
@click.pass_context
def invariants(
    ctx: click.Context, file: Path, policy: Path | None, model: Path | None, limit: int | None, report: Path | None
) -> None:
    """Check the contract's nine rules on twins of every case in FILE.

    Labels are not needed. Exit code 0: every rule holds on every case; 1: some do not.
    """
    engine = open_engine(Setup(policy, model))
    total = sum(1 for _ in cases.numbered(file, limit))
    found: list[Violation] = []
    unread: list[str] = []
    with progress() as bar:
        task = bar.add_task("cases", total=total)
        for number, line in cases.numbered(file, limit):
            try:
                found += _check(line, number, engine)
            except cases.InvalidCase as invalid:
                unread.append(f"{cases.name_of(line, number)}: {cases.unreadable(str(invalid), number)}")
            bar.advance(task)
    counts = Counter(v.rule for v in found)
    hit = {rule: len({v.case_id for v in found if v.rule == rule}) for rule in RULES}
    for rule, text in RULES.items():
        verdict = "holds" if not counts[rule] else f"broken by {hit[rule]} of {total - len(unread)} cases"
        click.echo(f"{rule}. {text}: {verdict}")
    for violation in found[:SHOWN]:
        told = "; ".join(violation.diff)[:300]
        click.echo(f"   rule {violation.rule}, {violation.case_id}, {violation.twin}: {told}")
    if len(found) > SHOWN:
        click.echo(f"   and {len(found) - SHOWN} more{'' if report else '; --report OUT.json has all'}")
    for problem in unread:
        click.echo(f"not read: {problem[:300]}", err=True)
    if report is not None:
        document = {
            "data": {"file": file.name, "sha256": cases.sha256(file), "cases": total, "not_read": unread},
            "versions": engine.versions,
            "rules": {str(rule): {"rule": text, "cases_broken": hit[rule]} for rule, text in RULES.items()},
            "violations": [asdict(v) for v in found],
        }
        report.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    ctx.exit(1 if found or unread else 0)


def _check(line: str, number: int, engine: Engine) -> Iterator[Violation]:
    item = cases.parse(line, number, engine.policy.categories)
    yield from check(item.case_id, item.case, lambda case: verify(case, engine.policy, engine.judge))
