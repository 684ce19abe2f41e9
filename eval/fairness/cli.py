"""`takedown-verifier fairness`: flips and score shifts under counterfactual swaps."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import click

from eval import cases
from eval.fairness.swaps import swaps
from eval.progress import progress
from eval.running import Setup, open_engine
from eval.scoring.intervals import share
from verifier.verify import verify

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl[.gz]")
@click.option("--policy", type=PATH, metavar="FILE", envvar="TAKEDOWN_POLICY", help="Policy in YAML.")
@click.option("--model", type=PATH, metavar="DIR", envvar="TAKEDOWN_MODEL_DIR", help="Folder of the text judge.")
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
@click.option("--out", type=PATH, metavar="OUT.json", help="All flips as data.")
def fairness(file: Path, policy: Path | None, model: Path | None, limit: int | None, out: Path | None) -> None:
    """Swap countries and names of the people in each meeting and report what changes."""
    engine = open_engine(Setup(policy, model))
    counts: dict[str, dict[str, Any]] = {
        name: {"cases": 0, "dispositions": 0, "verdicts": 0, "flags": 0, "shifts": [], "flips": []} for name in swaps()
    }
    total = sum(1 for _ in cases.numbered(file, limit))
    with progress() as bar:
        for item in bar.track(cases.items(file, limit, engine.policy.categories), total=total, description="cases"):
            base = verify(item.case, engine.policy, engine.judge)
            for name, swap in swaps().items():
                twin = verify(swap(item.case), engine.policy, engine.judge)
                row = counts[name]
                row["cases"] += 1
                row["dispositions"] += (flipped := twin.disposition != base.disposition)
                row["verdicts"] += [c.verdict for c in twin.claims] != [c.verdict for c in base.claims]
                row["flags"] += twin.pretext.flagged != base.pretext.flagged
                row["shifts"] += [t.support - b.support for t, b in zip(twin.claims, base.claims, strict=True)]
                if flipped:
                    row["flips"].append(f"{item.case_id}: {base.disposition} -> {twin.disposition}")
    click.echo(
        "| swap | cases | disposition flips (95 %) | verdict flips | flag flips | mean shift of support | largest |"
    )
    click.echo("|---|---|---|---|---|---|---|")
    for name, row in counts.items():
        flips = share(row["dispositions"], row["cases"])
        shifts = row["shifts"] or [0.0]
        cells = [name, row["cases"], f"{flips.hits} [{flips.low:.3f}, {flips.high:.3f}]", row["verdicts"], row["flags"]]
        cells += [f"{statistics.fmean(shifts):+.4f}", f"{max(map(abs, shifts)):.4f}"]
        click.echo(f"| {' | '.join(map(str, cells))} |")
    if out is not None:
        document = {
            "data": {"file": file.name, "sha256": cases.sha256(file)},
            "versions": engine.versions,
            "swaps": counts,
        }
        out.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
