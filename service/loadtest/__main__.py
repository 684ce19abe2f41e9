"""`python -m service.loadtest`: measures the service on this machine and writes figures as JSON."""

from __future__ import annotations

import asyncio
import json
import statistics
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from service.loadtest.load import Seen, numbered, press
from service.loadtest.pieces import permit_check, queue
from service.loadtest.server import server

TYPICAL = "02-planted-intruders-memory-meeting.json"


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path(".bench/load.json"), help="Where figures go.")
@click.option("--seconds", default=15.0, help="For each number of clients.")
@click.option("--clients", default="1,4,16,64", help="Numbers of clients, with commas.")
@click.option("--calls", default=2_000, help="The most calls for each number of clients.")
@click.option("--queue-cases", default=100_000, help="Cases that wait in the review queue; 0 leaves it out.")
@click.option("--database", help="Instead of SQLite: an empty PostgreSQL database, as SQLAlchemy names it.")
def main(out: Path, seconds: float, clients: str, calls: int, queue_cases: int, database: str | None) -> None:
    """Load a service of its own over loopback, then time permit checks and the review queue."""
    figures: list[dict[str, Any]] = []

    def keep(name: str, value: float, unit: str, n: int, **more: Any) -> None:
        click.echo(f"{name:<52} {value:>12,.4g} {unit}  {more or ''}")
        figures.append({"name": name, "value": value, "unit": unit, "n": n, **more})

    case = json.loads((files("service.examples") / TYPICAL).read_text("utf-8"))
    case = case.get("case", case)
    with server({"TAKEDOWN_DATABASE": database} if database else None) as running:
        keep("service, ready after", running.ready_s, "s", 1)
        first = 0
        for count in (int(one) for one in clients.split(",")):
            seen = asyncio.run(press(running.url, count, calls, numbered(case, first), seconds=seconds))
            first += calls
            _tell(f"http, {count} clients", seen, keep)
        seen = asyncio.run(press(running.url, 1, 50, numbered(case, first, same=50), seconds=seconds))
        _tell("http, the same request again, 1 client", seen, keep)
        keep("service, memory after the load", running.memory_mib(), "MiB", 1)
    micros = permit_check()
    keep(
        "permit, offline check",
        statistics.median(micros),
        "µs",
        len(micros),
        p95=sorted(micros)[int(0.95 * len(micros))],
    )
    if queue_cases:
        for name, samples in queue(queue_cases):
            p95 = sorted(samples)[int(0.95 * len(samples))]
            keep(f"queue of {queue_cases:,}, {name}", statistics.median(samples), "ms", len(samples), p95=p95)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"figures": figures}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    click.echo(f"written: {out}")


def _tell(name: str, seen: Seen, keep: Any) -> None:
    statuses = ", ".join(f"{count} x {status}" for status, count in sorted(seen.statuses.items()))
    broken = "".join(f", {count} x {kind}" for kind, count in sorted(seen.broken.items()))
    n = len(seen.answered_ms)
    keep(f"{name}, rate", seen.rate, "answers/s", n, note=statuses + broken)
    if n:
        keep(
            f"{name}, p50",
            seen.percentile(0.5),
            "ms",
            n,
            p95=seen.percentile(0.95),
            note=f"p99 {seen.percentile(0.99):,.0f} ms",
        )


if __name__ == "__main__":
    main()
