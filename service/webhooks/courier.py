"""Delivers messages: tries again until the receiver has said yes, and never follows where it is sent on to."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.clock import Clock
from service.store.base import Store
from service.webhooks.addresses import ForbiddenAddress, public_address
from service.webhooks.endpoints import Endpoint, Endpoints
from service.webhooks.outbox import Outbox
from service.webhooks.signing import signed_headers
from service.webhooks.tables import WebhookMessage

log = logging.getLogger("takedown.webhooks")

EVERY_S = 1.0
TIMEOUT_S = 10.0
AT_ONCE = 20
HELD = timedelta(minutes=10)
"""Nobody else tries a message for this long: more than a batch of time-outs takes."""
FIRST_RETRY_S = 5.0
LAST_RETRY_S = 3_600.0

Send = Callable[[Endpoint, str, bytes, datetime], str | None]
"""Sends one message; what went wrong, or None."""


class Courier:
    """Takes messages from the outbox to their receivers."""

    def __init__(self, store: Store, endpoints: Endpoints, clock: Clock, send: Send | None = None) -> None:
        self._store = store
        self._endpoints = endpoints
        self._clock = clock
        self._send = send or send_message
        self.outbox = Outbox(store, endpoints, clock)

    def tell(self, kind: str, number: int, data: Mapping[str, object]) -> None:
        """A message that no audit entry stands for, in a transaction of its own; told once for each number."""
        with self._store.transaction() as session:
            self.outbox.put(session, kind, number, data, self._clock())

    def once(self) -> int:
        """Try everything that is due; how many messages were delivered."""
        self.outbox.fill()
        return sum(self._attempt(message) for message in self._take())

    async def watch(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.once)
            except SQLAlchemyError:
                log.exception("webhooks wait; the messages are kept")
            await asyncio.sleep(EVERY_S)

    def _take(self) -> list[WebhookMessage]:
        """Messages that are due, held so that no other process tries them now."""
        now = self._clock()
        due = select(WebhookMessage).where(WebhookMessage.due_at <= now)
        with self._store.reading() as session:
            if session.scalars(due.limit(1)).first() is None:
                return []
        with self._store.transaction() as session:
            taken = list(
                session.scalars(due.order_by(WebhookMessage.due_at).limit(AT_ONCE).with_for_update(skip_locked=True))
            )
            for message in taken:
                message.attempts += 1
                message.due_at = now + HELD
            return taken

    def _attempt(self, message: WebhookMessage) -> bool:
        endpoint = self._endpoints.get(message.endpoint)
        if endpoint is None:
            wrong: str | None = "no endpoint has this name any more"
        else:
            wrong = self._send(endpoint, message.message_id, message.body.encode(), self._clock())
        with self._store.transaction() as session:
            kept = session.get(WebhookMessage, message.message_id, with_for_update=True)
            if kept is None:
                return False
            kept.last_error = wrong
            if wrong is None:
                kept.delivered_at, kept.due_at = self._clock(), None
                return True
            kept.due_at = self._clock() + timedelta(seconds=pause(kept.attempts))
        log.warning("message %s was not delivered, attempt %d: %s", message.message_id, message.attempts, wrong)
        return False


def pause(attempts: int) -> float:
    """Seconds until the next attempt: doubled each time, up to an hour, and spread by chance."""
    return min(FIRST_RETRY_S * 2.0 ** min(attempts - 1, 20), LAST_RETRY_S) * random.uniform(0.5, 1)  # noqa: S311


def send_message(endpoint: Endpoint, message_id: str, body: bytes, at: datetime) -> str | None:
    """One attempt, to an address that was checked. What the receiver says beyond yes or no is not read."""
    try:
        url = httpx.URL(endpoint.url)
        port = url.port or (443 if url.scheme == "https" else 80)
        address = public_address(url.host, port, allow_private=endpoint.allow_private)
        headers = {
            "Host": url.netloc.decode("ascii"), "Content-Type": "application/json",
            **signed_headers(endpoint.key, message_id, body, at),
        }  # fmt: skip
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", url.copy_with(host=address), content=body, headers=headers,
                extensions={"sni_hostname": url.host},
            ) as answer,
        ):  # fmt: skip
            return None if answer.is_success else f"answered {answer.status_code}"
    except ForbiddenAddress as forbidden:
        return str(forbidden)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return type(error).__name__
