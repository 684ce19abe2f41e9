"""`takedown-verifier compare`: two prediction files over the same labelled cases."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from eval import cases
from eval.compare.paired import differences
from eval.compare.shift import shifts, told
from eval.scoring.records import Record, record

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 25


@click.command()
@click.argument("a", type=FILE, metavar="A.jsonl")
@click.argument("b", type=FILE, metavar="B.jsonl")
@click.option("--data", type=FILE, required=True, metavar="FILE.jsonl[.gz]", help="The labelled cases of both.")
@click.option("--slice", "only", metavar="NAME", help="Only cases of this slice.")
@click.option("--out", type=click.Path(path_type=Path), metavar="OUT.json", help="All flips as data.")
def compare(a: Path, b: Path, data: Path, only: str | None, out: Path | None) -> None:
    """Compare predictions A and B, case by case: what got better, what got worse, and could it be chance?"""
    first, second = _read(a), _read(b)
    pairs: list[tuple[Record, Record]] = []
    flips = []
    for item in cases.items(data):
        if item.case_id not in first or item.case_id not in second or not item.label:
            continue
        if only is not None and only not in item.slices:
            continue
        x, y = _record(item, first[item.case_id]), _record(item, second[item.case_id])
        pairs.append((x, y))
        if x.disposition != y.disposition or [c.verdict for c in x.claims] != [c.verdict for c in y.claims]:
            flips.append(_flip(x, y, first[item.case_id], second[item.case_id]))
    both = [(first[case_id], second[case_id]) for case_id in first if case_id in second]
    found = differences(pairs)
    click.echo("\n".join(told(shifts(both))))
    click.echo(f"{len(pairs)} labelled cases in both. A: {_versions(first)}. B: {_versions(second)}.")
    click.echo(
        "| | cases | A | B | B - A (95 %, bootstrap) | only A | only B | p (McNemar) |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for d in found:
        if d.a is None or d.b is None:
            continue
        click.echo(f"| {d.name} | {d.cases} | {d.a:.4f} | {d.b:.4f} | {d.b - d.a:+.4f} [{d.low:+.4f}, {d.high:+.4f}] "
                   f"| {d.only_a} | {d.only_b} | {d.p_value:.4f} |")  # fmt: skip
    flips.sort(key=lambda f: (f["b_right"], not f["a_right"], f["case_id"]))
    for f in flips[:SHOWN]:
        turn = (
            "worse" if f["a_right"] and not f["b_right"] else "better" if f["b_right"] and not f["a_right"] else "other"
        )
        click.echo(f"{turn}: {f['case_id']} ({'/'.join(f['acceptable'])}) {f['a']} -> {f['b']}: {f['b_reason'][:160]}")
    if len(flips) > SHOWN:
        click.echo(f"and {len(flips) - SHOWN} more flips{'' if out else '; --out OUT.json has all'}")
    if out is not None:
        document = {"cases": len(pairs), "differences": [asdict(d) for d in found], "flips": flips}
        out.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    return {p["case_id"]: p for p in map(json.loads, cases.lines(path))}


def _record(item: cases.Item, prediction: dict[str, Any]) -> Record:
    categories = {c.claim_id: c.category for c in item.case.request.claims}
    return record(prediction, item.label, item.slices, categories, len(item.case.signals))


def _flip(x: Record, y: Record, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_id": x.case_id,
        "acceptable": x.acceptable,
        "a": x.disposition,
        "b": y.disposition,
        "a_right": x.right,
        "b_right": y.right,
        "a_claims": [(c.verdict, c.support) for c in x.claims],
        "b_claims": [(c.verdict, c.support) for c in y.claims],
        "a_reason": " ".join(a.get("reasons", ())),
        "b_reason": " ".join(b.get("reasons", ())),
        "slices": x.slices,
    }


def _versions(predictions: dict[str, dict[str, Any]]) -> str:
    found = {json.dumps(p.get("versions", {}), sort_keys=True) for p in predictions.values()}
    return ", ".join(sorted(found)) or "none"
