"""`python -m eval.perf`: measures, compares with the last run, and writes JSON, a page and a table."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from eval.perf.figures import Figure
from eval.perf.ours import TWO_HOURS, judging, starting, verification
from eval.perf.page import markdown, page
from eval.perf.peers import peers


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(".bench"), help="Folder for results; default .bench."
)
@click.option("--seconds", default=5.0, help="For each figure; the whole takes about twenty times that.")
@click.option("--zero-shot", type=click.Path(path_type=Path, exists=True), help="A zero-shot checkpoint as a peer.")
@click.option("--with", "others", multiple=True, type=click.Path(path_type=Path, exists=True),
              help="Figures that another tool measured, as {figures: [...]}; repeat for several.")  # fmt: skip
def main(out: Path, seconds: float, zero_shot: Path | None, others: tuple[Path, ...]) -> None:
    """Measure this machine, and say what changed since the last run in the same folder."""
    found: list[dict[str, Any]] = []

    def keep(figures: Iterable[Figure]) -> None:
        for figure in figures:
            click.echo(f"{figure.name:<48} {figure.value:>12,.4g} {figure.unit}  {figure.note}")
            found.append(figure.document())

    keep(judging(seconds))
    keep(verification(seconds))
    keep(peers(TWO_HOURS, zero_shot))
    keep(starting())
    for other in others:
        found += json.loads(other.read_text("utf-8"))["figures"]
    write(out, found)


def write(out: Path, figures: list[dict[str, Any]]) -> None:
    """Write `perf-TIME.json`, `perf.html` and `perf.md`, compared with the newest earlier run of the folder."""
    out.mkdir(parents=True, exist_ok=True)
    earlier = sorted(out.glob("perf-*.json"))
    last = json.loads(earlier[-1].read_text("utf-8")) if earlier else None
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    run = {"at": at, "revision": _revision(), "machine": machine, "figures": figures}
    (out / f"perf-{at}.json").write_text(json.dumps(run, indent=1) + "\n", "utf-8")
    (out / "perf.html").write_text(page(run, last), "utf-8")
    (out / "perf.md").write_text(markdown(run, last), "utf-8")
    click.echo(f"written: {out / 'perf.html'}, {out / 'perf.md'}, {out / f'perf-{at}.json'}")


def _revision() -> str:
    git = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(git, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or "no revision"


if __name__ == "__main__":
    main()
