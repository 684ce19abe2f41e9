"""The transparency report: how many requests, on what ground, from where, how they ended, how long it took."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.requests.tables import RequestRecord

COLUMNS = ("ground", "origin", "action", "outcome", "requests", "median_hours")


@dataclass(frozen=True, slots=True)
class Row:
    """Requests of one kind. A request with several grounds counts under each of them."""

    ground: str
    origin: str
    """government, court, company, user or none: for whom the requester says to act."""
    action: str
    outcome: str
    requests: int
    median_hours: float | None
    """From receipt to decision; None where none is decided."""


@dataclass(frozen=True, slots=True)
class Report:
    """A span of time in figures. `requests` counts each request once."""

    since: datetime
    until: datetime
    requests: int
    by_outcome: dict[str, int]
    by_origin: dict[str, int]
    rows: tuple[Row, ...]


def report(session: Session, since: datetime, until: datetime) -> Report:
    """What was asked from `since` up to, but not including, `until`."""
    hours: dict[tuple[str, str, str, str], list[float | None]] = defaultdict(list)
    by_outcome: dict[str, int] = defaultdict(int)
    by_origin: dict[str, int] = defaultdict(int)
    found = session.execute(
        select(
            RequestRecord.request, RequestRecord.grounds, RequestRecord.action, RequestRecord.state,
            RequestRecord.received_at, RequestRecord.decided_at,
        )
        .where(RequestRecord.received_at >= since, RequestRecord.received_at < until)
        .execution_options(yield_per=1000)
    )  # fmt: skip
    total = 0
    for request, grounds, action, state, received, decided in found:
        total += 1
        origin = request["requester"]["on_behalf_of"]["kind"]
        by_outcome[state] += 1
        by_origin[origin] += 1
        took = (decided - received) / timedelta(hours=1) if decided else None
        for ground in grounds:
            hours[ground, origin, action, state].append(took)
    rows = tuple(Row(*kind, len(times), _median(times)) for kind, times in sorted(hours.items()))
    return Report(since, until, total, dict(sorted(by_outcome.items())), dict(sorted(by_origin.items())), rows)


def as_csv(found: Report) -> str:
    """The rows as CSV with a header (RFC 4180)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(asdict(row) for row in found.rows)
    return out.getvalue()


def _median(times: list[float | None]) -> float | None:
    known = [time for time in times if time is not None]
    return round(median(known), 2) if known else None
