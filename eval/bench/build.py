"""Builds TakedownBench: `python -m eval.bench.build --open DIR --written DIR --out FILE.jsonl.gz --size N --seed S`."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import click
import yaml

from eval.bench.kit import Kit
from eval.bench.leakage import Leak, measure
from eval.bench.slices import ALL
from eval.bench.sources import SPLITS, Library, read_library
from verifier.case import LabelledCase


def phrases() -> dict[str, dict[str, Any]]:
    """Words of requesters and bystanders, by language."""
    text = resources.files("eval").joinpath("data/bench_phrases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def quotas(size: int) -> list[str]:
    """How many cases of each kind, by largest remainder, as a list of kinds."""
    total = sum(weight for weight, _, _ in ALL)
    shares = {name: size * weight / total for weight, name, _ in ALL}
    counts = {name: int(share) for name, share in shares.items()}
    for name in sorted(shares, key=lambda n: counts[n] - shares[n])[: size - sum(counts.values())]:
        counts[name] += 1
    return [name for name in shares for _ in range(counts[name])]


def compose(library: Library, size: int, seed: int, max_turns: int = 300) -> list[LabelledCase]:
    """Compose `size` cases. The same library, size and seed give the same cases."""
    writers = {name: write for _, name, write in ALL}
    words = phrases()
    cases = []
    for i, kind in enumerate(quotas(size)):
        rng = Random(f"{seed}/{kind}/{i}")  # noqa: S311 - a benchmark, not a secret
        case_id = "tb-" + hashlib.sha256(f"{seed}/{i}".encode()).hexdigest()[:12]
        case = writers[kind](Kit(rng, library, words, max_turns), case_id)
        cases.append(case.model_copy(update={"slices": (f"kind:{kind}", *case.slices)}))
    Random(seed).shuffle(cases)  # noqa: S311
    return cases


def write(cases: list[LabelledCase], path: Path) -> str:
    """Write JSON Lines (gzip with no time stamp, so that equal content is equal bytes); returns the SHA-256."""
    body = "".join(c.model_dump_json(exclude_none=True) + "\n" for c in cases).encode()
    packed = gzip.compress(body, 9, mtime=0) if path.suffix == ".gz" else body
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(packed)
    unfinished.replace(path)  # whoever reads the old file goes on reading it
    return hashlib.sha256(packed).hexdigest()


def summary(cases: list[LabelledCase], leaks: list[Leak]) -> dict[str, Any]:
    """Counts per slice and label, and the leakage figures."""
    return {
        "cases": len(cases),
        "acceptable": dict(Counter("/".join(c.label.acceptable_dispositions) for c in cases)),
        "pretextual": sum(c.label.pretextual for c in cases),
        "verdicts": dict(Counter(v for c in cases for v in c.label.verdicts.values())),
        "slices": dict(Counter(s for c in cases for s in c.slices).most_common()),
        "leakage": [vars(leak) for leak in leaks],
    }


@click.command()
@click.option(
    "--open",
    "open_dir",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="meetings_* and texts_*",
)
@click.option("--written", type=click.Path(exists=True, path_type=Path), help="written contrast sets")
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--size", type=click.IntRange(1), default=600)
@click.option("--seed", type=int, default=1)
@click.option("--split", type=click.Choice([*SPLITS, "all"]), default="test")
@click.option("--max-turns", type=click.IntRange(10), default=300)
@click.option("--without", multiple=True, metavar="SOURCE", help="leave a source out; may be repeated")
@click.option("--leak-limit", type=float, default=0.60, help="fail if a leak's interval lies wholly above")
def main(
    open_dir: Path,
    written: Path | None,
    out: Path,
    size: int,
    seed: int,
    split: str,
    max_turns: int,
    without: tuple[str, ...],
    leak_limit: float,
) -> None:
    """Compose labelled cases from real meetings and texts, and check that the request alone gives no label away."""
    library = read_library(open_dir, written, None if split == "all" else split).without(without)
    cases = compose(library, size, seed, max_turns)
    digest = write(cases, out)
    leaks = measure(cases)
    document = {"file": out.name, "sha256": digest, "split": split, "seed": seed, **summary(cases, leaks)}
    out.with_suffix("").with_suffix(".summary.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    for leak in leaks:
        click.echo(f"{leak.guesser:>24} -> {leak.label:<15} AUROC {leak.auroc:.3f} [{leak.low:.3f}, {leak.high:.3f}]")
    if any(leak.low > leak_limit for leak in leaks):
        raise click.ClickException("the request alone gives the label away")


if __name__ == "__main__":
    main()
