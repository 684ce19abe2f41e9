"""`takedown-verifier insider-report`: how each requester's, and each pair's, requests ended, and what stands out."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.options import database_option, duration
from service.terminal import safe

if TYPE_CHECKING:
    from service.insider.figures import Row


@click.command(epilog="Example: takedown-verifier insider-report --since 365d")
@click.option("--since", type=duration, default="365d", show_default=True, help="How far back, for example 90d.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.svg", help="Draw it as well.")
@database_option
def insider_report(since: timedelta, as_json: bool, plot: Path | None, database: str) -> None:
    """Tell patterns that no single request shows, for people who audit.

    A pattern is a reason to look, never proof: some desks only ever get hard cases. Shares have 95%
    intervals, and rows with fewer than ten decided requests say so.
    """
    from service.clock import utc_now
    from service.insider.figures import by_pair, by_requester
    from service.insider.history import read_past
    from service.insider.picture import picture
    from service.store.opening import open_store

    store = open_store(database)
    try:
        with store.reading() as session:
            past = read_past(session, utc_now() - since)
    finally:
        store.close()
    alone, pairs = by_requester(past), by_pair(past)
    if plot is not None:
        plot.write_text(picture((*alone, *pairs), title=f"Upheld share of {len(past)} requests"), encoding="utf-8")
    if as_json:
        click.echo(
            json.dumps({"requesters": [asdict(r) for r in alone], "pairs": [asdict(r) for r in pairs]}, indent=1)
        )
        return
    click.echo(f"{len(past)} requests by {len(alone)} requesters")
    for row in (*alone, *pairs):
        click.echo(_line(row))


def _line(row: Row) -> str:
    who = safe(row.requester) + (f" with {safe(row.approver)}" if row.approver else "")
    share = f"{row.upheld.hits}/{row.upheld.total} upheld [{row.upheld.low:.2f}, {row.upheld.high:.2f}]"
    few = " (few: says little)" if row.upheld.few else ""
    told = "; ".join(map(safe, row.stands_out)) or "nothing stands out"
    return f"{who}: {row.requests} requests, {share}{few}: {told}"
