"""`takedown-verifier retention`: erase what was said, on demand or because its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from service.cli.operator import operator
from service.cli.options import database_option, duration
from service.terminal import safe

if TYPE_CHECKING:
    from service.retention.erase import Erased


@click.group()
def retention() -> None:
    """Erase texts: words go, digests and decisions stay.

    Cases that people are still deciding are never touched.
    """


@retention.command(epilog="Example, daily: takedown-verifier retention apply --keep 180d")
@click.option("--keep", type=duration, required=True, help="How long texts are kept, for example 180d.")
@database_option
def apply(keep: timedelta, database: str) -> None:
    """Erase what has been stored for longer, and cases that were decided longer ago."""
    from service.clock import utc_now
    from service.retention.erase import erase_older
    from service.store.opening import open_store

    store = open_store(database)
    try:
        _tell(erase_older(store, keep, by=operator(), at=utc_now()))
    finally:
        store.close()


@retention.command(epilog="Example: takedown-verifier retention erase m-17 --signal s-4 --why 'ticket 12'")
@click.argument("meeting_id")
@click.option("--signal", "signals", multiple=True, metavar="ID", help="Only this signal; repeat for several.")
@click.option("--report", "reports", multiple=True, metavar="ID", help="Only this report; repeat for several.")
@click.option("--why", required=True, help="The reason, for the audit log. Name no person in it.")
@database_option
def erase(meeting_id: str, signals: tuple[str, ...], reports: tuple[str, ...], why: str, database: str) -> None:
    """Erase a meeting, or single records of it, and the cases of closed requests about it."""
    from service.clock import utc_now
    from service.retention.erase import erase_items, erase_meeting
    from service.store.opening import open_store

    store = open_store(database)
    by, at = operator(), utc_now()
    try:
        with store.transaction() as session:
            if signals:
                _tell(erase_items(session, meeting_id, "signal", signals, by=by, at=at, why=why))
            if reports:
                _tell(erase_items(session, meeting_id, "report", reports, by=by, at=at, why=why))
            if not signals and not reports:
                _tell(erase_meeting(session, meeting_id, by=by, at=at, why=why))
    finally:
        store.close()
    click.echo(f"Done for meeting {safe(meeting_id)}. Backups still hold what they held.")


def _tell(done: Erased) -> None:
    click.echo(f"erased: {done.items} signals and reports, {done.cases} recorded cases")
    if done.open_requests:
        click.echo(f"kept: the cases of {done.open_requests} requests that are not decided yet; run this again then")
