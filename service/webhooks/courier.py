"""Delivers messages: tries again until the receiver has said yes, and never follows where it is sent on to.

Each receiver has a round of its own and each attempt a deadline, so that one who hangs delays nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar

import httpx
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from service.clock import Clock
from service.outward import NoAnswer, call
from service.store.base import Store
from service.webhooks.addresses import ForbiddenAddress, public_address
from service.webhooks.endpoints import Endpoint, Endpoints
from service.webhooks.outbox import Outbox
from service.webhooks.signing import signed_headers
from service.webhooks.tables import WebhookMessage

log = logging.getLogger("takedown.webhooks")

EVERY_S = 1.0
DEADLINE_S = 10.0
"""For one attempt as a whole: name, connection, sending, the receiver's thinking."""
AT_ONCE = 20
WRITERS = 4
"""Threads that read and write messages; none of them waits for a receiver."""
HELD = timedelta(minutes=10)
"""Nobody else tries a message for this long: more than a batch of time-outs takes."""
FIRST_RETRY_S = 5.0
LAST_RETRY_S = 3_600.0
NO_ANSWER = "no answer: "
"""How an attempt ended whose receiver could not be heard at all."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

Send = Callable[[Endpoint, str, bytes, datetime], Awaitable[str | None]]
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
        """Try everything that is due, all receivers at the same time; how many messages were delivered."""
        self.outbox.fill()
        return asyncio.run(self._all_rounds())

    async def _all_rounds(self) -> int:
        with ThreadPoolExecutor(WRITERS) as threads:
            return sum(await asyncio.gather(*(self._round(threads, endpoint) for endpoint in self._endpoints)))

    async def watch(self) -> None:
        """Go on until cancelled. A receiver who hangs is waited for by nobody but its own messages."""
        if not len(self._endpoints):
            return
        threads = ThreadPoolExecutor(WRITERS, thread_name_prefix="webhooks")
        tours = [self._tour(lambda: _in(threads, self.outbox.fill))]
        tours += [self._tour(partial(self._round, threads, endpoint)) for endpoint in self._endpoints]
        try:
            await asyncio.gather(*tours)
        finally:
            await asyncio.to_thread(threads.shutdown)

    async def _tour(self, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except SQLAlchemyError:
                log.exception("webhooks wait; the messages are kept")
            await asyncio.sleep(EVERY_S)

    async def _round(self, threads: ThreadPoolExecutor, endpoint: Endpoint) -> int:
        """Try what is due for one receiver. Where it can't be heard at all, the rest waits as long as the first."""
        delivered = 0
        taken = await _in(threads, self._take, endpoint)
        for at, message in enumerate(taken, 1):
            wrong = await self._send(endpoint, message.message_id, message.body.encode(), self._clock())
            delivered += wrong is None
            due = await _in(threads, self._note, message, wrong)
            if wrong is not None and wrong.startswith(NO_ANSWER):
                await _in(threads, self._put_back, [one.message_id for one in taken[at:]], due)
                break
        return delivered

    def _take(self, endpoint: Endpoint) -> list[WebhookMessage]:
        """Messages that are due, held so that no other process tries them now."""
        now = self._clock()
        due = select(WebhookMessage).where(WebhookMessage.due_at <= now, WebhookMessage.endpoint == endpoint.name)
        with self._store.reading() as session:
            if session.scalars(due.limit(1)).first() is None:
                return []
        with self._store.transaction() as session:
            in_order = due.order_by(WebhookMessage.due_at, WebhookMessage.created_at).limit(AT_ONCE)
            taken = list(session.scalars(in_order.with_for_update(skip_locked=True)))
            for message in taken:
                message.due_at = now + HELD
            return taken

    def _note(self, message: WebhookMessage, wrong: str | None) -> datetime | None:
        """Write down how an attempt ended; when the next one is due."""
        with self._store.transaction() as session:
            kept = session.get(WebhookMessage, message.message_id, with_for_update=True)
            if kept is None:
                return None
            kept.attempts += 1
            kept.last_error = wrong
            if wrong is None:
                kept.delivered_at, kept.due_at = self._clock(), None
                return None
            kept.due_at = self._clock() + timedelta(seconds=pause(kept.attempts))
            attempts, due = kept.attempts, kept.due_at
        log.warning("message %s was not delivered, attempt %d: %s", message.message_id, attempts, wrong)
        return due

    def _put_back(self, message_ids: list[str], due: datetime | None) -> None:
        """They were not tried, so they don't count as tried."""
        if message_ids and due is not None:
            with self._store.transaction() as session:
                untried = WebhookMessage.message_id.in_(message_ids)
                session.execute(update(WebhookMessage).where(untried).values(due_at=due))


async def _in(threads: ThreadPoolExecutor, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *args, **kwargs))


def pause(attempts: int) -> float:
    """Seconds until the next attempt: doubled each time, up to an hour, and spread by chance."""
    return min(FIRST_RETRY_S * 2.0 ** min(attempts - 1, 20), LAST_RETRY_S) * random.uniform(0.5, 1)  # noqa: S311


async def send_message(endpoint: Endpoint, message_id: str, body: bytes, at: datetime) -> str | None:
    """One attempt, to an address that was checked. What the receiver says beyond yes or no is not read."""
    try:
        url = httpx.URL(endpoint.url)
        port = url.port or (443 if url.scheme == "https" else 80)
        answer = await call(
            "POST", endpoint.url, content=body, deadline_s=DEADLINE_S,
            headers={"Content-Type": "application/json", **signed_headers(endpoint.key, message_id, body, at)},
            pinned=lambda: public_address(url.host, port, allow_private=endpoint.allow_private),
        )  # fmt: skip
    except ForbiddenAddress as forbidden:
        return str(forbidden)
    except httpx.InvalidURL:
        return "InvalidURL"
    except NoAnswer as silent:
        return f"{NO_ANSWER}{silent}"
    return None if 200 <= answer.status < 300 else f"answered {answer.status}"
