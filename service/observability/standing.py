"""How things stand in the store, read anew at each scrape: the queue, the permits, what people contradicted.

Read from the record and not counted along the way, so that no restart, replica or lost message can hide
a false clear. Every replica tells the same: aggregate with `max`, not `sum`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.audit.tables import AuditEntry
from service.clock import Clock
from service.requests.tables import RequestRecord
from service.review.rules import Kind
from service.review.tables import Lease, Review
from service.store.base import Store
from service.webhooks.tables import WebhookMessage

EVENTS = (
    "request.received", "request.cleared", "request.in_review", "request.approved", "request.denied",
    "request.overturned", "permit.issued", "permit.redeemed", "permit.refused", "permit.revoked",
    "break-glass.asked", "break-glass.confirmed", "break-glass.reviewed", "break-glass.overdue", "review.overdue",
    "review.refused", "appeal.received",
)  # fmt: skip
"""Kinds of audit entry that are told from 0 on, so that alerts see the first of them. Others show once they occur."""


UNANSWERED_AFTER = timedelta(minutes=5)
"""Nobody waits for a verification for that long: the process that did it has ended."""


class Standing(Collector):
    """A collector for Prometheus over one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._events = Counter(dict.fromkeys(EVENTS, 0))
        self._seen = 0
        self._counting = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not read the store."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Everything that the store tells; without the store, that it is down."""
        up = GaugeMetricFamily("takedown_store_up", "1 while the database answers.")
        try:
            with self._store.reading() as session:
                now = self._clock()
                found = [
                    self._count_events(session),
                    *_queue(session, now),
                    *_requests(session, now),
                    *_webhooks(session, now),
                ]
        except (SQLAlchemyError, OSError):
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield from found

    def _count_events(self, session: Session) -> Metric:
        """All audit entries by kind: once from the beginning, then only what is new."""
        with self._counting:
            new = session.execute(
                select(AuditEntry.kind, func.count(), func.max(AuditEntry.seq))
                .where(AuditEntry.seq > self._seen)
                .group_by(AuditEntry.kind)
            ).all()
            for kind, count, last in new:
                self._events[kind] += count
                self._seen = max(self._seen, last)
            events = CounterMetricFamily("takedown_events", "Entries of the audit log.", labels=("kind",))
            for kind, count in sorted(self._events.items()):
                events.add_metric((kind,), count)
            return events


def _queue(session: Session, now: datetime) -> Iterator[Metric]:
    held = select(Lease.review_id).where(Lease.ended_at.is_(None), Lease.expires_at > now)
    rows = session.execute(
        select(
            Review.kind,
            func.count(),
            func.min(Review.opened_at),
            func.sum(case((Review.due_at <= now, 1), else_=0)),
            func.sum(case((Review.review_id.in_(held), 1), else_=0)),
        )
        .where(Review.state.in_(("open", "waiting")))
        .group_by(Review.kind)
    ).all()
    waiting = GaugeMetricFamily("takedown_queue_cases", "Cases that wait for people.", labels=("kind",))
    age = GaugeMetricFamily("takedown_queue_oldest_seconds", "Age of the oldest waiting case.", labels=("kind",))
    late = GaugeMetricFamily("takedown_queue_overdue", "Waiting cases past their deadline.", labels=("kind",))
    leased = GaugeMetricFamily("takedown_queue_held", "Waiting cases that somebody holds now.", labels=("kind",))
    by_kind = {row[0]: row for row in rows}
    for kind in get_args(Kind):
        _, count, oldest, overdue, taken = by_kind.get(kind, (kind, 0, None, 0, 0))
        waiting.add_metric((kind,), count)
        age.add_metric((kind,), max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0)
        late.add_metric((kind,), overdue)
        leased.add_metric((kind,), taken)
    yield from (waiting, age, late, leased)


def _requests(session: Session, now: datetime) -> Iterator[Metric]:
    """False clears: a person denied what the verifier had cleared, on appeal or in a sample."""
    rows = session.execute(
        select(RequestRecord.disposition, func.count(func.distinct(Review.request_id)))
        .join(RequestRecord, RequestRecord.request_id == Review.request_id)
        .where(Review.outcome == "deny", RequestRecord.state.in_(("cleared", "approved")))
        .group_by(RequestRecord.disposition)
    )
    contradicted = {row[0]: row[1] for row in rows}
    false_clears = CounterMetricFamily("takedown_false_clears", "Clearances that people later denied.")
    false_clears.add_metric((), contradicted.get("cleared", 0))
    yield false_clears
    overturned = CounterMetricFamily("takedown_overturned_approvals", "People's approvals that fell on appeal.")
    overturned.add_metric((), sum(count for kind, count in contradicted.items() if kind != "cleared"))
    yield overturned
    unanswered = GaugeMetricFamily("takedown_requests_unanswered", "Requests recorded long ago and never assessed.")
    stuck = RequestRecord.state.in_(("received", "assessed")), RequestRecord.received_at < now - UNANSWERED_AFTER
    unanswered.add_metric((), session.scalar(select(func.count()).where(*stuck)) or 0)
    yield unanswered


def _webhooks(session: Session, now: datetime) -> Iterator[Metric]:
    rows = session.execute(
        select(WebhookMessage.endpoint, func.count(), func.min(WebhookMessage.created_at))
        .where(WebhookMessage.due_at.is_not(None))
        .group_by(WebhookMessage.endpoint)
    ).all()
    backlog = GaugeMetricFamily("takedown_webhook_backlog", "Messages not delivered yet.", labels=("endpoint",))
    age = GaugeMetricFamily("takedown_webhook_oldest_seconds", "Age of the oldest of them.", labels=("endpoint",))
    for endpoint, count, oldest in rows:
        backlog.add_metric((endpoint,), count)
        age.add_metric((endpoint,), max(0.0, (now - oldest).total_seconds()))
    yield from (backlog, age)
