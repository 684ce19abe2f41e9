"""Turns audit entries into messages. The log itself is the outbox: what is on record can't be forgotten.

An entry is written in the transaction of what it records. Messages are made of it afterwards, once, by a
cursor that moves in the same transaction as the messages are written in; a crash in between repeats nothing
and loses nothing. So whatever process wrote an entry, the command line among them, it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.audit.entry import moment
from service.audit.log import entries, head
from service.clock import Clock
from service.store.base import Store
from service.store.documents import canonical
from service.webhooks.endpoints import Endpoint, Endpoints
from service.webhooks.tables import WebhookCursor, WebhookMessage

AT_ONCE = 500
"""Entries that one transaction looks at, so that a long absence doesn't make a long lock."""


class Outbox:
    """Messages for every endpoint."""

    def __init__(self, store: Store, endpoints: Endpoints, clock: Clock) -> None:
        self._store = store
        self._endpoints = endpoints
        self._clock = clock

    def fill(self) -> None:
        """Make messages of every entry that came since the last time; a new endpoint hears from now on."""
        for endpoint in self._endpoints:
            while self._behind(endpoint):
                try:
                    with self._store.transaction() as session:
                        self._advance(session, endpoint, self._clock())
                except IntegrityError:  # another process did the same at the same time
                    continue

    def put(self, session: Session, kind: str, number: int, data: Mapping[str, object], at: datetime) -> None:
        """A message that no entry stands for, in the caller's transaction; `number` is its own within its kind."""
        for endpoint in self._endpoints.that_want(kind):
            message = _message(endpoint, f"{kind}-{number}", kind, moment(at), data, at)
            if session.get(WebhookMessage, message.message_id) is None:
                session.add(message)

    def _behind(self, endpoint: Endpoint) -> bool:
        with self._store.reading() as session:
            seq = session.scalar(select(WebhookCursor.seq).where(WebhookCursor.endpoint == endpoint.name))
            return seq is None or seq < head(session)[0]

    def _advance(self, session: Session, endpoint: Endpoint, at: datetime) -> None:
        cursor = session.get(WebhookCursor, endpoint.name, with_for_update=True)
        if cursor is None:
            session.add(WebhookCursor(endpoint=endpoint.name, seq=head(session)[0]))
            return
        for entry in islice(entries(session, after=cursor.seq, piece=AT_ONCE), AT_ONCE):
            cursor.seq = entry.seq
            if endpoint.wants(entry.kind):
                data = {"seq": entry.seq, "actor": entry.actor, "subject": entry.subject, "detail": entry.said}
                session.add(_message(endpoint, str(entry.seq), entry.kind, entry.at, data, at))


def _message(
    endpoint: Endpoint, number: str, kind: str, when: str, data: Mapping[str, object], at: datetime
) -> WebhookMessage:
    body = canonical({"type": kind, "timestamp": when, "data": dict(data)})
    name = f"msg-{endpoint.name}-{number}"
    return WebhookMessage(
        message_id=name, endpoint=endpoint.name, kind=kind, body=body, created_at=at, due_at=at, attempts=0
    )
